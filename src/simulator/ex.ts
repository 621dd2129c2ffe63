/** Expressions of an elaborated circuit, over loop variables. */
import type { BinaryOp, FoldOp, UnaryOp } from '../circuit/index.js';
import type { Affine } from './affine.js';

/** An index along one dimension: a map over loop variables, or a value at run time (out of range reads 0). */
export type Index = Affine | { readonly at: Ex };

/** What every expression knows about itself. */
export interface Facts {
  /** Number of the expression within its circuit. */
  readonly id: number;
  /** Bit v is set if the value depends on loop variable v. */
  readonly vars: number;
  /** Rough number of instructions, once. */
  readonly cost: number;
}

/** Scalar expressions, made by `Expressions`: equal ones are one object. */
export type Ex = ExShape & Facts;

/** What an expression is; the value is the mathematical number, `signed` and `width` its range. */
export type ExShape = { readonly width: number; readonly signed: boolean } & (
  | { readonly op: 'const'; readonly value: bigint }
  | { readonly op: 'index'; readonly value: Affine }
  | { readonly op: 'load'; readonly signal: number; readonly index: readonly Index[] }
  | { readonly op: 'slice'; readonly a: Ex; readonly low: Affine }
  | { readonly op: 'mux'; readonly cond: Ex; readonly a: Ex; readonly b: Ex }
  | { readonly op: 'binary'; readonly fn: BinaryOp; readonly a: Ex; readonly b: Ex }
  | { readonly op: 'unary'; readonly fn: UnaryOp; readonly a: Ex }
  /** The value of `a` wrapped to this width and sign. */
  | { readonly op: 'convert'; readonly a: Ex }
  | { readonly op: 'cat'; readonly parts: readonly Ex[] }
  | { readonly op: 'fold'; readonly fn: FoldOp; readonly v: number; readonly count: number; readonly body: Ex }
  /** `body` for v = 0 .. count - 1 side by side, v = 0 lowest. */
  | { readonly op: 'pack'; readonly v: number; readonly count: number; readonly body: Ex }
);

export const isAffine = (index: Index): index is Affine => !('at' in index);
