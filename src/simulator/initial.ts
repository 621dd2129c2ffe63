/** Initial values: zero, or random from a seed, by one convention for every simulator. */
import { randomStream } from '../base/random.js';
import { type ElabSignal, elementCount } from './elaborated.js';

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
  const mask = (1n << BigInt(signal.width)) - 1n;
  const digits = signal.width / 4;
  for (let copy = 0; copy < copies; copy++) {
    image.forEach((word, address) => {
      const first = (copy * depth + address) * lanes;
      if (lanes > 1 && Number.isInteger(digits)) {
        // Cutting digits is much quicker than shifting a wide number once per lane.
        const text = BigInt.asUintN(lanes * signal.width, word)
          .toString(16)
          .padStart(lanes * digits, '0');
        for (let lane = 0; lane < lanes; lane++) {
          const end = text.length - lane * digits;
          visit(
            first + lane,
            digits <= 8
              ? BigInt(parseInt(text.slice(end - digits, end), 16))
              : BigInt(`0x${text.slice(end - digits, end)}`),
          );
        }
        return;
      }
      for (let lane = 0; lane < lanes; lane++) visit(first + lane, (word >> BigInt(lane * signal.width)) & mask);
    });
  }
}
