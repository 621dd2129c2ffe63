/** Statements of a process as statements of the output tree. */
import { type Expr, lit, packedWidth, type Stmt } from '../circuit/index.js';
import { bitsSv, coversAll, targetBits } from './bits.js';
import { numberLiteral } from './constants.js';
import { assigned, assignedEnum, type ExprContext, indexSv, selfContained } from './expr.js';
import { type SvBranch, type SvExpr, type SvStmt, text } from './tree.js';

type IfStmt = Extract<Stmt, { stmt: 'if' }>;

export function statements(body: readonly Stmt[], context: ExprContext): SvStmt[] {
  return body.map((stmt) => statement(stmt, context));
}

function statement(stmt: Stmt, context: ExprContext): SvStmt {
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
function branches(stmt: IfStmt, context: ExprContext): SvBranch[] {
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
