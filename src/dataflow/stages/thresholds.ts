import {
  bool,
  defineModule,
  imageParam,
  indexWidth,
  natGe,
  natParam,
  requirement,
  sink,
  source,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { freezeBehind } from './freeze.js';

/**
 * Multi-threshold activation on PE lanes: code = LOWEST + number of thresholds that the value reaches.
 *
 * Channels come in FOLDS groups of PE; FOLDS = 1 with equal rows serves thresholds that all channels share. Latency 2,
 * full throughput. Cuts valid and data; ready follows downstream ready combinationally.
 */
function makeThresholds(signedInput: boolean) {
  return defineModule({
    name: signedInput ? 'thresholds_s' : 'thresholds_u',
    doc: `multi-threshold activation on PE lanes: the code counts the thresholds that a value reaches

code = LOWEST + number of k with x >= threshold[k], on ${signedInput ? 'signed' : 'unsigned'} values; LOWEST is taken modulo 2^OUT_W.
Channels come in FOLDS groups of PE lanes. Threshold word f holds, for lane p and level k from the lowest
bits up, the threshold of channel f * PE + p, signed, X_W + ${signedInput ? 1 : 2} bits: one above every value never fires.
Latency 2 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      FOLDS: natParam({ default: 4, min: 1, doc: 'groups of channels' }),
      LEVELS: natParam({ default: 3, min: 1, doc: 'thresholds of a channel' }),
      X_W: natParam({ default: 12, min: 1, doc: 'width of a value' }),
      OUT_W: natParam({ default: 2, min: 1, doc: 'width of a code' }),
      LOWEST: natParam({ default: 0, min: 0, doc: 'code below all thresholds, modulo 2^OUT_W' }),
      THRESHOLDS: imageParam(`threshold memory, FOLDS words of PE * LEVELS * (X_W + ${signedInput ? 1 : 2}) bits`),
    },
    requires: ({ OUT_W, LEVELS, LOWEST }) => [
      requirement(natGe(OUT_W, widthFor(LEVELS)), 'a code holds every count'),
      requirement(natGe(OUT_W, widthFor(LOWEST)), 'a code holds the lowest one'),
    ],
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { PE, FOLDS, LEVELS, X_W, OUT_W, LOWEST, THRESHOLDS }) {
      const T_W = b.localparam('T_W', X_W.plus(signedInput ? 1 : 2), 'width of a threshold');
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const r = b.regs({
        fold: uint(FOLD_W).reset(0).doc('channel group of the next beat'),
        valueValid: bool().reset(0),
        value: uint(PE.times(X_W)),
        limits: uint(PE.times(LEVELS).times(T_W)),
        outValid: bool().reset(0),
        out: vec(PE, uint(OUT_W)),
      });
      const limits = b.rom('thresholds', uint(PE.times(LEVELS).times(T_W)), FOLDS, THRESHOLDS);
      const { en, accept } = freezeBehind(b, { s, m }, { valid: r.outValid, data: r.out.pack() });

      b.when(accept, () => {
        b.next(r.fold, r.fold.eq(FOLDS.minus(1)).mux(b.constant(uint(FOLD_W), 0), r.fold.inc()));
        b.next(r.value, s.data);
        b.next(r.limits, limits.read(r.fold));
      });
      b.when(en, () => {
        b.next(r.valueValid, accept);
        b.next(r.outValid, r.valueValid);
      });

      b.genFor('lane', PE, (p) => {
        const raw = r.value.bits(p.times(X_W), X_W);
        const x = b.let('x', signedInput ? raw.asSInt().extend(T_W) : raw.extend(T_W).asSInt());
        const reached = b.wire('reached', vec(LEVELS, bool()));
        b.genFor('level', LEVELS, (k) => {
          const limit = r.limits.bits(p.times(LEVELS).plus(k).times(T_W), T_W).asSInt();
          b.assign(reached.at(k), x.ge(limit));
        });
        const count = b.let('count', reached.pack().popcount());
        b.when(en, () => b.next(r.out.at(p), count.extend(OUT_W).addWrap(LOWEST)));
      });
    },
  });
}

export const Thresholds = { signed: makeThresholds(true), unsigned: makeThresholds(false) } as const;
