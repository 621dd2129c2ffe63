/** Walks over expressions, statements and items, for passes that look at every node. */
import type { Expr, SignalId } from './expr.js';
import type { Item, Stmt } from './module.js';

/** Direct operands of an expression. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.op) {
    case 'const':
    case 'ref':
      return [];
    case 'at':
    case 'fold':
      return [expr.vec];
    case 'select':
      return [expr.vec, expr.index];
    case 'read':
      return [expr.address];
    case 'mux':
      return [expr.cond, expr.a, expr.b];
    case 'binary':
      return [expr.a, expr.b];
    case 'slice':
    case 'unary':
    case 'convert':
      return [expr.a];
    case 'cat':
      return expr.parts;
  }
}

/** Calls `visit` with every signal and memory an expression reads. */
export function forEachRead(expr: Expr, visit: (id: SignalId) => void): void {
  if (expr.op === 'ref') visit(expr.signal);
  if (expr.op === 'read') visit(expr.memory);
  for (const operand of operandsOf(expr)) forEachRead(operand, visit);
}

/** Every item, the outer ones first: what loops repeat once, what conditions choose in both branches. */
export function allItems(items: readonly Item[]): Item[] {
  return items.flatMap((item) => {
    if (item.item === 'for') return [item, ...allItems(item.items)];
    return item.item === 'if' ? [item, ...allItems(item.then), ...allItems(item.else)] : [item];
  });
}

/** Calls `visit` with every statement, the outer ones first. */
export function forEachStmt(body: readonly Stmt[], visit: (stmt: Stmt) => void): void {
  for (const stmt of body) {
    visit(stmt);
    if (stmt.stmt === 'if') {
      forEachStmt(stmt.then, visit);
      forEachStmt(stmt.else, visit);
    } else if (stmt.stmt === 'switch') {
      for (const { body: inner } of stmt.cases) forEachStmt(inner, visit);
      forEachStmt(stmt.default ?? [], visit);
    }
  }
}

/** Expressions that a statement itself evaluates (not those of statements below it). */
export function expressionsOf(stmt: Stmt): readonly Expr[] {
  switch (stmt.stmt) {
    case 'next':
    case 'set':
      return [stmt.value];
    case 'write':
      return [stmt.address, stmt.data, ...(stmt.lanes === undefined ? [] : [stmt.lanes])];
    case 'if':
      return [stmt.cond];
    case 'switch':
      return [stmt.subject];
  }
}
