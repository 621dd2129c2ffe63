/** Checks that every wire, output and register has exactly one driver; vectors element by element at the witness. */
import type { Diagnostic } from '../base/diagnostics.js';
import {
  conditionHolds,
  evalNat,
  forEachStmt,
  type Item,
  type ModuleDef,
  type NatEnv,
  type Signal,
  type SignalId,
  type SourcePlace,
  type Target,
  vecDims,
} from '../circuit/index.js';
import { diagnostic, placeOf } from './errors.js';

interface Driver {
  readonly key: string;
  readonly place: SourcePlace | undefined;
  /** Statements of one process share an owner and may drive a signal several times. */
  readonly owner: object;
}

export interface DriverReport {
  /** Wires and outputs without any driver. */
  readonly undriven: ReadonlySet<SignalId>;
  /** What is wrong, save about signals of which another message tells. */
  problems(except: ReadonlySet<SignalId>): readonly Diagnostic[];
}

export function driverProblems(module: ModuleDef, env: NatEnv): DriverReport {
  const drivers = new Map<SignalId, Driver[]>();
  const loopsOf = new Map<SignalId, readonly string[]>();
  const drive = (target: Target, at: NatEnv, place: SourcePlace | undefined, owner: object): void => {
    const home = (loopsOf.get(target.signal) ?? []).map((name) => at[name]);
    const path = target.path.map((index) => evalNat(index, at));
    const driver = { key: [...home, '/', ...path].join(','), place, owner };
    const list = drivers.get(target.signal);
    if (list === undefined) drivers.set(target.signal, [driver]);
    else list.push(driver);
  };
  const visit = (item: Item, at: NatEnv, loops: readonly string[]): void => {
    switch (item.item) {
      case 'declare':
        loopsOf.set(item.signal, loops);
        return;
      case 'assign':
        return drive(item.target, at, item.place, {});
      case 'process': {
        const owner = {};
        return forEachStmt(item.body, (stmt) => {
          if (stmt.stmt === 'next' || stmt.stmt === 'set') drive(stmt.target, at, stmt.place, owner);
        });
      }
      case 'instance':
        for (const binding of Object.values(item.bindings)) {
          if (binding.dir === 'output') drive(binding.target, at, item.place, {});
        }
        return;
      case 'for': {
        const count = evalNat(item.count, at);
        for (let i = 0; i < count; i++) {
          for (const inner of item.items) visit(inner, { ...at, [item.index]: i }, [...loops, item.index]);
        }
        return;
      }
      case 'if':
        for (const inner of conditionHolds(item.condition, at) ? item.then : item.else) visit(inner, at, loops);
        return;
      case 'comment':
    }
  };
  for (const item of module.items) visit(item, env, []);
  const driven = (signal: Signal, id: SignalId): boolean =>
    (signal.kind === 'wire' && loopsOf.has(id)) || signal.kind === 'output';
  const undriven = new Set<SignalId>();
  module.signals.forEach((signal, id) => {
    if (driven(signal, id) && !drivers.has(id)) undriven.add(id);
  });
  const problem = (signal: Signal, id: SignalId): Diagnostic | undefined => {
    if (signal.kind === 'input' || signal.kind === 'memory') return undefined;
    const list = drivers.get(id) ?? [];
    const declared = placeOf(signal.place, `'${signal.name}' is declared here`);
    const where = [declared, placeOf(module.place, `module '${module.name}'`)];
    const clash = firstClash(list);
    if (clash !== undefined) {
      return diagnostic(
        'H1004',
        `'${signal.name}' of module '${module.name}' has two drivers`,
        'leave one of them; a default belongs into the same b.comb',
        [placeOf(clash[0].place, 'driven here'), placeOf(clash[1].place, 'and here'), declared],
      );
    }
    if (signal.kind === 'reg') {
      if (list.length > 0 || !loopsOf.has(id)) return undefined;
      const message = `register '${signal.name}' of module '${module.name}' never gets a next value`;
      return diagnostic('H1003', message, 'give it a b.next', where);
    }
    const missing = driven(signal, id) ? uncovered(signal, id, list, loopsOf, env) : undefined;
    if (missing === undefined) return undefined;
    const message = `'${signal.name}'${missing} of module '${module.name}' has no driver`;
    return diagnostic('H1003', message, 'assign it, or remove it', where);
  };
  return {
    undriven,
    problems: (except) => module.signals.flatMap((signal, id) => (except.has(id) ? [] : (problem(signal, id) ?? []))),
  };
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
