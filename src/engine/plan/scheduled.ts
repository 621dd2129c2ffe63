/** A schedule as data: passes, loads and tensors in the order of their streams. */
import type { Descriptor } from '../descriptor.js';
import type { PassPlan } from '../passes.js';
import type { Slab } from './layer-traffic.js';
import type { NetworkLayer } from './lower-stages.js';

/** A pass with its layer, and the tensor in DRAM that its results belong to. */
export interface ScheduledPass {
  readonly pass: PassPlan;
  readonly layer: NetworkLayer;
  readonly group: number;
  readonly result: string | undefined;
}

/** A packet of s_axis_x: rows of one slab of a tensor. */
export interface ScheduledLoad {
  readonly tensor: string;
  readonly group: number;
  readonly slab: number;
  readonly row0: number;
  readonly rows: number;
  readonly descriptor: Descriptor;
  /** Packets of m_axis_y that must be in DRAM before. */
  readonly after: number;
}

/** A tensor that is in DRAM. */
export interface StoredTensor {
  readonly name: string;
  readonly slabs: readonly Slab[];
  readonly unsigned: boolean;
  /** Phases in which the host writes the input; 1 for what the engine writes. */
  readonly phases: number;
}

export interface Schedule {
  readonly passes: readonly ScheduledPass[];
  readonly loads: readonly ScheduledLoad[];
  readonly stored: ReadonlyMap<string, StoredTensor>;
}
