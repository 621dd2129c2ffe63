/** Modules full of random expressions: every operator over symbolic widths, signed and unsigned. */
import {
  type BinaryOp,
  type Expr,
  evalNat,
  type Item,
  lit,
  type ModuleDef,
  type Nat,
  natEquals,
  natText,
  operandsOf,
  packedWidth,
  type Signal,
  type Type,
} from '../../src/circuit/index.js';

/** mulberry32: small, seeded, good enough to choose shapes. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const W: Nat = { op: 'param', name: 'W' };
const V: Nat = { op: 'param', name: 'V' };
const N: Nat = { op: 'param', name: 'N' };
const add = (a: Nat, b: Nat): Nat => ({ op: 'add', a, b });
const max = (a: Nat, b: Nat): Nat => {
  if (natEquals(a, b)) return a;
  const nested = natText(a).includes('max') || natText(b).includes('max');
  return nested ? add(a, b) : { op: 'max', a, b };
};
const bool: Type = { kind: 'bool' };
const uint = (width: Nat): Type => ({ kind: 'uint', width });
const sint = (width: Nat): Type => ({ kind: 'sint', width });
const vec = (count: Nat, element: Type): Type => ({ kind: 'vec', count, element });
const mode: Type = { kind: 'enum', name: 'mode', members: ['idle', 'load', 'run'] };

/** Inputs of the module; the enumeration input takes only the values of its members. */
export const inputs: readonly Signal[] = (
  [
    ['f', bool],
    ['g', bool],
    ['ua', uint(W)],
    ['ub', uint(W)],
    ['uc', uint(V)],
    ['u4', uint(lit(4))],
    ['u1', uint(lit(1))],
    ['sa', sint(W)],
    ['sb', sint(W)],
    ['sc', sint(V)],
    ['s6', sint(lit(6))],
    ['lanes', vec(N, uint(W))],
    ['slanes', vec(N, sint(V))],
    ['flags', vec(N, bool)],
    ['grid', vec(N, vec(lit(2), sint(W)))],
    ['state', mode],
  ] as const
).map(([name, type]) => ({ kind: 'input', name, type }));

/** Widest value at these parameters stays printable by every tool in reasonable time. */
const widest = { W: 13, V: 9, N: 5 };
const WIDTH_LIMIT = 90;

type Random = () => number;
type BinaryExpr = Extract<Expr, { op: 'binary' }>;

export function randomModule(name: string, seed: number, count: number): { def: ModuleDef; values: readonly Expr[] } {
  const random = randomSource(seed);
  const refs = inputs.map((signal, id): Expr => ({ op: 'ref', type: signal.type, signal: id }));
  const values: Expr[] = [];
  while (values.length < count) {
    const value = grow(random, refs, 1 + Math.floor(random() * 4));
    if (value.op !== 'ref' && value.type.kind !== 'vec') values.push(value);
  }
  const outputs = values.map(({ type }, k): Signal => ({ kind: 'output', name: `y${k}`, type }));
  const items = values.map((value, k): Item => ({
    item: 'assign',
    target: { signal: inputs.length + k, path: [] },
    value,
  }));
  const param = (id: string, value: number) =>
    ({ kind: 'nat', name: id, default: value, min: 1, doc: `value of ${id}` }) as const;
  return {
    values,
    def: {
      name,
      doc: `random expressions, seed ${seed}`,
      params: [param('W', 5), param('V', 7), param('N', 3)],
      localParams: [],
      requires: [],
      domains: [],
      signals: [...inputs, ...outputs],
      streams: [],
      items,
    },
  };
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

const width = (expr: Expr): Nat => packedWidth(expr.type);
const isNumber = (expr: Expr): boolean => expr.type.kind === 'uint' || expr.type.kind === 'sint';
const resized = (type: Type, w: Nat): Type => (type.kind === 'sint' ? sint(w) : uint(w));

/** An expression of about `depth` levels. */
function grow(random: Random, refs: readonly Expr[], depth: number): Expr {
  if (depth === 0) return pick(random, refs);
  for (;;) {
    const value = step(random, refs, depth);
    if (value === undefined || natText(width(value)).length > 11) continue;
    if (evalNat(width(value), widest) <= WIDTH_LIMIT) return value;
  }
}

function step(random: Random, refs: readonly Expr[], depth: number): Expr | undefined {
  const deeper = () => grow(random, refs, depth - 1);
  const a = deeper();
  const roll = random();
  if (a.type.kind === 'vec') return ofVector(random, a, deeper);
  if (a.type.kind === 'enum') {
    const member: Expr = { op: 'const', type: a.type, value: BigInt(Math.floor(random() * 3)) };
    if (roll < 0.5) return { op: 'binary', type: { kind: 'bool' }, fn: 'eq', a, b: member };
    if (roll < 0.8) return { op: 'convert', type: uint(lit(2)) as never, fn: 'reinterpret', a };
    return { op: 'mux', type: a.type, cond: truth(random, deeper), a, b: member };
  }
  if (a.type.kind === 'bool') {
    const b = truth(random, deeper);
    if (roll < 0.2) return { op: 'unary', type: { kind: 'bool' }, fn: 'not', a };
    if (roll < 0.4) return { op: 'convert', type: uint(lit(1)), fn: 'reinterpret', a };
    if (roll < 0.5) return { op: 'cat', type: { kind: 'uint', width: lit(2) }, parts: [a, b] };
    return { op: 'binary', type: { kind: 'bool' }, fn: pick(random, ['and', 'or', 'xor', 'eq', 'ne'] as const), a, b };
  }
  if (roll < 0.55) return arithmetic(random, a, like(random, a, deeper()));
  if (roll < 0.65) {
    const b = like(random, a, deeper());
    const common = max(width(a), width(b));
    return {
      op: 'mux',
      type: resized(a.type, common),
      cond: truth(random, deeper),
      a: extend(a, common),
      b: extend(b, common),
    };
  }
  return single(random, a);
}

function arithmetic(random: Random, a: Expr, b: Expr): Expr {
  const fn = pick<BinaryOp>(random, [
    ...(['add', 'sub', 'mul', 'addWrap', 'subWrap', 'and', 'or', 'xor', 'shl', 'shr'] as const),
    ...(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'add', 'sub', 'shr'] as const),
  ]);
  const common = max(width(a), width(b));
  const [x, y] = [extend(a, common), extend(b, common)];
  const make = (type: Type, p: Expr, q: Expr): Expr => ({
    op: 'binary',
    type: type as BinaryExpr['type'],
    fn,
    a: p,
    b: q,
  });
  switch (fn) {
    case 'add':
      return make(resized(a.type, add(common, lit(1))), a, b);
    case 'sub':
      return make(sint(add(common, lit(1))), a, b);
    case 'mul':
      return make(resized(a.type, add(width(a), width(b))), a, b);
    case 'shl':
    case 'shr': {
      const amount: Expr =
        random() < 0.4
          ? { op: 'const', type: { kind: 'uint', width: lit(2) }, value: BigInt(Math.floor(random() * 4)) }
          : { op: 'ref', type: inputs[5]!.type, signal: 5 };
      return make(a.type, a, amount);
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return isConstant(x) || isConstant(y) ? { ...(make(bool, x, y) as BinaryExpr), fn: 'eq' } : make(bool, x, y);
    default:
      return make(resized(a.type, common), x, y);
  }
}

/** True where a constant takes part: comparisons that it decides at some width are warned about, and rightly. */
function isConstant(e: Expr): boolean {
  return e.op === 'const' || operandsOf(e).some(isConstant);
}

function single(random: Random, a: Expr): Expr {
  const w = width(a);
  const number = a.type as Extract<Type, { kind: 'uint' | 'sint' }>;
  const unsigned: Expr = number.kind === 'uint' ? a : { op: 'convert', type: uint(w), fn: 'reinterpret', a };
  switch (pick(random, ['not', 'neg', 'reduce', 'popcount', 'slice', 'bit', 'extend', 'truncate', 'flip', 'cat'])) {
    case 'not':
      return { op: 'unary', type: number, fn: 'not', a };
    case 'neg':
      return number.kind === 'uint' ? unsigned : { op: 'unary', type: sint(add(w, lit(1))) as never, fn: 'neg', a };
    case 'reduce':
      return {
        op: 'unary',
        type: { kind: 'bool' },
        fn: pick(random, ['reduceAnd', 'reduceOr', 'reduceXor'] as const),
        a: unsigned,
      };
    case 'popcount': {
      const type = { kind: 'uint', width: { op: 'clog2', a: add(w, lit(1)) } } as const;
      return { op: 'unary', type, fn: 'popcount', a: unsigned };
    }
    case 'slice': {
      const low: Nat = random() < 0.5 ? lit(0) : { op: 'div', a: w, b: lit(2) };
      const part: Nat = low.op === 'lit' ? { op: 'ceilDiv', a: w, b: lit(2) } : { op: 'sub', a: w, b: low };
      return { op: 'slice', type: { kind: 'uint', width: part }, a, low };
    }
    case 'bit':
      return { op: 'slice', type: { kind: 'uint', width: lit(1) }, a, low: { op: 'sub', a: w, b: lit(1) } };
    case 'extend':
      return extend(a, add(w, lit(1 + Math.floor(random() * 3))));
    case 'truncate': {
      const narrow: Nat = { op: 'ceilDiv', a: w, b: lit(2) };
      return { op: 'convert', type: resized(number, narrow) as never, fn: 'truncate', a };
    }
    case 'cat':
      return {
        op: 'cat',
        type: { kind: 'uint', width: add(w, lit(4)) },
        parts: [a, { op: 'ref', type: inputs[5]!.type, signal: 5 }],
      };
    default:
      return number.kind === 'uint' ? { op: 'convert', type: sint(w), fn: 'reinterpret', a } : unsigned;
  }
}

function ofVector(random: Random, a: Expr, deeper: () => Expr): Expr | undefined {
  const { type } = a;
  if (type.kind !== 'vec') return undefined;
  const { element } = type;
  const roll = random();
  const last: Nat = { op: 'sub', a: type.count, b: lit(1) };
  if (roll < 0.15) return { op: 'convert', type: uint(packedWidth(type)), fn: 'pack', a };
  if (roll < 0.35 || element.kind === 'vec')
    return { op: 'at', type: element, vec: a, index: random() < 0.5 ? last : lit(0) };
  if (roll < 0.55) {
    const index: Expr = {
      op: 'slice',
      type: { kind: 'uint', width: lit(3) },
      a: { op: 'ref', type: inputs[5]!.type, signal: 5 },
      low: lit(0),
    };
    return { op: 'select', type: element, vec: a, index };
  }
  if (roll < 0.65) return { op: 'mux', type, cond: truth(random, deeper), a, b: a };
  if (element.kind === 'bool')
    return { op: 'fold', type: element, fn: pick(random, ['and', 'or', 'xor'] as const), vec: a };
  if (element.kind === 'enum') return undefined;
  const fn = pick(random, ['sum', 'sum', 'max', 'min', 'and', 'or', 'xor'] as const);
  const w = packedWidth(element);
  const result = fn === 'sum' ? resized(element, add(w, { op: 'clog2', a: type.count })) : element;
  return { op: 'fold', type: result as never, fn, vec: a };
}

/** A truth value made from whatever comes. */
function truth(random: Random, deeper: () => Expr): Expr {
  const value = deeper();
  if (value.type.kind === 'bool') return value;
  if (!isNumber(value)) return { op: 'ref', type: { kind: 'bool' }, signal: random() < 0.5 ? 0 : 1 };
  const zero: Expr = { op: 'const', type: value.type as never, value: 0n };
  return { op: 'binary', type: { kind: 'bool' }, fn: value.type.kind === 'sint' ? 'lt' : 'ne', a: value, b: zero };
}

/** `other` as a number of the kind of `a`, or a constant. */
function like(random: Random, a: Expr, other: Expr): Expr {
  const { kind } = a.type;
  if (random() < 0.15 || !isNumber(other)) {
    const value = random() < 0.3 ? 0n : random() < 0.5 && kind === 'sint' ? -1n : kind === 'sint' ? 0n : 1n;
    return { op: 'const', type: a.type as never, value };
  }
  if (other.type.kind === kind) return other;
  return { op: 'convert', type: resized(a.type, width(other)), fn: 'reinterpret', a: other };
}

function extend(a: Expr, w: Nat): Expr {
  if (natEquals(width(a), w)) return a;
  return { op: 'convert', type: resized(a.type, w), fn: 'extend', a };
}
