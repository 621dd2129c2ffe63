/**
 * Finds a combinational loop of a module at given parameter values, through instances and element by element, as one
 * simple cycle.
 *
 * Whole signals are looked at first: nearly every module has no circle among them. Where there is one it may be false (a
 * chain `hop[i + 1] = f(hop[i])`), so the elements of just those signals are followed, lazily, into instances too.
 */
import { nodesOnCycles } from './components.js';
import type { Expr, SignalId } from './expr.js';
import { boundInput, flowOf, type Instance, type Modules, sourcesBySignal } from './flow.js';
import { conditionHolds } from './harden.js';
import type { Item, ModuleDef, NatCondition, SourcePlace, Stmt } from './module.js';
import { evalNat, type Nat, type NatEnv } from './nat.js';
import { vecDims } from './types.js';
import { operandsOf } from './walk.js';

/** One signal element on the way round, with the place of the equation that drives it. */
export interface Hop {
  readonly name: string;
  readonly place: SourcePlace | undefined;
}

/** Elements looked at before the search gives up; the simulator's elaboration reports what is left. */
const LIMIT = 50_000;

/** A loop of `module` at parameter values `env`, each hop reading the next and the last the first; undefined if none. */
export function combinationalLoop(module: ModuleDef, modules: Modules, env: NatEnv): readonly Hop[] | undefined {
  const suspects = nodesOnCycles(sourcesBySignal(module, flowOf(module, modules)));
  if (suspects.size === 0) return undefined;
  return new Explorer(modules).search(
    { module, env, path: '' },
    [...suspects].sort((a, b) => a - b),
  );
}

/** A module in its place: the top, or an instance with the values of its parameters. */
interface Context {
  readonly module: ModuleDef;
  readonly env: NatEnv;
  /** Instance names to here, each with a dot. */
  readonly path: string;
  /** Where it is instantiated: the parent and its loop indices. */
  readonly outer?: { readonly context: Context; readonly instance: Instance; readonly env: NatEnv };
}

/** One element: indices of the loops around the declaration, then the path into the vector. */
interface Element {
  readonly context: Context;
  readonly signal: SignalId;
  readonly home: readonly number[];
  readonly path: readonly number[];
}

type Wrapper =
  | { readonly kind: 'for'; readonly index: string; readonly count: Nat }
  | { readonly kind: 'if'; readonly condition: NatCondition; readonly taken: boolean };

/** What drives a signal, inside which generate blocks. */
interface Driver {
  readonly wrappers: readonly Wrapper[];
  readonly path: readonly Nat[];
  readonly place: SourcePlace | undefined;
  readonly source:
    | { readonly value: Expr; readonly conditions: readonly Expr[] }
    | { readonly instance: Instance; readonly port: string };
}

interface Structure {
  readonly home: ReadonlyMap<SignalId, readonly string[]>;
  readonly drivers: ReadonlyMap<SignalId, readonly Driver[]>;
}

interface Placed {
  readonly driver: Driver;
  readonly env: NatEnv;
  readonly path: readonly number[];
}

class Explorer {
  private readonly structures = new Map<ModuleDef, Structure>();
  private readonly placed = new Map<string, ReadonlyMap<string, readonly Placed[]>>();
  private readonly state = new Map<string, 'open' | 'done'>();

  constructor(private readonly modules: Modules) {}

  search(top: Context, suspects: readonly SignalId[]): readonly Hop[] | undefined {
    for (const signal of suspects) {
      for (const [home, list] of this.driversOf(top, signal)) {
        const indices = home === '' ? [] : home.split(',').map(Number);
        for (const { path, env } of list) {
          for (const root of this.leaves(top, signal, indices, path, env)) {
            const loop = this.from(root);
            if (loop !== undefined) return loop.map((element) => this.hop(element));
            if (this.state.size > LIMIT) return undefined;
          }
        }
      }
    }
    return undefined;
  }

  /** Depth first; the elements on the path are the cycle when one of them is met again. */
  private from(root: Element): readonly Element[] | undefined {
    const path: { readonly element: Element; readonly key: string; readonly next: Iterator<Element> }[] = [];
    const enter = (element: Element, key: string): void => {
      this.state.set(key, 'open');
      path.push({ element, key, next: this.reads(element)[Symbol.iterator]() });
    };
    const rootKey = keyOf(root);
    if (!this.state.has(rootKey)) enter(root, rootKey);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const step = last.next.next();
      if (step.done === true || this.state.size > LIMIT) {
        this.state.set(last.key, 'done');
        path.pop();
        continue;
      }
      const key = keyOf(step.value);
      const known = this.state.get(key);
      if (known === undefined) enter(step.value, key);
      else if (known === 'open') return path.slice(path.findIndex((each) => each.key === key)).map((e) => e.element);
    }
    return undefined;
  }

  private *reads(element: Element): Generator<Element> {
    const { context, signal, path } = element;
    const def = context.module.signals[signal]!;
    if (def.kind === 'input' && context.outer !== undefined) {
      const { context: parent, instance, env } = context.outer;
      const value = boundInput(instance, def.name);
      if (value !== undefined) yield* this.readsOf(parent, value, path, env);
    }
    if (def.kind !== 'wire' && def.kind !== 'output') return;
    for (const { driver, env, path: driven } of this.matching(element)) {
      const rest = path.slice(driven.length);
      if ('value' in driver.source) {
        yield* this.readsOf(context, driver.source.value, rest, env);
        for (const condition of driver.source.conditions) yield* this.readsOf(context, condition, [], env);
      } else {
        const child = this.inside(context, driver.source.instance, env);
        const port = driver.source.port;
        const id = child?.module.signals.findIndex(({ name }) => name === port) ?? -1;
        if (child !== undefined && id >= 0) yield* this.leaves(child, id, [], rest, child.env);
      }
    }
  }

  /** Elements that element `path` of an expression depends on. */
  private *readsOf(context: Context, expr: Expr, path: readonly number[], env: NatEnv): Generator<Element> {
    switch (expr.op) {
      case 'ref': {
        const home = (this.structure(context.module).home.get(expr.signal) ?? []).map((name) => env[name] ?? 0);
        yield* this.leaves(context, expr.signal, home, expr.type.kind === 'vec' ? path : [], env);
        return;
      }
      case 'at':
        yield* this.readsOf(context, expr.vec, [evalNat(expr.index, env), ...path], env);
        return;
      case 'mux':
        yield* this.readsOf(context, expr.cond, [], env);
        yield* this.readsOf(context, expr.a, path, env);
        yield* this.readsOf(context, expr.b, path, env);
        return;
      default:
        for (const operand of operandsOf(expr)) yield* this.readsOf(context, operand, [], env);
    }
  }

  /** The scalar elements below `path`. */
  private *leaves(
    context: Context,
    signal: SignalId,
    home: readonly number[],
    path: readonly number[],
    env: NatEnv,
  ): Generator<Element> {
    const dims = vecDims(context.module.signals[signal]!.type).slice(path.length);
    const [count] = dims;
    if (count === undefined) {
      yield { context, signal, home, path };
      return;
    }
    for (let i = 0, n = evalNat(count, env); i < n; i++) yield* this.leaves(context, signal, home, [...path, i], env);
  }

  private matching({ context, signal, home, path }: Element): readonly Placed[] {
    const list = this.driversOf(context, signal).get(home.join(',')) ?? [];
    return list.filter((driver) => driver.path.every((index, d) => path[d] === index));
  }

  /** Drivers of a signal in every iteration, by the indices of the loops around its declaration. */
  private driversOf(context: Context, signal: SignalId): ReadonlyMap<string, readonly Placed[]> {
    const key = `${context.path}${signal}`;
    const known = this.placed.get(key);
    if (known !== undefined) return known;
    const { home, drivers } = this.structure(context.module);
    const found = new Map<string, Placed[]>();
    for (const driver of drivers.get(signal) ?? []) {
      for (const env of iterations(driver.wrappers, context.env)) {
        const at = (home.get(signal) ?? []).map((name) => env[name] ?? 0).join(',');
        const placed: Placed = { driver, env, path: driver.path.map((index) => evalNat(index, env)) };
        found.set(at, [...(found.get(at) ?? []), placed]);
      }
    }
    this.placed.set(key, found);
    return found;
  }

  private inside(context: Context, instance: Instance, env: NatEnv): Context | undefined {
    const module = this.modules[instance.module];
    if (module === undefined) return undefined;
    const values: Record<string, number> = {};
    for (const param of module.params) {
      const actual = instance.actuals[param.name];
      if (param.kind !== 'nat') continue;
      const given = actual === undefined || actual.op === 'image' || actual.op === 'imageParam' ? undefined : actual;
      values[param.name] = given === undefined ? param.default : evalNat(given, env);
    }
    const indices = Object.keys(env).filter((name) => !(name in context.env));
    const at = indices.map((name) => `[${env[name]}]`).join('');
    return { module, env: values, path: `${context.path}${instance.name}${at}.`, outer: { context, instance, env } };
  }

  private structure(module: ModuleDef): Structure {
    const known = this.structures.get(module);
    if (known !== undefined) return known;
    const made = structureOf(module);
    this.structures.set(module, made);
    return made;
  }

  private hop(element: Element): Hop {
    const { context, signal, home, path } = element;
    const def = context.module.signals[signal]!;
    const name = `${context.path}${def.name}${[...home, ...path].map((i) => `[${i}]`).join('')}`;
    const place = def.kind === 'input' ? context.outer?.instance.place : this.matching(element)[0]?.driver.place;
    return { name, place };
  }
}

const keyOf = ({ context, signal, home, path }: Element): string =>
  `${context.path}${signal}:${home.join(',')}:${path.join(',')}`;

/** Parameter and index values of every iteration in which the wrapped item exists. */
function* iterations(wrappers: readonly Wrapper[], env: NatEnv): Generator<NatEnv> {
  const [outer, ...inner] = wrappers;
  if (outer === undefined) {
    yield env;
  } else if (outer.kind === 'if') {
    if (conditionHolds(outer.condition, env) === outer.taken) yield* iterations(inner, env);
  } else {
    for (let i = 0, n = evalNat(outer.count, env); i < n; i++) yield* iterations(inner, { ...env, [outer.index]: i });
  }
}

function structureOf(module: ModuleDef): Structure {
  const home = new Map<SignalId, readonly string[]>();
  const drivers = new Map<SignalId, Driver[]>();
  const add = (signal: SignalId, driver: Driver): void => {
    const list = drivers.get(signal);
    if (list === undefined) drivers.set(signal, [driver]);
    else list.push(driver);
  };
  const stmts = (body: readonly Stmt[], wrappers: readonly Wrapper[], conditions: readonly Expr[]): void => {
    for (const stmt of body) {
      if (stmt.stmt === 'set') {
        const { target, value, place } = stmt;
        add(target.signal, { wrappers, path: target.path, place, source: { value, conditions } });
      } else if (stmt.stmt === 'if') {
        stmts(stmt.then, wrappers, [...conditions, stmt.cond]);
        stmts(stmt.else, wrappers, [...conditions, stmt.cond]);
      } else if (stmt.stmt === 'switch') {
        const around = [...conditions, stmt.subject];
        for (const { body: inner } of stmt.cases) stmts(inner, wrappers, around);
        stmts(stmt.default ?? [], wrappers, around);
      }
    }
  };
  const visit = (item: Item, wrappers: readonly Wrapper[]): void => {
    const each = (items: readonly Item[], wrapper: Wrapper): void => {
      for (const inner of items) visit(inner, [...wrappers, wrapper]);
    };
    switch (item.item) {
      case 'declare':
        home.set(
          item.signal,
          wrappers.flatMap((wrapper) => (wrapper.kind === 'for' ? [wrapper.index] : [])),
        );
        return;
      case 'assign': {
        const { target, value, place } = item;
        return add(target.signal, { wrappers, path: target.path, place, source: { value, conditions: [] } });
      }
      case 'process':
        return stmts(item.body, wrappers, []);
      case 'instance':
        for (const [port, binding] of Object.entries(item.bindings)) {
          if (binding.dir !== 'output') continue;
          const { signal, path } = binding.target;
          add(signal, { wrappers, path, place: item.place, source: { instance: item, port } });
        }
        return;
      case 'for':
        return each(item.items, { kind: 'for', index: item.index, count: item.count });
      case 'if':
        each(item.then, { kind: 'if', condition: item.condition, taken: true });
        return each(item.else, { kind: 'if', condition: item.condition, taken: false });
      default:
    }
  };
  for (const item of module.items) visit(item, []);
  return { home, drivers };
}
