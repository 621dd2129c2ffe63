import { bool, defineModule, natGe, natParam, requirement, sink, source, uint, vec } from '../../hdl/index.js';

/** Signs of the two operands, s signed and u unsigned; the sum is signed where one of them is. */
export const additions = ['uu', 'us', 'su', 'ss'] as const;
export type Addition = (typeof additions)[number];

/**
 * Sum of two streams, lane by lane. Each operand has one place, and the sum of the two places is on offer when both are
 * full. Latency 1, full throughput. Cuts valid and data; ready follows downstream ready combinationally, and no ready
 * depends on a valid. More operands are a tree of these.
 */
function makeAdd(addition: Addition) {
  const [signed0, signed1] = [addition.startsWith('s'), addition.endsWith('s')];
  const signed = signed0 || signed1;
  const sign = (yes: boolean) => (yes ? 'signed' : 'unsigned');
  return defineModule({
    name: `add_${addition}`,
    doc: `sum of two streams, lane by lane: m = s0 + s1

Operand 0 is ${sign(signed0)}, operand 1 ${sign(signed1)}, the sum ${sign(signed)}. Beat n of s0_axis meets beat n of s1_axis.
Each operand has one place; the adders stand between these registers and m_axis_tdata.
Latency 1 cycle from the later operand, a beat every cycle, capacity 1 beat of each operand. Cuts
tvalid and tdata; s0_axis_tready and s1_axis_tready follow m_axis_tready combinationally.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      X0_W: natParam({ default: 8, min: 1, doc: 'width of a value of operand 0' }),
      X1_W: natParam({ default: 8, min: 1, doc: 'width of a value of operand 1' }),
      OUT_W: natParam({ default: 10, min: 1, doc: 'width of a sum' }),
    },
    requires: ({ X0_W, X1_W, OUT_W }) => [
      requirement(natGe(OUT_W, X0_W.plus(signed && !signed0 ? 2 : 1)), 'the sum holds operand 0 and a carry'),
      requirement(natGe(OUT_W, X1_W.plus(signed && !signed1 ? 2 : 1)), 'the sum holds operand 1 and a carry'),
    ],
    ports: ({ PE, X0_W, X1_W, OUT_W }) => ({
      s0_axis: sink(uint(PE.times(X0_W))),
      s1_axis: sink(uint(PE.times(X1_W))),
      m_axis: source(uint(PE.times(OUT_W))),
    }),
    body(b, { s0_axis: s0, s1_axis: s1, m_axis: m }, { PE, X0_W, X1_W, OUT_W }) {
      const r = b.regs({
        full0: bool().reset(0).doc('operand 0 waits in its place'),
        full1: bool().reset(0).doc('operand 1 waits in its place'),
        place0: uint(PE.times(X0_W)),
        place1: uint(PE.times(X1_W)),
      });
      const both = b.let('both', r.full0.and(r.full1));
      const leave = b.let('leave', both.and(m.ready), 'a sum leaves, both places are free');
      b.assign(m.valid, both);
      b.assign(s0.ready, leave.or(r.full0.not()));
      b.assign(s1.ready, leave.or(r.full1.not()));
      b.when(s0.fire, () => {
        b.next(r.full0, 1);
        b.next(r.place0, s0.data);
      }).elseWhen(leave, () => b.next(r.full0, 0));
      b.when(s1.fire, () => {
        b.next(r.full1, 1);
        b.next(r.place1, s1.data);
      }).elseWhen(leave, () => b.next(r.full1, 0));

      const sums = b.wire('sums', vec(PE, uint(OUT_W)));
      b.genFor('lane', PE, (p) => {
        const [raw0, raw1] = [r.place0.bits(p.times(X0_W), X0_W), r.place1.bits(p.times(X1_W), X1_W)];
        const x0 = b.let('x0', signed0 ? raw0.asSInt().extend(OUT_W).asUInt() : raw0.extend(OUT_W));
        const x1 = b.let('x1', signed1 ? raw1.asSInt().extend(OUT_W).asUInt() : raw1.extend(OUT_W));
        b.assign(sums.at(p), x0.addWrap(x1));
      });
      b.assign(m.data, sums.pack());
    },
  });
}

/** One module per pair of signs; widths are parameters. */
export const Add = Object.fromEntries(additions.map((addition) => [addition, makeAdd(addition)])) as Readonly<
  Record<Addition, ReturnType<typeof makeAdd>>
>;
