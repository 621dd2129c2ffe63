/**
 * Lowers typed expressions to scalar expressions over loop variables.
 *
 * A lowered expression is a function from indices to a scalar, so vectors need no code of their own: an element of a
 * `mux` of vectors is a `mux` of elements. What would be computed once per element is given a name first.
 */
import type { Expr } from '../circuit/index.js';
import { affineConst, affineNat, affineVar, isConst, addAffine, scaleAffine } from './affine.js';
import { type Ex, type Index, isAffine } from './elaborated.js';
import { type Scope, type Shape, addTemporary, findSignal, loopExtents, loopIndex, number, shapeOf } from './scope.js';

export interface Lowered extends Shape {
  /** Run-time indices are allowed in `at`. */
  readonly gathers: boolean;
  /** The element at `index`, one entry per dimension. */
  at(index: readonly Index[]): Ex;
}

const BOOL = { width: 1, signed: false } as const;

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

/** `ex`, behind a wire of its own unless it is cheap. */
export function named(scope: Scope, ex: Ex, hint = 'tmp'): Ex {
  if (isCheap(ex)) return ex;
  const index = loopIndex(scope.loops.length);
  const target = addTemporary(scope, hint, { dims: [], width: ex.width, signed: ex.signed });
  scope.b.assigns.push({ loops: loopExtents(scope), target, index, value: ex });
  return { op: 'load', width: ex.width, signed: ex.signed, signal: target, index };
}

/** The same vector behind a wire of its own. */
export function namedVec(scope: Scope, value: Lowered, hint = 'tmp'): Lowered {
  const rank = scope.loops.length;
  const target = addTemporary(scope, hint, value);
  const inner = value.dims.map((_, d) => affineVar(rank + d));
  const loops = [...loopExtents(scope), ...value.dims];
  scope.b.assigns.push({ loops, target, index: [...loopIndex(rank), ...inner], value: value.at(inner) });
  return loaded(value, target, loopIndex(rank));
}

function loaded(shape: Shape, signal: number, prefix: readonly Index[]): Lowered {
  const { dims, width, signed } = shape;
  return {
    dims,
    width,
    signed,
    gathers: true,
    at: (index) => ({ op: 'load', width, signed, signal, index: [...prefix, ...index] }),
  };
}

const scalar = (ex: Ex): Lowered => ({ dims: [], width: ex.width, signed: ex.signed, gathers: true, at: () => ex });

export const lowerScalar = (scope: Scope, expr: Expr): Ex => lower(scope, expr).at([]);

/** `ex` wrapped to a width and sign. */
export const converted = (ex: Ex, width: number, signed: boolean): Ex =>
  ex.width === width && ex.signed === signed ? ex : { op: 'convert', width, signed, a: ex };

/** All elements side by side as one unsigned number. */
function packed(scope: Scope, value: Lowered): Ex {
  const build = (depth: number, index: readonly Index[]): Ex => {
    const count = value.dims[depth];
    if (count === undefined) return converted(value.at(index), value.width, false);
    const v = scope.loops.length + depth;
    const body = build(depth + 1, [...index, affineVar(v)]);
    return { op: 'pack', width: count * body.width, signed: false, v, count, body };
  };
  return build(0, []);
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
      return converted({ op: 'slice', width, signed: false, a: source, low }, width, signed);
    },
  };
}

export function lower(scope: Scope, expr: Expr): Lowered {
  switch (expr.op) {
    case 'const': {
      const { width, signed } = shapeOf(scope, expr.type);
      if (typeof expr.value === 'bigint') return scalar({ op: 'const', width, signed, value: expr.value });
      const value = affineNat(expr.value, scope.nat);
      if (isConst(value)) return scalar({ op: 'const', width, signed, value: BigInt(value.c) });
      return scalar({ op: 'index', width, signed, value });
    }
    case 'ref': {
      const signal = findSignal(scope, expr.signal);
      return loaded({ ...signal, dims: signal.dims.slice(signal.loopRank) }, signal.id, loopIndex(signal.loopRank));
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
      const address = lowerScalar(scope, expr.address);
      const dims = memory.dims.slice(memory.loopRank + 1);
      const at = dims.length === 0 ? address : named(scope, address, 'address');
      return loaded({ ...memory, dims }, memory.id, [...loopIndex(memory.loopRank), { at }]);
    }
    case 'slice': {
      const width = number(scope, expr.type.width);
      const low = affineNat(expr.low, scope.nat);
      return scalar({ op: 'slice', width, signed: false, a: lowerScalar(scope, expr.a), low });
    }
    case 'mux': {
      const a = lower(scope, expr.a);
      const b = lower(scope, expr.b);
      const plain = lowerScalar(scope, expr.cond);
      const cond = a.dims.length === 0 ? plain : named(scope, plain, 'cond');
      const { dims, width, signed } = a;
      const gathers = a.gathers && b.gathers;
      return { dims, width, signed, gathers, at: (i) => ({ op: 'mux', width, signed, cond, a: a.at(i), b: b.at(i) }) };
    }
    case 'cat': {
      const { width } = shapeOf(scope, expr.type);
      return scalar({ op: 'cat', width, signed: false, parts: expr.parts.map((p) => lowerScalar(scope, p)) });
    }
    case 'fold': {
      const { width, signed } = shapeOf(scope, expr.type);
      const vec = lower(scope, expr.vec);
      const v = scope.loops.length;
      const body = vec.at([affineVar(v)]);
      return scalar({ op: 'fold', width, signed, fn: expr.fn, v, count: vec.dims[0] ?? 1, body });
    }
    case 'convert':
      return lowerConvert(scope, expr);
    default:
      return lowerOperator(scope, expr);
  }
}

function lowerOperator(scope: Scope, expr: Extract<Expr, { op: 'binary' | 'unary' }>): Lowered {
  const a = lowerScalar(scope, expr.a);
  const shape = shapeOf(scope, expr.type);
  if (expr.op === 'unary') return scalar({ op: 'unary', width: shape.width, signed: shape.signed, fn: expr.fn, a });
  const b = lowerScalar(scope, expr.b);
  const result = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'].includes(expr.fn) ? BOOL : shape;
  return scalar({ op: 'binary', width: result.width, signed: result.signed, fn: expr.fn, a, b });
}

function lowerConvert(scope: Scope, expr: Extract<Expr, { op: 'convert' }>): Lowered {
  const a = lower(scope, expr.a);
  const shape = shapeOf(scope, expr.type);
  const sameDims = a.dims.length === shape.dims.length && a.dims.every((n, d) => n === shape.dims[d]);
  if (sameDims) {
    const { width, signed } = shape;
    return { dims: a.dims, width, signed, gathers: a.gathers, at: (i) => converted(a.at(i), width, signed) };
  }
  const bits = a.dims.length === 0 ? a.at([]) : packed(scope, a);
  if (shape.dims.length === 0) return scalar(converted(bits, shape.width, shape.signed));
  return unpacked(scope, converted(bits, bits.width, false), shape);
}
