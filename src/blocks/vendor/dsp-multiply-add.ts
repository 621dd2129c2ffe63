import { bool, defineModule, input, natGe, natParam, output, requirement, sint } from '../../hdl/index.js';
import { Dsp48e2 } from './dsp48e2.js';

/** Pipelined a * b + c in one DSP48E2; the twin of `MultiplyAdd`, cycle by cycle. */
export const DspMultiplyAdd = defineModule({
  name: 'dsp_multiply_add',
  doc: `p = a * b + c modulo 2^48, signed, pipelined, in one DSP48E2

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
  body(b, io, { C_W }) {
    // The C register of the macro is one cycle too early for the product.
    const r = b.regs({ c: sint(C_W) });
    b.when(io.en, () => b.next(r.c, io.c));
    const { p } = b.instance(
      'dsp',
      Dsp48e2,
      {},
      {
        a: b.let('a30', io.a.extend(30).asUInt()),
        b: b.let('b18', io.b.extend(18).asUInt()),
        c: b.let('c48', r.c.extend(48).asUInt()),
        // Z = C, X and Y = product, W = 0.
        ...{ opmode: 0b00_011_01_01, alumode: 0, inmode: 0, carryin: 0, rstp: 0 },
        ...{ cea2: io.en, ceb2: io.en, cec: io.en, cem: io.en, cep: io.en },
      },
    );
    b.assign(io.p, p.asSInt());
  },
});
