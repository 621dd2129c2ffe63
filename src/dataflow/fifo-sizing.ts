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
 */
import type { Chain, ChainNode } from './chain.js';
import { resultStream } from './chain-streams.js';
import { streamTimes, type StreamTimes } from './timing.js';

export interface SizedFifo {
  readonly name: string;
  readonly stage: string;
  readonly depth: number;
  /** Most beats held while samples enter at the pace of the slowest module. */
  readonly peak: number;
}

export interface FifoSizing {
  readonly chain: Chain;
  readonly fifos: readonly SizedFifo[];
  /** Cycles between samples, with these depths as with endless FIFOs. */
  readonly interval: number;
  /** Runs of the equations that it took. */
  readonly runs: number;
}

type Depths = ReadonlyMap<string, number>;

/** The chain with other depths for the FIFOs that `depths` names. */
export function withDepths(chain: Chain, depths: Depths): Chain {
  const nodes = chain.nodes.map((node): ChainNode => {
    const DEPTH = node.kind === 'fifo' ? depths.get(node.name) : undefined;
    return node.kind === 'fifo' && DEPTH !== undefined ? { ...node, params: { ...node.params, DEPTH } } : node;
  });
  return { ...chain, nodes };
}

/** Sizes all FIFOs but those that `fixed` names. */
export function sizeFifos(chain: Chain, fixed: ReadonlySet<string> = new Set()): FifoSizing {
  const open = chain.nodes.flatMap((node) => (node.kind === 'fifo' && !fixed.has(node.name) ? [node] : []));
  const result = resultStream(chain);
  let runs = 0;
  const run = (depths: Depths, samples: number, pace?: (k: number) => number): StreamTimes => {
    runs++;
    return streamTimes(withDepths(chain, depths), samples, pace);
  };
  const endOf = (times: StreamTimes, sample: number): number =>
    times.get(result)?.[(sample + 1) * chain.output.beats - 1] ?? Infinity;

  const endless = new Map(open.map(({ name }) => [name, Infinity]));
  const two = run(endless, 3);
  const flight = endOf(two, 0) / Math.max(1, endOf(two, 2) - endOf(two, 1));
  // Enough samples that the first ones fill the chain and backpressure runs from the output to the input.
  const samples = Math.min(40, 6 + 2 * Math.ceil(flight));
  const half = samples >> 1;
  const intervalOf = (times: StreamTimes): number =>
    (endOf(times, samples - 1) - endOf(times, half - 1)) / (samples - half);
  const interval = intervalOf(run(endless, samples));
  const keeps = (depths: Depths): boolean => intervalOf(run(depths, samples)) <= interval;

  const beats = chain.input.beats;
  const paced = run(endless, samples, (k) => Math.floor((k * interval) / beats));
  const peaks = new Map(
    open.map(({ name, inputs, outputs }) => [name, peakOf(paced.get(inputs[0]!) ?? [], paced.get(outputs[0]!) ?? [])]),
  );
  const depths = new Map(peaks);
  for (let tries = 0; !keeps(depths) && tries < 8; tries++)
    for (const [name, depth] of depths) depths.set(name, 2 * depth);
  const bits = ({ name, params }: (typeof open)[number]): number => params.W * (depths.get(name) ?? 1);
  for (const { name } of [...open].sort((a, b) => bits(b) - bits(a))) {
    const reached = depths.get(name) ?? 1;
    let [fails, holds] = [0, reached];
    while (holds - fails > 1) {
      const middle = (fails + holds) >> 1;
      if (keeps(new Map([...depths, [name, middle]]))) holds = middle;
      else fails = middle;
    }
    depths.set(name, holds);
  }
  const fifos = open.map(({ name, stage }) => ({
    ...{ name, stage },
    ...{ depth: depths.get(name) ?? 1, peak: peaks.get(name) ?? 1 },
  }));
  return { chain: withDepths(chain, depths), fifos, interval, runs };
}

/** Most places that the beats of a FIFO need: a beat that leaves frees its place for the cycle after. */
function peakOf(entering: readonly number[], leaving: readonly number[]): number {
  let left = 0;
  return entering.reduce((peak, time, k) => {
    while (left < leaving.length && leaving[left]! < time) left++;
    return Math.max(peak, k - left + 1);
  }, 1);
}
