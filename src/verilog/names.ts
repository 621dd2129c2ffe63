/** Names that the printer adds: wires for values that SystemVerilog cannot select from in place. */
import type { Expr, ModuleDef, Nat, Signal } from '../circuit/index.js';
import { keywords } from '../circuit/keywords.js';
import { bitsOf } from './bits.js';
import { isLit, simplifyNat } from './nat.js';

/** Every name of a module's text, growing as wires are added. */
export function takenNames(def: ModuleDef): Set<string> {
  const names = new Set([...def.params, ...def.localParams, ...def.signals].map((each) => each.name));
  for (const { clock, reset } of def.domains) names.add(clock).add(reset);
  return names;
}

export function freshName(base: string, taken: Set<string>): string {
  let name = base;
  for (let n = 2; taken.has(name) || keywords.has(name); n++) name = `${base}_${n}`;
  taken.add(name);
  return name;
}

/** A name for a value on its way to `target`: `acc_q` that takes a shifted value gets `acc_shifted`. */
export function valueName(expr: Expr, target: string, signals: readonly Signal[]): string {
  const bits = bitsOf(expr);
  if (bits !== undefined) return `${stem(signals[bits.signal]!.name)}_${suffixOf(simplifyNat(offsetUnits(expr)))}`;
  return `${stem(target)}_${roleOf(expr)}`;
}

const stem = (name: string): string => name.replace(/_[qd]$/, '');

function offsetUnits(expr: Expr): Nat {
  if (expr.op === 'at') return expr.index;
  if (expr.op === 'slice' && isLit(expr.low, 0)) return { op: 'param', name: 'low' };
  if (expr.op === 'slice') return expr.low;
  return expr.op === 'convert' ? offsetUnits(expr.a) : { op: 'lit', value: 0 };
}

function suffixOf(index: Nat): string {
  if (index.op === 'lit') return String(index.value);
  return 'name' in index ? index.name.toLowerCase() : 'part';
}

function roleOf(expr: Expr): string {
  switch (expr.op) {
    case 'binary':
      switch (expr.fn) {
        case 'add':
        case 'addWrap':
          return 'sum';
        case 'sub':
        case 'subWrap':
          return 'difference';
        case 'mul':
          return 'product';
        case 'shl':
        case 'shr':
          return 'shifted';
        default:
          return 'bits';
      }
    case 'unary':
      if (expr.fn === 'not' && expr.a.op === 'const' && expr.a.value === 0n) return 'ones';
      return expr.fn === 'popcount' ? 'ones' : expr.fn === 'neg' ? 'negated' : 'bits';
    case 'fold':
      return { sum: 'total', max: 'largest', min: 'smallest', and: 'all', or: 'any', xor: 'parity' }[expr.fn];
    case 'mux':
      return 'choice';
    case 'select':
      return 'selected';
    case 'read':
      return 'word';
    case 'cat':
      return 'joined';
    case 'const':
      return 'constant';
    case 'slice':
      return roleOf(expr.a);
    case 'convert':
      return expr.fn === 'unpack' ? 'lanes' : roleOf(expr.a);
    default:
      return 'value';
  }
}
