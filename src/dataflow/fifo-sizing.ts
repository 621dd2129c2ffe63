/**
 * How deep the FIFOs of a chain must be: the least depths that cost no throughput.
 *
 * Nothing is guessed from shapes; the equations of `timing-equations.ts` say when every beat moves.
 *
 * 1. With FIFOs without end the slowest module alone sets the interval I.
 * 2. With input at just that pace, every FIFO holds some number of beats at most, its peak. With depths equal to the peaks that
 *    schedule is possible, and since in a system of `later >= earlier + constant` nothing is late without need, a run with input
 *    always on offer is nowhere later: interval I again. (Pipelines that freeze may deviate by a cycle or two; the depths are
 *    tried, and doubled should they cost throughput.)
 * 3. From the widest to the narrowest, every FIFO shrinks by bisection as far as the interval stays I. What is left cannot
 *    shrink: later steps only took depth from others.
 * 4. Where branches meet again the pipelines of a branch count among its places, but when beats come late pipelines freeze with
 *    bubbles inside. If the chain stops with all of them as empty as they can be, FIFOs get a margin (`fifo-margin.ts`).
 */
import type { Chain } from './chain.js';
import { resultStream } from './chain-streams.js';
import { deadlockError } from './deadlock.js';
import { addMargins, marginSamples } from './fifo-margin.js';
import { leastDepth, type Depths, withDepths } from './fifo-depths.js';
import { type PipelineFill, streamTimes, type StreamTimes, type WindowOrders } from './timing.js';

export interface SizedFifo {
  readonly name: string;
  readonly stage: string;
  readonly depth: number;
  /** Most beats held while samples enter at the pace of the slowest module. */
  readonly peak: number;
  /** Places of `depth` that full throughput does not need, but without which pauses could stop the chain for ever. */
  readonly margin: number;
}

export interface FifoSizing {
  readonly chain: Chain;
  readonly fifos: readonly SizedFifo[];
  /** Cycles between samples, with these depths as with endless FIFOs. */
  readonly interval: number;
  /** Runs of the equations that it took. */
  readonly runs: number;
}

/** Sizes all FIFOs but those that `fixed` names. H2107 where these are so small that the chain can stop for ever. */
export function sizeFifos(chain: Chain, fixed: ReadonlySet<string> = new Set()): FifoSizing {
  const open = chain.nodes.flatMap((node) => (node.kind === 'fifo' && !fixed.has(node.name) ? [node] : []));
  const runs = new Runs(chain);
  const endless = new Map(open.map(({ name }) => [name, Infinity]));
  const three = runs.of(endless, 3);
  if (runs.endOf(three, 2) === Infinity) throw deadlockError(withDepths(chain, endless), three);
  // Samples on their way at a time: after so many, what the output holds back has come to the input.
  const flight = Math.min(
    20,
    Math.ceil(runs.endOf(three, 0) / Math.max(1, runs.endOf(three, 2) - runs.endOf(three, 1))),
  );
  const [short, long] = [flight + 3, 2 * flight + 6];
  const interval = runs.interval(endless, long);

  const beats = chain.input.beats;
  const paced = runs.of(endless, short + 1, (k) => Math.floor((k * interval) / beats));
  const peaks = new Map(
    open.map(({ name, inputs, outputs }) => [name, peakOf(paced.get(inputs[0]!) ?? [], paced.get(outputs[0]!) ?? [])]),
  );
  const depths = new Map(peaks);
  for (let tries = 0; runs.interval(depths, long) > interval && tries < 8; tries++)
    for (const [name, depth] of depths) depths.set(name, 2 * depth);
  const bits = ({ name, params }: (typeof open)[number]): number => params.W * (depths.get(name) ?? 1);
  const names = [...open].sort((a, b) => bits(b) - bits(a)).map(({ name }) => name);
  const search = (samples: number): Depths => {
    const found = new Map(depths);
    for (const name of names) {
      const keeps = (depth: number) => runs.interval(new Map([...found, [name, depth]]), samples) <= interval;
      found.set(name, leastDepth(found.get(name) ?? 1, keeps));
    }
    return found;
  };
  // What a few samples do not show, more of them may.
  const quick = search(short);
  const least = runs.interval(quick, long) <= interval ? quick : search(long);
  const safe = addMargins(chain, least, (depths) => runs.of(depths, marginSamples, undefined, 'bubbles'));
  const fifos = open.map(({ name, stage }) => {
    const depth = safe.get(name) ?? 1;
    return { name, stage, depth, peak: peaks.get(name) ?? 1, margin: depth - (least.get(name) ?? 1) };
  });
  return { chain: withDepths(chain, safe), fifos, interval, runs: runs.count };
}

/** Runs of the equations, counted. */
class Runs {
  count = 0;
  readonly #result: string;
  readonly #orders: WindowOrders = new Map();

  constructor(readonly chain: Chain) {
    this.#result = resultStream(chain);
  }

  of(depths: Depths, samples: number, pace?: (k: number) => number, fill?: PipelineFill): StreamTimes {
    this.count++;
    return streamTimes(withDepths(this.chain, depths), samples, pace, this.#orders, fill);
  }

  /** Cycle of the last beat of a sample; infinite where it does not come out. */
  endOf(times: StreamTimes, sample: number): number {
    return times.get(this.#result)?.[(sample + 1) * this.chain.output.beats - 1] ?? Infinity;
  }

  /** Cycles between the last samples, when the first ones have filled the chain. */
  interval(depths: Depths, samples: number): number {
    const times = this.of(depths, samples);
    const from = Math.max(0, samples - 3);
    return (this.endOf(times, samples - 1) - this.endOf(times, from)) / (samples - 1 - from);
  }
}

/** Most places that the beats of a FIFO need: a beat that leaves frees its place for the cycle after. */
export function peakOf(entering: readonly number[], leaving: readonly number[]): number {
  let left = 0;
  return entering.reduce((peak, time, k) => {
    while (left < leaving.length && leaving[left]! < time) left++;
    return Math.max(peak, k - left + 1);
  }, 1);
}
