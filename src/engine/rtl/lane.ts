/** Pixels as operands of PEs. */
import { type Bool, type Builder, type NatExpr, type Sig, type SInt, type UInt, uint } from '../../hdl/index.js';

/** Width of an operand: one bit more than a pixel where pixels may be unsigned (XU = 1). */
export const laneWidth = (XB: NatExpr, XU: NatExpr): NatExpr => XB.plus(XU);

/** A pixel as an operand of X_W bits; its top bit is a sign unless `isUnsigned`. */
export const operandOf = (pixel: Sig<UInt>, isUnsigned: Sig<Bool>, X_W: NatExpr): Sig<SInt> =>
  isUnsigned.mux(pixel.extend(X_W).asSInt(), pixel.asSInt().extend(X_W));

/** One truth value for each of P lanes: low <= lane < high. */
export function laneMask(
  b: Builder,
  low: Sig<UInt>,
  high: Sig<UInt>,
  P: NatExpr,
  assign: (p: NatExpr, inside: Sig<Bool>) => void,
): void {
  b.genFor('lane', P, (p) => {
    const lane = b.constant(uint(low.type.width), p);
    assign(p, low.le(lane).and(high.gt(lane)));
  });
}
