/**
 * Checks of a finished module: every wire, output and register element has exactly one driver, and no branch leaves a
 * wire without a value. Vectors are checked element by element at the witness.
 */
import { type Diagnostic, HeddleError, type Place } from '../base/diagnostics.js';
import {
  evalNat,
  type Item,
  type ModuleDef,
  type NatCondition,
  type Stmt,
  type Target,
  vecDims,
  type SourcePlace,
  forEachStmt,
  natText,
} from '../circuit/index.js';
import { diagnostic, placeOf } from './errors.js';

interface Driver {
  readonly key: string;
  readonly place: SourcePlace | undefined;
  /** Statements of one process share an owner and may drive a signal several times. */
  readonly owner: object;
}

/** Throws every problem of the module at once. */
export function checkModule(
  module: ModuleDef,
  modules: Readonly<Record<string, ModuleDef>>,
  env: Readonly<Record<string, number>>,
): void {
  const drivers = new Map<number, Driver[]>();
  const problems: Diagnostic[] = [];
  const loopsOf = new Map<number, readonly string[]>();
  const visit = (items: readonly Item[], at: Readonly<Record<string, number>>, loops: readonly string[]): void => {
    for (const item of items) visitItem(item, at, loops);
  };
  const drive = (
    target: Target,
    at: Readonly<Record<string, number>>,
    loops: readonly string[],
    place: SourcePlace | undefined,
    owner: object,
  ) => {
    const home = (loopsOf.get(target.signal) ?? []).map((name) => at[name]);
    const path = target.path.map((index) => evalNat(index, at));
    const list = drivers.get(target.signal) ?? [];
    list.push({ key: [...home, '/', ...path].join(','), place, owner });
    drivers.set(target.signal, list);
    void loops;
  };
  const visitItem = (item: Item, at: Readonly<Record<string, number>>, loops: readonly string[]): void => {
    switch (item.item) {
      case 'declare':
        loopsOf.set(item.signal, loops);
        return;
      case 'assign':
        return drive(item.target, at, loops, item.place, {});
      case 'process': {
        const owner = {};
        forEachStmt(item.body, (stmt) => {
          if (stmt.stmt === 'next' || stmt.stmt === 'set') drive(stmt.target, at, loops, stmt.place, owner);
        });
        return;
      }
      case 'instance':
        for (const binding of Object.values(item.bindings)) {
          if (binding.dir === 'output') drive(binding.target, at, loops, item.place, {});
        }
        return;
      case 'for': {
        const count = evalNat(item.count, at);
        for (let i = 0; i < count; i++) visit(item.items, { ...at, [item.index]: i }, [...loops, item.index]);
        return;
      }
      case 'if':
        return visit(holds(item.condition, at) ? item.then : item.else, at, loops);
      case 'comment':
        return;
    }
  };
  visit(module.items, env, []);
  checkBranches(module, module.items, problems);
  module.signals.forEach((signal, id) => {
    if (signal.kind === 'input' || signal.kind === 'memory') return;
    const list = drivers.get(id) ?? [];
    const place: Place[] = [placeOf(signal.place, `'${signal.name}' is declared here`)];
    const clash = firstClash(list);
    if (clash !== undefined) {
      problems.push(
        diagnostic(
          'H1004',
          `'${signal.name}' of module '${module.name}' has two drivers`,
          'leave one of them; a default belongs into the same b.comb',
          [placeOf(clash[0].place, 'driven here'), placeOf(clash[1].place, 'and here'), ...place],
        ),
      );
      return;
    }
    if (signal.kind === 'reg' && list.length === 0) {
      problems.push(
        diagnostic(
          'H1003',
          `register '${signal.name}' of module '${module.name}' never gets a next value`,
          `give it a b.next`,
          place,
        ),
      );
      return;
    }
    if (signal.kind === 'reg' || !(loopsOf.has(id) || signal.kind === 'output')) return;
    const missing = uncovered(signal, id, list, loopsOf, env);
    if (missing !== undefined) {
      problems.push(
        diagnostic(
          'H1003',
          `'${signal.name}'${missing} of module '${module.name}' has no driver`,
          'assign it, or remove it',
          place,
        ),
      );
    }
  });
  void modules;
  if (problems.length > 0) throw new HeddleError(problems);
}

function holds(condition: NatCondition, env: Readonly<Record<string, number>>): boolean {
  const [a, b] = [evalNat(condition.a, env), evalNat(condition.b, env)];
  switch (condition.rel) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** Two drivers of one element from different owners; a driver of the whole overlaps one of a part. */
function firstClash(list: readonly Driver[]): readonly [Driver, Driver] | undefined {
  const byKey = new Map<string, Driver>();
  for (const driver of list) {
    const parts = driver.key.split(',');
    for (let n = parts.indexOf('/') + 1; n <= parts.length; n++) {
      const other = byKey.get(parts.slice(0, n).join(','));
      if (other !== undefined && other.owner !== driver.owner) return [other, driver];
    }
    byKey.set(driver.key, driver);
  }
  // A whole that came after its parts.
  for (const driver of list) {
    const part = list.find((other) => other.owner !== driver.owner && other.key.startsWith(`${driver.key},`));
    if (part !== undefined) return [part, driver];
  }
  return undefined;
}

/** Text of the first element without a driver, or undefined. */
function uncovered(
  signal: ModuleDef['signals'][number],
  id: number,
  list: readonly Driver[],
  loopsOf: ReadonlyMap<number, readonly string[]>,
  env: Readonly<Record<string, number>>,
): string | undefined {
  if (list.length === 0) return '';
  // Only vectors that are driven in parts can have holes.
  if ((loopsOf.get(id) ?? []).length > 0 || list.some((driver) => driver.key.endsWith('/'))) return undefined;
  const dims = vecDims(signal.type).map((count) => evalNat(count, env));
  const driven = new Set(list.map((driver) => driver.key.slice(2)));
  const walk = (path: readonly number[]): string | undefined => {
    if (driven.has(path.join(','))) return undefined;
    if (path.length === dims.length) return path.map((index) => `[${index}]`).join('');
    for (let i = 0; i < dims[path.length]!; i++) {
      const hole = walk([...path, i]);
      if (hole !== undefined) return hole;
    }
    return undefined;
  };
  return walk([]);
}

function checkBranches(module: ModuleDef, items: readonly Item[], problems: Diagnostic[]): void {
  for (const item of items) {
    if (item.item === 'for') checkBranches(module, item.items, problems);
    if (item.item === 'if') {
      checkBranches(module, item.then, problems);
      checkBranches(module, item.else, problems);
    }
    if (item.item !== 'process') continue;
    const seen = new Set<string>();
    forEachStmt(item.body, (stmt) => {
      if (stmt.stmt !== 'set') return;
      const key = targetKey(stmt.target);
      if (seen.has(key)) return;
      seen.add(key);
      if (always(item.body, key)) return;
      const name = module.signals[stmt.target.signal]!.name;
      problems.push(
        diagnostic(
          'H1005',
          `'${name}' of module '${module.name}' is set in some branches only`,
          'set a default before the when',
          [placeOf(stmt.place, 'set here')],
        ),
      );
    });
  }
}

const targetKey = (target: Target): string => [target.signal, ...target.path.map(natText)].join('/');

/** True where every path through `body` sets the target. */
function always(body: readonly Stmt[], key: string): boolean {
  return body.some((stmt) => {
    if (stmt.stmt === 'set') return key === targetKey(stmt.target) || key.startsWith(`${targetKey(stmt.target)}/`);
    if (stmt.stmt === 'if') return always(stmt.then, key) && always(stmt.else, key);
    if (stmt.stmt !== 'switch') return false;
    const bodies = [...stmt.cases.map((c) => c.body), ...(stmt.default === undefined ? [] : [stmt.default])];
    return bodies.every((inner) => always(inner, key));
  });
}
