/** Clock domains as the author declares them. */
import type { Domain, ModuleDef } from '../circuit/index.js';
import { kitError, placeOf } from './errors.js';

/** Names of clock and reset (active low) in the text, by default `<key>_clk` and `<key>_resetn`. */
export interface DomainSpec {
  readonly clock?: string;
  readonly reset?: string;
  /** Reset takes effect at once, not at an edge. */
  readonly asynchronousReset?: boolean;
}

/** Domains beside `main`, which every module has as `aclk` and `aresetn`; an entry `main` gives it other names. */
export type DomainSpecs = Readonly<Record<string, DomainSpec>>;

/** Names that `D` makes known in a module. */
export type DomainName<D extends DomainSpecs> = 'main' | (keyof D & string);

export interface NamedDomain extends Domain {
  readonly key: string;
}

/** The domains of a module, `main` first. */
export function domainsOf(specs: DomainSpecs): readonly NamedDomain[] {
  const { main = {}, ...others } = specs;
  return [
    { key: 'main', ...named(main, 'aclk', 'aresetn') },
    ...Object.entries(others).map(([key, spec]) => ({ key, ...named(spec, `${key}_clk`, `${key}_resetn`) })),
  ];
}

const named = ({ clock, reset, asynchronousReset = false }: DomainSpec, clk: string, rst: string): Domain => ({
  clock: clock ?? clk,
  reset: reset ?? rst,
  asynchronousReset,
});

/** Position of a domain by its name; H1021 where the module has no such domain. */
export function domainIndex(module: string, domains: readonly NamedDomain[], name: string): number {
  const index = domains.findIndex(({ key }) => key === name);
  if (index >= 0) return index;
  const known = domains.map(({ key }) => key).join(', ');
  throw kitError('H1021', `module '${module}' has no clock domain '${name}'`, `its domains: ${known}`);
}

/**
 * Clock of `module` by clock of its instance `name` of `child`: as `given` (domain by clock), else an instance of one clock
 * runs with the current domain, and one of several finds its clocks by name. Undefined where every clock has its own name.
 */
export function instanceDomains(
  module: string,
  domains: readonly NamedDomain[],
  current: number,
  name: string,
  child: ModuleDef,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const here = domains[current]!.clock;
  const clocks = child.domains.map(({ clock }, k) => {
    const stated = given[clock];
    if (stated !== undefined) return [clock, domains[domainIndex(module, domains, stated)]!.clock] as const;
    if (child.domains.length === 1) return [clock, here] as const;
    if (domains.some((each) => each.clock === clock)) return [clock, clock] as const;
    if (k === 0) return [clock, here] as const;
    const known = domains.map((each) => each.clock).join(', ');
    throw kitError(
      'H1021',
      `instance '${name}': module '${child.name}' needs a clock '${clock}', which '${module}' lacks`,
      `there are ${known}; say which one with { domains: { ... } } as the last argument of b.instance`,
      [placeOf(child.place, `module '${child.name}'`)],
    );
  });
  return clocks.every(([inner, outer]) => inner === outer) ? undefined : Object.fromEntries(clocks);
}
