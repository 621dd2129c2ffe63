/** That the FIFOs of a chain cannot be smaller: the throughput that is lost when one of them has a place less. */
import type { Chain } from './chain.js';
import { resultStream } from './chain-streams.js';
import { withDepths } from './fifo-depths.js';
import { finishes, marginSamples } from './fifo-margin.js';
import { peakOf } from './fifo-sizing.js';
import { streamTimes, type StreamTimes } from './timing.js';

/** What a FIFO with a place less does. */
export type FifoLoss =
  /** Cycles between samples are more than before. */
  | { readonly kind: 'slower'; readonly interval: number }
  /** Nothing comes out any more: branches wait for each other. */
  | { readonly kind: 'deadlock' }
  /** No throughput, but late beats can stop the chain for ever: its last place is margin for pipelines with bubbles inside. */
  | { readonly kind: 'margin' }
  /** It has one place, and a FIFO has no fewer. */
  | { readonly kind: 'least' }
  /** Nothing: the FIFO is deeper than full throughput needs, and than pauses need. */
  | { readonly kind: 'none' };

export interface FifoProof {
  readonly name: string;
  readonly depth: number;
  /** Most beats held in the run with these depths, input always on offer. */
  readonly held: number;
  readonly loss: FifoLoss;
}

export interface FifoProofs {
  /** Cycles between samples with the depths of the chain. */
  readonly interval: number;
  readonly fifos: readonly FifoProof[];
}

/** Samples over whose end the interval is taken. */
const late = 4;

/**
 * Runs `samples` samples (more than 4) back to back through the equations of the chain, as it is and with each FIFO of `names` a
 * place smaller. The interval is that of the last four samples, when the chain is full.
 */
export function proveFifos(chain: Chain, names: readonly string[], samples = 16): FifoProofs {
  const result = resultStream(chain);
  const end = (times: StreamTimes, sample: number): number =>
    times.get(result)?.[(sample + 1) * chain.output.beats - 1] ?? Infinity;
  const intervalOf = (times: StreamTimes): number => (end(times, samples - 1) - end(times, samples - 1 - late)) / late;
  const whole = streamTimes(chain, samples);
  const interval = intervalOf(whole);
  const lossOf = (name: string, depth: number): FifoLoss => {
    if (depth === 1) return { kind: 'least' };
    const less = withDepths(chain, new Map([[name, depth - 1]]));
    const times = streamTimes(less, samples);
    if (end(times, samples - 1) === Infinity) return { kind: 'deadlock' };
    const slower = intervalOf(times);
    if (slower > interval) return { kind: 'slower', interval: slower };
    const empty = (tried: Chain) => streamTimes(tried, marginSamples, { fill: 'bubbles' });
    return { kind: finishes(less, empty(less), marginSamples) ? 'none' : 'margin' };
  };
  const fifos = chain.nodes.flatMap((node): FifoProof[] => {
    if (node.kind !== 'fifo' || !names.includes(node.name)) return [];
    const { name, inputs, outputs } = node;
    const { DEPTH: depth } = node.params;
    const held = peakOf(whole.get(inputs[0] ?? '') ?? [], whole.get(outputs[0] ?? '') ?? []);
    return [{ name, depth, held, loss: lossOf(name, depth) }];
  });
  return { interval, fifos };
}
