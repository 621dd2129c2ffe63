import { bool, defineModule, natParam, sink, source, uint } from '../../hdl/index.js';

/** Two-entry register slice. Cuts valid, data and ready; latency 1, full throughput, capacity 2. */
export const RegisterSlice = defineModule({
  name: 'register_slice',
  doc: `two-entry AXI4-Stream register slice

Cuts tvalid, tdata and tready: no combinational path crosses it in either direction.
Latency 1 cycle, full throughput, capacity 2 beats. tvalid is low after reset.`,
  params: { W: natParam({ default: 8, min: 1, doc: 'payload width in bits, >= 1 (tdata with its sideband, packed)' }) },
  ports: ({ W }) => ({ s_axis: sink(uint(W)), m_axis: source(uint(W)) }),
  body(b, { s_axis: s, m_axis: m }, { W }) {
    const r = b.regs({
      outValid: bool().reset(0).doc('the beat that downstream sees'),
      out: uint(W),
      holdValid: bool().reset(0).doc('the beat that arrived while downstream stalled'),
      hold: uint(W),
    });
    const accept = b.let('accept', s.fire, 'a beat enters');
    const advance = b.let('advance', m.ready.or(r.outValid.not()), 'the output register is free or is being read');

    b.assign(s.ready, r.holdValid.not());
    b.assign(m.valid, r.outValid);
    b.assign(m.data, r.out);

    b.when(advance, () => {
      b.next(r.outValid, accept.or(r.holdValid));
      b.next(r.out, r.holdValid.mux(r.hold, s.data));
      b.next(r.holdValid, 0);
    }).elseWhen(accept, () => {
      b.next(r.holdValid, 1);
      b.next(r.hold, s.data);
    });
  },
});
