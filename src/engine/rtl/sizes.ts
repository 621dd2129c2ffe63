/** Widths that several modules of the engine share. */
import { type NatExpr, widthFor } from '../../hdl/index.js';

/** Width of a number of groups of D channels, 0 .. M / D. */
export const countWidth = (M: NatExpr, D: NatExpr): NatExpr => widthFor(M.div(D)).max(1);
