/** That the FIFOs of a chain cannot be smaller: the throughput that is lost when one of them has a place less. */
import type { Chain } from './chain.js';
import { resultStream } from './chain-streams.js';
import { peakOf, withDepths } from './fifo-sizing.js';
import { streamTimes, type StreamTimes } from './timing.js';

/** What a FIFO with a place less does. */
export type FifoLoss =
  /** Cycles between samples are more than before. */
  | { readonly kind: 'slower'; readonly interval: number }
  /** Nothing comes out any more: branches wait for each other. */
  | { readonly kind: 'deadlock' }
  /** It has one place, and a FIFO has no fewer. */
  | { readonly kind: 'least' }
  /** Nothing: the FIFO is deeper than full throughput needs. */
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
    const times = streamTimes(withDepths(chain, new Map([[name, depth - 1]])), samples);
    if (end(times, samples - 1) === Infinity) return { kind: 'deadlock' };
    const slower = intervalOf(times);
    return slower > interval ? { kind: 'slower', interval: slower } : { kind: 'none' };
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
