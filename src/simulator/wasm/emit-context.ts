/** State of the emitter inside one function: where values and loop variables are, and how elements are addressed. */
import { type Affine, addAffine, affineConst, affineRange, scaleAffine } from '../affine.js';
import { type ElaboratedCircuit, type ElabSignal, type Ex, signalOf, strides } from '../elaborated.js';
import { type FunctionWriter, I32, I64, OP, type ValType } from './function.js';
import type { Helpers } from './helpers.js';
import type { Expressions } from '../expressions.js';
import type { RowValues, VarValue } from './row-values.js';
import type { Address, Cached, ValueTable } from './value-table.js';
import { type Allocator, type Layout, type Slot, classOf } from './layout.js';

export type { Address, Cached };

/** What the whole module shares. */
export interface Shared {
  readonly circuit: ElaboratedCircuit;
  readonly layout: Layout;
  readonly allocator: Allocator;
  readonly helpers: Helpers;
  readonly interner: Expressions;
  readonly values: ValueTable;
  /** Contents of constant memory to write before the first cycle. */
  readonly constants: { readonly address: number; readonly bytes: Uint8Array }[];
  readonly tables: Map<readonly number[], number>;
  readonly wideConstants: Map<string, number>;
}

export interface DynamicAddress {
  /** Local with the byte address, always inside the array. */
  readonly address: number;
  /** Local that is 1 if the index was in range; absent where it cannot be out of range. */
  readonly inRange?: number;
}
/** Emitters that call each other: values need limbs and limbs need values. */
export interface Operations {
  pushAs(c: EmitContext, ex: Ex, type: ValType): void;
  pushBits(c: EmitContext, ex: Ex, type: ValType): void;
  pushSaturated(c: EmitContext, ex: Ex): void;
  dynamicAddress(c: EmitContext, ex: Extract<Ex, { op: 'load' }>): DynamicAddress;
  wideAddress(c: EmitContext, ex: Ex): Address;
  wideInto(c: EmitContext, ex: Ex, dst: Address): void;
}

/** Locals that tell whether a signal changes: bits that differ, and 1 for numbers that do. */
export interface Detection {
  readonly vector: number;
  readonly scalar: number;
}

const NO_EXTENTS: readonly number[] = [];

export class EmitContext {
  readonly vars = new Map<number, VarValue>();
  /** How often an expression occurs in the code being emitted. */
  readonly uses: { get(ex: Ex): number | undefined };
  /** Wires that live in locals of this function and are never stored. */
  localOnly: { has(signal: number): boolean } = new Set<number>();
  /** Loops that run as one: addresses follow the variable of the last one only, in steps of the elements. */
  merged: { readonly from: number; readonly to: number } | undefined;
  /** Loops stay loops: the code is one that seldom runs. */
  rolled = false;
  /** Vectors that rows of the nest being emitted have in common. */
  rows: RowValues | undefined;
  /** Where stores to a signal note that they change something. */
  detect: ((signal: number) => Detection | undefined) | undefined;

  constructor(
    readonly shared: Shared,
    readonly f: FunctionWriter,
    readonly emit: Operations,
  ) {
    this.uses = shared.values;
  }

  cached(ex: Ex): Cached | undefined {
    return this.shared.values.cached(ex);
  }

  remember(ex: Ex, value: Cached): void {
    this.shared.values.remember(ex, value);
  }

  /** Values cached inside are forgotten after `body`. */
  scoped(body: () => void): void {
    const mark = this.shared.values.enter();
    body();
    this.shared.values.leave(mark);
  }

  /** Loops that `body` opens stay loops, and none of them run as one yet. */
  withRolled(body: () => void): void {
    const { merged, rolled } = this;
    this.merged = undefined;
    this.rolled = true;
    body();
    this.merged = merged;
    this.rolled = rolled;
  }

  /** Starts afresh with the uses of `roots`. */
  begin(roots: readonly Ex[]): void {
    this.shared.values.begin(roots, this.shared.interner.count);
  }

  signal(id: number): ElabSignal {
    return signalOf(this.shared.circuit, id);
  }

  slot(id: number): Slot {
    const slot = this.shared.layout.slots[id];
    if (slot === undefined) throw new Error(`no slot ${id}`);
    return slot;
  }

  extentOf(v: number): number {
    const value = this.vars.get(v);
    return value?.extent ?? 1;
  }

  /** Extents of the first `count` loop variables. */
  extents(count: number): readonly number[] {
    if (count === 0) return NO_EXTENTS;
    return Array.from({ length: count }, (_, v) => this.extentOf(v));
  }

  /** `a` with fixed variables folded in. */
  folded(a: Affine): Affine {
    if (a.terms.length === 0) return a;
    let out = affineConst(a.c);
    for (const t of a.terms) {
      if (this.merged !== undefined && t.v >= this.merged.from && t.v < this.merged.to) continue;
      const value = this.vars.get(t.v);
      if (value !== undefined && 'fixed' in value) {
        out = addAffine(out, affineConst(t.k * (t.table === undefined ? value.fixed : (t.table[value.fixed] ?? 0))));
      } else out = addAffine(out, { c: 0, terms: [t] });
    }
    return out;
  }

  /** What the terms of `a` are more than {@link pushTerms} pushes. */
  private plusOf(a: Affine): number {
    let sum = 0;
    for (const t of a.terms) {
      const value = this.vars.get(t.v);
      if (t.table === undefined && value !== undefined && 'plus' in value) sum += t.k * (value.plus ?? 0);
    }
    return sum;
  }

  /** Pushes the i32 value of the terms of `a`, without what is added to variables; the caller adds that and `a.c`. */
  private pushTerms(a: Affine): void {
    const { f } = this;
    a.terms.forEach((t, n) => {
      const value = this.vars.get(t.v);
      if (t.v < 0) f.i32(0).mem('i32_load', this.slot(-1 - t.v).ring?.variable ?? 0);
      else if (value !== undefined && 'local' in value) f.get(value.local);
      else throw new Error(`loop variable ${t.v} has no value`);
      if (t.table !== undefined && value !== undefined && 'plus' in value) f.i32(value.plus ?? 0).op(OP.i32.add);
      if (t.table !== undefined) f.i32(2).op(OP.i32.shl).mem('i32_load', this.table(t.table));
      const shift = Math.log2(Math.abs(t.k));
      if (Math.abs(t.k) === 1) void 0;
      else if (Number.isInteger(shift)) f.i32(shift).op(OP.i32.shl);
      else f.i32(Math.abs(t.k)).op(OP.i32.mul);
      if (t.k < 0) {
        // 0 - x needs its operands the other way round.
        f.i32(-1).op(OP.i32.mul);
      }
      if (n > 0) f.op(OP.i32.add);
    });
  }

  /** Pushes `a` as an i32. */
  pushAffine(map: Affine): void {
    const a = this.folded(map);
    if (a.terms.length === 0) this.f.i32(a.c);
    else {
      this.pushTerms(a);
      const c = a.c + this.plusOf(a);
      if (c !== 0) this.f.i32(c).op(OP.i32.add);
    }
  }

  /** Byte address of an element given by affine indices only. */
  byteAffine(id: number, index: readonly Affine[], base?: number): Affine {
    const { stride, address, ring } = this.slot(id);
    if (index.length === 0) return affineConst(base ?? address);
    const step = strides(this.signal(id).dims);
    // Where element 0 of a ring is counts as one more variable, of a number below those of loops.
    let sum: Affine =
      ring === undefined || base !== undefined
        ? affineConst(base ?? address)
        : { c: ring.window, terms: [{ v: -1 - id, k: 1 }] };
    index.forEach((i, d) => (sum = addAffine(sum, scaleAffine(i, stride * (step[d] ?? 0)))));
    return this.folded(sum);
  }

  /** Pushes an address so that the returned offset completes it; nothing dynamic means a constant address. */
  pushByteAffine(bytes: Affine): number {
    const { f } = this;
    if (bytes.terms.length === 0) {
      f.i32(0);
      return bytes.c;
    }
    const { min } = affineRange({ c: 0, terms: bytes.terms }, (v) => this.extentOf(v));
    // Base and offset are added without wrapping, so the base must not be negative.
    this.pushTerms(bytes);
    const offset = bytes.c + this.plusOf(bytes);
    if (min >= 0 && offset >= 0) return offset;
    f.i32(offset).op(OP.i32.add);
    return 0;
  }

  /** Pushes the address of an element so that the returned offset completes it. */
  pushElement(id: number, index: readonly Affine[], base?: number): number {
    if (index.length > 0) return this.pushByteAffine(this.byteAffine(id, index, base));
    this.f.i32(0);
    return base ?? this.slot(id).address;
  }

  /** The address of an element as a value that can be used more than once. */
  address(id: number, index: readonly Affine[], base?: number): Address {
    const bytes = this.byteAffine(id, index, base);
    if (bytes.terms.length === 0) return { offset: bytes.c };
    const offset = this.pushByteAffine(bytes);
    const local = this.f.local(I32);
    this.f.set(local);
    return { local, offset };
  }

  pushAddress(a: Address): void {
    if (a.local === undefined) this.f.i32(a.offset);
    else {
      this.f.get(a.local);
      if (a.offset !== 0) this.f.i32(a.offset).op(OP.i32.add);
    }
  }

  /** Pushes the base of an address and returns the offset for a load or store. */
  pushBase(a: Address): number {
    if (a.local === undefined) this.f.i32(0);
    else this.f.get(a.local);
    return a.offset;
  }

  scratch(bytes: number): Address {
    return { offset: this.shared.allocator.take(bytes) };
  }

  private table(values: readonly number[]): number {
    const known = this.shared.tables.get(values);
    if (known !== undefined) return known;
    const at = this.shared.allocator.take(values.length * 4);
    this.shared.constants.push({ address: at, bytes: new Uint8Array(Int32Array.from(values).buffer) });
    this.shared.tables.set(values, at);
    return at;
  }

  /** Loads one element in canonical form; its base address is on the stack. */
  load(width: number, signed: boolean, offset: number): void {
    if (width <= 8) this.f.mem(signed ? 'i32_load8_s' : 'i32_load8_u', offset);
    else if (width <= 16) this.f.mem(signed ? 'i32_load16_s' : 'i32_load16_u', offset);
    else this.f.mem(width <= 32 ? 'i32_load' : 'i64_load', offset);
  }

  /** Stores the value on the stack below which its base address lies. */
  store(width: number, offset: number): void {
    if (width <= 8) this.f.mem('i32_store8', offset);
    else if (width <= 16) this.f.mem('i32_store16', offset);
    else this.f.mem(width <= 32 ? 'i32_store' : 'i64_store', offset);
  }
}

export const typeOf = (width: number): ValType => (classOf(width) === 'i32' ? I32 : I64);
