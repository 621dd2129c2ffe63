/** Symbolic naturals in the output tree: simplified, but in the author's words. */
import {
  applyNat,
  clog2Number,
  constantValue,
  lit,
  type Nat,
  natEquals,
  type NatCondition,
  normalizeNat,
} from '../circuit/index.js';
import { binary, call, type SvExpr, text } from './tree.js';

/** The same number with literal arithmetic done and neutral operands dropped. */
export function simplifyNat(nat: Nat): Nat {
  switch (nat.op) {
    case 'lit':
    case 'param':
    case 'index':
    case 'local':
      return nat;
    case 'clog2': {
      const a = simplifyNat(nat.a);
      return a.op === 'lit' ? lit(clog2Number(a.value)) : { op: 'clog2', a };
    }
    default:
      return simplifyBinary({ op: nat.op, a: simplifyNat(nat.a), b: simplifyNat(nat.b) });
  }
}

function simplifyBinary(nat: Extract<Nat, { b: Nat }>): Nat {
  const { op, a, b } = nat;
  if (a.op === 'lit' && b.op === 'lit') return lit(applyNat(op, a.value, b.value));
  switch (op) {
    case 'add':
      if (a.op === 'lit' && a.value === 0) return b;
      return b.op === 'lit' ? plus(a, b.value) : nat;
    case 'sub':
      if (natEquals(a, b)) return lit(0);
      return b.op === 'lit' ? plus(a, -b.value) : nat;
    case 'mul':
      if (a.op === 'lit') return a.value === 0 ? a : a.value === 1 ? b : nat;
      if (b.op === 'lit') return b.value === 0 ? b : b.value === 1 ? a : nat;
      return nat;
    case 'div':
    case 'ceilDiv':
      return b.op === 'lit' && b.value === 1 ? a : nat;
    case 'mod':
      return b.op === 'lit' && b.value === 1 ? lit(0) : nat;
    case 'max':
    case 'min': {
      const difference = constantValue(normalizeNat({ op: 'sub', a, b }));
      if (difference === undefined) return nat;
      return difference >= 0 === (op === 'max') ? a : b;
    }
  }
}

/** `nat` plus a whole number, joined with the literal that it ends in. */
function plus(nat: Nat, amount: number): Nat {
  if (amount === 0) return nat;
  if (nat.op === 'lit') return lit(nat.value + amount);
  if (nat.op === 'add' && nat.b.op === 'lit') return plus(nat.a, nat.b.value + amount);
  if (nat.op === 'add' && nat.a.op === 'lit') return plus(nat.b, nat.a.value + amount);
  if (nat.op === 'sub' && nat.b.op === 'lit') return plus(nat.a, amount - nat.b.value);
  return amount > 0 ? { op: 'add', a: nat, b: lit(amount) } : { op: 'sub', a: nat, b: lit(-amount) };
}

export const add = (a: Nat, b: Nat): Nat => simplifyNat({ op: 'add', a, b });
export const times = (a: Nat, b: Nat): Nat => simplifyNat({ op: 'mul', a, b });
export const minusOne = (a: Nat): Nat => plus(simplifyNat(a), -1);

export function isLit(nat: Nat, value?: number): boolean {
  return nat.op === 'lit' && (value === undefined || nat.value === value);
}

/** With `inlineLocals` every localparam is replaced by its value: ports stand before the localparams. */
export function natSv(nat: Nat, inlineLocals = false): SvExpr {
  return show(simplifyNat(inlineLocals ? withoutLocals(nat) : nat));
}

function withoutLocals(nat: Nat): Nat {
  if (nat.op === 'local') return withoutLocals(nat.value);
  if (nat.op === 'clog2') return { op: 'clog2', a: withoutLocals(nat.a) };
  return 'b' in nat ? { op: nat.op, a: withoutLocals(nat.a), b: withoutLocals(nat.b) } : nat;
}

function show(nat: Nat): SvExpr {
  switch (nat.op) {
    case 'lit':
      return text(nat.value);
    case 'param':
    case 'index':
    case 'local':
      return text(nat.name);
    case 'clog2':
      return call('$clog2', show(nat.a));
    case 'max':
    case 'min': {
      const index = indexWidth(nat);
      if (index !== undefined) return index;
      const [a, b] = [show(nat.a), show(nat.b)];
      return { sv: 'cond', cond: binary(nat.op === 'max' ? '>' : '<', a, b), a, b };
    }
    case 'ceilDiv':
      return binary('/', show(minusOne({ op: 'add', a: nat.a, b: nat.b })), show(nat.b));
    default:
      return binary({ add: '+', sub: '-', mul: '*', div: '/', mod: '%' }[nat.op], show(nat.a), show(nat.b));
  }
}

/** `max(clog2(n), 1)` as hardware people write it: `n > 1 ? $clog2(n) : 1`. */
function indexWidth(nat: Extract<Nat, { b: Nat }>): SvExpr | undefined {
  const [log, one] = nat.a.op === 'clog2' ? [nat.a, nat.b] : [nat.b, nat.a];
  if (nat.op !== 'max' || log.op !== 'clog2' || !isLit(one, 1)) return undefined;
  return { sv: 'cond', cond: binary('>', show(log.a), text(1)), a: show(log), b: text(1) };
}

export function conditionSv(condition: NatCondition, negated = false): SvExpr {
  const inverse = { '==': '!=', '!=': '==', '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const;
  return binary(negated ? inverse[condition.rel] : condition.rel, natSv(condition.a), natSv(condition.b));
}
