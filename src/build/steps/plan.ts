/** Step 3: a folding for every layer and the chain of modules that it gives. */
import type { Plan } from '../../dataflow/plan.js';
import { boundOf, intervalOf, planFor, type PlanRequest, slowestLayer } from '../plan-goal.js';
import { boardFor } from '../backend.js';
import { describeNextStep, nextStep } from '../folding-plan.js';
import type { Imported } from './import.js';

export interface Planned extends Plan {
  /** Predicted cycles between samples. */
  readonly interval: number;
  /** What bounds it, in words. */
  readonly bound: string;
  /** Cycles of the slowest layer: the interval without the ports. */
  readonly stageInterval: number;
  /** The next step up and its price, in words; absent where the ports bound the interval. */
  readonly next?: string;
}

export function planStep({ network }: Imported, request: PlanRequest): Planned {
  const plan = planFor(network, request);
  const { chain } = plan;
  const stageInterval = slowestLayer(plan);
  const board = boardFor(request.board);
  const weightBeats = (chain.weightPorts ?? []).map(({ beats, turns }) => beats.length * turns);
  const step =
    Math.max(chain.input.beats, chain.output.beats, ...weightBeats) < stageInterval
      ? nextStep(network, plan, board.resources, board.family)
      : undefined;
  const next = step === undefined ? {} : { next: describeNextStep(step, board.name) };
  return { ...plan, interval: intervalOf(plan), bound: boundOf(plan), stageInterval, ...next };
}

export function describePlan({ interval, bound, stageInterval }: Planned): string {
  return `interval ${interval.toLocaleString('en-US')} cycles, bound by ${bound} (layers: ${stageInterval.toLocaleString('en-US')})`;
}
