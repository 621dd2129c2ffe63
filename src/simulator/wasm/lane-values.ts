/** Values of vector code that are ready in locals. */
import type { Ex } from '../elaborated.js';
import type { LaneBits } from './simd.js';

/** By expression, width of its lanes, form (lanes of all ones or zero, or numbers) and number of the vector. */
export class LaneValues {
  private readonly locals = new Map<number, Map<Ex, number>>();

  get(ex: Ex, bits: LaneBits, mask: boolean, vector: number): number | undefined {
    return this.locals.get(keyOf(bits, mask, vector))?.get(ex);
  }

  set(ex: Ex, bits: LaneBits, mask: boolean, vector: number, local: number): void {
    const key = keyOf(bits, mask, vector);
    const known = this.locals.get(key);
    if (known === undefined) this.locals.set(key, new Map([[ex, local]]));
    else known.set(ex, local);
  }
}

const keyOf = (bits: LaneBits, mask: boolean, vector: number): number => (vector * 128 + bits) * 2 + (mask ? 1 : 0);
