/** Initial values: zero, or random from a seed, by one convention for every simulator. */
import { randomStream } from '../base/random.js';
import { type ElabSignal, elementCount, wrap } from './elaborated.js';

/** `zero`, or random values for registers that no reset sets and for memories without an image. */
export type Init = 'zero' | { readonly seed: bigint | number };

/** Visits the elements that do not start at zero; unsigned values of `width` bits. */
export function forEachInitial(signal: ElabSignal, init: Init, visit: (flat: number, value: bigint) => void): void {
  if (signal.image !== undefined) return forEachImageElement(signal, signal.image, visit);
  if (init === 'zero' || !(signal.kind === 'memory' || signal.unreset)) return;
  const stream = randomStream(BigInt(init.seed), `${signal.name}@${signal.origin.join(',')}`);
  const count = elementCount(signal);
  for (let flat = 0; flat < count; flat++) visit(flat, stream.nextBigInt(signal.width));
}

function forEachImageElement(
  signal: ElabSignal,
  image: readonly bigint[],
  visit: (flat: number, value: bigint) => void,
): void {
  const depth = signal.dims[signal.loopRank] ?? 0;
  const lanes = signal.dims.slice(signal.loopRank + 1).reduce((n, d) => n * d, 1);
  const copies = signal.dims.slice(0, signal.loopRank).reduce((n, d) => n * d, 1);
  for (let copy = 0; copy < copies; copy++) {
    image.forEach((word, address) => {
      for (let lane = 0; lane < lanes; lane++) {
        const value = lanes === 1 ? word : word >> BigInt(lane * signal.width);
        visit((copy * depth + address) * lanes + lane, wrap(value, signal.width, false));
      }
    });
  }
}
