/** Random typed expressions of all operators over what is visible in a module under construction. */
import type { RandomStream } from '../../src/base/random.js';
import {
  type BinaryOp,
  type Expr,
  type FoldOp,
  type Nat,
  type ScalarType,
  type Type,
  lit,
} from '../../src/circuit/index.js';

const CORNERS = [1, 2, 7, 8, 9, 16, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200];

export interface Known {
  readonly expr: Expr;
  readonly type: Type;
}

const widthOf = (type: ScalarType): number => {
  if (type.kind === 'bool' || type.kind === 'enum') return 1;
  return type.width.op === 'lit' ? type.width.value : 1;
};
export const uint = (w: number): ScalarType => ({ kind: 'uint', width: lit(w) });
export const sint = (w: number): ScalarType => ({ kind: 'sint', width: lit(w) });
export const BOOL: ScalarType = { kind: 'bool' };
export const isVec = (type: Type): type is Extract<Type, { kind: 'vec' }> => type.kind === 'vec';
export const countOf = (type: Extract<Type, { kind: 'vec' }>): number =>
  type.count.op === 'lit' ? type.count.value : 1;
const clog2 = (n: number): number => Math.max(0, Math.ceil(Math.log2(n)));
const convert = (fn: 'extend' | 'truncate' | 'reinterpret' | 'pack' | 'unpack', type: Type, a: Expr): Expr => ({
  op: 'convert',
  fn,
  type,
  a,
});

/** A generator of expressions over what is visible. */
export class Expressions {
  constructor(
    readonly r: RandomStream,
    public known: Known[],
    readonly memories: { id: number; type: ScalarType }[],
    /** Loop indices in scope with their counts. */
    public indices: { name: string; count: number }[] = [],
  ) {}

  pick<T>(list: readonly T[]): T {
    const item = list[this.r.nextInt(list.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  width(): number {
    return this.r.nextInt(3) === 0 ? this.pick(CORNERS) : 1 + this.r.nextInt(this.r.nextInt(4) === 0 ? 140 : 34);
  }

  scalarType(): ScalarType {
    const k = this.r.nextInt(5);
    return k === 0 ? BOOL : k < 3 ? sint(this.width()) : uint(this.width());
  }

  /** An expression of exactly `type`. */
  of(type: Type, depth: number): Expr {
    if (isVec(type)) return this.vector(type, depth);
    const w = widthOf(type);
    if (type.kind === 'bool') return this.bool(depth);
    const e = this.any(depth);
    return this.fit(e.expr, e.type, type, w);
  }

  private fit(e: Expr, from: ScalarType, to: ScalarType, w: number): Expr {
    let [expr, type] = [e, from];
    if (type.kind === 'bool' || type.kind === 'enum') [expr, type] = [convert('reinterpret', uint(1), expr), uint(1)];
    const have = widthOf(type);
    const same = type.kind === 'sint' ? sint(w) : uint(w);
    if (have < w) expr = convert('extend', same, expr);
    if (have > w) expr = convert('truncate', same, expr);
    return type.kind === to.kind ? expr : convert('reinterpret', to, expr);
  }

  bool(depth: number): Expr {
    const { r } = this;
    if (depth <= 0) return this.leaf(BOOL);
    switch (r.nextInt(4)) {
      case 0: {
        const type = this.scalarType();
        return {
          op: 'unary',
          type: BOOL,
          fn: this.pick(['reduceAnd', 'reduceOr', 'reduceXor'] as const),
          a: this.of(uint(widthOf(type)), depth - 1),
        };
      }
      case 1:
        return {
          op: 'binary',
          type: BOOL,
          fn: this.pick(['and', 'or', 'xor'] as const),
          a: this.bool(depth - 1),
          b: this.bool(depth - 1),
        };
      case 2:
        return { op: 'unary', type: BOOL, fn: 'not', a: this.bool(depth - 1) };
      default: {
        const type = this.r.nextInt(2) === 0 ? sint(this.width()) : uint(this.width());
        const fn = this.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const);
        return { op: 'binary', type: BOOL, fn, a: this.of(type, depth - 1), b: this.of(type, depth - 1) };
      }
    }
  }

  leaf(type: ScalarType): Expr {
    const w = widthOf(type);
    const found = this.known.filter((k) => !isVec(k.type) && k.type.kind === type.kind && widthOf(k.type) === w);
    if (found.length > 0 && this.r.nextInt(4) > 0) return this.pick(found).expr;
    const signed = type.kind === 'sint';
    if (this.indices.length > 0 && this.r.nextInt(4) === 0 && w >= 6) {
      return { op: 'const', type, value: { op: 'index', name: this.pick(this.indices).name } };
    }
    const bits = this.r.nextInt(3) === 0 ? (1n << BigInt(w)) - 1n : this.r.nextBigInt(w);
    return { op: 'const', type, value: signed ? BigInt.asIntN(w, bits) : bits };
  }

  /** An index below `count`. */
  position(count: number): Nat {
    const usable = this.indices.filter((i) => i.count <= count);
    if (usable.length > 0 && this.r.nextInt(3) > 0) {
      const i = this.pick(usable);
      const index: Nat = { op: 'index', name: i.name };
      const k = this.r.nextInt(5);
      if (k === 0) return { op: 'sub', a: lit(count - 1), b: index };
      if (k === 1) return { op: 'mod', a: { op: 'add', a: index, b: lit(this.r.nextInt(4)) }, b: lit(count) };
      if (k === 2) return { op: 'div', a: index, b: lit(2) };
      if (k === 3 && count > i.count) return { op: 'add', a: index, b: lit(1) };
      return index;
    }
    return lit(this.r.nextInt(count));
  }

  vector(type: Extract<Type, { kind: 'vec' }>, depth: number): Expr {
    const key = JSON.stringify(type);
    const found = this.known.filter((k) => JSON.stringify(k.type) === key);
    const k = this.r.nextInt(5);
    if (found.length > 0 && (k < 3 || depth <= 0)) return this.pick(found).expr;
    if (k === 3 && depth > 0)
      return {
        op: 'mux',
        type,
        cond: this.bool(depth - 1),
        a: this.vector(type, depth - 1),
        b: this.vector(type, depth - 1),
      };
    return convert('unpack', type, this.of(uint(packedBits(type)), Math.max(0, depth - 1)));
  }

  /** Some scalar of a type that comes as it comes. */
  any(depth: number): { expr: Expr; type: ScalarType } {
    const { r } = this;
    const type = this.scalarType();
    if (depth <= 0) return { expr: this.leaf(type), type };
    const w = widthOf(type);
    const vecs = this.known.filter((k) => isVec(k.type));
    switch (r.nextInt(15)) {
      case 0:
      case 1: {
        const fn = this.pick(['add', 'sub', 'mul'] as const);
        const kind = type.kind === 'sint' ? sint : uint;
        const [wa, wb] = [this.width(), this.width()];
        const wide = fn === 'mul' ? wa + wb : Math.max(wa, wb) + 1;
        const out = fn === 'sub' ? sint(wide) : kind(wide);
        return {
          expr: { op: 'binary', type: out, fn, a: this.of(kind(wa), depth - 1), b: this.of(kind(wb), depth - 1) },
          type: out,
        };
      }
      case 2: {
        if (type.kind === 'bool') return { expr: this.bool(depth), type };
        const fn: BinaryOp = this.pick(['addWrap', 'subWrap', 'and', 'or', 'xor'] as const);
        return { expr: { op: 'binary', type, fn, a: this.of(type, depth - 1), b: this.of(type, depth - 1) }, type };
      }
      case 3: {
        if (type.kind === 'bool') return { expr: this.bool(depth), type };
        const fn = this.pick(['shl', 'shr'] as const);
        const amount = uint(r.nextInt(4) === 0 ? this.width() : 1 + r.nextInt(8));
        return { expr: { op: 'binary', type, fn, a: this.of(type, depth - 1), b: this.of(amount, depth - 1) }, type };
      }
      case 4: {
        const a = sint(w);
        if (r.nextInt(2) === 0)
          return { expr: { op: 'unary', type: sint(w + 1), fn: 'neg', a: this.of(a, depth - 1) }, type: sint(w + 1) };
        const t = type.kind === 'bool' ? uint(1) : type;
        return { expr: { op: 'unary', type: t, fn: 'not', a: this.of(t, depth - 1) }, type: t };
      }
      case 5: {
        const out = uint(clog2(w + 1));
        return { expr: { op: 'unary', type: out, fn: 'popcount', a: this.of(uint(w), depth - 1) }, type: out };
      }
      case 6:
        return {
          expr: {
            op: 'mux',
            type,
            cond: this.bool(depth - 1),
            a: this.of(type, depth - 1),
            b: this.of(type, depth - 1),
          },
          type,
        };
      case 7: {
        const a = this.any(depth - 1);
        const from = widthOf(a.type);
        const low = r.nextInt(from);
        const out = { kind: 'uint' as const, width: lit(1 + r.nextInt(from - low)) };
        return { expr: { op: 'slice', type: out, a: a.expr, low: lit(low) }, type: out };
      }
      case 8: {
        const parts = Array.from({ length: 1 + r.nextInt(3) }, () => this.any(depth - 1));
        const out = { kind: 'uint' as const, width: lit(parts.reduce((n, p) => n + widthOf(p.type), 0)) };
        return { expr: { op: 'cat', type: out, parts: parts.map((p) => p.expr) }, type: out };
      }
      case 9: {
        const memory = this.memories.length > 0 ? this.pick(this.memories) : undefined;
        if (memory === undefined) return { expr: this.leaf(type), type };
        const address = this.of(uint(1 + r.nextInt(5)), depth - 1);
        return { expr: { op: 'read', type: memory.type, memory: memory.id, address }, type: memory.type };
      }
      case 10:
      case 11:
      case 12:
        if (vecs.length > 0) return this.fromVector(this.pick(vecs), depth);
        return { expr: this.leaf(type), type };
      default:
        return { expr: this.leaf(type), type };
    }
  }

  private fromVector(k: Known, depth: number): { expr: Expr; type: ScalarType } {
    const { r } = this;
    let { expr } = k;
    let type = k.type;
    if (r.nextInt(6) === 0) {
      const out = uint(packedBits(type));
      return { expr: convert('pack', out, expr), type: out };
    }
    while (isVec(type)) {
      const { element } = type;
      if (!isVec(element) && r.nextInt(3) === 0) return this.folded(expr, element, countOf(type));
      if (r.nextInt(2) === 0) expr = { op: 'at', type: element, vec: expr, index: this.position(countOf(type)) };
      else expr = { op: 'select', type: element, vec: expr, index: this.of(uint(1 + r.nextInt(4)), depth - 1) };
      type = element;
    }
    return { expr, type };
  }

  private folded(vec: Expr, element: ScalarType, count: number): { expr: Expr; type: ScalarType } {
    if (element.kind === 'bool')
      return { expr: { op: 'fold', type: BOOL, fn: this.pick(['and', 'or', 'xor'] as const), vec }, type: BOOL };
    const fn: FoldOp = this.pick(['sum', 'and', 'or', 'xor', 'max', 'min'] as const);
    const w = widthOf(element) + (fn === 'sum' ? clog2(count) : 0);
    const type = element.kind === 'sint' ? sint(w) : uint(w);
    return { expr: { op: 'fold', type, fn, vec }, type };
  }
}

export const packedBits = (type: Type): number =>
  isVec(type) ? countOf(type) * packedBits(type.element) : widthOf(type);
