/**
 * The prediction: when results leave, from the plan alone. No data is computed and no cycle is stepped; the unknowns are the
 * transfer times of beats, and `timing-equations.ts` says how each follows from others.
 *
 * Equal to cycle model and circuit, cycle by cycle, while the ports never stall.
 */
import type { Chain, ChainNode } from './chain.js';
import { beatsPerSample, inputStream, resultStream } from './chain-streams.js';
import { deadlockError } from './deadlock.js';
import { type CycleFigures, FigureCounter } from './cycle-figures.js';
import {
  bubbleRule,
  concatRule,
  globalRule,
  joinRule,
  type PlaceRule,
  PlaceTimes,
  poolRule,
  upsampleRule,
} from './place-times.js';
import { requantizeLatency } from './stages/requantize-parts.js';
import {
  CollectorTimes,
  type FreezePattern,
  FreezeTimes,
  QueueTimes,
  SplitterTimes,
  type TimedModule,
  vectorPattern,
} from './timing-equations.js';
import type { Times } from './times.js';
import { TimedGraph } from './timed-graph.js';
import { StreamedUnitTimes, TokenTimes, WordTimes } from './weights/weight-times.js';
import { patchWindowPattern, WindowTable, WindowTimes } from './window-times.js';

export interface NodeTiming {
  readonly name: string;
  readonly stage: string;
  readonly kind: ChainNode['kind'];
  /** Of the beats that leave the node (at its first output). */
  readonly cycles: CycleFigures;
}

export interface Timing {
  /** At the output port. */
  readonly cycles: CycleFigures;
  readonly nodes: readonly NodeTiming[];
}

/** Transfer times on every stream of a chain, by its name; short where the chain stops in a deadlock. */
export type StreamTimes = ReadonlyMap<string, Float64Array>;

/** What windows do in an image, by their parameters: kept by those who look at one chain many times. */
export type WindowOrders = Map<object, WindowTable | FreezePattern>;

/**
 * Pipelines with one enable as they are (`flow`), or holding no beat but the one at the output (`bubbles`): what pauses at the
 * ports can make of them at worst. Times with bubbles mean nothing; but a chain that does not stop then never stops.
 */
export type PipelineFill = 'flow' | 'bubbles';

/** How the times of a chain are found. */
export interface TimesRequest {
  /** Input beat k is on offer from this cycle on; all of them from the start where it is absent. */
  readonly pace?: ((k: number) => number) | undefined;
  /** May come from an earlier look at a chain with the same windows. */
  readonly orders?: WindowOrders | undefined;
  readonly fill?: PipelineFill | undefined;
}

/** The transfer times of a chain, sample after sample. */
export class ChainTimes {
  readonly #graph = new TimedGraph();
  readonly #streams: Map<string, Times>;
  readonly #beats: ReadonlyMap<string, number>;

  /** `room`: samples that will likely run. */
  constructor(
    readonly chain: Chain,
    readonly request: TimesRequest = {},
    room = 1,
  ) {
    const { orders = new Map<object, WindowTable | FreezePattern>(), fill = 'flow' } = request;
    this.#beats = beatsPerSample(chain);
    const make = (name: string) => this.#graph.stream(room * (this.#beats.get(name) ?? 1));
    this.#streams = new Map([[inputStream, make(inputStream)]]);
    for (const { stream } of chain.weightPorts ?? []) this.#streams.set(stream, make(stream));
    for (const node of chain.nodes) {
      const inputs = node.inputs.map((name) => this.#streams.get(name)!);
      const outputs = timeNode(this.#graph, node, inputs, { orders, fill });
      node.outputs.forEach((name, port) => this.#streams.set(name, outputs[port]!));
    }
  }

  /** Finds the times of the first `samples` samples, output always ready; those of fewer samples stay as they are. */
  run(samples: number): void {
    this.#graph.solve(this.#streams.get(inputStream)!, samples * this.chain.input.beats, this.request.pace);
  }

  /** Cycle of the last beat of a sample; infinite where it does not come out. */
  endOf(sample: number): number {
    return this.#streams.get(resultStream(this.chain))!.at((sample + 1) * this.chain.output.beats - 1);
  }

  /** Whether every beat of this sample moves `interval` cycles after that of the sample before. */
  repeats(sample: number, interval: number): boolean {
    for (const [name, times] of this.#streams) {
      const beats = this.#beats.get(name) ?? 0;
      for (let k = sample * beats; k < (sample + 1) * beats; k++)
        if (times.at(k) - times.at(k - beats) !== interval) return false;
    }
    return true;
  }

  times(): StreamTimes {
    return new Map([...this.#streams].map(([name, times]) => [name, times.known()]));
  }
}

/** All transfer times of `samples` samples. */
export function streamTimes(chain: Chain, samples: number, request?: TimesRequest): StreamTimes {
  const times = new ChainTimes(chain, request, samples);
  times.run(samples);
  return times.times();
}

/**
 * Predicts a run of `samples` samples back to back, output always ready, up to the cycle in which its last result leaves: what
 * a window takes of the last image without need may still be on its way then. Throws H2107 where the chain stops before.
 */
export function predictTiming(chain: Chain, samples: number): Timing {
  const streams = streamTimes(chain, samples);
  const result = streams.get(resultStream(chain))!;
  if (result.length < samples * chain.output.beats) throw deadlockError(chain, streams);
  const beats = beatsPerSample(chain);
  const end = result.at(-1) ?? 0;
  const nodes = chain.nodes.map(({ name, stage, kind, outputs: [first = ''] }): NodeTiming => ({
    name,
    stage,
    kind,
    cycles: figuresOf(streams.get(first)!, beats.get(first) ?? 1, end),
  }));
  return { cycles: figuresOf(result, chain.output.beats, end), nodes };
}

function figuresOf(times: Float64Array, beats: number, end: number): CycleFigures {
  const counter = new FigureCounter(beats);
  for (const time of times) {
    if (time > end) break;
    counter.record(time);
  }
  return counter.figures();
}

/** Adds the timed parts of a node behind `inputs`; its outputs come back, which are the inputs where it is only wires. */
function timeNode(
  graph: TimedGraph,
  node: ChainNode,
  inputs: readonly Times[],
  { orders, fill }: { readonly orders: WindowOrders; readonly fill: PipelineFill },
): readonly Times[] {
  const [input] = inputs as readonly [Times];
  const through = (from: Times, make: (input: Times, output: Times) => TimedModule): Times => {
    const to = graph.stream();
    graph.add(make(from, to), [from], [to]);
    return to;
  };
  const piped = (latency: number, pattern: FreezePattern = vectorPattern(1, 1)): readonly Times[] => [
    through(input, (i, o) =>
      fill === 'flow' ? new FreezeTimes(i, o, latency, pattern) : new PlaceTimes([i], [o], bubbleRule(pattern)),
    ),
  ];
  const inPlace = (rule: PlaceRule, copies = 1): readonly Times[] => {
    const to = Array.from({ length: copies }, () => graph.stream());
    graph.add(new PlaceTimes(inputs, to, rule), inputs, to);
    return to;
  };
  const kept = <T extends WindowTable | FreezePattern>(params: object, make: () => T): T => {
    const known = (orders.get(params) as T | undefined) ?? make();
    orders.set(params, known);
    return known;
  };
  const tableOf = ({ params, order }: Extract<ChainNode, { kind: 'sliding_window' }>) =>
    kept(params, () => new WindowTable(params, order));
  const patternOf = ({ params }: Extract<ChainNode, { kind: 'patch_window' }>) =>
    kept(params, () => patchWindowPattern(params));
  switch (node.kind) {
    case 'lane_truncate':
    case 'lane_extend':
      return inputs;
    case 'width_converter': {
      const { UP, DOWN, FRAME_IN, FRAME_OUT } = node.params;
      const wide = UP > 1 ? through(input, (i, o) => new CollectorTimes(i, o, UP, FRAME_IN)) : input;
      return [DOWN > 1 ? through(wide, (i, o) => new SplitterTimes(i, o, DOWN, FRAME_OUT)) : wide];
    }
    case 'fifo':
      return [through(input, (i, o) => new QueueTimes(i, o, node.params.DEPTH))];
    case 'register_slice':
      return [through(input, (i, o) => new QueueTimes(i, o, 2))];
    case 'weight_streamer': {
      const words = graph.stream();
      graph.add(new WordTimes(words), [], [words]);
      return [words];
    }
    case 'weight_store_stream':
      return [through(input, (times, o) => new WordTimes(o, { times, frame: node.params.FRAME }))];
    case 'frame_token': {
      const tokens = graph.stream();
      graph.addGate(new TokenTimes(input, tokens, node.params.BEATS, node.params.TOKENS), input, [tokens]);
      return [input, tokens];
    }
    case 'matvec_stream': {
      const { MH, MW, PE, SIMD } = node.params;
      const [to, both] = [graph.stream(), inputs as readonly [Times, Times]];
      const [beats, groups] = [MW / SIMD, MH / PE];
      const make = (steps: Times) => new PlaceTimes([steps], [to], poolRule(beats));
      const unit = new StreamedUnitTimes(both, to, beats, groups, fill === 'flow' ? undefined : make);
      graph.add(unit, inputs, [to]);
      return [to];
    }
    case 'matvec':
    case 'matvec_programmable': {
      const { MH, MW, PE, SIMD } = node.params;
      return piped(4, vectorPattern(MW / SIMD, MH / PE));
    }
    case 'depthwise':
      return piped(3, vectorPattern(node.params.K, 1));
    case 'lookup':
      return piped(1);
    case 'thresholds':
    case 'border_scale':
      return piped(2);
    case 'requantize':
      return piped(requantizeLatency(node.requantize));
    case 'sliding_window':
      return [through(input, (i, o) => new WindowTimes(i, o, tableOf(node), node.params.DEPTH))];
    case 'patch_window':
      return piped(2, patternOf(node));
    case 'pool':
      return inPlace(poolRule(node.params.K));
    case 'pool_global':
      return inPlace(globalRule(node.params.FOLDS, node.params.PIXELS));
    case 'upsample': {
      const { FOLDS, COLUMNS, FY, FX } = node.params;
      return inPlace(upsampleRule(FOLDS, COLUMNS, FY, FX));
    }
    case 'duplicate':
      return inPlace(joinRule, 2);
    case 'add':
      return inPlace(joinRule);
    case 'concat':
      return inPlace(concatRule([node.params.FOLDS0, node.params.FOLDS1]));
    case 'argmax': {
      const beats = node.params.N / node.params.PE;
      return [through(input, (i, o) => new CollectorTimes(i, o, beats, beats))];
    }
  }
}
