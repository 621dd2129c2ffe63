/** The plan of a whole network as plain data: which layers run together, where their tensors lie. JSON that a person can edit. */
import type { Engine } from '../config.js';
import { engineError } from '../errors.js';
import type { EngineLayer, Size } from '../layer.js';
import type { TensorPlace } from '../tensor-place.js';

/** Names the format in `engine.json`. */
export const planFormat = 'heddle engine plan';
export const planVersion = 2;

export interface PlannedTensor {
  readonly name: string;
  readonly size: Size;
  /** It has a region in DRAM: the input, results, and what leaves the chip and comes back. */
  readonly dram: boolean;
}

export interface PlannedLayer {
  readonly name: string;
  readonly op: EngineLayer['op'];
  readonly kernel: string;
  readonly input: string;
  readonly residual?: string;
  readonly output: string;
}

/** A place of the X-RAM during a group. */
export interface PlannedPlace extends TensorPlace {
  readonly tensor: string;
  /** Rows come by s_axis_x in this group, from a layer of this group, or lie there since a group before. */
  readonly from: 'dram' | 'layer' | 'before';
}

/**
 * Layers that run together, strip by strip: each computes the rows that the next one needs for its strip. Tensors between them
 * lie in rings of rows.
 */
export interface PlannedGroup {
  readonly layers: readonly PlannedLayer[];
  /** Output rows of the last layer in a strip; all of them: in one go. */
  readonly rows: number;
  /** Weights of the only layer that has some stay in the ring for all strips. */
  readonly keepWeights: boolean;
  readonly places: readonly PlannedPlace[];
  /** Bytes that it moves, weights included. */
  readonly bytes: number;
  /** Why, one sentence. */
  readonly note: string;
}

/** Everything that a program needs beside the weights. */
export interface EnginePlan {
  readonly format: typeof planFormat;
  readonly version: typeof planVersion;
  readonly network: string;
  readonly engine: ReturnType<Engine['toJSON']>;
  readonly input: string;
  readonly tensors: readonly PlannedTensor[];
  readonly groups: readonly PlannedGroup[];
}

/** A plan from JSON text. Throws H2209 for anything that is not one. */
export function readPlan(text: string, path = 'engine.json'): EnginePlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw engineError('H2209', path, error instanceof Error ? error.message : String(error));
  }
  const plan = value as Partial<EnginePlan> | null;
  if (plan?.format !== planFormat || plan.version !== planVersion)
    throw engineError('H2209', path, `is not a "${planFormat}" of version ${planVersion}`);
  if (!Array.isArray(plan.tensors) || !Array.isArray(plan.groups) || plan.engine === undefined)
    throw engineError('H2209', path, 'tensors, groups or engine are missing');
  return plan as EnginePlan;
}

/** True where text looks like a plan, whatever its version. */
export function looksLikePlan(text: string): boolean {
  return text.includes(`"${planFormat}"`);
}
