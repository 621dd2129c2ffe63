/** What the columns of the array are made of: a PE for each pixel, of the library or a user's, or pairs that share a multiplier. */
import { type Builder, natGt, type NatExpr, type Sig, type SInt } from '../../hdl/index.js';
import { EngineColumn, makeColumn } from './column.js';
import { EngineColumnPacked } from './column-packed.js';
import { EnginePe, type PeTemplate } from './pe.js';
import { pairOf, pairWidth } from './pe-pair.js';

/** A kind of column, and what its operands are. */
export interface ColumnKind {
  /** Ends the names of the modules that differ from those of the plain array. */
  readonly suffix: string;
  /** Whether every set of channels has a clock gate (GATE = 1), which opens while one of its registers has something to do. */
  readonly gated: boolean;
  readonly column: typeof EngineColumn;
  /** Whether an operand is more than one lane. */
  readonly packs: boolean;
  /** Operands of P lanes, and bits of each. */
  readonly count: (P: NatExpr) => NatExpr;
  readonly width: (X_W: NatExpr, W_W: NatExpr) => NatExpr;
}

/** A kind with one processing element for every pixel. */
export const plainColumns = (pe: PeTemplate = EnginePe): ColumnKind => ({
  suffix: '',
  gated: false,
  column: pe === EnginePe ? EngineColumn : makeColumn(pe),
  packs: false,
  count: (P) => P,
  width: (X_W) => X_W,
});

/** Two pixels for every multiplier; the last one of an odd number has its own. */
export const packedColumns: ColumnKind = {
  suffix: '_packed',
  gated: false,
  column: EngineColumnPacked,
  packs: true,
  count: (P) => P.ceilDiv(2),
  width: pairWidth,
};

/** The same columns with gated clocks. */
export const gatedColumns = (kind: ColumnKind): ColumnKind => ({ ...kind, gated: true });

/** Ends the names of the array and of what is around it. */
export const arraySuffix = ({ suffix, gated }: ColumnKind): string => `${suffix}${gated ? '_gated' : ''}`;

/** Makes operands of P lanes: two in one where there are two. */
export function packLanes(
  b: Builder,
  { P, OP_W, W_W }: Readonly<Record<'P' | 'OP_W' | 'W_W', NatExpr>>,
  lane: (p: NatExpr) => Sig<SInt>,
  put: (k: NatExpr, operand: Sig<SInt>) => void,
): void {
  b.genFor('pair', P.ceilDiv(2), (k) => {
    b.genIf(
      'both',
      natGt(P, k.times(2).plus(1)),
      () => put(k, pairOf(lane(k.times(2)), lane(k.times(2).plus(1)), W_W)),
      () => put(k, lane(P.minus(1)).extend(OP_W)),
    );
  });
}
