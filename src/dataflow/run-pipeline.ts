/** Samples through the composed cycle model: what comes out, and when. */
import { FifoModel } from '../blocks/stream/fifo.model.js';
import { randomStream } from '../base/random.js';
import { type StallGenerator, type StallPair, stallGenerator } from '../cosim/stalls.js';
import { type Channel, fires } from '../simulator/cycle-model.js';
import type { Chain, ChainNode, WeightPort } from './chain.js';
import { beatsPerSample, patienceOf } from './chain-streams.js';
import { type CycleFigures, FigureCounter } from './cycle-figures.js';
import { PipelineModel, type PipelineStage } from './pipeline-model.js';
import { packSamples, unpackSamples } from './port-beats.js';
import type { FramedBeat } from './stages/frame.model.js';
import type { MatvecModel } from './stages/matvec.model.js';

export interface PipelineRunOptions {
  /** Stall patterns of the input port and the weight ports (source) and of the output port (sink). Default: never stalled. */
  readonly stalls?: StallPair;
  /** Of the stall patterns. Default 1. */
  readonly seed?: bigint;
  /** Whether output lanes are two's complement. Default false. */
  readonly signedOutput?: boolean;
}

export interface NodeRun {
  readonly name: string;
  readonly stage: string;
  readonly kind: ChainNode['kind'];
  /** Of the beats that leave the node (at its first output). */
  readonly cycles: CycleFigures;
  /** Cycles in which the node took a beat (at its first input); of a matrix-vector unit, cycles in which it multiplied. */
  readonly busy: number;
}

export interface FifoRun {
  readonly name: string;
  readonly depth: number;
  /** Most beats held. */
  readonly peak: number;
}

export interface PipelineRun {
  /** Output codes [samples][elements]. */
  readonly outputs: Float64Array;
  /** Beats of both ports, in order. */
  readonly inputBeats: readonly FramedBeat[];
  readonly outputBeats: readonly FramedBeat[];
  readonly cycles: CycleFigures;
  readonly nodes: readonly NodeRun[];
  readonly fifos: readonly FifoRun[];
}

interface Watch {
  readonly stage: PipelineStage;
  readonly counter: FigureCounter;
  taken: number;
}

/** Runs codes [samples][elements] of the input port through the chain until every result is out. */
export function runPipelineModel(
  chain: Chain,
  codes: ArrayLike<number>,
  { stalls, seed = 1n, signedOutput = false }: PipelineRunOptions = {},
): PipelineRun {
  const inputBeats = packSamples(chain.input, codes);
  const due = (codes.length / chain.input.elements) * chain.output.beats;
  const model = new PipelineModel(chain);
  const beats = beatsPerSample(chain);
  const watches = model.stages.map((stage): Watch => ({
    stage,
    counter: new FigureCounter(beats.get(stage.node.outputs[0]!) ?? 1),
    taken: 0,
  }));
  const counter = new FigureCounter(chain.output.beats);
  const outputBeats: FramedBeat[] = [];
  const offers = opener(stalls?.source, 'source', seed);
  const takes = opener(stalls?.sink, 'sink', seed);
  const patience = patienceOf(chain);

  const { input, output } = model;
  const feeds = (chain.weightPorts ?? []).map((port) => {
    const opens = opener(stalls?.source, 'source', seed, port.stream);
    return new WeightFeed(port, model.weights.get(port.stream)!, opens);
  });
  model.reset();
  let sent = 0;
  let start = 0;
  let [inputFired, outputFired, outputSeen] = [false, false, false];
  for (let cycle = 0, quiet = 0; outputBeats.length < due; cycle++, quiet++) {
    const next = inputBeats[sent];
    const open = offers({ fired: inputFired, seen: false, last: next?.last ?? false });
    input.valid = next !== undefined && (open || (input.valid && !inputFired));
    if (next !== undefined) input.data = next.data;
    output.ready = takes({ fired: outputFired, seen: outputSeen, last: outputSeen && output.data.last });
    for (const feed of feeds) feed.offer();
    model.settle();
    inputFired = fires(input);
    outputFired = fires(output);
    outputSeen = output.valid;
    if (inputFired && sent++ === 0) start = cycle;
    if (outputFired) {
      outputBeats.push(output.data);
      counter.record(cycle - start);
      quiet = 0;
    }
    for (const watch of watches) {
      if (fires(watch.stage.outputs[0]!)) watch.counter.record(cycle - start);
      if (fires(watch.stage.inputs[0] ?? watch.stage.outputs[0]!)) watch.taken++;
    }
    for (const feed of feeds) feed.step();
    model.tick();
    if (quiet > patience) throw new Error(`${chain.name}: no beat came out for ${patience} cycles`);
  }
  return {
    outputs: unpackSamples(
      chain.output,
      outputBeats.map(({ data }) => data),
      signedOutput,
    ),
    inputBeats,
    outputBeats,
    cycles: counter.figures(),
    nodes: watches.map(nodeRun),
    fifos: model.stages.flatMap(({ node, model: each }) =>
      each instanceof FifoModel && node.kind === 'fifo'
        ? [{ name: node.name, depth: node.params.DEPTH, peak: each.peak }]
        : [],
    ),
  };
}

function nodeRun({ stage: { node, model }, counter, taken }: Watch): NodeRun {
  const { name, stage, kind } = node;
  return { name, stage, kind, cycles: counter.figures(), busy: 'busy' in model ? (model as MatvecModel).busy : taken };
}

function opener(
  stall: StallPair['source'] | undefined,
  side: 'source' | 'sink',
  seed: bigint,
  label: string = side,
): StallGenerator {
  if (stall === undefined) return () => true;
  return stallGenerator(stall, { side, capacity: 16, random: randomStream(seed, label) });
}

/** The words of a weight port again and again, on offer when `opens` says so and then until they are taken. */
class WeightFeed {
  #next = 0;
  #fired = false;
  constructor(
    readonly port: WeightPort,
    readonly channel: Channel<bigint>,
    readonly opens: StallGenerator,
  ) {}

  offer(): void {
    const { beats } = this.port;
    const open = this.opens({ fired: this.#fired, seen: false, last: this.#next === beats.length - 1 });
    this.channel.valid = open || (this.channel.valid && !this.#fired);
    this.channel.data = beats[this.#next] ?? 0n;
  }

  step(): void {
    this.#fired = fires(this.channel);
    if (this.#fired) this.#next = (this.#next + 1) % this.port.beats.length;
  }
}
