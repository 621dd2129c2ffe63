import { bool, defineModule, input, natGe, natParam, output, requirement, sint } from '../../hdl/index.js';

/** Processing element of an output-stationary array: a registered product and a running sum, each with its enable. */
export const MacPe = defineModule({
  name: 'mac_pe',
  doc: `processing element: a registered product and a running sum

multiply takes the product of a and w; accumulate adds that product to the sum, or with clear starts a
new sum from it. All values are signed; the sum wraps modulo 2^ACC_W.
Latency 2 cycles from a and w to sum, a product every cycle. No reset: the first clear starts it.`,
  params: {
    A_W: natParam({ default: 8, min: 1, doc: 'width of an activation, >= 1' }),
    W_W: natParam({ default: 8, min: 1, doc: 'width of a weight, >= 1' }),
    ACC_W: natParam({ default: 32, min: 1, doc: 'width of a sum, >= A_W + W_W' }),
  },
  requires: ({ A_W, W_W, ACC_W }) => [requirement(natGe(ACC_W, A_W.plus(W_W)), 'a sum holds a product')],
  ports: ({ A_W, W_W, ACC_W }) => ({
    multiply: input(bool()),
    accumulate: input(bool()),
    clear: input(bool()),
    a: input(sint(A_W)),
    w: input(sint(W_W)),
    sum: output(sint(ACC_W)),
  }),
  body(b, io, { A_W, W_W, ACC_W }) {
    const r = b.regs({ product: sint(A_W.plus(W_W)), sum: sint(ACC_W) });
    const kept = io.clear.mux(b.constant(sint(ACC_W), 0), r.sum);
    b.when(io.multiply, () => b.next(r.product, io.a.mul(io.w)));
    b.when(io.accumulate, () => b.next(r.sum, kept.addWrap(r.product.extend(ACC_W))));
    b.assign(io.sum, r.sum);
  },
});
