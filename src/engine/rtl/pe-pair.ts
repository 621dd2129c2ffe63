import {
  bool,
  cat,
  defineModule,
  input,
  natGe,
  type NatExpr,
  output,
  requirement,
  type Sig,
  type SInt,
  sint,
  uint,
  vec,
} from '../../hdl/index.js';
import { peParams } from './pe.js';

/** Width of two operands in one: the upper one stands above a whole product of the lower one, and has a sign. */
export const pairWidth = (X_W: NatExpr, W_W: NatExpr): NatExpr => X_W.times(2).plus(W_W).plus(1);

/** high * 2^(X_W + W_W) + low: what {@link EnginePePair} multiplies. */
export function pairOf(low: Sig<SInt>, high: Sig<SInt>, W_W: NatExpr): Sig<SInt> {
  const X_W = low.type.width;
  const borrow = low.bits(X_W.minus(1), 1).extend(X_W.plus(1)).asSInt();
  const upper = high.extend(X_W.plus(1)).subWrap(borrow);
  return cat(upper.asUInt(), low.extend(X_W.plus(W_W)).asUInt()).asSInt();
}

/** Two processing elements with one multiplier: a DSP48E2 takes 27 x 18 bits, two pixels of 9 bits and a weight of 8 among them. */
export const EnginePePair = defineModule({
  name: 'engine_pe_pair',
  doc: `two processing elements that share a weight and one multiplier

x is high * 2^(X_W + W_W) + low, so x times w holds both products. Half of the lower field is added to it, as
the multiplier's own adder can: then the lower field is never negative and takes nothing from the upper one.
Sums, control, order and latency as engine_pe, for the low pixel in place 0 and the high one in place 1.`,
  params: peParams,
  requires: ({ X_W, W_W, ACC_W }) => [requirement(natGe(ACC_W, X_W.plus(W_W)), 'a sum holds a product')],
  ports: ({ X_W, W_W, ACC_W }) => ({
    first: input(bool(), 'the products that are added now are the first of their sums'),
    load: input(bool(), 'the sums are complete'),
    x: input(sint(pairWidth(X_W, W_W)), 'two pixels'),
    w: input(sint(W_W)),
    shadow_in: input(vec(2, uint(ACC_W)), 'shadow registers of the neighbour'),
    shadow: output(vec(2, uint(ACC_W))),
  }),
  body(b, io, { X_W, W_W, ACC_W }) {
    const FIELD = b.localparam('FIELD', X_W.plus(W_W), 'bits of a product');
    const r = b.regs({
      products: sint(FIELD.times(2)).doc('high and low, the low one with half of its range added'),
      sum: vec(2, sint(ACC_W)),
      shadow: vec(2, uint(ACC_W)),
    });
    const half = b.let('half', cat(b.constant(uint(1), 1), b.constant(uint(FIELD.minus(1)), 0)));
    const both = b.let('both', io.x.mul(io.w));
    b.next(r.products, both.truncate(FIELD.times(2)).addWrap(half.extend(FIELD.times(2)).asSInt()));
    const low = b.let('low', r.products.bits(0, FIELD).xor(half).asSInt());
    const high = b.let('high', r.products.bits(FIELD, FIELD).asSInt());
    [low, high].forEach((product, k) => {
      const kept = io.first.mux(b.constant(sint(ACC_W), 0), r.sum.at(k));
      b.next(r.sum.at(k), kept.addWrap(product.extend(ACC_W)));
      b.next(r.shadow.at(k), io.load.mux(r.sum.at(k).asUInt(), io.shadow_in.at(k)));
    });
    b.assign(io.shadow, r.shadow);
  },
});
