/**
 * Types as the author writes them. A type knows its kind at compile time (`Sig<UInt>` is not a `Sig<SInt>`); widths are
 * symbolic and checked when a circuit is built. `.doc()` and `.reset()` give a declaration its comment and reset value.
 */
import { type ScalarType, type Type, type VecType, lit } from '../circuit/index.js';
import { type NatLike, NatExpr, nat, toNat } from './nat-expr.js';

interface Notes {
  readonly doc?: string;
  /** Value after reset; absent means the register has no reset. */
  readonly reset?: number | bigint | NatExpr;
  /** A flop that takes a value of another clock. */
  readonly synchronizer?: boolean;
}

abstract class Noted {
  constructor(readonly notes: Notes) {}
  protected abstract withNotes(notes: Notes): this;
  /** The comment that stands beside the declaration in the emitted text. */
  doc(text: string): this {
    return this.withNotes({ ...this.notes, doc: text });
  }
  /** The register may be metastable: tools keep it apart and the chain together (ASYNC_REG). */
  synchronizer(): this {
    return this.withNotes({ ...this.notes, synchronizer: true });
  }
  /** The register takes `value` in reset. Without it the register has no reset at all. */
  reset(value: number | bigint | NatExpr = 0): this {
    return this.withNotes({ ...this.notes, reset: value });
  }
}

export class Bool extends Noted {
  readonly kind = 'bool';
  protected withNotes(notes: Notes): this {
    return new Bool(notes) as this;
  }
}
export class UInt extends Noted {
  readonly kind = 'uint';
  constructor(
    readonly width: NatExpr,
    notes: Notes = {},
  ) {
    super(notes);
  }
  protected withNotes(notes: Notes): this {
    return new UInt(this.width, notes) as this;
  }
}
export class SInt extends Noted {
  readonly kind = 'sint';
  constructor(
    readonly width: NatExpr,
    notes: Notes = {},
  ) {
    super(notes);
  }
  protected withNotes(notes: Notes): this {
    return new SInt(this.width, notes) as this;
  }
}
export class Enum<M extends string> extends Noted {
  readonly kind = 'enum';
  constructor(
    readonly name: string,
    readonly members: readonly M[],
    notes: Notes = {},
  ) {
    super(notes);
  }
  protected withNotes(notes: Notes): this {
    return new Enum(this.name, this.members, notes) as this;
  }
  /** Reset value by name. */
  startsAt(member: M): this {
    return this.reset(this.members.indexOf(member));
  }
}
export class Vec<T extends Bits> extends Noted {
  readonly kind = 'vec';
  constructor(
    readonly count: NatExpr,
    readonly element: T,
    notes: Notes = {},
  ) {
    super(notes);
  }
  protected withNotes(notes: Notes): this {
    return new Vec(this.count, this.element, notes) as this;
  }
}

export type Scalar = Bool | UInt | SInt | Enum<string>;
/** Anything a single signal can carry. */
export type Bits = Scalar | Vec<Bits>;

/** `type` with a comment, where there is one. */
export function documented<T extends Bits>(type: T, doc: string | undefined): T {
  return doc === undefined ? type : (type.doc(doc) as T);
}

/** `type` without comment and reset value: what a derived value starts from. */
export function plain<T extends Bits>(type: T): T {
  return fromType(toType(type)) as T;
}

/** Several named fields that travel together; a record of signals, flattened in the text. */
export class Bundle<F extends Readonly<Record<string, Bits>>> {
  readonly kind = 'bundle';
  constructor(readonly fields: F) {}
}
export type Payload = Bits | Bundle<Readonly<Record<string, Bits>>>;

export const bool = (): Bool => new Bool({});
/** Unsigned integer of `width` >= 1 bits. */
export const uint = (width: NatLike): UInt => new UInt(nat(width));
/** Two's complement integer of `width` >= 1 bits. */
export const sint = (width: NatLike): SInt => new SInt(nat(width));
/** `count` elements, element 0 in the lowest bits. */
export const vec = <T extends Bits>(count: NatLike, element: T): Vec<T> => new Vec(nat(count), element);
export const enumOf = <const M extends string>(name: string, ...members: readonly M[]): Enum<M> =>
  new Enum(name, members);
export const bundle = <F extends Readonly<Record<string, Bits>>>(fields: F): Bundle<F> => new Bundle(fields);

/** The circuit's type of a kit type. */
export function toType(type: Scalar): ScalarType;
export function toType(type: Vec<Bits>): VecType;
export function toType(type: Bits): Type;
export function toType(type: Bits): Type {
  switch (type.kind) {
    case 'bool':
      return { kind: 'bool' };
    case 'uint':
    case 'sint':
      return { kind: type.kind, width: toNat(type.width) };
    case 'enum':
      return { kind: 'enum', name: type.name, members: type.members };
    case 'vec':
      return { kind: 'vec', count: toNat(type.count), element: toType(type.element) };
  }
}

/** The kit's type of a circuit type. */
export function fromType(type: Type): Bits {
  switch (type.kind) {
    case 'bool':
      return bool();
    case 'uint':
      return new UInt(new NatExpr(type.width));
    case 'sint':
      return new SInt(new NatExpr(type.width));
    case 'enum':
      return new Enum(type.name, type.members);
    case 'vec':
      return new Vec(new NatExpr(type.count), fromType(type.element));
  }
}

/** Bits of a value of this type when packed. */
export function packedBits(type: Bits): NatExpr {
  switch (type.kind) {
    case 'bool':
      return nat(1);
    case 'enum':
      return new NatExpr(lit(Math.max(1, Math.ceil(Math.log2(type.members.length)))));
    case 'vec': {
      const element = packedBits(type.element);
      return element.nat.op === 'lit' && element.nat.value === 1 ? type.count : type.count.times(element);
    }
    default:
      return type.width;
  }
}
