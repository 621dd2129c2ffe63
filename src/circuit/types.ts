/**
 * Types of signals. Widths and counts are symbolic; a vector stays one type with a count.
 */
import { type Nat, lit } from './nat.js';

/** One bit that is a truth value. */
export interface BoolType {
  readonly kind: 'bool';
}
/** Unsigned integer of `width` >= 1 bits. */
export interface UIntType {
  readonly kind: 'uint';
  readonly width: Nat;
}
/** Two's complement integer of `width` >= 1 bits. */
export interface SIntType {
  readonly kind: 'sint';
  readonly width: Nat;
}
/** Closed set of names; member k is encoded as k in `clog2(members)` bits (at least one). */
export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly members: readonly string[];
}
export type ScalarType = BoolType | UIntType | SIntType | EnumType;

/** `count` >= 1 elements. Packed in the text with element 0 in the lowest bits. */
export interface VecType {
  readonly kind: 'vec';
  readonly count: Nat;
  readonly element: Type;
}
export type Type = ScalarType | VecType;

/** Bits of one scalar. */
export function scalarWidth(type: ScalarType): Nat {
  switch (type.kind) {
    case 'bool':
      return lit(1);
    case 'enum':
      return lit(Math.max(1, Math.ceil(Math.log2(type.members.length))));
    default:
      return type.width;
  }
}

/** Bits of a value of any type when packed. */
export function packedWidth(type: Type): Nat {
  return type.kind === 'vec' ? { op: 'mul', a: type.count, b: packedWidth(type.element) } : scalarWidth(type);
}

/** The scalar at the bottom of nested vectors. */
export function leafType(type: Type): ScalarType {
  return type.kind === 'vec' ? leafType(type.element) : type;
}

/** Counts of nested vectors, outermost first; empty for a scalar. */
export function vecDims(type: Type): readonly Nat[] {
  return type.kind === 'vec' ? [type.count, ...vecDims(type.element)] : [];
}
