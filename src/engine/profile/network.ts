/** The table of a connected network: planned as a whole, tensors on the chip wherever they fit, pools and additions counted. */
import type { Engine } from '../config.js';
import type { DrivenCore } from '../driven-core.js';
import { planNetwork } from '../plan/plan-network.js';
import type { EngineNetwork, NetworkLayer } from '../plan/lower-stages.js';
import { programOf, trafficOf, type EngineProgram } from '../program.js';
import { referenceLayer } from '../reference.js';
import { driveProgram, type ProgramMemory } from '../run-network.js';
import { randomImage } from '../table/table-network.js';
import { boundOf } from './bound.js';
import { type LayerCycles, modelledProgram, type PassUse, simulatedPasses } from './layer-cycles.js';
import { compiledCore, type Profile, type ProfiledLayer } from './profile.js';
import { layerMacs } from './work.js';

export interface NetworkProfileRequest {
  readonly network: EngineNetwork;
  readonly engine: Engine;
  readonly via: 'model' | 'simulator' | 'verilator';
  /** The circuit in another form than the built-in simulator. */
  readonly core?: DrivenCore | undefined;
  /** Codes of the input; random ones where it is left out. */
  readonly image?: ArrayLike<number> | undefined;
  readonly seed: bigint;
  readonly bytesPerCycle?: number;
  readonly progress?: (detail: string) => void;
}

/** Plans and runs a frame. */
export function profileNetwork(request: NetworkProfileRequest): Profile {
  const { network, engine, via, progress } = request;
  progress?.('the network is planned');
  const program = programOf(planNetwork(engine, network), network);
  const predicted = modelledProgram(program);
  const simulated = via === 'model' ? undefined : simulate(request, program);
  const used = simulated ?? predicted;
  const expected = cyclesOf(program, predicted);
  const own = cyclesOf(program, used);
  const ms = (cycles: number): number => cycles / (engine.frequencyMHz * 1e3);
  const layers = network.layers.map((layer): ProfiledLayer => {
    const cycles = own.get(layer) as LayerCycles;
    const macs = layer.layer.weights === undefined ? { all: 0, valid: 0 } : layerMacs(layer.layer);
    const bytes = bytesOf(program, layer);
    const time = ms(cycles.cycles);
    return {
      ...{ name: layer.layer.name, mop: (2 * macs.all) / 1e6, memMb: bytes / 1e6, ms: time },
      ...{ gops: (2 * macs.all) / time / 1e6, mbs: bytes / time / 1e3, bound: boundOf(cycles) },
      ...{ utilization: macs.valid / (engine.processingElements * cycles.cycles), note: noteOf(program, layer) },
      ...{ cyclesPredicted: expected.get(layer)?.cycles ?? 0, steps: cycles.steps, stalls: cycles.stalls ?? null },
      cyclesSimulated: simulated === undefined ? null : cycles.cycles,
      mismatches: simulated?.mismatches.get(layer.output) ?? null,
    };
  });
  const valid = network.layers.reduce(
    (sum, { layer }) => sum + (layer.weights === undefined ? 0 : layerMacs(layer).valid),
    0,
  );
  const latencyMs = ms(used.cycles);
  return {
    ...{ network: network.name, engine, via, layers, cycles: used.cycles, fps: 1e3 / latencyMs, latencyMs },
    dramBytes: trafficOf(program).total,
    mismatches: simulated === undefined ? null : [...simulated.mismatches.values()].reduce((a, b) => a + b, 0),
    utilization: valid / (engine.processingElements * used.cycles),
    simulationSeconds: simulated?.seconds ?? null,
  };
}

/** Cycles of every layer: from the last step of the pass in front to that of each of its passes. */
function cyclesOf(
  program: EngineProgram,
  { passes, cycles }: { readonly passes: readonly PassUse[]; readonly cycles: number },
): ReadonlyMap<NetworkLayer, LayerCycles> {
  const found = new Map<NetworkLayer, LayerCycles>();
  let before = -1;
  passes.forEach((pass, index) => {
    const layer = program.passes[index]?.layer as NetworkLayer;
    const tail = index === passes.length - 1 ? cycles - 1 - pass.end : 0;
    const waited = pass.weights + pass.rows + pass.drain + pass.residual + pass.preparation;
    const sum = found.get(layer);
    const of = (name: keyof NonNullable<LayerCycles['stalls']>, more: number): number =>
      (sum?.stalls?.[name] ?? 0) + more;
    found.set(layer, {
      cycles: (sum?.cycles ?? 0) + pass.end - before + tail,
      steps: (sum?.steps ?? 0) + pass.steps,
      stalls: {
        start: of('start', pass.end - before - pass.steps - waited),
        ...{ weights: of('weights', pass.weights), rows: of('rows', pass.rows), drain: of('drain', pass.drain + tail) },
        ...{ residual: of('residual', pass.residual), preparation: of('preparation', pass.preparation) },
      },
    });
    before = pass.end;
  });
  return found;
}

/** Bytes of a layer's passes, and of the loads of what it is the first to read. */
function bytesOf({ passes, loads, network }: EngineProgram, layer: NetworkLayer): number {
  const own = passes.filter((pass) => pass.layer === layer);
  const reads = (tensor: string): boolean =>
    network.layers.find(({ input, residual }) => input === tensor || residual === tensor) === layer;
  const pieces = [
    ...own.flatMap(({ weights, results }) => [weights, ...results]),
    ...loads.filter(({ tensor }) => reads(tensor)).flatMap(({ head, rows }) => [head, rows]),
  ];
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}

const noteOf = ({ plan, passes }: EngineProgram, layer: NetworkLayer): string =>
  plan.groups[passes.find((pass) => pass.layer === layer)?.group ?? 0]?.note ?? '';

interface SimulatedNetwork {
  readonly seconds: number;
  readonly passes: readonly PassUse[];
  readonly cycles: number;
  /** Results that differ, for every tensor that left the chip. */
  readonly mismatches: ReadonlyMap<string, number>;
}

function simulate(
  { engine, seed, bytesPerCycle, progress, core, image: given }: NetworkProfileRequest,
  program: EngineProgram,
): SimulatedNetwork {
  const sim = core ?? compiledCore(engine);
  const image = given === undefined ? randomImage(program.network, seed) : Int16Array.from(given);
  let seconds = 0;
  const { memory, run } = driveProgram(sim, program, image, {
    played: (more) => (seconds += more),
    ...(bytesPerCycle === undefined ? {} : { bytesPerCycle }),
    progress: (passes, cycles) =>
      progress?.(`${passes} of ${program.passes.length} passes, ${(cycles / 1e6).toFixed(1)} Mcycles`),
  });
  progress?.('results are compared with the reference');
  return { passes: simulatedPasses(run), cycles: run.cycles, mismatches: compared(program, memory, image), seconds };
}

function compared({ network, regions }: EngineProgram, memory: ProgramMemory, image: Int16Array): Map<string, number> {
  const values = new Map<string, Int16Array>([[network.input, image]]);
  const counts = new Map<string, number>();
  for (const { layer, input, residual, output } of network.layers) {
    const other = residual === undefined ? undefined : values.get(residual);
    const expected = referenceLayer(layer, values.get(input) ?? new Int16Array(), other);
    values.set(output, expected);
    if (!regions.has(output)) continue;
    const found = memory.tensor(output);
    counts.set(
      output,
      expected.reduce((sum, value, i) => sum + (value === found[i] ? 0 : 1), 0),
    );
  }
  return counts;
}
