import {
  bool,
  defineModule,
  imageParam,
  indexWidth,
  type ModuleTemplate,
  natParam,
  type ParamSpecs,
  sink,
  type SinkPort,
  sint,
  source,
  type SourcePort,
  type UInt,
  uint,
  vec,
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
import { makeScaling } from './requantize-plain.js';
import { makeShifting } from './requantize-shift.js';

export {
  type RequantizeKind,
  requantizeLatency,
  requantizeName,
  type Rounding,
  roundings,
} from './requantize-parts.js';

/** What the requantizers are to those who only place them. */
export type RequantizeModule = ModuleTemplate<ParamSpecs, { s_axis: SinkPort<UInt>; m_axis: SourcePort<UInt> }>;

/** The module of a kind: with multipliers here, by shifts in `requantize-shift.ts`, by wires in `requantize-plain.ts`. */
export function makeRequantize(kind: RequantizeKind): RequantizeModule {
  if (kind.scale === 'shift') return makeShifting(kind);
  return kind.scale === 'none' ? makeScaling(kind) : makeMultiplying(kind);
}

/**
 * Fixed-point requantizer (the fixed mode): y = fit((x * multiplier + addend) >> SHIFT), one rounding at the end.
 *
 * Channels come in FOLDS groups of PE lanes. Latency 3, full throughput. Cuts valid and data; ready follows downstream
 * ready combinationally.
 */
function makeMultiplying(kind: RequantizeKind) {
  return defineModule({
    name: requantizeName(kind),
    doc: `fixed-point requantizer on PE lanes: y = (x * multiplier + addend) >> SHIFT, fitted to OUT_W bits

${requantizeDoc(kind)}
Values are ${kind.signedInput ? 'signed' : 'unsigned'}, multipliers and addends signed; the product is full width.
Channels come in FOLDS groups of PE lanes; word f of each memory holds group f, lane 0 in the lowest bits.
Latency 3 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      FOLDS: natParam({ default: 4, min: 1, doc: 'groups of channels' }),
      X_W: natParam({ default: 16, min: 1, doc: 'width of a value' }),
      M_W: natParam({ default: 8, min: 1, doc: 'width of a multiplier' }),
      A_W: natParam({ default: 16, min: 1, doc: 'width of an addend' }),
      T_W: natParam({ default: 27, min: 2, doc: 'width of x * multiplier + addend and its rounding' }),
      SHIFT: natParam({ default: 4, min: 0, doc: 'bits dropped' }),
      OUT_W: natParam({ default: 8, min: 1, doc: 'width of a result' }),
      MULTIPLIERS: imageParam('FOLDS words of PE * M_W bits'),
      ADDENDS: imageParam('FOLDS words of PE * A_W bits'),
    },
    requires: (p) => requantizeRequires(p, p.M_W),
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { PE, FOLDS, X_W, M_W, A_W, T_W, SHIFT, OUT_W, MULTIPLIERS, ADDENDS }) {
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const P_W = b.localparam('P_W', kind.signedInput ? X_W.plus(M_W) : X_W.plus(M_W).plus(1), 'width of a product');
      const r = b.regs({
        fold: uint(FOLD_W).reset(0).doc('channel group of the next beat'),
        valueValid: bool().reset(0),
        value: uint(PE.times(X_W)),
        multiplier: uint(PE.times(M_W)),
        addend: uint(PE.times(A_W)),
        productValid: bool().reset(0),
        product: vec(PE, sint(P_W)),
        productAddend: uint(PE.times(A_W)).doc('addends that belong to the products'),
        outValid: bool().reset(0),
        out: vec(PE, uint(OUT_W)),
      });
      const multipliers = b.rom('multipliers', uint(PE.times(M_W)), FOLDS, MULTIPLIERS);
      const addends = b.rom('addends', uint(PE.times(A_W)), FOLDS, ADDENDS);
      const { en, accept } = freezeBehind(b, { s, m }, { valid: r.outValid, data: r.out.pack() });

      b.when(accept, () => {
        b.next(r.fold, r.fold.eq(FOLDS.minus(1)).mux(b.constant(uint(FOLD_W), 0), r.fold.inc()));
        b.next(r.value, s.data);
        b.next(r.multiplier, multipliers.read(r.fold));
        b.next(r.addend, addends.read(r.fold));
      });
      b.when(en, () => {
        b.next(r.valueValid, accept);
        b.next(r.productValid, r.valueValid);
        b.next(r.outValid, r.productValid);
        b.next(r.productAddend, r.addend);
      });

      b.genFor('lane', PE, (p) => {
        const x = signedValue(kind, r.value, p, X_W);
        const multiplier = r.multiplier.bits(p.times(M_W), M_W).asSInt();
        b.when(en, () => b.next(r.product.at(p), x.mul(multiplier)));

        const addend = r.productAddend.bits(p.times(A_W), A_W).asSInt();
        const result = requantized(b, kind, { product: r.product.at(p), addend }, { T_W, SHIFT, OUT_W });
        b.when(en, () => b.next(r.out.at(p), result));
      });
    },
  });
}
