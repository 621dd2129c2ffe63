import { bool, defineModule, imageParam, indexWidth, natParam, sink, source, uint, vec } from '../../hdl/index.js';

/**
 * Activation by table on PE lanes: code = table[x], one table for all channels.
 *
 * Cheaper than thresholds or a multiplier where values are narrow: a table of 2^6 words is one LUT a bit and lane. Latency 1,
 * full throughput. Cuts valid and data; ready follows downstream ready combinationally.
 */
export const Lookup = defineModule({
  name: 'lookup',
  doc: `activation by table on PE lanes: the code that the table holds for a value

code = TABLE[x] with x the bits of a value, taken as unsigned; signed values find their codes in the upper half.
One table serves all lanes and channels; values stay below ENTRIES.
Latency 1 cycle, a beat every cycle. The register freezes while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
  params: {
    PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
    ENTRIES: natParam({ default: 256, min: 2, doc: 'words of the table: 2^n for values of n bits' }),
    OUT_W: natParam({ default: 8, min: 1, doc: 'width of a code' }),
    TABLE: imageParam('the table, ENTRIES words of OUT_W bits'),
  },
  ports: ({ PE, ENTRIES, OUT_W }) => ({
    s_axis: sink(uint(PE.times(indexWidth(ENTRIES)))),
    m_axis: source(uint(PE.times(OUT_W))),
  }),
  body(b, { s_axis: s, m_axis: m }, { PE, ENTRIES, OUT_W, TABLE }) {
    const X_W = b.localparam('X_W', indexWidth(ENTRIES), 'width of a value');
    const table = b.rom('codes', uint(OUT_W), ENTRIES, TABLE);
    const r = b.regs({ outValid: bool().reset(0), out: vec(PE, uint(OUT_W)) });
    const en = b.let('en', m.ready.or(r.outValid.not()), 'the register is free or is being read');
    b.assign(s.ready, en);
    b.assign(m.valid, r.outValid);
    b.assign(m.data, r.out.pack());
    b.when(en, () => b.next(r.outValid, s.valid));
    b.genFor('lane', PE, (p) => {
      const code = b.let('code', table.read(s.data.bits(p.times(X_W), X_W)));
      b.when(en, () => b.next(r.out.at(p), code));
    });
  },
});
