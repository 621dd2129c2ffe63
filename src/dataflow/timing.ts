/**
 * The prediction: when results leave, from the plan alone. No data is computed and no cycle is stepped; the unknowns are the
 * transfer times of beats, and `timing-equations.ts` says how each follows from others.
 *
 * Equal to cycle model and circuit, cycle by cycle, while the ports never stall.
 */
import type { Chain, ChainNode } from './chain.js';
import { beatsPerSample, type CycleFigures, FigureCounter } from './cycle-figures.js';
import {
  CollectorTimes,
  FreezeTimes,
  QueueTimes,
  SplitterTimes,
  type TimedModule,
  type Times,
} from './timing-equations.js';

export interface NodeTiming {
  readonly name: string;
  readonly stage: string;
  readonly kind: ChainNode['kind'];
  /** Of the beats behind the node. */
  readonly cycles: CycleFigures;
}

export interface Timing {
  /** At the output port. */
  readonly cycles: CycleFigures;
  readonly nodes: readonly NodeTiming[];
}

/** Predicts a run of `samples` samples back to back, output always ready. */
export function predictTiming(chain: Chain, samples: number): Timing {
  const streams: Times[] = [[]];
  const modules: TimedModule[] = [];
  const through = (make: (input: Times, output: Times) => TimedModule): void => {
    const input = streams.at(-1) ?? [];
    const output: Times = [];
    streams.push(output);
    modules.push(make(input, output));
  };
  const behind = chain.nodes.map((node): Times => {
    for (const make of equationsOf(node)) through(make);
    return streams.at(-1) ?? [];
  });
  solve(streams, modules, samples * chain.input.beats);
  const beats = beatsPerSample(chain);
  const nodes = chain.nodes.map(({ name, stage, kind }, i): NodeTiming => ({
    name,
    stage,
    kind,
    cycles: figuresOf(behind[i] ?? [], beats[i] ?? 1),
  }));
  return { cycles: figuresOf(streams.at(-1) ?? [], chain.output.beats), nodes };
}

function figuresOf(times: Times, beats: number): CycleFigures {
  const counter = new FigureCounter(beats);
  for (const time of times) counter.record(time);
  return counter.figures();
}

type Equations = (input: Times, output: Times) => TimedModule;

/** The timed parts of a node in stream order; none for wires. */
function equationsOf(node: ChainNode): Equations[] {
  switch (node.kind) {
    case 'lane_truncate':
    case 'lane_extend':
      return [];
    case 'width_converter': {
      const { UP, DOWN, FRAME_IN, FRAME_OUT } = node.params;
      return [
        ...(UP > 1 ? [(i: Times, o: Times) => new CollectorTimes(i, o, UP, FRAME_IN)] : []),
        ...(DOWN > 1 ? [(i: Times, o: Times) => new SplitterTimes(i, o, DOWN, FRAME_OUT)] : []),
      ];
    }
    case 'fifo':
      return [(i, o) => new QueueTimes(i, o, node.params.DEPTH)];
    case 'register_slice':
      return [(i, o) => new QueueTimes(i, o, 2)];
    case 'matvec': {
      const { MH, MW, PE, SIMD } = node.params;
      return [(i, o) => new FreezeTimes(i, o, 4, MW / SIMD, MH / PE)];
    }
    case 'thresholds':
      return [(i, o) => new FreezeTimes(i, o, 2)];
    case 'requantize':
      return [(i, o) => new FreezeTimes(i, o, 3)];
    case 'argmax': {
      const beats = node.params.N / node.params.PE;
      return [(i, o) => new CollectorTimes(i, o, beats, beats)];
    }
  }
}

/**
 * Finds all transfer times for `beats` input beats that are always on offer and an output that is always ready.
 *
 * Stream s runs from module s - 1 to module s. A stream is looked at again after one beside it has got on; the order does
 * not matter for the result.
 */
function solve(streams: readonly Times[], modules: readonly TimedModule[], beats: number): void {
  const offer = (s: number, times: Times): number | undefined => {
    if (s > 0) return modules[s - 1]?.offer();
    return times.length < beats ? (times.at(-1) ?? -1) + 1 : undefined;
  };
  const take = (s: number, from: number): number | undefined => {
    const consumer = modules[s];
    return consumer === undefined ? from : consumer.take(from);
  };
  const waiting = streams.map(() => false);
  const due: number[] = [];
  const wake = (s: number): void => {
    if (s < 0 || s >= streams.length || waiting[s] === true) return;
    waiting[s] = true;
    due.push(s);
  };
  wake(0);
  for (let s = due.pop(); s !== undefined; s = due.pop()) {
    waiting[s] = false;
    const times = streams[s] ?? [];
    const before = times.length;
    for (;;) {
      const from = offer(s, times);
      const time = from === undefined ? undefined : take(s, from);
      if (time === undefined) break;
      times.push(time);
    }
    if (times.length === before) continue;
    wake(s - 1);
    wake(s + 1);
  }
}
