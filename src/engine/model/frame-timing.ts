/** A frame through the model without data: cycles, and for each pass when it issues and what it waits for. */
import type { Engine } from '../config.js';
import { pixelBeats, resultBeats, weightBeats } from '../stream-sizes.js';
import { EngineTiming, type EngineWork } from './engine-timing.js';

/** Whether the far side of a port is willing in a cycle; a beat once offered stays. Left out: always. */
export type Pattern = (cycle: number) => boolean;
export interface FramePatterns {
  readonly weights?: Pattern;
  readonly pixels?: Pattern;
  readonly results?: Pattern;
  /** For every packet of pixels, packets of results that must have left before it is offered. */
  readonly after?: readonly number[];
}

/** Why no step is issued, in the order of the bits of `stalled`. */
export const stallCauses = ['weights', 'input', 'parameters', 'drain', 'residual', 'row'] as const;
export type StallCycles = Record<(typeof stallCauses)[number], number>;

export interface PassTiming {
  /** Cycle in which the pass is taken, and those of its first and last step. */
  readonly taken: number;
  readonly first: number;
  readonly last: number;
  readonly steps: number;
  /** Cycles between taken and last without a step. */
  readonly stalls: StallCycles;
}

export interface FrameTiming {
  /** Number of the last cycle in which a beat was moved or a step reached the array, the first one being 0. */
  readonly cycles: number;
  /** Cycle of the first beat of results; -1 without results. */
  readonly firstResult: number;
  readonly steps: number;
  readonly stalls: StallCycles;
  /** Cycles in which no pass was running. */
  readonly idle: number;
  readonly passes: readonly PassTiming[];
  /** Beats that have moved. */
  readonly beats: { readonly weights: number; readonly pixels: number; readonly results: number };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The beats of a stream: how many are left in its packets. */
class Feed {
  #packet = 0;
  #left: number;
  valid = false;
  moved = 0;

  constructor(
    readonly packets: readonly number[],
    readonly willing: Pattern | undefined,
  ) {
    this.#left = packets[0] ?? 0;
  }

  /** Number of the packet that is offered. */
  get packet(): number {
    return this.#packet;
  }

  get last(): boolean {
    return this.#left === 1;
  }

  offer(cycle: number): void {
    if (!this.valid) this.valid = this.#left > 0 && (this.willing === undefined || this.willing(cycle));
  }

  take(): void {
    this.valid = false;
    this.moved++;
    if (--this.#left === 0) this.#left = this.packets[++this.#packet] ?? 0;
  }
}

const noStalls = (): StallCycles => ({ weights: 0, input: 0, parameters: 0, drain: 0, residual: 0, row: 0 });

/** Cycles without any event after which a frame cannot go on. */
const PATIENCE = 100_000;

/** Runs passes and pixel packets to their end. Throws when nothing moves any more. */
export function timeFrame(engine: Engine, work: EngineWork, patterns: FramePatterns = {}): FrameTiming {
  const model = new EngineTiming(engine, work);
  const { headers, descriptors } = work;
  const w = new Feed(
    headers.map((header) => weightBeats(engine, header)),
    patterns.weights,
  );
  const x = new Feed(
    descriptors.map((descriptor) => pixelBeats(engine, descriptor)),
    patterns.pixels,
  );
  const sizes = headers.filter(({ dstAxis }) => dstAxis === 1).map((header) => resultBeats(engine, header));
  const expected = sizes.reduce((sum, beats) => sum + beats, 0);
  let [packets, packetEnd, firstResult] = [0, sizes[0] ?? 0, -1];
  const passes: Mutable<PassTiming>[] = [];
  let [results, steps, idle, event, stepped] = [0, 0, 0, 0, 0];
  for (let cycle = 0; stepped < headers.length || results < expected || event > cycle - 8; cycle++) {
    w.offer(cycle);
    if (packets >= (patterns.after?.[x.packet] ?? 0)) x.offer(cycle);
    const resultReady = patterns.results === undefined || patterns.results(cycle);
    const movesWeight = w.valid && model.weights.ready;
    const movesPixel = x.valid && model.pixels.ready;
    const movesResult = resultReady && model.output.valid;
    if (model.step || movesWeight || movesPixel || movesResult) event = cycle;
    const { taken, issued, stalled, running } = model.cycle({
      enable: true,
      weightValid: w.valid,
      weightLast: w.last,
      pixelValid: x.valid,
      pixelLast: x.last,
      resultReady,
    });
    if (movesWeight) w.take();
    if (movesPixel) x.take();
    if (movesResult) {
      if (results++ === 0) firstResult = cycle;
      if (results === packetEnd) packetEnd += sizes[++packets] ?? 0;
    }
    if (!running) idle++;
    if (taken !== undefined) passes.push({ taken: cycle, first: 0, last: 0, steps: 0, stalls: noStalls() });
    const pass = passes.at(-1);
    if (issued !== undefined && pass !== undefined) {
      if (pass.steps++ === 0) pass.first = cycle;
      pass.last = cycle;
      steps++;
    } else if (stalled !== 0 && pass !== undefined) {
      const cause = stallCauses[31 - Math.clz32(stalled)];
      if (cause !== undefined) pass.stalls[cause]++;
    }
    stepped = passes.length - (running || taken !== undefined ? 1 : 0);
    if (cycle - event > PATIENCE)
      throw new Error(`nothing moves since cycle ${event}: ${stepped} of ${headers.length} passes, ${results} results`);
  }
  const stalls = noStalls();
  for (const pass of passes) for (const cause of stallCauses) stalls[cause] += pass.stalls[cause];
  return {
    ...{ cycles: event, firstResult, steps, stalls, idle, passes },
    beats: { weights: w.moved, pixels: x.moved, results },
  };
}
