/** What a build is asked for and what its steps leave: plain data. */
import type { ImportOptions, Imported } from './steps/import.js';
import type { PlanRequest } from './plan-goal.js';
import type { Checked } from './steps/check.js';
import type { Generated } from './steps/generate.js';
import type { Packaged } from './steps/package.js';
import type { Planned } from './steps/plan.js';
import type { Simulated } from './steps/simulate.js';

export const stepNames = ['import', 'check', 'plan', 'generate', 'simulate', 'package'] as const;
export type StepName = (typeof stepNames)[number];

export interface BuildOptions extends ImportOptions, PlanRequest {
  /** Output directory. */
  readonly output: string;
  /** What --engine says; the dataflow back end without it. */
  readonly engine?: string | undefined;
  readonly samples?: number | undefined;
  /** Technology of a chip (`tech.json`). */
  readonly tech?: string | undefined;
  /** With `tech`: switching activity of the samples for the scripts of synthesis. */
  readonly activity?: boolean | undefined;
  /** Memory side of the top with registers in soc/; without it the dataflow back end has registers nowhere, the engine its streams. */
  readonly memory?: 'stream' | 'mapped' | undefined;
  /** With `memory`: weight images of the dataflow top may have float32 numbers, cast in hardware. */
  readonly floatWeights?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Results by step, as far as the build went. */
export interface BuildResults {
  readonly import?: Imported;
  readonly check?: Checked;
  readonly plan?: Planned;
  readonly generate?: Generated;
  readonly simulate?: Simulated;
  readonly package?: Packaged;
}

export interface StepLog {
  readonly name: StepName;
  readonly line: string;
  readonly seconds: number;
  readonly resumed: boolean;
}

export interface BuildOutcome {
  readonly results: BuildResults;
  readonly logs: readonly StepLog[];
}
