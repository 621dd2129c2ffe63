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
import { deadlockError } from './deadlock.js';
import { addMargins, marginSamples } from './fifo-margin.js';
import { leastDepth, type Depths, withDepths } from './fifo-depths.js';
import { ChainTimes, type TimesRequest, type WindowOrders } from './timing.js';

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
  /** Cycles between samples, measured with these depths, margins among them; those of endless FIFOs, or fewer. */
  readonly interval: number;
  /** Runs of the equations that it took. */
  readonly runs: number;
}

/** Sizes all FIFOs but those that `fixed` names. H2107 where these are so small that the chain can stop for ever. */
export function sizeFifos(chain: Chain, fixed: ReadonlySet<string> = new Set()): FifoSizing {
  const open = chain.nodes.flatMap((node) => (node.kind === 'fifo' && !fixed.has(node.name) ? [node] : []));
  const runs = new Runs(chain);
  const endless = new Map(open.map(({ name }) => [name, Infinity]));
  const free = runs.of(endless, 3);
  if (free.endOf(2) === Infinity) throw deadlockError(withDepths(chain, endless), free.times());
  // Samples on their way at a time: after so many, what the output holds back has come to the input.
  const flight = Math.min(20, Math.ceil(free.endOf(0) / Math.max(1, free.endOf(2) - free.endOf(1))));
  const [short, long] = [flight + 3, 2 * flight + 6];
  free.run(long);
  const interval = lateInterval(free, long);

  const { beats } = chain.input;
  const paced = runs.of(endless, short + 1, { pace: (k) => Math.floor((k * interval) / beats) }).times();
  const peaks = new Map(
    open.map(({ name, inputs, outputs }) => [name, peakOf(paced.get(inputs[0]!) ?? [], paced.get(outputs[0]!) ?? [])]),
  );
  const depths = new Map(peaks);
  for (let tries = 0; !runs.keeps(depths, long, interval) && tries < 8; tries++)
    for (const [name, depth] of depths) depths.set(name, 2 * depth);
  const bits = ({ name, params }: (typeof open)[number]): number => params.W * (depths.get(name) ?? 1);
  const names = [...open].sort((a, b) => bits(b) - bits(a)).map(({ name }) => name);
  const search = (samples: number): Depths => {
    const found = new Map(depths);
    for (const name of names) {
      const keeps = (depth: number) => runs.keeps(new Map([...found, [name, depth]]), samples, interval);
      found.set(name, leastDepth(found.get(name) ?? 1, keeps));
    }
    return found;
  };
  // What a few samples do not show, more of them may.
  const measured = (depths: Depths): number => lateInterval(runs.of(depths, long), long);
  const quick = search(short);
  const quickly = measured(quick);
  const least = quickly <= interval ? quick : search(long);
  const safe = addMargins(chain, least, (depths) => runs.of(depths, marginSamples, { fill: 'bubbles' }).times());
  const fifos = open.map(({ name, stage }) => {
    const depth = safe.get(name) ?? 1;
    return { name, stage, depth, peak: peaks.get(name) ?? 1, margin: depth - (least.get(name) ?? 1) };
  });
  const reached = safe === quick ? quickly : measured(safe);
  return { chain: withDepths(chain, safe), fifos, interval: reached, runs: runs.count };
}

/** Cycles between the last of `samples` samples, when the first ones have filled the chain. */
function lateInterval(times: ChainTimes, samples: number): number {
  const from = Math.max(0, samples - 3);
  return (times.endOf(samples - 1) - times.endOf(from)) / (samples - 1 - from);
}

/** Runs of the equations, counted. */
class Runs {
  count = 0;
  readonly #orders: WindowOrders = new Map();

  constructor(readonly chain: Chain) {}

  #start(depths: Depths, request?: TimesRequest, room?: number): ChainTimes {
    this.count++;
    return new ChainTimes(withDepths(this.chain, depths), { ...request, orders: this.#orders }, room);
  }

  of(depths: Depths, samples: number, request?: TimesRequest): ChainTimes {
    const times = this.#start(depths, request, samples);
    times.run(samples);
    return times;
  }

  /**
   * Whether samples follow each other in `interval` cycles at the end of `samples` of them. It ends earlier where a sample does
   * in all places what the one before did, as all later ones then do, and where two samples are late by the same: what the
   * equations let a sample end at is the latest of many things that each grow by the sample, so such a loss stays.
   */
  keeps(depths: Depths, samples: number, interval: number): boolean {
    const times = this.#start(depths, {}, samples);
    for (let sample = 0, late = 0; sample < samples; sample++) {
      times.run(sample + 1);
      const end = times.endOf(sample);
      if (end === Infinity) return false;
      if (sample === 0) continue;
      const later = end - times.endOf(sample - 1) - interval;
      if (later > 0 && later === late) return false;
      if (later === 0 && times.repeats(sample, interval)) return true;
      late = later;
    }
    return lateInterval(times, samples) <= interval;
  }
}

/** Most places that the beats of a FIFO need: a beat that leaves frees its place for the cycle after. */
export function peakOf(entering: ArrayLike<number>, leaving: ArrayLike<number>): number {
  let [left, peak] = [0, 1];
  for (let k = 0; k < entering.length; k++) {
    while (left < leaving.length && leaving[left]! < entering[k]!) left++;
    peak = Math.max(peak, k - left + 1);
  }
  return peak;
}
