/** Which clocks and resets a module needs: its registers and memory writes, and those of everything it instantiates. */
import {
  type Design,
  type Domain,
  forEachStmt,
  type Item,
  type ModuleDef,
  type NatCondition,
  type NatEnv,
  parentDomain,
} from '../circuit/index.js';
import { holds, legalSettings } from './settings.js';

/** A domain with the ports of it that exist. */
export interface DomainUse {
  readonly domain: Domain;
  readonly clock: boolean;
  readonly reset: boolean;
}

type Instance = Extract<Item, { item: 'instance' }>;

const cache = new WeakMap<Design, Map<string, readonly DomainUse[]>>();

/** Domains of `def` that something uses, in order of declaration; those that only instances bring come last. */
export function domainUses(def: ModuleDef, design: Design): readonly DomainUse[] {
  let known = cache.get(design);
  if (known === undefined) cache.set(design, (known = new Map<string, readonly DomainUse[]>()));
  const before = design.modules[def.name] === def ? known.get(def.name) : undefined;
  const uses = before ?? findUses(def, design);
  if (design.modules[def.name] === def) known.set(def.name, uses);
  return uses;
}

/** True where the text of `def` has a clock port. */
export function usesClock(def: ModuleDef, design: Design): boolean {
  return domainUses(def, design).some((use) => use.clock);
}

/** True where the text of `def` has a reset port. */
export function usesReset(def: ModuleDef, design: Design): boolean {
  return domainUses(def, design).some((use) => use.reset);
}

/** Clock and reset connections of an instance: name of the child's port and of the parent's signal. */
export function clockConnections(
  instance: Instance,
  parent: ModuleDef,
  design: Design,
): readonly { readonly port: string; readonly signal: string }[] {
  const child = design.modules[instance.module];
  if (child === undefined) throw new Error(`design has no module '${instance.module}'`);
  return domainUses(child, design).flatMap(({ domain, clock, reset }) => {
    const outer = parentDomain(instance, domain, child, parent);
    return [
      ...(clock ? [{ port: domain.clock, signal: outer.clock }] : []),
      ...(reset ? [{ port: domain.reset, signal: outer.reset }] : []),
    ].filter(({ port }) => !(port in instance.bindings));
  });
}

type Uses = Map<string, DomainUse>;

function findUses(def: ModuleDef, design: Design): DomainUse[] {
  if (def.external !== undefined) return def.domains.map((domain) => ({ domain, clock: true, reset: false }));
  const uses = usesOf(def.items, def, design, 'some');
  const declared = def.domains.flatMap(({ clock }) => uses.get(clock) ?? []);
  return [...declared, ...[...uses.values()].filter((use) => !declared.includes(use))];
}

/** Clocks and resets that have a port and that nothing reads at some parameter values. */
export function idleClocks(def: ModuleDef, design: Design): string[] {
  const settings = legalSettings(def);
  const uses = (settings.length === 0 ? [{}] : settings).map((env) => usesOf(def.items, def, design, env));
  const idle = (domain: Domain, port: 'clock' | 'reset') =>
    uses.some((each) => each.get(domain.clock)?.[port] !== true);
  return domainUses(def, design).flatMap(({ domain, clock, reset }) => [
    ...(clock && idle(domain, 'clock') ? [domain.clock] : []),
    ...(reset && idle(domain, 'reset') ? [domain.reset] : []),
  ]);
}

/** Uses of some branch of every generate condition, or of the branch taken at given values (of both where a loop decides). */
function usesOf(items: readonly Item[], def: ModuleDef, design: Design, branches: 'some' | NatEnv): Uses {
  const uses: Uses = new Map();
  const use = ({ domain, clock, reset }: DomainUse) => {
    const known = uses.get(domain.clock);
    uses.set(domain.clock, {
      domain,
      clock: clock || known?.clock === true,
      reset: reset || known?.reset === true,
    });
  };
  for (const item of items) {
    if (item.item === 'for') for (const each of usesOf(item.items, def, design, branches).values()) use(each);
    else if (item.item === 'if') {
      const then = usesOf(item.then, def, design, branches);
      const otherwise = usesOf(item.else, def, design, branches);
      const taken = branches === 'some' ? undefined : decided(item.condition, branches);
      if (branches === 'some') for (const each of [...then.values(), ...otherwise.values()]) use(each);
      else if (taken === undefined) for (const each of common(then, otherwise)) use(each);
      else for (const each of (taken ? then : otherwise).values()) use(each);
    } else if (item.item === 'instance') {
      const child = design.modules[item.module];
      if (child === undefined) throw new Error(`design has no module '${item.module}'`);
      for (const inner of domainUses(child, design)) {
        const clock = inner.clock && !(inner.domain.clock in item.bindings);
        const reset = inner.reset && !(inner.domain.reset in item.bindings);
        if (clock || reset) use({ domain: parentDomain(item, inner.domain, child, def), clock, reset });
      }
    } else if (item.item === 'process') {
      forEachStmt(item.body, (stmt) => {
        const id = stmt.stmt === 'write' ? stmt.memory : stmt.stmt === 'next' ? stmt.target.signal : undefined;
        const signal = id === undefined ? undefined : def.signals[id];
        if (signal?.kind !== 'memory' && signal?.kind !== 'reg') return;
        const domain = def.domains[signal.domain];
        if (domain === undefined) throw new Error(`'${signal.name}' is in no clock domain`);
        use({ domain, clock: true, reset: signal.kind === 'reg' && signal.reset !== undefined });
      });
    }
  }
  return uses;
}

/** Whether a condition holds, or undefined where it depends on the index of a loop. */
function decided(condition: NatCondition, env: NatEnv): boolean | undefined {
  try {
    return holds(condition, env);
  } catch {
    return undefined;
  }
}

function common(a: Uses, b: Uses): DomainUse[] {
  return [...a].flatMap(([name, { domain, clock, reset }]) => {
    const other = b.get(name);
    return other === undefined ? [] : [{ domain, clock: clock && other.clock, reset: reset && other.reset }];
  });
}
