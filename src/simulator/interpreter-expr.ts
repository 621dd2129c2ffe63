/**
 * The meaning of expressions: mathematical integers, one element at a time. This is the oracle; it knows no optimisation.
 */
import type { BinaryOp } from '../circuit/index.js';
import { evalAffine } from './affine.js';
import { type ElabSignal, type Ex, isAffine, signalOf, strides, wrap } from './elaborated.js';

/** Values of all signals by id, element by element. */
export type Values = readonly bigint[][];

/** The value of an expression at a point of its loops; the point is extended in place by bound variables. */
export type Compiled = (point: number[]) => bigint;

export function compileEx(circuit: { readonly signals: readonly ElabSignal[] }, values: Values, root: Ex): Compiled {
  const go = (ex: Ex): Compiled => {
    const { width, signed } = ex;
    switch (ex.op) {
      case 'const': {
        const value = wrap(ex.value, width, signed);
        return () => value;
      }
      case 'index':
        return (p) => wrap(BigInt(evalAffine(ex.value, p)), width, signed);
      case 'load':
        return load(ex);
      case 'slice': {
        const a = go(ex.a);
        const of = ex.a.width;
        return (p) => wrap(wrap(a(p), of, false) >> BigInt(evalAffine(ex.low, p)), width, false);
      }
      case 'mux': {
        const [cond, a, b] = [go(ex.cond), go(ex.a), go(ex.b)];
        return (p) => (cond(p) !== 0n ? a(p) : b(p));
      }
      case 'binary': {
        const [a, b] = [go(ex.a), go(ex.b)];
        const fn = binary(ex.fn, ex.a.width);
        return (p) => wrap(fn(a(p), b(p)), width, signed);
      }
      case 'unary': {
        const a = go(ex.a);
        const fn = unary(ex.fn, ex.a.width);
        return (p) => wrap(fn(a(p)), width, signed);
      }
      case 'convert': {
        const a = go(ex.a);
        return (p) => wrap(a(p), width, signed);
      }
      case 'cat': {
        const parts = ex.parts.map((part) => ({ value: go(part), width: part.width }));
        return (p) =>
          parts.reduce((sum, part) => (sum << BigInt(part.width)) | wrap(part.value(p), part.width, false), 0n);
      }
      case 'fold': {
        const body = go(ex.body);
        const combine = folds[ex.fn];
        return (p) => {
          let sum: bigint | undefined;
          for (let i = 0; i < ex.count; i++) {
            p[ex.v] = i;
            const lane = body(p);
            sum = sum === undefined ? lane : combine(sum, lane);
          }
          return wrap(sum ?? 0n, width, signed);
        };
      }
      case 'pack': {
        const body = go(ex.body);
        const step = ex.body.width;
        return (p) => {
          let sum = 0n;
          for (let i = ex.count - 1; i >= 0; i--) {
            p[ex.v] = i;
            sum = (sum << BigInt(step)) | wrap(body(p), step, false);
          }
          return sum;
        };
      }
    }
  };
  const load = (ex: Extract<Ex, { op: 'load' }>): Compiled => {
    const signal = signalOf(circuit, ex.signal);
    const step = strides(signal.dims);
    const cells = values[ex.signal] ?? [];
    const index = ex.index.map((i, d) => {
      const extent = BigInt(signal.dims[d] ?? 1);
      const of = isAffine(i) ? (p: number[]): bigint => BigInt(evalAffine(i, p)) : go(i.at);
      return { of, extent, step: step[d] ?? 0 };
    });
    return (p) => {
      let flat = 0;
      for (const { of, extent, step: size } of index) {
        const i = of(p);
        if (i < 0n || i >= extent) return 0n;
        flat += Number(i) * size;
      }
      return cells[flat] ?? 0n;
    };
  };
  return go(root);
}

function binary(fn: BinaryOp, width: number): (a: bigint, b: bigint) => bigint {
  switch (fn) {
    case 'add':
    case 'addWrap':
      return (a, b) => a + b;
    case 'sub':
    case 'subWrap':
      return (a, b) => a - b;
    case 'mul':
      return (a, b) => a * b;
    case 'and':
      return (a, b) => a & b;
    case 'or':
      return (a, b) => a | b;
    case 'xor':
      return (a, b) => a ^ b;
    case 'eq':
      return (a, b) => (a === b ? 1n : 0n);
    case 'ne':
      return (a, b) => (a !== b ? 1n : 0n);
    case 'lt':
      return (a, b) => (a < b ? 1n : 0n);
    case 'le':
      return (a, b) => (a <= b ? 1n : 0n);
    case 'gt':
      return (a, b) => (a > b ? 1n : 0n);
    case 'ge':
      return (a, b) => (a >= b ? 1n : 0n);
    case 'shl':
      return (a, b) => (b >= BigInt(width) ? 0n : a << b);
    case 'shr':
      return (a, b) => (b >= BigInt(width) ? (a < 0n ? -1n : 0n) : a >> b);
  }
}

function unary(fn: Extract<Ex, { op: 'unary' }>['fn'], width: number): (a: bigint) => bigint {
  switch (fn) {
    case 'not':
      return (a) => ~a;
    case 'neg':
      return (a) => -a;
    case 'reduceAnd':
      return (a) => (wrap(a, width, false) === (1n << BigInt(width)) - 1n ? 1n : 0n);
    case 'reduceOr':
      return (a) => (a === 0n ? 0n : 1n);
    case 'reduceXor':
      return (a) => ones(wrap(a, width, false)) & 1n;
    case 'popcount':
      return (a) => ones(wrap(a, width, false));
  }
}

function ones(value: bigint): bigint {
  let count = 0n;
  for (const digit of value.toString(2)) if (digit === '1') count++;
  return count;
}

const folds: Record<Extract<Ex, { op: 'fold' }>['fn'], (a: bigint, b: bigint) => bigint> = {
  sum: (a, b) => a + b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  max: (a, b) => (a > b ? a : b),
  min: (a, b) => (a < b ? a : b),
};
