/**
 * What small values in memory change while a piece of code runs: the pieces of sixteen bytes that hold them are loaded
 * before, and compared with what is there afterwards. The stores in between know nothing of it.
 */
import { type FunctionWriter, I32, OP, V128 } from './function.js';
import { LANES, VECTOR } from './simd.js';

export interface Place {
  readonly address: number;
  readonly bytes: number;
}

const PIECE = 16;
/** Every piece takes a vector register for the whole of the code. */
const MOST_PIECES = 8;
/** Pieces whose differences share a word. */
const TOGETHER = 2;

export class Changes {
  /** First bytes of the pieces. */
  private readonly pieces: number[] = [];
  private readonly covered = new Set<Place>();
  private olds: number[] = [];
  /** Locals with a bit for every byte that differs, those of two pieces each. */
  private bits: number[] = [];

  /** Takes as many of `places` as there are pieces for; see {@link has}. */
  constructor(places: Iterable<Place>) {
    for (const place of [...places].sort((a, b) => a.address - b.address)) {
      const last = this.pieces.at(-1);
      const first = last === undefined ? place.address : Math.max(place.address, last + PIECE);
      const more = Math.max(0, Math.ceil((place.address + place.bytes - first) / PIECE));
      if (this.pieces.length + more > MOST_PIECES) continue;
      for (let k = 0; k < more; k++) this.pieces.push(first + k * PIECE);
      this.covered.add(place);
    }
  }

  has(place: Place): boolean {
    return this.covered.has(place);
  }

  /** Before the code. */
  before(f: FunctionWriter): void {
    this.olds = this.pieces.map((at) => {
      const old = f.local(V128);
      f.i32(0).simdMem(VECTOR.load, at).set(old);
      return old;
    });
  }

  /** Behind the code. */
  after(f: FunctionWriter): void {
    this.bits = [];
    for (let k = 0; k < this.pieces.length; k += TOGETHER) {
      const bits = f.local(I32);
      this.pieces.slice(k, k + TOGETHER).forEach((at, n) => {
        f.i32(0)
          .simdMem(VECTOR.load, at)
          .get(this.olds[k + n] ?? 0)
          .simd(LANES[8].eq)
          .simd(VECTOR.bitmask8);
        if (n > 0) f.i32(n * PIECE).op(OP.i32.shl, OP.i32.or);
      });
      f.i32(this.pieces.length - k >= TOGETHER ? -1 : 0xffff)
        .op(OP.i32.xor)
        .set(bits);
      this.bits.push(bits);
    }
  }

  /** Pushes something else than 0 where one of `places` is not what it was; behind {@link after}. */
  pushChanged(f: FunctionWriter, places: readonly Place[]): void {
    const masks = new Int32Array(this.bits.length);
    for (const { address, bytes } of places)
      this.pieces.forEach((from, k) => {
        for (let at = Math.max(address, from); at < Math.min(address + bytes, from + PIECE); at++) {
          const word = Math.floor(k / TOGETHER);
          masks[word] = (masks[word] ?? 0) | (1 << ((k % TOGETHER) * PIECE + at - from));
        }
      });
    let some = false;
    masks.forEach((mask, k) => {
      if (mask === 0) return;
      f.get(this.bits[k] ?? 0)
        .i32(mask)
        .op(OP.i32.and);
      if (some) f.op(OP.i32.or);
      some = true;
    });
    if (!some) f.i32(0);
  }
}
