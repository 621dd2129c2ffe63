/** Widths of indices: when an index counts exactly the places it selects from. */
import { lit, type Nat, natEquals } from '../circuit/index.js';
import { simplifyNat } from './nat.js';

/** True where `width` is the number of bits that an index over `count` places needs, at every parameter value. */
export function indexFits(width: Nat, count: Nat): boolean {
  const exact = simplifyNat({ op: 'clog2', a: count });
  return natEquals(width, exact) || natEquals(width, { op: 'max', a: lit(1), b: exact });
}

/** True where an index of `width` bits cannot be out of range. */
export function indexCovers(width: Nat, count: Nat): boolean {
  const [w, n] = [simplifyNat(width), simplifyNat(count)];
  return w.op === 'lit' && n.op === 'lit' && w.value < 31 && 2 ** w.value <= n.value;
}
