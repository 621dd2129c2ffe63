import {
  bool,
  cat,
  defineModule,
  imageParam,
  indexWidth,
  natGt,
  natParam,
  sink,
  sint,
  source,
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

/**
 * Requantizer without multipliers: y = fit((x * 2^LEFT + addend) >> SHIFT), one LEFT for all channels. Scaling is wires, an
 * addition and the rounding remain. Latency 1, full throughput. Cuts valid and data; ready follows downstream ready
 * combinationally.
 */
export function makeScaling(kind: RequantizeKind) {
  return defineModule({
    name: requantizeName(kind),
    doc: `fixed-point requantizer on PE lanes: y = (x * 2^LEFT + addend) >> SHIFT, fitted to OUT_W bits

${requantizeDoc(kind)}
Values are ${kind.signedInput ? 'signed' : 'unsigned'}, addends signed; there is no multiplier.
Channels come in FOLDS groups of PE lanes; word f of the memory holds group f, lane 0 in the lowest bits.
Latency 1 cycle, a beat every cycle. The register freezes while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      FOLDS: natParam({ default: 4, min: 1, doc: 'groups of channels' }),
      X_W: natParam({ default: 16, min: 1, doc: 'width of a value' }),
      LEFT: natParam({ default: 0, min: 0, doc: 'bits by which values are shifted left' }),
      A_W: natParam({ default: 16, min: 1, doc: 'width of an addend' }),
      T_W: natParam({ default: 19, min: 2, doc: 'width of x * 2^LEFT + addend and its rounding' }),
      SHIFT: natParam({ default: 4, min: 0, doc: 'bits dropped' }),
      OUT_W: natParam({ default: 8, min: 1, doc: 'width of a result' }),
      ADDENDS: imageParam('FOLDS words of PE * A_W bits'),
    },
    requires: (p) => requantizeRequires(p, p.LEFT),
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { PE, FOLDS, X_W, LEFT, A_W, T_W, SHIFT, OUT_W, ADDENDS }) {
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const P_W = b.localparam('P_W', X_W.plus(LEFT).plus(kind.signedInput ? 0 : 1), 'width of a scaled value');
      const r = b.regs({
        fold: uint(FOLD_W).reset(0).doc('channel group of the next beat'),
        outValid: bool().reset(0),
        out: vec(PE, uint(OUT_W)),
      });
      const addends = b.rom('addends', uint(PE.times(A_W)), FOLDS, ADDENDS);
      const row = b.let('row', addends.read(r.fold), 'addends of this group');
      const { en, accept } = freezeBehind(
        b,
        { s, m },
        { valid: r.outValid, data: r.out.pack() },
        'the register is free or is being read',
      );
      b.when(en, () => b.next(r.outValid, accept));
      b.when(accept, () => b.next(r.fold, r.fold.eq(FOLDS.minus(1)).mux(b.constant(uint(FOLD_W), 0), r.fold.inc())));
      b.genFor('lane', PE, (p) => {
        const x = signedValue(kind, s.data, p, X_W);
        const product = b.wire('product', sint(P_W));
        b.genIf(
          'left',
          natGt(LEFT, 0),
          () => b.assign(product, cat(x.asUInt(), b.constant(uint(LEFT), 0)).asSInt()),
          () => b.assign(product, x.extend(P_W)),
        );
        const addend = row.bits(p.times(A_W), A_W).asSInt();
        const result = requantized(b, kind, { product, addend }, { T_W, SHIFT, OUT_W });
        b.when(accept, () => b.next(r.out.at(p), result));
      });
    },
  });
}
