import { bool, defineModule, input, natGe, natParam, output, requirement, sint } from '../../hdl/index.js';

/** Pipelined a * b + c; the twin in portable text of `DspMultiplyAdd`. */
export const MultiplyAdd = defineModule({
  name: 'multiply_add',
  doc: `p = a * b + c modulo 2^48, signed, pipelined

Latency 3 cycles while en is high; nothing moves while it is low. No reset.`,
  params: {
    A_W: natParam({ default: 27, min: 1, max: 27, doc: 'bits of a, 1 .. 27' }),
    B_W: natParam({ default: 18, min: 1, max: 18, doc: 'bits of b, 1 .. 18' }),
    C_W: natParam({ default: 48, min: 1, max: 48, doc: 'bits of c, 1 .. 48' }),
  },
  requires: ({ A_W, B_W, C_W }) => [
    requirement(natGe(27, A_W), 'the multiplier of a DSP48E2'),
    requirement(natGe(18, B_W), 'the multiplier of a DSP48E2'),
    requirement(natGe(48, C_W), 'the adder of a DSP48E2'),
  ],
  ports: ({ A_W, B_W, C_W }) => ({
    en: input(bool()),
    a: input(sint(A_W)),
    b: input(sint(B_W)),
    c: input(sint(C_W)),
    p: output(sint(48)),
  }),
  body(b, io, { A_W, B_W, C_W }) {
    const r = b.regs({
      a: sint(A_W),
      b: sint(B_W),
      c: sint(C_W),
      cLate: sint(C_W).doc('beside the product'),
      product: sint(A_W.plus(B_W)),
      p: sint(48),
    });
    b.when(io.en, () => {
      b.next(r.a, io.a);
      b.next(r.b, io.b);
      b.next(r.c, io.c);
      b.next(r.cLate, r.c);
      b.next(r.product, r.a.mul(r.b));
      b.next(r.p, r.product.extend(48).addWrap(r.cLate.extend(48)));
    });
    b.assign(io.p, r.p);
  },
});
