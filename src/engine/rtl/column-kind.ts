/** What the columns of the array are made of: a PE for each pixel, of the library or a user's, or pairs that share a multiplier. */
import type { Requirement } from '../../circuit/index.js';
import { type Builder, natGe, natGt, type NatExpr, requirement, type Sig, type SInt } from '../../hdl/index.js';
import { EngineColumn, makeColumn } from './column.js';
import { EngineColumnBinary } from './column-binary.js';
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
  /** Weights are one bit, 0 for +1 and 1 for -1. */
  readonly binary: boolean;
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
  binary: false,
  packs: false,
  count: (P) => P,
  width: (X_W) => X_W,
});

/** Two pixels for every multiplier; the last one of an odd number has its own. */
export const packedColumns: ColumnKind = {
  suffix: '_packed',
  gated: false,
  column: EngineColumnPacked,
  binary: false,
  packs: true,
  count: (P) => P.ceilDiv(2),
  width: pairWidth,
};

/** Weights of one bit: a sign instead of a multiplier. */
export const binaryColumns: ColumnKind = {
  suffix: '_binary',
  gated: false,
  column: EngineColumnBinary,
  binary: true,
  packs: false,
  count: (P) => P,
  width: (X_W) => X_W,
};

/** What must hold of the width of a weight, with private windows and without: pooling has weights of 1. */
export function weightRules({ binary }: ColumnKind, W_W: NatExpr, dw: boolean): Requirement[] {
  if (binary) return [requirement(natGe(1, W_W), 'a weight has one bit')];
  return dw ? [requirement(natGe(W_W, 2), 'a weight can be 1')] : [];
}

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
