/** Statements of a process as statements of the output tree. */
import { type Expr, lit, packedWidth, type Stmt, type Type } from '../circuit/index.js';
import { type Bits, bitsSv, coversAll, targetBits, within } from './bits.js';
import { numberLiteral } from './constants.js';
import { assigned, assignedEnum, type ExprContext, indexSv, selfContained } from './expr.js';
import { lanesOf } from './loops.js';
import { isLit, natSv, simplifyNat } from './nat.js';
import { type SvBranch, type SvExpr, type SvStmt, text } from './tree.js';

type IfStmt = Extract<Stmt, { stmt: 'if' }>;

export interface StatementContext extends ExprContext {
  /** A name that is free in the module, for loops over the parts of a word. */
  readonly loopIndex: string;
}

export function statements(body: readonly Stmt[], context: StatementContext): SvStmt[] {
  return body.map((stmt) => statement(stmt, context));
}

function statement(stmt: Stmt, context: StatementContext): SvStmt {
  const { place } = stmt;
  switch (stmt.stmt) {
    case 'next':
    case 'set': {
      const bits = targetBits(stmt.target, context.signals);
      const target = bitsSv(bits, context.signals);
      const nonblocking = stmt.stmt === 'next';
      return { st: 'assign', nonblocking, target, value: driven(stmt.target.signal, bits, stmt.value, context), place };
    }
    case 'write': {
      const memory = context.signals[stmt.memory]!;
      const depth = memory.kind === 'memory' ? memory.depth : lit(1);
      const target: SvExpr = { sv: 'bit', base: text(memory.name), index: indexSv(stmt.address, depth, context) };
      if (stmt.lanes !== undefined) return laneWrite(target, stmt.data, stmt.lanes, context);
      return { st: 'assign', nonblocking: true, target, value: assigned(stmt.data, context), place };
    }
    case 'if':
      return { st: 'if', branches: branches(stmt, context), place };
    case 'switch': {
      const { subject } = stmt;
      const { type } = subject;
      if (type.kind === 'vec') throw new Error('a switch over a vector');
      const label = (match: bigint): SvExpr => {
        const member = type.kind === 'enum' ? context.enums.members(type)[Number(match)] : undefined;
        return member === undefined ? numberLiteral(type.kind, match, packedWidth(type)).sv : text(member);
      };
      const arms = stmt.cases
        .filter(({ body }) => body.length > 0 || (stmt.default ?? []).length > 0)
        .map(({ match, body }) => ({ label: label(match), body: statements(body, context) }));
      return {
        st: 'case',
        subject: selfContained(subject, context),
        arms,
        default: statements(stmt.default ?? [], context),
        place,
      };
    }
  }
}

/** `for (int k ...) if (lanes[k]) word[k*W +: W] <= data[k*W +: W]`: what tools read as the byte enables of a RAM. */
function laneWrite(word: SvExpr, data: Expr, lanes: Expr, context: StatementContext): SvStmt {
  const { type } = data;
  if (type.kind !== 'vec') throw new Error('parts of a word that are no vector');
  const index = context.loopIndex;
  const part = (bits: Bits, vec: Type): Bits => within(bits, vec, [{ op: 'index', name: index }]);
  const { offset, width } = part({ ...lanesOf(data), offset: lit(0) }, type);
  const target: SvExpr = isLit(simplifyNat(packedWidth(type)), 1)
    ? word
    : { sv: 'part', base: word, low: natSv(offset), width: natSv(width) };
  const value = bitsSv(part(lanesOf(data), type), context.signals);
  const cond = bitsSv(part(lanesOf(lanes), lanes.type), context.signals);
  const write: SvStmt = { st: 'assign', nonblocking: true, target, value };
  return { st: 'for', index, count: natSv(type.count), body: [{ st: 'if', branches: [{ cond, body: [write] }] }] };
}

/** The value for bits of a signal; whole signals of an enumeration take its members. */
export function driven(
  signal: number,
  bits: Parameters<typeof coversAll>[0],
  value: Expr,
  context: ExprContext,
): SvExpr {
  const declared = context.signals[signal]!;
  const member = declared.type.kind === 'enum' && declared.kind !== 'output' && coversAll(bits, context.signals);
  return member ? assignedEnum(value, context) : assigned(value, context);
}

/** An `if` with its chain of `else if`; an `if` that holds nothing but another one becomes one condition. */
function branches(stmt: IfStmt, context: StatementContext): SvBranch[] {
  if (stmt.then.length === 0)
    return branches({ ...stmt, cond: negated(stmt.cond), then: stmt.else, else: [] }, context);
  const [inner] = stmt.then;
  if (stmt.else.length === 0 && stmt.then.length === 1 && inner?.stmt === 'if' && inner.else.length === 0) {
    const cond: Expr = { op: 'binary', type: { kind: 'bool' }, fn: 'and', a: stmt.cond, b: inner.cond };
    return branches({ ...inner, cond }, context);
  }
  const first: SvBranch = { cond: selfContained(stmt.cond, context), body: statements(stmt.then, context) };
  const [next] = stmt.else;
  if (next === undefined) return [first];
  if (stmt.else.length === 1 && next.stmt === 'if') return [first, ...branches(next, context)];
  return [first, { body: statements(stmt.else, context) }];
}

function negated(cond: Expr): Expr {
  if (cond.op === 'unary' && cond.fn === 'not') return cond.a;
  return { op: 'unary', type: { kind: 'bool' }, fn: 'not', a: cond };
}
