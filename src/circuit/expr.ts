/**
 * Expressions: trees over signals, pure and typed. Sharing is by naming (a `let` wire), never by object identity.
 *
 * Width rules are checked when the kit builds a node; a pass may rely on them. Two-state arithmetic; every operator is
 * total (what would be out of range in SystemVerilog has the value given here).
 */
import type { Nat } from './nat.js';
import type { ScalarType, Type, UIntType } from './types.js';

/** Position of a signal in its module's `signals`. */
export type SignalId = number;

export type BinaryOp =
  /** Same kind. Growing: `max(a, b) + 1` bits. `sub` of unsigned operands is signed. */
  | 'add'
  | 'sub'
  /** Same kind. `a + b` bits. */
  | 'mul'
  /** Same kind and width; the result keeps it, upper bits drop. */
  | 'addWrap'
  | 'subWrap'
  /** Same type (bool, uint, sint); bitwise. */
  | 'and'
  | 'or'
  | 'xor'
  /** Same kind and width -> bool. `lt` and its kin are signed on signed operands. */
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  /** Shift of `a` by the unsigned `b`; keeps a's type. `shr` is arithmetic on signed a; shifting by >= width is 0 or the sign. */
  | 'shl'
  | 'shr';

export type UnaryOp =
  /** Bitwise complement, keeps the type. */
  | 'not'
  /** Two's complement negation of a signed operand, one bit wider. */
  | 'neg'
  /** uint -> bool over all bits. */
  | 'reduceAnd'
  | 'reduceOr'
  | 'reduceXor'
  /** uint(W) -> uint(clog2(W + 1)): number of ones. */
  | 'popcount';

export type ConvertOp =
  /** To the wider `type` of the same kind: zero or sign extension. */
  | 'extend'
  /** To the narrower `type` of the same kind: drops upper bits. */
  | 'truncate'
  /** Same bits, other kind (uint <-> sint of one width, bool <-> uint(1), uint -> enum, enum -> uint). */
  | 'reinterpret'
  /** vec -> uint of all its bits, element 0 lowest. Free in hardware. */
  | 'pack'
  /** uint -> vec; the inverse of pack. */
  | 'unpack';

export type FoldOp =
  /** Sum of all lanes; result type given (kit: element width + clog2(count)). Equal to any association of growing adds. */
  'sum' | 'and' | 'or' | 'xor' | 'max' | 'min';

export type Expr =
  /** A number of a scalar type. A `Nat` value prints as the author's expression and fits the type at every parameter value. */
  | { readonly op: 'const'; readonly type: ScalarType; readonly value: bigint | Nat }
  /** A whole signal (scalar or vector), in the scope of the loops around its declaration. */
  | { readonly op: 'ref'; readonly type: Type; readonly signal: SignalId }
  /** Element `index` of a vector, a constant or affine in loop indices; in range at every parameter value. */
  | { readonly op: 'at'; readonly type: Type; readonly vec: Expr; readonly index: Nat }
  /** Element chosen at run time by an unsigned index; out of range reads 0. */
  | { readonly op: 'select'; readonly type: Type; readonly vec: Expr; readonly index: Expr }
  /** Bits [low + width - 1 : low] of a scalar, as uint. */
  | { readonly op: 'slice'; readonly type: UIntType; readonly a: Expr; readonly low: Nat }
  /** Asynchronous read of a memory; out of range reads 0. */
  | { readonly op: 'read'; readonly type: Type; readonly memory: SignalId; readonly address: Expr }
  /** `cond ? a : b`; a and b of one type, vectors allowed. */
  | { readonly op: 'mux'; readonly type: Type; readonly cond: Expr; readonly a: Expr; readonly b: Expr }
  | { readonly op: 'binary'; readonly type: ScalarType; readonly fn: BinaryOp; readonly a: Expr; readonly b: Expr }
  | { readonly op: 'unary'; readonly type: ScalarType; readonly fn: UnaryOp; readonly a: Expr }
  | { readonly op: 'convert'; readonly type: Type; readonly fn: ConvertOp; readonly a: Expr }
  /** Concatenation of scalars as uint, first part highest (as in SystemVerilog). */
  | { readonly op: 'cat'; readonly type: UIntType; readonly parts: readonly Expr[] }
  /** All lanes of a one-dimensional vector of scalars reduced to one scalar. */
  | { readonly op: 'fold'; readonly type: ScalarType; readonly fn: FoldOp; readonly vec: Expr };
