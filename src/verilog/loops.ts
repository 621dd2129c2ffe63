/** Values that take a loop over lanes or bits: an `always_comb` that works through them one by one. */
import { type Expr, lit, type Nat } from '../circuit/index.js';
import { type Bits, bitsOf, bitsSv, within } from './bits.js';
import { type ExprContext, selfContained, widthOf } from './expr.js';
import { natSv, simplifyNat } from './nat.js';
import { binary, call, cast, type SvExpr, type SvStmt, text } from './tree.js';

/** Statements that leave the value of `expr` in `target`. */
export function loopStatements(target: SvExpr, expr: Expr, index: string, context: ExprContext): SvStmt[] {
  const position: Nat = { op: 'index', name: index };
  const set = (value: SvExpr): SvStmt => ({ st: 'assign', nonblocking: false, target, value });
  const loop = (count: Nat, ...body: SvStmt[]): SvStmt => ({ st: 'for', index, count: natSv(count), body });
  const lane = (bits: Bits) => bitsSv(bits, context.signals);
  const width = natSv(widthOf(expr));
  if (expr.op === 'unary') {
    const bits = lanesOf(expr.a);
    const count = widthOf(expr.a);
    const bit = lane({ ...bits, offset: simplifyNat({ op: 'add', a: bits.offset, b: position }), width: lit(1) });
    return [set(text("'0")), loop(count, set(binary('+', target, cast(width, bit))))];
  }
  if (expr.op !== 'fold' && expr.op !== 'select') throw new Error(`no loop for '${expr.op}'`);
  const { type } = expr.vec;
  if (type.kind !== 'vec') throw new Error('a loop over something that is not a vector');
  const element = lane(within(lanesOf(expr.vec), type, [position]));
  const value = type.element.kind === 'sint' ? call('$signed', element) : element;
  if (expr.op === 'select') {
    const hit = binary('==', cast(text(32), selfContained(expr.index, context)), text(index));
    return [set(text("'0")), loop(type.count, { st: 'if', branches: [{ cond: hit, body: [set(value)] }] })];
  }
  switch (expr.fn) {
    case 'sum':
      return [set(text("'0")), loop(type.count, set(binary('+', target, cast(width, value))))];
    case 'and':
      return [set(text("'1")), loop(type.count, set(binary('&', target, value)))];
    case 'or':
    case 'xor':
      return [set(text("'0")), loop(type.count, set(binary(expr.fn === 'or' ? '|' : '^', target, value)))];
    case 'max':
    case 'min': {
      const first = binary('==', text(index), text(0));
      const better = binary(expr.fn === 'max' ? '>' : '<', value, target);
      const take: SvStmt = { st: 'if', branches: [{ cond: binary('||', first, better), body: [set(value)] }] };
      return [set(text("'0")), loop(type.count, take)];
    }
  }
}

/** Where the elements of a vector are; such a vector has been made bits of a signal before. */
export function lanesOf(expr: Expr): Bits {
  const bits = bitsOf(expr);
  if (bits === undefined) throw new Error(`a loop over '${expr.op}' has to be prepared`);
  return bits;
}
