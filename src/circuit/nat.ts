/**
 * Symbolic natural numbers: widths, counts and indices as expressions over module parameters.
 *
 * A `Nat` is plain data. It keeps the text the author wrote (`DEPTH - 1`), because the printer shows that text;
 * equality is decided on the normal form (`nat-normal.ts`), inequality by `nat-prove.ts`.
 */

export type NatBinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'ceilDiv' | 'max' | 'min';

export type Nat =
  | { readonly op: 'lit'; readonly value: number }
  /** A parameter of the module (`parameter int W`). */
  | { readonly op: 'param'; readonly name: string }
  /** A derived constant with a name of its own (`localparam int PTR_W = $clog2(DEPTH)`). */
  | { readonly op: 'local'; readonly name: string; readonly value: Nat }
  /** The index of an enclosing generate loop (`genvar i`); names are unique within a module. */
  | { readonly op: 'index'; readonly name: string }
  /** `div` floors, `mod` is the remainder, both of non-negative operands. */
  | { readonly op: NatBinaryOp; readonly a: Nat; readonly b: Nat }
  /** Ceiling of the base-2 logarithm, `clog2(1) = 0`, as SystemVerilog's `$clog2` (IEEE 1800-2017, 20.8.1). */
  | { readonly op: 'clog2'; readonly a: Nat };

/** Values of parameters and loop indices by name. */
export type NatEnv = Readonly<Record<string, number>>;

export const lit = (value: number): Nat => ({ op: 'lit', value });

/** Ceiling of log2 for numbers >= 1. */
export function clog2Number(n: number): number {
  let bits = 0;
  while (2 ** bits < n) bits++;
  return bits;
}

/** The value of `nat`, parameters and indices taken from `env`; throws on a name that `env` lacks. */
export function evalNat(nat: Nat, env: NatEnv): number {
  switch (nat.op) {
    case 'lit':
      return nat.value;
    case 'param':
    case 'index': {
      const value = env[nat.name];
      if (value === undefined) throw new Error(`no value for '${nat.name}' in a width expression`);
      return value;
    }
    case 'local':
      return evalNat(nat.value, env);
    case 'clog2':
      return clog2Number(evalNat(nat.a, env));
    default:
      return applyNat(nat.op, evalNat(nat.a, env), evalNat(nat.b, env));
  }
}

/** One operator on two numbers. */
export function applyNat(op: NatBinaryOp, a: number, b: number): number {
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return Math.floor(a / b);
    case 'mod':
      return a % b;
    case 'ceilDiv':
      return Math.ceil(a / b);
    case 'max':
      return Math.max(a, b);
    case 'min':
      return Math.min(a, b);
  }
}

/** `nat` with parameters and indices replaced where `map` has an entry; used when a child's port meets its actuals. */
export function substituteNat(nat: Nat, map: ReadonlyMap<string, Nat>): Nat {
  switch (nat.op) {
    case 'lit':
      return nat;
    case 'param':
    case 'index':
      return map.get(nat.name) ?? nat;
    case 'local':
      return substituteNat(nat.value, map);
    case 'clog2':
      return { op: 'clog2', a: substituteNat(nat.a, map) };
    default:
      return { op: nat.op, a: substituteNat(nat.a, map), b: substituteNat(nat.b, map) };
  }
}
