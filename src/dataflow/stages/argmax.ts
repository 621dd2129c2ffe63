import {
  bool,
  defineModule,
  indexWidth,
  natEq,
  natGe,
  natParam,
  requirement,
  sink,
  sint,
  source,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';

/**
 * Index of the greatest of N values that arrive PE at a time; the first one among equals. Latency 1 cycle from the last
 * beat of a vector, a beat every cycle. Cuts valid and data; ready follows downstream ready combinationally.
 */
function makeArgmax(signedInput: boolean) {
  return defineModule({
    name: signedInput ? 'argmax_s' : 'argmax_u',
    doc: `index of the greatest of N ${signedInput ? 'signed' : 'unsigned'} values that arrive PE at a time, the first one among equals

Latency 1 cycle from the last beat of a vector; takes a beat every cycle.
Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.`,
    params: {
      N: natParam({ default: 10, min: 1, doc: 'values of a vector' }),
      PE: natParam({ default: 2, min: 1, doc: 'values of a beat; divides N' }),
      X_W: natParam({ default: 8, min: 1, doc: 'width of a value' }),
      OUT_W: natParam({ default: 8, min: 1, doc: 'width of the index' }),
    },
    requires: ({ N, PE, OUT_W }) => [
      requirement(natEq(N.mod(PE), 0), 'PE divides N'),
      requirement(natGe(N, PE), 'a beat is a part of a vector'),
      requirement(natGe(OUT_W, widthFor(N)), 'the output holds every index'),
    ],
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(OUT_W)) }),
    body(b, { s_axis: s, m_axis: m }, { N, PE, X_W, OUT_W }) {
      const BEATS = b.localparam('BEATS', N.div(PE));
      const BEAT_W = b.localparam('BEAT_W', indexWidth(BEATS));
      const INDEX_W = b.localparam('INDEX_W', widthFor(N));
      const V_W = b.localparam('V_W', X_W.plus(1), 'values compare as signed numbers');
      const r = b.regs({
        beat: uint(BEAT_W).reset(0).doc('number of the next beat in its vector'),
        base: uint(OUT_W).reset(0).doc('index of its first value'),
        best: sint(V_W).doc('greatest value so far'),
        bestIndex: uint(OUT_W),
        outValid: bool().reset(0),
        out: uint(OUT_W),
      });
      const ends = b.let('ends', r.beat.eq(BEATS.minus(1)));
      const accept = b.let('accept', s.fire);
      b.assign(s.ready, m.ready.or(r.outValid.not()).or(ends.not()));
      b.assign(m.valid, r.outValid);
      b.assign(m.data, r.out);

      b.comment('value and index after lane p; entry 0 is what earlier beats left');
      const value = b.wire('value', vec(PE.plus(1), sint(V_W)));
      const index = b.wire('index', vec(PE.plus(1), uint(OUT_W)));
      const begins = b.let('begins', r.beat.eq(0));
      b.assign(value.at(0), r.best);
      b.assign(index.at(0), r.bestIndex);
      b.genFor('lane', PE, (p) => {
        const raw = s.data.bits(p.times(X_W), X_W);
        const x = b.let('x', signedInput ? raw.asSInt().extend(V_W) : raw.extend(V_W).asSInt());
        const wins = b.wire('wins', bool());
        b.genIf(
          'first',
          natEq(p, 0),
          () => b.assign(wins, begins.or(x.gt(value.at(p)))),
          () => b.assign(wins, x.gt(value.at(p))),
        );
        b.assign(value.at(p.plus(1)), wins.mux(x, value.at(p)));
        b.assign(
          index.at(p.plus(1)),
          wins.mux(r.base.addWrap(b.constant(uint(INDEX_W), p).extend(OUT_W)), index.at(p)),
        );
      });
      b.when(accept, () => {
        b.next(r.beat, ends.mux(b.constant(uint(BEAT_W), 0), r.beat.inc()));
        b.next(
          r.base,
          ends.mux(b.constant(uint(OUT_W), 0), r.base.addWrap(b.constant(uint(INDEX_W), PE).extend(OUT_W))),
        );
        b.next(r.best, value.at(PE));
        b.next(r.bestIndex, index.at(PE));
        b.when(ends, () => b.next(r.out, index.at(PE)));
      });
      b.when(accept.and(ends), () => b.next(r.outValid, 1)).elseWhen(m.ready, () => b.next(r.outValid, 0));
    },
  });
}

export const Argmax = { signed: makeArgmax(true), unsigned: makeArgmax(false) } as const;
