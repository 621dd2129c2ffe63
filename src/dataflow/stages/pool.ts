import { bool, defineModule, indexWidth, natParam, sink, source, uint, vec } from '../../hdl/index.js';
import { poolDoc, type PoolKind, poolKinds, poolLane, poolName, poolRequires } from './pool-lanes.js';

/**
 * Pooling behind `sliding_window_groups`: K consecutive beats of PE channels (the pixels of one window, for one group of
 * channels) become one beat. Steady interval K cycles; latency 1 from the last of them. Cuts valid and data; ready follows
 * downstream ready combinationally (one enable freezes the module).
 *
 * **Padding.** It enters as codes of the window. A sum wants code 0. A maximum wants the least code of the type, which wins
 * only where nothing else is in the window: 0 for unsigned codes, -2^(X_W-1) for signed ones.
 *
 * **Bipolar codes** (0 is -1, 1 is +1) are pooled as unsigned codes of one bit. Their maximum is the code of the greatest
 * value, padding is code 0. Their sum s counts the +1 among K, which stands for the value 2 s - K: in what follows a threshold
 * t becomes ceil((t + K) / 2), and a step with multiplier m and addend a has 2 m and a - m K instead. With padding, which has
 * the value 0 that no bit has, the codes first become signed numbers (`lane_extend_b`).
 */
function makePool(kind: PoolKind) {
  return defineModule({
    name: `pool_${poolName(kind)}`,
    doc: `${poolDoc(kind, 'K')} in each of PE lanes: K beats become one

Behind a sliding window that gives its pixels group by group: K = KH * KW beats of one window and
one group of channels. Padding comes in as codes: ${kind.reduce === 'sum' ? '0' : 'the least code'}.
Latency 1 cycle from the last of K beats; takes a beat every cycle. One enable freezes the module
while downstream stalls: cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      K: natParam({ default: 4, min: 1, doc: 'beats of a window' }),
      X_W: natParam({ default: 8, min: 1, max: 52, doc: 'width of a value' }),
      OUT_W: natParam({
        ...{ default: kind.reduce === 'sum' ? 10 : 8, min: 1, max: 52 },
        doc: kind.reduce === 'sum' ? 'width of a sum, which wraps' : 'width of a result, X_W',
      }),
    },
    requires: ({ X_W, OUT_W }) => poolRequires(kind, X_W, OUT_W),
    ports: ({ PE, X_W, OUT_W }) => ({
      s_axis: sink(uint(PE.times(X_W))),
      m_axis: source(uint(PE.times(OUT_W))),
    }),
    body(b, { s_axis: s, m_axis: m }, { PE, K, X_W, OUT_W }) {
      const BEAT_W = b.localparam('BEAT_W', indexWidth(K));
      const r = b.regs({
        beat: uint(BEAT_W).reset(0).doc('number of the next beat in its window'),
        outValid: bool().reset(0).doc('the window is complete'),
        result: vec(PE, uint(OUT_W)).doc('of the beats so far'),
      });
      const en = b.let('en', m.ready.or(r.outValid.not()), 'no result waits, or it is being read');
      const accept = b.let('accept', s.fire);
      const begins = b.let('begins', r.beat.eq(0));
      const ends = b.let('ends', r.beat.eq(K.minus(1)));
      b.assign(s.ready, en);
      b.assign(m.valid, r.outValid);
      b.assign(m.data, r.result.pack());
      b.when(en, () => b.next(r.outValid, accept.and(ends)));
      b.when(accept, () => b.next(r.beat, ends.mux(b.constant(uint(BEAT_W), 0), r.beat.inc())));
      b.genFor('lane', PE, (p) => {
        const [raw, old] = [s.data.bits(p.times(X_W), X_W), r.result.at(p)];
        const value = poolLane(b, kind, { old, raw, first: begins, OUT_W });
        b.when(accept, () => b.next(r.result.at(p), value));
      });
    },
  });
}

/** One module per kind, by the end of its name: `max_s`, `max_u`, `sum_s`, `sum_u`. */
export const Pool = Object.fromEntries(poolKinds.map((kind) => [poolName(kind), makePool(kind)])) as Readonly<
  Record<string, ReturnType<typeof makePool>>
>;
