/**
 * Hardening: a design at given parameter values as a design without parameters. Every width, count and bound becomes a
 * literal, every child a module of its own for the values it is given; loops and names stay, so that texts compare.
 */
import type { SignalId } from './expr.js';
import type { Design, Item, ModuleDef, NatCondition, Signal } from './module.js';
import { evalNat, lit, type Nat, type NatEnv } from './nat.js';
import { natText } from './nat-text.js';
import { allItems } from './walk.js';

const natOps: ReadonlySet<string> = new Set([
  ...['lit', 'param', 'local', 'index', 'clog2'],
  ...['add', 'sub', 'mul', 'div', 'mod', 'ceilDiv', 'max', 'min'],
]);

/** `design` with its top at `values` (the others keep their defaults); images stay parameters: they are contents. */
export function hardenDesign(design: Design, values: NatEnv = {}): Design {
  const modules: Record<string, ModuleDef> = {};
  const names = new Map<string, string>();
  const harden = (name: string, given: NatEnv): string => {
    const def = design.modules[name];
    if (def === undefined) throw new Error(`design has no module '${name}'`);
    if (def.external !== undefined) {
      modules[name] = def;
      return name;
    }
    const env = environment(def, given);
    const key = JSON.stringify([name, env]);
    const known = names.get(key);
    if (known !== undefined) return known;
    const hard = freshName([name, ...Object.entries(env).flat(), 'hard'].join('_'), modules);
    names.set(key, hard);
    // Entered before its children: their names must differ from it.
    modules[hard] = def;
    modules[hard] = hardModule(def, hard, env, (item) => harden(item.module, actualsOf(item, env)), outside);
    return hard;
  };
  const outside = (module: string): boolean => design.modules[module]?.external !== undefined;
  const top = harden(design.top, values);
  return { top, modules };
}

type Instance = Extract<Item, { item: 'instance' }>;

function freshName(base: string, taken: Readonly<Record<string, unknown>>): string {
  let name = base;
  for (let n = 2; name in taken; n++) name = `${base}_${n}`;
  return name;
}

/** Values of all number parameters, checked against ranges and requirements. */
function environment(def: ModuleDef, given: NatEnv): NatEnv {
  const env: Record<string, number> = {};
  for (const param of def.params) {
    if (param.kind !== 'nat') continue;
    const value = given[param.name] ?? param.default;
    if (value < param.min || (param.max !== undefined && value > param.max)) {
      throw new RangeError(`${def.name}: ${param.name} = ${value} is out of range`);
    }
    env[param.name] = value;
  }
  for (const { condition, reason } of def.requires) {
    if (!conditionHolds(condition, env)) throw new RangeError(`${def.name}: ${JSON.stringify(env)}: ${reason}`);
  }
  return env;
}

const relations: Readonly<Record<NatCondition['rel'], (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
/** Whether a condition holds where parameters and indices have the values of `env`. */
export const conditionHolds = ({ rel, a, b }: NatCondition, env: NatEnv): boolean =>
  relations[rel](evalNat(a, env), evalNat(b, env));

/** Numbers that an instance gives its child; images are passed on as they are. */
function actualsOf({ name, actuals }: Instance, env: NatEnv): NatEnv {
  const numbers: Record<string, number> = {};
  for (const [param, actual] of Object.entries(actuals)) {
    if (actual.op === 'image' || actual.op === 'imageParam') continue;
    const value = fold(actual, env);
    if (value.op !== 'lit') throw new Error(`${name}: ${param} = ${natText(actual)} differs between copies`);
    numbers[param] = value.value;
  }
  return numbers;
}

function hardModule(
  def: ModuleDef,
  name: string,
  env: NatEnv,
  child: (item: Instance) => string,
  outside: (module: string) => boolean,
): ModuleDef {
  const instances = (items: readonly Item[]): Item[] =>
    items.map((item) => {
      switch (item.item) {
        case 'instance': {
          // An external module keeps its parameters: nobody can write another one.
          const soft = outside(item.module);
          const kept = Object.entries(item.actuals).filter(
            ([, a]) => soft || a.op === 'image' || a.op === 'imageParam',
          );
          return { ...item, module: child(item), actuals: Object.fromEntries(kept) };
        }
        case 'for':
          return { ...item, items: instances(item.items) };
        case 'if': {
          const { rel, a, b } = foldAll(item.condition, env);
          const taken = a.op === 'lit' && b.op === 'lit' ? conditionHolds({ rel, a, b }, env) : undefined;
          // Behind a condition that never holds, children may have parameters that they reject.
          const branch = (body: readonly Item[], dropped: boolean): Item[] => (dropped ? [] : instances(body));
          return { ...item, then: branch(item.then, taken === false), else: branch(item.else, taken === true) };
        }
        default:
          return item;
      }
    });
  const items = instances(def.items);
  const kept = declarations(items);
  const gone = new Set([...declarations(def.items)].filter((id) => !kept.has(id)));
  return {
    ...def,
    name,
    params: def.params.filter(({ kind }) => kind === 'image'),
    localParams: [],
    requires: [],
    signals: def.signals.map((signal, id) => (gone.has(id) ? unused(signal) : foldAll(signal, env))),
    items: foldAll(items, env),
  };
}

/** Signals keep their numbers: one whose block is gone stays as a bit that nothing declares. */
const unused = ({ name }: Signal): Signal => ({ kind: 'wire', name, type: { kind: 'bool' } });

function declarations(items: readonly Item[]): ReadonlySet<SignalId> {
  return new Set(allItems(items).flatMap((item) => (item.item === 'declare' ? [item.signal] : [])));
}

/** `data` with every `Nat` in it folded. Expressions and items share no `op` with numbers, so the `op` tells. */
function foldAll<T>(data: T, env: NatEnv): T {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    if ('op' in value && natOps.has(value.op as string)) return fold(value as Nat, env);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each)]));
  };
  return visit(data) as T;
}

/** A literal, or an expression of loop indices and literals. */
function fold(nat: Nat, env: NatEnv): Nat {
  switch (nat.op) {
    case 'lit':
    case 'index':
      return nat;
    case 'param':
      return lit(evalNat(nat, env));
    case 'local':
      return fold(nat.value, env);
    case 'clog2': {
      const a = fold(nat.a, env);
      return a.op === 'lit' ? lit(evalNat({ op: 'clog2', a }, env)) : { op: 'clog2', a };
    }
    default: {
      const folded: Nat = { op: nat.op, a: fold(nat.a, env), b: fold(nat.b, env) };
      return folded.a.op === 'lit' && folded.b.op === 'lit' ? lit(evalNat(folded, env)) : folded;
    }
  }
}
