import {
  bool,
  defineModule,
  imageParam,
  indexWidth,
  natParam,
  sink,
  source,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { freezeBehind } from './freeze.js';
import {
  requantized,
  requantizeDoc,
  type RequantizeKind,
  requantizeName,
  requantizeRequires,
  signedValue,
} from './requantize-parts.js';

/**
 * Requantizer whose multipliers are powers of two: y = fit((x * 2^exponent + addend) >> SHIFT). TFLite's right shifts that
 * differ by channel are this with the greatest of them as SHIFT. Latency 2, full throughput. Cuts valid and data; ready follows
 * downstream ready combinationally.
 */
export function makeShifting(kind: RequantizeKind) {
  return defineModule({
    name: requantizeName(kind),
    doc: `fixed-point requantizer on PE lanes: y = (x * 2^exponent + addend) >> SHIFT, fitted to OUT_W bits

${requantizeDoc(kind)}
Values are ${kind.signedInput ? 'signed' : 'unsigned'}, exponents unsigned, addends signed.
Channels come in FOLDS groups of PE lanes; word f of each memory holds group f, lane 0 in the lowest bits.
Latency 2 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      FOLDS: natParam({ default: 4, min: 1, doc: 'groups of channels' }),
      X_W: natParam({ default: 16, min: 1, doc: 'width of a value' }),
      E_MAX: natParam({ default: 5, min: 1, doc: 'greatest exponent' }),
      A_W: natParam({ default: 16, min: 1, doc: 'width of an addend' }),
      T_W: natParam({ default: 24, min: 2, doc: 'width of x * 2^exponent + addend and its rounding' }),
      SHIFT: natParam({ default: 4, min: 0, doc: 'bits dropped' }),
      OUT_W: natParam({ default: 8, min: 1, doc: 'width of a result' }),
      EXPONENTS: imageParam('FOLDS words of PE fields, each as wide as E_MAX'),
      ADDENDS: imageParam('FOLDS words of PE * A_W bits'),
    },
    requires: (p) => requantizeRequires(p, p.E_MAX),
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { PE, FOLDS, X_W, E_MAX, A_W, T_W, SHIFT, OUT_W, EXPONENTS, ADDENDS }) {
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const E_W = b.localparam('E_W', widthFor(E_MAX), 'width of an exponent');
      const P_W = b.localparam('P_W', X_W.plus(E_MAX).plus(kind.signedInput ? 0 : 1), 'width of a product');
      const r = b.regs({
        fold: uint(FOLD_W).reset(0).doc('channel group of the next beat'),
        valueValid: bool().reset(0),
        value: uint(PE.times(X_W)),
        exponent: uint(PE.times(E_W)),
        addend: uint(PE.times(A_W)),
        outValid: bool().reset(0),
        out: vec(PE, uint(OUT_W)),
      });
      const exponents = b.rom('exponents', uint(PE.times(E_W)), FOLDS, EXPONENTS);
      const addends = b.rom('addends', uint(PE.times(A_W)), FOLDS, ADDENDS);
      const { en, accept } = freezeBehind(b, { s, m }, { valid: r.outValid, data: r.out.pack() });

      b.when(accept, () => {
        b.next(r.fold, r.fold.eq(FOLDS.minus(1)).mux(b.constant(uint(FOLD_W), 0), r.fold.inc()));
        b.next(r.value, s.data);
        b.next(r.exponent, exponents.read(r.fold));
        b.next(r.addend, addends.read(r.fold));
      });
      b.when(en, () => {
        b.next(r.valueValid, accept);
        b.next(r.outValid, r.valueValid);
      });
      b.genFor('lane', PE, (p) => {
        const x = signedValue(kind, r.value, p, X_W);
        const product = b.let('product', x.extend(P_W).shl(r.exponent.bits(p.times(E_W), E_W)));
        const addend = r.addend.bits(p.times(A_W), A_W).asSInt();
        const result = requantized(b, kind, { product, addend }, { T_W, SHIFT, OUT_W });
        b.when(en, () => b.next(r.out.at(p), result));
      });
    },
  });
}
