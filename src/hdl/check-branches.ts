/** Checks that no branch of a combinational process leaves a wire without a value, and names the branch that does. */
import type { Diagnostic, Place } from '../base/diagnostics.js';
import { forEachStmt, type Item, type ModuleDef, natText, type Stmt, type Target } from '../circuit/index.js';
import { diagnostic, placeOf } from './errors.js';

export function branchProblems(module: ModuleDef, items: readonly Item[] = module.items): Diagnostic[] {
  return items.flatMap((item) => {
    if (item.item === 'for') return branchProblems(module, item.items);
    if (item.item === 'if') return [...branchProblems(module, item.then), ...branchProblems(module, item.else)];
    return item.item === 'process' ? processProblems(module, item.body) : [];
  });
}

function processProblems(module: ModuleDef, body: readonly Stmt[]): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const seen = new Set<string>();
  forEachStmt(body, (stmt) => {
    if (stmt.stmt !== 'set') return;
    const key = targetKey(stmt.target);
    if (seen.has(key)) return;
    seen.add(key);
    const hole = branchWithout(body, key);
    if (hole === undefined) return;
    const signal = module.signals[stmt.target.signal]!;
    const path = stmt.target.path.map((index) => `[${natText(index)}]`).join('');
    problems.push(
      diagnostic(
        'H1005',
        `'${signal.name}'${path} of module '${module.name}' is set in some branches only`,
        'set a default before the when',
        [placeOf(stmt.place, 'set here'), ...hole, placeOf(signal.place, `'${signal.name}' is declared here`)],
      ),
    );
  });
  return problems;
}

const targetKey = (target: Target): string => [target.signal, ...target.path.map(natText)].join('/');

const sets = (stmt: Stmt, key: string): boolean =>
  stmt.stmt === 'set' && (key === targetKey(stmt.target) || key.startsWith(`${targetKey(stmt.target)}/`));

/** The decisions on the way to a branch that does not set the target, or undefined where every path sets it. */
function branchWithout(body: readonly Stmt[], key: string): Place[] | undefined {
  let hole: Place[] = [];
  for (const stmt of body) {
    if (sets(stmt, key)) return undefined;
    const branches = branchesOf(stmt);
    const without = branches.map(({ place, body: inner }) => {
      const deeper = branchWithout(inner, key);
      return deeper && [place, ...deeper];
    });
    if (without.length > 0 && without.every((each) => each === undefined)) return undefined;
    // A decision that sets it somewhere tells more than one that has nothing to do with it.
    if (without.includes(undefined) || mentions(stmt, key)) hole = without.find((each) => each !== undefined) ?? hole;
  }
  return hole;
}

function branchesOf(stmt: Stmt): { readonly place: Place; readonly body: readonly Stmt[] }[] {
  if (stmt.stmt === 'if') {
    return [
      { place: placeOf(stmt.place, 'no value where this condition holds'), body: stmt.then },
      { place: placeOf(stmt.place, 'no value where this condition does not hold'), body: stmt.else },
    ];
  }
  if (stmt.stmt !== 'switch') return [];
  const { type } = stmt.subject;
  const names = type.kind === 'enum' ? type.members : [];
  const cases = stmt.cases.map(({ match, body }) => ({
    place: placeOf(stmt.place, `no value in case '${names[Number(match)] ?? match}' of this switch`),
    body,
  }));
  if (stmt.default === undefined) return cases;
  return [...cases, { place: placeOf(stmt.place, 'no value in the default of this switch'), body: stmt.default }];
}

function mentions(stmt: Stmt, key: string): boolean {
  let found = false;
  forEachStmt([stmt], (each) => (found ||= sets(each, key)));
  return found;
}
