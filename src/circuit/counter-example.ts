/** A witness that an inequality between symbolic naturals does not hold: small legal values at which it fails. */
import { evalNat, type Nat, type NatEnv } from './nat.js';
import type { NatContext } from './nat-prove.js';
import type { Atom, Polynomial } from './nat-normal.js';
import { clog2Number, applyNat } from './nat.js';

const LIMIT = 20_000;

/** Values of the names in `nats` at which `fails` is true, within ranges and facts; undefined if none is found. */
export function counterExample(
  nats: readonly Nat[],
  context: NatContext,
  fails: (env: NatEnv) => boolean,
): NatEnv | undefined {
  const shown = new Set<string>();
  for (const nat of nats) namesOf(nat, shown);
  const used = new Set(shown);
  for (const fact of context.facts) factNames(fact, used);
  for (const name of [...used]) {
    const count = context.indexCount.get(name);
    if (count !== undefined) namesOf(count, used);
  }
  const params = [...used].filter((name) => !context.indexCount.has(name));
  const indices = [...used].filter((name) => context.indexCount.has(name));
  let tries = 0;
  const legal = (env: NatEnv): boolean => context.facts.every((fact) => value(fact, env) >= 0);
  const search = (k: number, env: NatEnv): NatEnv | undefined => {
    const name = params[k] ?? indices[k - params.length];
    if (tries > LIMIT) return undefined;
    if (name === undefined) {
      tries++;
      return legal(env) && fails(env) ? env : undefined;
    }
    for (const candidate of candidates(name, env, context)) {
      const found = search(k + 1, { ...env, [name]: candidate });
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = search(0, {});
  return found && Object.fromEntries([...shown].map((name) => [name, found[name] ?? 0]));
}

/** `W = 1, D = 3`, for messages. */
export const valuesText = (env: NatEnv): string =>
  Object.entries(env)
    .map(([name, number]) => `${name} = ${number}`)
    .join(', ');

function candidates(name: string, env: NatEnv, context: NatContext): readonly number[] {
  const count = context.indexCount.get(name);
  if (count !== undefined) {
    const n = evalNat(count, env);
    return n > 0 ? [...new Set([0, n - 1])] : [];
  }
  const least = context.minimum.get(name) ?? 0;
  const most = context.maximum.get(name) ?? Infinity;
  const wanted = [
    least,
    least + 1,
    least + 2,
    least + 3,
    least + 4,
    7,
    8,
    9,
    16,
    33,
    ...(most < Infinity ? [most] : []),
  ];
  return [...new Set(wanted)].filter((each) => each >= least && each <= most);
}

function namesOf(nat: Nat, into: Set<string>): void {
  if (nat.op === 'param' || nat.op === 'index') into.add(nat.name);
  else if (nat.op === 'local') namesOf(nat.value, into);
  else if ('a' in nat) {
    namesOf(nat.a, into);
    if ('b' in nat) namesOf(nat.b, into);
  }
}

function factNames(fact: Polynomial, into: Set<string>): void {
  const atom = (each: Atom): void => {
    if ('name' in each) into.add(each.name);
    else {
      factNames(each.a, into);
      if ('b' in each) factNames(each.b, into);
    }
  };
  for (const term of fact.values()) term.atoms.forEach(atom);
}

function value(p: Polynomial, env: NatEnv): number {
  let sum = 0;
  for (const { coefficient, atoms } of p.values()) {
    sum += atoms.reduce((product, atom) => product * atomValue(atom, env), coefficient);
  }
  return sum;
}

function atomValue(atom: Atom, env: NatEnv): number {
  if ('name' in atom) return env[atom.name] ?? 0;
  const a = value(atom.a, env);
  return atom.kind === 'clog2' ? clog2Number(a) : applyNat(atom.kind, a, value(atom.b, env));
}
