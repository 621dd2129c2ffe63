import { bool, defineModule, input, natGe, output, requirement, sint, uint } from '../../hdl/index.js';
import { peParams } from './pe.js';

/** Processing element for weights of one bit: no multiplier, a sign. */
export const EnginePeBinary = defineModule({
  name: 'engine_pe_binary',
  doc: `processing element for a weight of +1 or -1: signed operand, running sum and shadow register

As engine_pe, with live and minus for w: x is added, or subtracted with minus; without live nothing is.
Latency as engine_pe.`,
  params: { X_W: peParams.X_W, ACC_W: peParams.ACC_W },
  requires: ({ X_W, ACC_W }) => [requirement(natGe(ACC_W, X_W.plus(1)), 'a sum holds a product')],
  ports: ({ X_W, ACC_W }) => ({
    first: input(bool(), 'the product that is added now is the first of its sum'),
    load: input(bool(), 'the sum is complete'),
    live: input(bool(), 'with x: the step exists'),
    minus: input(bool(), 'with x: the weight is -1'),
    x: input(sint(X_W)),
    shadow_in: input(uint(ACC_W), 'shadow register of the neighbour'),
    shadow: output(uint(ACC_W)),
  }),
  body(b, io, { X_W, ACC_W }) {
    const r = b.regs({ product: sint(X_W.plus(1)), sum: sint(ACC_W), shadow: uint(ACC_W) });
    const wide = b.let('wide', io.live.mux(io.x, b.constant(sint(X_W), 0)).extend(X_W.plus(1)));
    const kept = io.first.mux(b.constant(sint(ACC_W), 0), r.sum);
    b.next(r.product, io.minus.mux(b.constant(sint(X_W.plus(1)), 0).subWrap(wide), wide));
    b.next(r.sum, kept.addWrap(r.product.extend(ACC_W)));
    b.next(r.shadow, io.load.mux(r.sum.asUInt(), io.shadow_in));
    b.assign(io.shadow, r.shadow);
  },
});
