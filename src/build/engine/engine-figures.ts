/** Cycles, work and traffic of an engine, layer by layer. */
import type { CycleFigures } from '../../dataflow/cycle-figures.js';
import { layerWork } from '../../engine/layer-work.js';
import { modelledProgram } from '../../engine/profile/layer-cycles.js';
import type { EngineProgram } from '../../engine/program.js';
import type { PassCycles } from '../../engine/run-core.js';

/** A layer of one frame. */
export interface EngineLayerFigures {
  readonly name: string;
  readonly op: string;
  readonly shape: string;
  /** Layers with the same number run strip by strip. */
  readonly group: number;
  readonly passes: number;
  /** Multiplications of weights and pixels that exist. */
  readonly macs: number;
  readonly bytes: { readonly weights: number; readonly pixels: number; readonly results: number };
  /** Null where nothing was simulated. */
  readonly cycles: number | null;
  readonly steps: number | null;
  readonly stalls: PassCycles['stalls'] | null;
  /** macs / (cycles * PEs); null for layers without multiplications. */
  readonly utilization: number | null;
}

const sum = <T>(list: readonly T[], of: (each: T) => number): number =>
  list.reduce((total, each) => total + of(each), 0);

/** `passes`: cycles of every pass of a frame, in their order. */
export function engineLayerFigures(
  program: EngineProgram,
  passes: readonly PassCycles[] | undefined,
): EngineLayerFigures[] {
  const { engine, network, loads } = program;
  const readers = new Map(
    program.plan.groups.flatMap(({ layers, places }, group) =>
      places
        .filter(({ from }) => from === 'dram')
        .map(({ tensor }) => [
          `${group} ${tensor}`,
          layers.find(({ input, residual }) => input === tensor || residual === tensor)?.name,
        ]),
    ) as readonly (readonly [string, string])[],
  );
  return network.layers.map(({ layer }) => {
    const own = program.passes.flatMap((pass, index) => (pass.layer.layer === layer ? [{ ...pass, index }] : []));
    const group = own[0]?.group ?? 0;
    const loaded = loads.filter(
      (load) => load.group === group && readers.get(`${group} ${load.tensor}`) === layer.name,
    );
    const timed = passes === undefined ? undefined : own.flatMap(({ index }) => passes[index] ?? []);
    const cycles =
      timed === undefined
        ? null
        : sum(timed, ({ gap, steps, stalls }) => gap + steps + sum(Object.values(stalls), (each) => each));
    const macs = layerWork(layer);
    const stalls = timed?.reduce<Record<string, number>>((total, pass) => {
      for (const [cause, count] of Object.entries(pass.stalls)) total[cause] = (total[cause] ?? 0) + count;
      return total;
    }, {});
    const { input: i, output: o } = layer;
    return {
      ...{ name: layer.name, op: layer.op, group, passes: own.length, macs },
      shape: `${i.height}x${i.width}x${i.channels} > ${o.height}x${o.width}x${o.channels}`,
      bytes: {
        weights: sum(own, ({ weights }) => weights.bytes),
        pixels: sum(loaded, ({ head, rows }) => head.bytes + rows.bytes),
        results: sum(own, ({ results }) => sum(results, ({ bytes }) => bytes)),
      },
      ...{ cycles, steps: timed === undefined ? null : sum(timed, (pass) => pass.steps) },
      stalls: stalls === undefined ? null : (stalls as PassCycles['stalls']),
      utilization: cycles === null || macs === 0 ? null : macs / (cycles * engine.processingElements),
    };
  });
}

/** Frames by the model without data: all take the same. */
export function predictedFrames(
  program: EngineProgram,
  samples: number,
): { readonly cycles: number; readonly first: number }[] {
  const { cycles, firstOutput: first } = modelledProgram(program);
  return Array.from({ length: samples }, () => ({ cycles, first }));
}

/** Figures of frames that run one behind the other, each from a start: cycle 0 is the first beat of the first one. */
export function frameFigures(frames: readonly { readonly cycles: number; readonly first: number }[]): CycleFigures {
  const [one] = frames;
  const total = sum(frames, ({ cycles }) => cycles);
  const rest = total - (one?.cycles ?? 0);
  return {
    first_output: one?.first ?? 0,
    first_sample: (one?.cycles ?? 1) - 1,
    steady_interval: frames.length > 1 ? rest / (frames.length - 1) : null,
    total: total - 1,
  };
}
