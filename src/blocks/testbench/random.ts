/** Random bits inside a circuit: Marsaglia's xorshift32, a register that never is zero when it did not start there. */
import {
  type Bool,
  type Builder,
  type NatExpr,
  type Sig,
  type UInt,
  natGe,
  requirement,
  uint,
} from '../../hdl/index.js';

/** The state after `x`; seven gates deep, period 2^32 - 1. */
export function xorshift32(b: Builder, name: string, x: Sig<UInt>): Sig<UInt> {
  const first = b.let(`${name}Left`, x.xor(x.shl(13)));
  const second = b.let(`${name}Right`, first.xor(first.shr(17)));
  return second.xor(second.shl(5));
}

/** True in (256 - `stall`) of 256 cycles at random: a side of a stream that stalls with that probability. */
export function openAtRandom(b: Builder, name: string, seed: NatExpr, stall: NatExpr): Sig<Bool> {
  const chance = b.reg(name, uint(32).reset(seed).doc('decides when this side is open'));
  b.next(chance, xorshift32(b, name, chance));
  // One more than the eight bits, so that a stall of 0 is no comparison that is always true.
  return chance.bits(24, 8).extend(9).inc().gt(stall);
}

/** 32-bit words that hold W bits. */
export const wordsFor = (W: NatExpr): NatExpr => W.ceilDiv(32);

/** What the proofs of widths need to know about `wordsFor`. */
export const wordsHold = (W: NatExpr) => requirement(natGe(wordsFor(W).times(32), W), 'whole words hold a beat');
