/** Which clocks and resets a module needs: its registers and memory writes, and those of everything it instantiates. */
import { type Design, type Domain, forEachStmt, type Item, type ModuleDef } from '../circuit/index.js';

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
    const outer = parentDomain(domain, child, parent);
    return [
      ...(clock ? [{ port: domain.clock, signal: outer.clock }] : []),
      ...(reset ? [{ port: domain.reset, signal: outer.reset }] : []),
    ].filter(({ port }) => !(port in instance.bindings));
  });
}

/** The parent's domain of the same clock name, else of the same position, else one that it gains under the child's name. */
function parentDomain(domain: Domain, child: ModuleDef, parent: ModuleDef): Domain {
  const sameName = parent.domains.find((each) => each.clock === domain.clock);
  return sameName ?? parent.domains[child.domains.indexOf(domain)] ?? domain;
}

function findUses(def: ModuleDef, design: Design): DomainUse[] {
  const uses = new Map(def.domains.map((domain) => [domain.clock, { domain, clock: false, reset: false }]));
  const use = (domain: Domain | undefined, clock: boolean, reset: boolean) => {
    if (domain === undefined) return;
    const entry = uses.get(domain.clock) ?? { domain, clock: false, reset: false };
    uses.set(domain.clock, { domain, clock: entry.clock || clock, reset: entry.reset || reset });
  };
  const visit = (items: readonly Item[]): void => {
    for (const item of items) {
      if (item.item === 'for') visit(item.items);
      else if (item.item === 'if') visit([...item.then, ...item.else]);
      else if (item.item === 'instance') {
        const child = design.modules[item.module];
        if (child === undefined) throw new Error(`design has no module '${item.module}'`);
        for (const inner of domainUses(child, design)) {
          const clock = inner.clock && !(inner.domain.clock in item.bindings);
          const reset = inner.reset && !(inner.domain.reset in item.bindings);
          use(parentDomain(inner.domain, child, def), clock, reset);
        }
      } else if (item.item === 'process') {
        forEachStmt(item.body, (stmt) => {
          const id = stmt.stmt === 'write' ? stmt.memory : stmt.stmt === 'next' ? stmt.target.signal : undefined;
          const signal = id === undefined ? undefined : def.signals[id];
          if (signal?.kind === 'memory') use(def.domains[signal.domain], true, false);
          if (signal?.kind === 'reg') use(def.domains[signal.domain], true, signal.reset !== undefined);
        });
      }
    }
  };
  visit(def.items);
  return [...uses.values()].filter((each) => each.clock || each.reset);
}
