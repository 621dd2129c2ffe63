/** Reference values of expressions: whole numbers and the definitions of `src/circuit/expr.ts`, nothing shared with the printer. */
import { evalNat, type Expr, type NatEnv, packedWidth, type Type } from '../../src/circuit/index.js';

export interface Inputs {
  readonly params: NatEnv;
  /** Raw bits by signal. */
  readonly signals: readonly bigint[];
}

export const bitsIn = (type: Type, params: NatEnv): number => evalNat(packedWidth(type), params);
const mask = (value: bigint, bits: number): bigint => BigInt.asUintN(bits, value);

/** The number that raw bits stand for. */
function numberOf(raw: bigint, type: Type, params: NatEnv): bigint {
  return type.kind === 'sint' ? BigInt.asIntN(bitsIn(type, params), raw) : raw;
}

/** Raw bits of `expr`. */
export function evaluate(expr: Expr, inputs: Inputs): bigint {
  const { params } = inputs;
  const width = bitsIn(expr.type, params);
  const raw = (e: Expr) => evaluate(e, inputs);
  const num = (e: Expr) => numberOf(raw(e), e.type, params);
  const laneList = (vec: Expr): bigint[] => {
    if (vec.type.kind !== 'vec') throw new Error('not a vector');
    const bits = bitsIn(vec.type.element, params);
    const all = raw(vec);
    return Array.from({ length: evalNat(vec.type.count, params) }, (_, k) => mask(all >> BigInt(k * bits), bits));
  };
  switch (expr.op) {
    case 'const':
      return mask(typeof expr.value === 'bigint' ? expr.value : BigInt(evalNat(expr.value, params)), width);
    case 'ref':
      return inputs.signals[expr.signal]!;
    case 'at':
      return laneList(expr.vec)[evalNat(expr.index, params)]!;
    case 'select':
      return laneList(expr.vec)[Number(raw(expr.index))] ?? 0n;
    case 'slice':
      return mask(raw(expr.a) >> BigInt(evalNat(expr.low, params)), width);
    case 'mux':
      return raw(expr.cond) === 1n ? raw(expr.a) : raw(expr.b);
    case 'cat':
      return expr.parts.reduce((all, part) => (all << BigInt(bitsIn(part.type, params))) | raw(part), 0n);
    case 'convert':
      return mask(expr.fn === 'extend' ? num(expr.a) : raw(expr.a), width);
    case 'unary': {
      const a = raw(expr.a);
      const ones = [...a.toString(2)].filter((bit) => bit === '1').length;
      switch (expr.fn) {
        case 'not':
          return mask(~a, width);
        case 'neg':
          return mask(-num(expr.a), width);
        case 'reduceAnd':
          return BigInt(ones === bitsIn(expr.a.type, params));
        case 'reduceOr':
          return BigInt(a !== 0n);
        case 'reduceXor':
          return BigInt(ones % 2);
        case 'popcount':
          return BigInt(ones);
      }
      break;
    }
    case 'binary':
      return mask(BigInt(binary(expr, num(expr.a), num(expr.b))), width);
    case 'fold': {
      const { type } = expr.vec;
      if (type.kind !== 'vec') throw new Error('not a vector');
      const lanes = laneList(expr.vec).map((lane) => numberOf(lane, type.element, params));
      const step = {
        sum: (a: bigint, b: bigint) => a + b,
        and: (a: bigint, b: bigint) => a & b,
        or: (a: bigint, b: bigint) => a | b,
        xor: (a: bigint, b: bigint) => a ^ b,
        max: (a: bigint, b: bigint) => (a > b ? a : b),
        min: (a: bigint, b: bigint) => (a < b ? a : b),
      }[expr.fn];
      return mask(lanes.reduce(step), width);
    }
    case 'read':
      throw new Error('no memories here');
  }
}

function binary({ fn }: Extract<Expr, { op: 'binary' }>, a: bigint, b: bigint): bigint | boolean {
  switch (fn) {
    case 'add':
    case 'addWrap':
      return a + b;
    case 'sub':
    case 'subWrap':
      return a - b;
    case 'mul':
      return a * b;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shl':
      return a << b;
    case 'shr':
      return a >> b;
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
  }
}
