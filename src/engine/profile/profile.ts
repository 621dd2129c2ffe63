/** The table of a network on an engine: what every layer takes, and what bounds it. */
import { buildDesign } from '../../hdl/index.js';
import { compile, elaborate } from '../../simulator/index.js';
import type { Engine } from '../config.js';
import type { DrivenCore } from '../driven-core.js';
import { engineError } from '../errors.js';
import { jobFeed, jobResults } from '../job-streams.js';
import type { EngineLayer } from '../layer.js';
import { type LayerPlan, planJob } from '../plan/plan-job.js';
import { referenceLayer } from '../reference.js';
import { engineCore, engineValues } from '../rtl/engine.js';
import { type CoreOptions, type CoreRun, runCoreJob } from '../run-core.js';
import { randomInput } from '../table/table-layers.js';
import { type BoundBy, boundBy } from './bound.js';
import { formulaCycles, type JobCycles, type LayerStalls, modelledCycles, simulatedCycles } from './layer-cycles.js';
import { layerMacs } from './work.js';

export const profileVias = ['formula', 'model', 'simulator', 'verilator'] as const;
export type ProfileVia = (typeof profileVias)[number];

export interface ProfileRequest {
  readonly network: string;
  /** Layers that run one behind the other, each on a random input of its own. */
  readonly layers: readonly EngineLayer[];
  readonly engine: Engine;
  readonly via: ProfileVia;
  readonly seed: bigint;
  /** The circuit in another form than the built-in simulator: Verilator's, which is made outside. */
  readonly core?: DrivenCore | undefined;
  /** Bytes that memory moves in a cycle, all ports together; absent: as many as the ports take. Only in the simulator. */
  readonly bytesPerCycle?: number;
  /** Tells what is going on. */
  readonly progress?: (detail: string) => void;
}

export interface ProfiledLayer {
  readonly name: string;
  /** Million operations, two a multiply-accumulate, those that meet padding included. */
  readonly mop: number;
  /** Million bytes on the three ports. */
  readonly memMb: number;
  readonly ms: number;
  readonly gops: number;
  /** Multiply-accumulates that do not meet padding, of those that all PEs could do in the time. */
  readonly utilization: number;
  /** Million bytes a second. */
  readonly mbs: number;
  readonly bound: BoundBy;
  readonly cyclesPredicted: number;
  readonly cyclesSimulated: number | null;
  /** Cycles that the steps take, without any waiting. */
  readonly steps: number;
  readonly stalls: LayerStalls | null;
  /** Results that differ from the reference. */
  readonly mismatches: number | null;
  readonly note: string;
}

export interface Profile {
  readonly network: string;
  readonly engine: Engine;
  readonly via: ProfileVia;
  readonly layers: readonly ProfiledLayer[];
  readonly cycles: number;
  readonly fps: number;
  readonly latencyMs: number;
  readonly dramBytes: number;
  readonly mismatches: number | null;
  readonly utilization: number;
  /** Seconds that the cycles took in the simulation, ports included; null where nothing was simulated. */
  readonly simulationSeconds: number | null;
}

/** Runs a profile. Throws H2211 when there is nothing to run, and what planning throws. */
export function profile(request: ProfileRequest): Profile {
  const { layers, engine, network, via } = request;
  if (layers.length === 0) throw engineError('H2211', network, 'has no layers of this kind');
  const plans = planJob(
    engine,
    layers.map((layer) => ({ layer })),
  );
  const predicted = via === 'formula' ? formulaCycles(engine, plans) : modelledCycles(engine, plans);
  const simulated = via === 'simulator' || via === 'verilator' ? simulate(request, plans) : undefined;
  const used = simulated?.cycles ?? predicted;
  const seconds = (cycles: number): number => cycles / (engine.frequencyMHz * 1e6);
  const rows = plans.map((plan, index): ProfiledLayer => {
    const own = used.layers[index] as JobCycles['layers'][number];
    const macs = layerMacs(plan.layer);
    const { weights, pixels, results } = plan.traffic;
    const bytes = weights + pixels + results;
    const time = seconds(own.cycles);
    return {
      ...{ name: plan.layer.name, mop: (2 * macs.all) / 1e6, memMb: bytes / 1e6, ms: time * 1e3 },
      ...{ gops: (2 * macs.all) / time / 1e9, mbs: bytes / time / 1e6 },
      utilization: macs.valid / (engine.processingElements * own.cycles),
      ...{ bound: boundBy(engine, plan, own), note: plan.note, steps: own.steps, stalls: own.stalls ?? null },
      cyclesPredicted: predicted.layers[index]?.cycles ?? 0,
      cyclesSimulated: simulated === undefined ? null : own.cycles,
      mismatches: simulated?.mismatches[index] ?? null,
    };
  });
  const valid = layers.reduce((sum, layer) => sum + layerMacs(layer).valid, 0);
  const latency = seconds(used.cycles);
  return {
    ...{ network, engine, via, layers: rows, cycles: used.cycles, fps: 1 / latency, latencyMs: latency * 1e3 },
    dramBytes: simulated?.bytes ?? 1e6 * rows.reduce((sum, { memMb }) => sum + memMb, 0),
    mismatches: simulated?.mismatches.reduce((a, b) => a + b, 0) ?? null,
    utilization: valid / (engine.processingElements * used.cycles),
    simulationSeconds: simulated?.seconds ?? null,
  };
}

interface Simulated {
  readonly seconds: number;
  readonly cycles: JobCycles;
  /** Bytes of the beats that were moved. */
  readonly bytes: number;
  readonly mismatches: readonly number[];
}

function simulate(request: ProfileRequest, plans: readonly LayerPlan[]): Simulated {
  const { engine, seed, progress, bytesPerCycle } = request;
  const dense = plans.every(({ layer }) => layer.op === 'dense');
  progress?.('the circuit is compiled');
  const sim = request.core ?? compiledCore(engine, dense ? 0 : engine.DW);
  const images = plans.map(({ layer }) => randomInput(layer, seed));
  const total = plans.reduce((sum, { passes }) => sum + passes.length, 0);
  let seconds = 0;
  const options: CoreOptions = {
    played: (more) => (seconds += more),
    ...(bytesPerCycle === undefined ? {} : { bytesPerCycle }),
    progress: (passes, cycles) => progress?.(`${passes} of ${total} passes, ${(cycles / 1e6).toFixed(1)} Mcycles`),
  };
  const run = runCoreJob(sim, engine, jobFeed(engine, plans, images), options);
  const results = jobResults(engine, plans, run.outputs);
  const mismatches = plans.map(({ layer }, index) => {
    progress?.(`${layer.name}: results are compared with the reference`);
    return differences(referenceLayer(layer, images[index] ?? new Int8Array()), results[index]);
  });
  return { cycles: simulatedCycles(plans, run), bytes: movedBytes(engine, run), mismatches, seconds };
}

/** The core in the built-in simulator. `DW`: 0 leaves out the private windows, which dense layers do not need. */
export function compiledCore(engine: Engine, DW = engine.DW): DrivenCore {
  const design = buildDesign(engineCore({ ...engine.parameters, DW }));
  return compile(elaborate(design, { params: engineValues(engine) }));
}

const movedBytes = ({ WP, XP, YP }: Engine, { beats }: CoreRun): number =>
  (beats.weights * WP + beats.pixels * XP + beats.results * YP) / 8;

function differences(expected: Int16Array, results: Int16Array | undefined): number {
  let count = 0;
  for (let i = 0; i < expected.length; i++) if (expected[i] !== results?.[i]) count++;
  return count;
}
