/**
 * The whole engine without data: headers and descriptors say what is done, and in every cycle the model knows which beats are
 * taken and offered, whether a step is issued, and what it waits for. Equal to the hardware in each cycle.
 */
import type { Engine } from '../config.js';
import type { Descriptor } from '../descriptor.js';
import type { Header } from '../header.js';
import type { Tap } from '../tap.js';
import { ISSUE_LATENCY, ISSUE_TO_DRAIN, ISSUE_TO_WEIGHTS } from '../latency.js';
import { JobCounter } from './job-counter.js';
import { OutputTiming } from './output-timing.js';
import type { PassProgram } from './pass-rows.js';
import { PixelPortTiming } from './pixel-port-timing.js';
import { PostTiming } from './post-timing.js';
import { ResidualTiming } from './residual-timing.js';
import { SequencerModel, type IssuedStep, type SequencerOutputs } from './sequencer.js';
import { WeightPortTiming } from './weight-port-timing.js';

/** What the packets of both streams say, in order. */
export interface EngineWork {
  readonly headers: readonly Header[];
  readonly descriptors: readonly Descriptor[];
  /** Tap programs of the passes; only those of passes with residual are looked at. */
  readonly taps?: readonly (readonly Tap[])[];
}

/** What stands at the ports in a cycle. */
export interface EngineWires {
  readonly enable: boolean;
  /** Beats that are offered, and whether each is the last one of its packet. */
  readonly weightValid: boolean;
  readonly weightLast: boolean;
  readonly pixelValid: boolean;
  readonly pixelLast: boolean;
  readonly resultReady: boolean;
}

export class EngineTiming {
  readonly weights: WeightPortTiming;
  readonly pixels: PixelPortTiming;
  readonly output: OutputTiming;
  readonly jobs = new JobCounter();
  readonly #programs: readonly PassProgram[];
  readonly #sequencer: SequencerModel;
  readonly #post: PostTiming;
  readonly #residual: ResidualTiming | undefined;
  #now = 0;
  #loaded = 0;
  /** Steps on their way through the sequencer, the newest in bit 0. */
  #steps = 0;

  constructor(
    readonly engine: Engine,
    readonly work: EngineWork,
  ) {
    const { headers, descriptors, taps } = work;
    this.#programs = headers.map((header, pass) => ({ header, taps: taps?.[pass] ?? [] }));
    this.#residual = headers.some(({ res }) => res === 1) ? new ResidualTiming(engine) : undefined;
    let [header, descriptor] = [0, 0];
    this.weights = new WeightPortTiming(engine, () => {
      const next = headers[header++];
      if (next === undefined) throw new Error('a packet of weights without a header');
      return next;
    });
    this.pixels = new PixelPortTiming(engine, () => descriptors[descriptor++]);
    this.output = new OutputTiming(engine);
    this.#post = new PostTiming(engine);
    const { P, G, M, D, YD } = engine;
    this.#sequencer = new SequencerModel({ P, G, M, D, YD, FREE: ISSUE_LATENCY + ISSUE_TO_WEIGHTS });
  }

  /** A step is in the outputs of the sequencer. */
  get step(): boolean {
    return ((this.#steps >> (ISSUE_LATENCY - 1)) & 1) === 1;
  }

  // Objects that are made in every cycle are written field by field: spreading costs more than all the rest.
  /** One cycle: outputs that are fields are those of this cycle before the call, of the next one behind it. */
  cycle(wires: EngineWires): SequencerOutputs {
    const post = this.#post;
    const { weights, pixels, output, jobs } = this;
    const { passesDone } = jobs;
    const offered = weights.offered && wires.enable ? this.#programs[this.#loaded] : undefined;
    const ringFreed = this.#sequencer.ringFreed;
    const outputs = this.#sequencer.cycle({
      offered,
      configReady: post.configReady,
      tokens: pixels.tokens,
      passesDone,
      ringWrite: weights.passes && weights.state === 'words',
      parametersFull: weights.paramsFull,
      credit: output.credit,
      residualReady: this.#residual?.ready ?? true,
    });
    const { taken, issued } = outputs;
    if (issued?.last === true) this.#tileEnds(issued);
    const begins = taken !== undefined;
    this.#residual?.tick(taken?.header, issued, this.step, outputs.stalled);
    if (begins) this.#loaded++;
    weights.tick(wires.weightValid, wires.weightLast, begins, post.parametersFree, passesDone, ringFreed);
    pixels.tick(wires.pixelValid, wires.pixelLast, !post.writeValid, passesDone);
    output.tick(post.out, wires.resultReady);
    jobs.tick(taken?.header, post.passDone);
    post.tick(begins);
    this.#steps = ((this.#steps << 1) | (issued === undefined ? 0 : 1)) & (2 ** ISSUE_LATENCY - 1);
    this.#now++;
    return outputs;
  }

  #tileEnds({ pass: { header }, row, xt }: IssuedStep): void {
    const rowEnd = xt === header.XT - 1;
    const start = this.#now + ISSUE_LATENCY + ISSUE_TO_DRAIN;
    if (header.res === 1 && row.lastChunk) this.#residual?.drains(start, row.groups);
    const weightTileEnd = rowEnd && row.lastOfChunk && row.lastChunk;
    this.#post.push({
      header,
      start,
      groups: row.groups,
      results: row.lastChunk,
      rowEnd,
      weightTileEnd,
      passEnd: weightTileEnd && row.tile === header.OTN - 1,
    });
  }
}
