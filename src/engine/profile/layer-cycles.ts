/** What every layer of a job did with its cycles, however they were found: by formula, by the cycle model, in simulation. */
import type { Engine } from '../config.js';
import { layerBound } from '../cycles.js';
import type { EngineWork } from '../model/engine-timing.js';
import { timeFrame } from '../model/frame-timing.js';
import type { LayerPlan } from '../plan/plan-job.js';
import type { EngineProgram } from '../program.js';
import type { CoreRun } from '../run-core.js';

/** Cycles without a step, by cause: what was not there. */
export interface LayerStalls {
  /** No pass ran: the next header had not come, or a pass waited for results to be written. */
  readonly start: number;
  /** Weight words or parameters had not come. */
  readonly weights: number;
  /** Rows of the input had not come. */
  readonly rows: number;
  /** The tile before was still leaving the array, or the output had no room. */
  readonly drain: number;
  readonly residual: number;
  /** The next output row was being prepared. */
  readonly preparation: number;
}

export interface LayerCycles {
  /** From the last step of the layer in front to its own; the last layer has the way out behind it too. */
  readonly cycles: number;
  readonly steps: number;
  /** Absent in the formula, which knows no waiting. */
  readonly stalls?: LayerStalls;
}

export interface JobCycles {
  /** From the first beat of the weight stream to the last result. */
  readonly cycles: number;
  readonly layers: readonly LayerCycles[];
}

/** One pass of a run, in the terms of {@link LayerStalls}. */
export interface PassUse extends Omit<LayerStalls, 'start'> {
  readonly end: number;
  readonly steps: number;
}

function dealt(plans: readonly LayerPlan[], passes: readonly PassUse[], cycles: number): JobCycles {
  let before = -1;
  const layers = plans.map((plan, index): LayerCycles => {
    const own = passes.slice(plan.pass0, plan.pass0 + plan.passes.length);
    const sum = (of: keyof PassUse): number => own.reduce((total, pass) => total + pass[of], 0);
    const end = own.at(-1)?.end ?? before;
    const used = sum('steps') + sum('weights') + sum('rows') + sum('drain') + sum('residual') + sum('preparation');
    const last = index === plans.length - 1;
    const layer: LayerCycles = {
      cycles: (last ? cycles - 1 : end) - before,
      steps: sum('steps'),
      stalls: {
        ...{ start: end - before - used, weights: sum('weights'), rows: sum('rows') },
        ...{ drain: sum('drain') + (last ? cycles - 1 - end : 0) },
        ...{ residual: sum('residual'), preparation: sum('preparation') },
      },
    };
    before = end;
    return layer;
  });
  return { cycles, layers };
}

/** What the passes of a simulated job did. */
export function simulatedPasses(run: CoreRun): PassUse[] {
  return run.passes.map(({ end, steps, stalls: s }): PassUse => ({
    ...{ end, steps, weights: s.weights + s.parameters, rows: s.rows, drain: s.drain },
    ...{ residual: s.residual, preparation: s.preparation },
  }));
}

/** The cycles of a simulated job. */
export function simulatedCycles(plans: readonly LayerPlan[], run: CoreRun): JobCycles {
  return dealt(plans, simulatedPasses(run), run.cycles);
}

/** What passes do by the cycle model of the engine. */
export interface ModelledPasses {
  readonly passes: PassUse[];
  readonly cycles: number;
  /** Cycle of the first result. */
  readonly firstOutput: number;
}

/**
 * Passes by the cycle model, ports at full rate. `after`: for every packet of pixels, packets of results that must have left
 * before it can be read.
 */
export function modelledPasses(engine: Engine, work: EngineWork, after: readonly number[] = []): ModelledPasses {
  const run = timeFrame(engine, work, { after });
  const passes = run.passes.map(({ last, steps, stalls: s }): PassUse => ({
    ...{ end: last, steps, weights: s.weights + s.parameters, rows: s.input, drain: s.drain },
    ...{ residual: s.residual, preparation: s.row },
  }));
  return { passes, cycles: run.cycles + 1, firstOutput: run.firstResult };
}

/** The passes of a frame: rows that come back from DRAM wait until they are there. */
export function modelledProgram({ engine, passes, loads }: EngineProgram): ModelledPasses {
  const headers = passes.map(({ pass }) => pass.header);
  const taps = passes.map(({ pass }) => pass.taps);
  const descriptors = loads.map(({ descriptor }) => descriptor);
  return modelledPasses(
    engine,
    { headers, taps, descriptors },
    loads.map(({ after }) => after),
  );
}

/** The cycles of a job by the cycle model of the engine. */
export function modelledCycles(engine: Engine, plans: readonly LayerPlan[]): JobCycles {
  const headers = plans.flatMap((plan) => plan.passes.map(({ header }) => header));
  const descriptors = plans.flatMap((plan) => plan.inputs.map(({ descriptor }) => descriptor));
  const taps = plans.flatMap((plan) => plan.passes.map((pass) => pass.taps));
  const { passes, cycles } = modelledPasses(engine, { headers, taps, descriptors });
  return dealt(plans, passes, cycles);
}

/** What steps, drain and ports need at least: nothing waits at the beginning of a layer. */
export function formulaCycles(engine: Engine, plans: readonly LayerPlan[]): JobCycles {
  const layers = plans.map(({ passes, traffic }): LayerCycles => {
    const { cycles, steps } = layerBound(engine, passes, (8 * traffic.pixels) / engine.XP);
    return { cycles, steps };
  });
  return { cycles: layers.reduce((sum, { cycles }) => sum + cycles, 0), layers };
}
