/**
 * Lowers typed expressions to scalar expressions over loop variables.
 *
 * A lowered expression is a function from indices to a scalar, so vectors need no code of their own: an element of a
 * `mux` of vectors is a `mux` of elements. What would be computed once per element is given a name first.
 */
import type { BinaryOp, Expr } from '../circuit/index.js';
import { affineConst, affineNat, affineVar, isConst, addAffine, scaleAffine } from './affine.js';
import { type Ex, type Index, isAffine } from './elaborated.js';
import {
  type Scope,
  type Shape,
  addTemporary,
  findSignal,
  inLoops,
  loopExtents,
  loopIndex,
  number,
  shapeOf,
  widthOf,
} from './scope.js';

export interface Lowered extends Shape {
  /** Run-time indices are allowed in `at`. */
  readonly gathers: boolean;
  /** The element at `index`, one entry per dimension. */
  at(index: readonly Index[]): Ex;
}

/** Costs nothing to compute again. */
export function isCheap(ex: Ex): boolean {
  switch (ex.op) {
    case 'const':
    case 'index':
      return true;
    case 'load':
      return ex.index.every(isAffine);
    case 'slice':
    case 'convert':
      return ex.a.width <= 64 && isCheap(ex.a);
    case 'unary':
      return ex.fn === 'not' && ex.width <= 64 && isCheap(ex.a);
    default:
      return false;
  }
}

/** Two lists of indices as one. */
export const joined = (prefix: readonly Index[], index: readonly Index[]): readonly Index[] =>
  prefix.length === 0 ? index : index.length === 0 ? prefix : [...prefix, ...index];

/** `ex`, behind a wire of its own unless it is cheap. */
export function named(scope: Scope, ex: Ex, hint = 'tmp'): Ex {
  return isCheap(ex) ? ex : settled(scope, ex, hint);
}

/** `ex` behind a wire of its own. */
export function settled(scope: Scope, ex: Ex, hint: string): Ex {
  const { width, signed } = ex;
  const index = loopIndex(scope.loops.length);
  const target = addTemporary(scope, hint, { dims: [], width, signed });
  scope.b.assigns.push({ loops: loopExtents(scope), target, index, value: ex, place: undefined });
  return scope.b.expressions.load(target, index, width, signed);
}

/** The same vector behind a wire of its own. */
export function namedVec(scope: Scope, value: Lowered, hint = 'tmp'): Lowered {
  const rank = scope.loops.length;
  const target = addTemporary(scope, hint, value);
  const inner = value.dims.map((_, d) => affineVar(rank + d));
  const loops = inLoops(scope, value.dims);
  const index = [...loopIndex(rank), ...inner];
  scope.b.assigns.push({ loops, target, index, value: value.at(inner), place: undefined });
  return loaded(scope, value, target, loopIndex(rank));
}

function loaded(scope: Scope, shape: Shape, signal: number, prefix: readonly Index[]): Lowered {
  const { dims, width, signed } = shape;
  const { expressions } = scope.b;
  return {
    dims,
    width,
    signed,
    gathers: true,
    at: (index) => expressions.load(signal, joined(prefix, index), width, signed),
  };
}

/** A scalar as what may be a vector. */
class Scalar implements Lowered {
  declare readonly dims: readonly number[];
  declare readonly width: number;
  declare readonly signed: boolean;
  declare readonly gathers: boolean;
  declare private readonly ex: Ex;
  constructor(ex: Ex) {
    this.dims = NO_DIMS;
    this.width = ex.width;
    this.signed = ex.signed;
    this.gathers = true;
    this.ex = ex;
  }
  at(): Ex {
    return this.ex;
  }
}

const NO_DIMS: readonly number[] = [];

export const scalar = (ex: Ex): Lowered => new Scalar(ex);

/** `ex` wrapped to a width and sign. */
export const converted = (scope: Scope, ex: Ex, width: number, signed: boolean): Ex =>
  ex.width === width && ex.signed === signed ? ex : scope.b.expressions.convert(ex, width, signed);

/** All elements side by side as one unsigned number. */
function packed(scope: Scope, value: Lowered, depth = 0, index: readonly Index[] = []): Ex {
  const count = value.dims[depth];
  if (count === undefined) return converted(scope, value.at(index), value.width, false);
  const v = scope.loops.length + depth;
  const body = packed(scope, value, depth + 1, [...index, affineVar(v)]);
  return scope.b.expressions.lanes('pack', undefined, v, count, body, count * body.width, false);
}

/** The bits of `ex` seen as a vector. */
function unpacked(scope: Scope, ex: Ex, shape: Shape): Lowered {
  const source = named(scope, ex, 'unpack');
  const { width, signed } = shape;
  return {
    ...shape,
    gathers: false,
    at(index) {
      let low = affineConst(0);
      let step = width;
      for (let d = shape.dims.length - 1; d >= 0; d--) {
        const i = index[d];
        if (i === undefined || !isAffine(i)) throw new Error('run-time index into unpacked bits');
        low = addAffine(low, scaleAffine(i, step));
        step *= shape.dims[d] ?? 1;
      }
      return converted(scope, scope.b.expressions.slice(source, low, width), width, signed);
    },
  };
}

/** A scalar expression; most are, so they take no detour through functions of indices. Frequent ones come first. */
export function lowerScalar(scope: Scope, expr: Expr): Ex {
  const { expressions, signals } = scope.b;
  switch (expr.op) {
    case 'ref': {
      const signal = signals[(scope.signals[expr.signal] ?? 0) - 1] ?? findSignal(scope, expr.signal);
      const { loopRank } = signal;
      return expressions.load(signal.id, loopRank === 0 ? NO_INDEX : loopIndex(loopRank), signal.width, signal.signed);
    }
    case 'binary': {
      const a = lowerScalar(scope, expr.a);
      const b = lowerScalar(scope, expr.b);
      if (isComparison(expr.fn)) return expressions.binary(expr.fn, a, b, 1, false);
      return expressions.binary(expr.fn, a, b, widthOf(scope, expr.type), expr.type.kind === 'sint');
    }
    case 'const': {
      const width = widthOf(scope, expr.type);
      const signed = expr.type.kind === 'sint';
      if (typeof expr.value === 'bigint') return expressions.constant(expr.value, width, signed);
      const value = affineNat(expr.value, scope.nat);
      if (isConst(value)) return expressions.constant(BigInt(value.c), width, signed);
      return expressions.index(value, width, signed);
    }
    case 'convert': {
      const width = widthOf(scope, expr.type);
      const signed = expr.type.kind === 'sint';
      const a = expr.a.type.kind === 'vec' ? packed(scope, lower(scope, expr.a)) : lowerScalar(scope, expr.a);
      return converted(scope, a, width, signed);
    }
    case 'mux': {
      const a = lowerScalar(scope, expr.a);
      const b = lowerScalar(scope, expr.b);
      return expressions.mux(lowerScalar(scope, expr.cond), a, b, a.width, a.signed);
    }
    case 'slice': {
      const width = number(scope, expr.type.width);
      const low = affineNat(expr.low, scope.nat);
      return expressions.slice(lowerScalar(scope, expr.a), low, width);
    }
    case 'unary': {
      const a = lowerScalar(scope, expr.a);
      return expressions.unary(expr.fn, a, widthOf(scope, expr.type), expr.type.kind === 'sint');
    }
    case 'cat': {
      const parts = expr.parts.map((p) => lowerScalar(scope, p));
      return expressions.cat(parts, widthOf(scope, expr.type));
    }
    case 'at':
    case 'select':
      return lower(scope, expr).at([]);
    case 'read': {
      const memory = findSignal(scope, expr.memory);
      const at = lowerScalar(scope, expr.address);
      return expressions.load(memory.id, [...loopIndex(memory.loopRank), { at }], memory.width, memory.signed);
    }
    case 'fold': {
      const width = widthOf(scope, expr.type);
      const vec = lower(scope, expr.vec);
      const v = scope.loops.length;
      const body = vec.at([affineVar(v)]);
      return expressions.lanes('fold', expr.fn, v, vec.dims[0] ?? 1, body, width, expr.type.kind === 'sint');
    }
  }
}

const NO_INDEX: readonly Index[] = [];

/** Comparisons are the operators with names of two letters, but for `or`. */
const isComparison = (fn: BinaryOp): boolean => fn.length === 2 && fn !== 'or';

export function lower(scope: Scope, expr: Expr): Lowered {
  switch (expr.op) {
    case 'ref': {
      const signal = findSignal(scope, expr.signal);
      const dims = signal.dims.slice(signal.loopRank);
      return loaded(scope, { dims, width: signal.width, signed: signal.signed }, signal.id, loopIndex(signal.loopRank));
    }
    case 'at': {
      const vec = lower(scope, expr.vec);
      const first = affineNat(expr.index, scope.nat);
      return { ...vec, dims: vec.dims.slice(1), at: (index) => vec.at([first, ...index]) };
    }
    case 'select': {
      const raw = lower(scope, expr.vec);
      const vec = raw.gathers ? raw : namedVec(scope, raw, 'select');
      const at = named(scope, lowerScalar(scope, expr.index), 'index');
      return { ...vec, dims: vec.dims.slice(1), at: (index) => vec.at([{ at }, ...index]) };
    }
    case 'read': {
      const memory = findSignal(scope, expr.memory);
      const dims = memory.dims.slice(memory.loopRank + 1);
      if (dims.length === 0) return scalar(lowerScalar(scope, expr));
      const at = named(scope, lowerScalar(scope, expr.address), 'address');
      const { width, signed } = memory;
      return loaded(scope, { dims, width, signed }, memory.id, [...loopIndex(memory.loopRank), { at }]);
    }
    case 'mux': {
      const a = lower(scope, expr.a);
      const b = lower(scope, expr.b);
      const plain = lowerScalar(scope, expr.cond);
      const cond = a.dims.length === 0 ? plain : named(scope, plain, 'cond');
      const { dims, width, signed } = a;
      const gathers = a.gathers && b.gathers;
      const { expressions } = scope.b;
      return { dims, width, signed, gathers, at: (i) => expressions.mux(cond, a.at(i), b.at(i), width, signed) };
    }
    case 'convert':
      return lowerConvert(scope, expr);
    default:
      return scalar(lowerScalar(scope, expr));
  }
}

function lowerConvert(scope: Scope, expr: Extract<Expr, { op: 'convert' }>): Lowered {
  if (expr.type.kind !== 'vec') return scalar(lowerScalar(scope, expr));
  const a = lower(scope, expr.a);
  const shape = shapeOf(scope, expr.type);
  const sameDims = a.dims.length === shape.dims.length && a.dims.every((n, d) => n === shape.dims[d]);
  if (sameDims) {
    const { width, signed } = shape;
    return { dims: a.dims, width, signed, gathers: a.gathers, at: (i) => converted(scope, a.at(i), width, signed) };
  }
  const bits = a.dims.length === 0 ? a.at([]) : packed(scope, a);
  return unpacked(scope, converted(scope, bits, bits.width, false), shape);
}
