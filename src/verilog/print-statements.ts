/** Statements of always blocks as text. */
import { COLUMNS, flat, padColumn } from './layout.js';
import type { Lines } from './lines.js';
import { printExpr } from './print-expr.js';
import type { SvStmt } from './tree.js';

type Assign = Extract<SvStmt, { st: 'assign' }>;

/** Statements one below the other; neighbouring assignments have their operators aligned. */
export function printStatements(out: Lines, body: readonly SvStmt[], indent: number): void {
  let k = 0;
  while (k < body.length) {
    const run = assignmentsFrom(body, k);
    if (run.length > 0) {
      const targets = padColumn(run.map((stmt) => flat(printExpr(stmt.target))));
      run.forEach((stmt, n) => out.add(indent, assignment(stmt, targets[n]!), stmt.place));
      k += run.length;
    } else {
      printStatement(out, body[k]!, indent, '');
      k++;
    }
  }
}

function assignmentsFrom(body: readonly SvStmt[], start: number): Assign[] {
  const run: Assign[] = [];
  for (const stmt of body.slice(start)) {
    if (stmt.st !== 'assign') break;
    run.push(stmt);
  }
  return run;
}

function assignment(stmt: Assign, target: string): string {
  return `${target} ${stmt.nonblocking ? '<=' : '='} ${printExpr(stmt.value)};`;
}

/** One line for a single short assignment behind `head`, or undefined. */
function oneLine(head: string, body: readonly SvStmt[], indent: number): string | undefined {
  const [only] = body;
  if (body.length === 0) return `${head};`;
  if (body.length > 1 || only === undefined) return undefined;
  let line: string | undefined;
  if (only.st === 'assign') line = `${head} ${assignment(only, flat(printExpr(only.target)))}`;
  else if (only.st === 'if' && only.branches.length === 1 && !head.startsWith('if') && !head.startsWith('else')) {
    const [branch] = only.branches;
    if (branch?.cond !== undefined) line = oneLine(`${head} if (${printExpr(branch.cond)})`, branch.body, indent);
  }
  return line !== undefined && flat(line).length + indent <= COLUMNS ? line : undefined;
}

function printStatement(out: Lines, stmt: SvStmt, indent: number, head: string): void {
  switch (stmt.st) {
    case 'assign':
      return out.add(indent, `${head}${assignment(stmt, flat(printExpr(stmt.target)))}`, stmt.place);
    case 'if':
      return printIf(out, stmt, indent);
    case 'case':
      return printCase(out, stmt, indent);
    case 'for': {
      const { index } = stmt;
      const loop = `for (int ${index} = 0; ${index} < ${printExpr(stmt.count)}; ${index} = ${index} + 1)`;
      const line = oneLine(loop, stmt.body, indent);
      if (line !== undefined) return out.add(indent, line);
      out.add(indent, `${loop} begin`);
      printStatements(out, stmt.body, indent + 2);
      return out.add(indent, 'end');
    }
  }
}

function printIf(out: Lines, stmt: Extract<SvStmt, { st: 'if' }>, indent: number): void {
  const heads = stmt.branches.map(({ cond }, k) =>
    cond === undefined ? 'else' : `${k === 0 ? '' : 'else '}if (${printExpr(cond)})`,
  );
  const short = stmt.branches.map(({ body }, k) => oneLine(heads[k]!, body, indent));
  const allShort = short.every((line) => line !== undefined);
  stmt.branches.forEach(({ body }, k) => {
    const place = k === 0 ? stmt.place : body[0]?.st === 'assign' ? body[0].place : undefined;
    if (allShort) return out.add(indent, short[k]!, place);
    out.add(indent, `${k === 0 ? '' : 'end '}${heads[k]!} begin`, k === 0 ? stmt.place : undefined);
    printStatements(out, body, indent + 2);
  });
  if (!allShort) out.add(indent, 'end');
}

function printCase(out: Lines, stmt: Extract<SvStmt, { st: 'case' }>, indent: number): void {
  out.add(indent, `case (${printExpr(stmt.subject)})`, stmt.place);
  const arms = stmt.arms.map(({ label, body }) => ({ label: `${flat(printExpr(label))}:`, body }));
  const short = arms.map(({ label, body }) => oneLine(label, body, indent + 2));
  const labels = padColumn([...arms.map(({ label }) => label), 'default:']);
  const aligned = short.every((line) => line !== undefined);
  [...arms, { label: 'default:', body: stmt.default }].forEach(({ label, body }, k) => {
    const head = aligned ? labels[k]! : label;
    if (body.length === 0) return out.add(indent + 2, `${head} ;`);
    const line = oneLine(head, body, indent + 2);
    if (line !== undefined) return out.add(indent + 2, line, body[0]?.st === 'assign' ? body[0].place : undefined);
    out.add(indent + 2, `${label} begin`);
    printStatements(out, body, indent + 4);
    out.add(indent + 2, 'end');
  });
  out.add(indent, 'endcase');
}
