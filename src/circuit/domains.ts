/**
 * Clock domains: which clocks a signal's value comes from, through instances too, and where one domain takes a value of
 * another without a crossing that is declared as such.
 */
import { boundInput, type Drive, type Flow, flowOf, type Instance, type Modules } from './flow.js';
import type { SignalId } from './expr.js';
import type { Domain, ModuleDef, Signal, SourcePlace } from './module.js';
import { forEachRead } from './walk.js';

/** The parent's domain for one of an instance's: as stated, else of the same clock name, else of the same position. */
export function parentDomain(instance: Instance, domain: Domain, child: ModuleDef, parent: ModuleDef): Domain {
  const wanted = instance.domains?.[domain.clock] ?? domain.clock;
  const named = parent.domains.find((each) => each.clock === wanted);
  return named ?? parent.domains[child.domains.indexOf(domain)] ?? domain;
}

/** A set of domains: bit d for domain d, the top bit for values of no clock of the module. */
type Mask = number;
const ASYNCHRONOUS = 30;
const bit = (domain: number | 'asynchronous'): Mask => 1 << (domain === 'asynchronous' ? ASYNCHRONOUS : domain);
const bits = (mask: Mask): number[] => Array.from({ length: 31 }, (_, d) => d).filter((d) => (mask >> d) & 1);

/** What a parent has to know of a module. */
interface Summary {
  /** By output: domains of the registers behind it. */
  readonly outputs: ReadonlyMap<string, Mask>;
  /** By input: domains whose registers take it. */
  readonly inputs: ReadonlyMap<string, Mask>;
}

/** A value of `from` used at the edge of `to` (or leaving through a port of it). */
export interface UndeclaredCrossing {
  /** The register, memory, output or instance port that takes the value. */
  readonly taker: string;
  readonly to: string;
  readonly place: SourcePlace | undefined;
  /** Where the value comes from. */
  readonly origin: Signal;
  readonly from: string;
}

const summaries = new WeakMap<ModuleDef, Summary>();

/** All places of a module where a domain takes a value of another one, at most one for each taker and origin. */
export function undeclaredCrossings(module: ModuleDef, modules: Modules): readonly UndeclaredCrossing[] {
  const asynchronous = module.signals.some((s) => s.kind === 'input' && s.domain === 'asynchronous');
  if (module.domains.length < 2 && !asynchronous) return [];
  const flow = flowOf(module, modules);
  const masks = reach(module, modules, flow, (signal) => bit(portDomain(signal)));
  const found: UndeclaredCrossing[] = [];
  const seen = new Set<string>();
  const check = (taker: string, to: number, reads: readonly SignalId[], place: SourcePlace | undefined): void => {
    for (const read of reads) {
      for (const from of bits((masks[read] ?? 0) & ~bit(to))) {
        const origin = module.signals[originOf(module, flow, masks, read, from)]!;
        const key = `${taker} ${origin.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        found.push({ taker, to: nameOf(module, to), place, origin, from: nameOf(module, from) });
      }
    }
  };
  for (const { target, reads, place } of flow.drives) {
    const signal = module.signals[target]!;
    if (signal.kind === 'reg' || signal.kind === 'memory') check(`'${signal.name}'`, signal.domain, reads, place);
    else if (signal.kind === 'output' && signal.domain !== 'asynchronous')
      check(`output '${signal.name}'`, signal.domain ?? 0, [target], place);
  }
  for (const instance of flow.instances) {
    const child = modules[instance.module];
    if (child === undefined) continue;
    for (const [port, mask] of summaryOf(child, modules).inputs) {
      const value = boundInput(instance, port);
      if (value === undefined || child.signals.find((s) => s.name === port && isAsynchronous(s))) continue;
      const reads: SignalId[] = [];
      forEachRead(value, (id) => reads.push(id));
      for (const domain of bits(mask)) {
        const to = outerDomain(instance, domain, child, module);
        check(`port '${instance.name}.${port}'`, to, reads, instance.place);
      }
    }
  }
  return found;
}

const isAsynchronous = (signal: Signal): boolean => 'domain' in signal && signal.domain === 'asynchronous';
const portDomain = (signal: Signal): number | 'asynchronous' =>
  (signal.kind === 'input' || signal.kind === 'output' ? signal.domain : undefined) ?? 0;
const nameOf = (module: ModuleDef, domain: number): string =>
  domain === ASYNCHRONOUS ? 'no clock' : (module.domains[domain]?.clock ?? 'no clock');

/** Position of the parent's domain; a child's domain that the parent lacks counts as no clock of it. */
function outerDomain(instance: Instance, domain: number, child: ModuleDef, parent: ModuleDef): number {
  const inner = child.domains[domain];
  if (inner === undefined) return ASYNCHRONOUS;
  const index = parent.domains.indexOf(parentDomain(instance, inner, child, parent));
  return index < 0 ? ASYNCHRONOUS : index;
}

/** The domains behind every signal, as a fixpoint over the drivers of wires. */
function reach(module: ModuleDef, modules: Modules, flow: Flow, input: (signal: Signal) => Mask): Int32Array {
  const masks = new Int32Array(module.signals.length);
  const readers: number[][] = module.signals.map(() => []);
  module.signals.forEach((signal, id) => {
    if (signal.kind === 'input') masks[id] = input(signal);
    else if (signal.kind === 'reg' || signal.kind === 'memory') masks[id] = bit(signal.domain);
    else if (signal.kind === 'wire' && signal.crossing !== undefined) masks[id] = bit(signal.crossing.domain);
  });
  const drives = flow.drives.filter(({ target }) => {
    const signal = module.signals[target]!;
    return signal.kind === 'output' || (signal.kind === 'wire' && signal.crossing === undefined);
  });
  drives.forEach((drive, n) => drive.reads.forEach((id) => readers[id]!.push(n)));
  const own = drives.map((drive) => instanceMask(module, modules, drive));
  const queue = drives.map((_, n) => n);
  for (const n of queue) {
    const { target, reads } = drives[n]!;
    const mask = reads.reduce((sum, id) => sum | masks[id]!, own[n]! | masks[target]!);
    if (mask === masks[target]) continue;
    masks[target] = mask;
    queue.push(...readers[target]!);
  }
  return masks;
}

/** Domains of the registers inside an instance that one of its outputs comes from. */
function instanceMask(module: ModuleDef, modules: Modules, { target, instance }: Drive): Mask {
  const child = instance && modules[instance.module];
  if (child === undefined) return 0;
  let mask = 0;
  for (const [port, binding] of Object.entries(instance!.bindings)) {
    if (binding.dir !== 'output' || binding.target.signal !== target) continue;
    for (const domain of bits(summaryOf(child, modules).outputs.get(port) ?? 0))
      mask |= bit(outerDomain(instance!, domain, child, module));
  }
  return mask;
}

function summaryOf(module: ModuleDef, modules: Modules): Summary {
  const known = summaries.get(module);
  if (known !== undefined) return known;
  if (module.external !== undefined) return externalSummary(module);
  const flow = flowOf(module, modules);
  const masks = reach(module, modules, flow, () => 0);
  const outputs = new Map<string, Mask>();
  module.signals.forEach((signal, id) => {
    if (signal.kind === 'output') outputs.set(signal.name, masks[id]!);
  });
  const summary = { outputs, inputs: takers(module, modules, flow) };
  summaries.set(module, summary);
  return summary;
}

/** An external module with a clock holds state behind every port. */
function externalSummary(module: ModuleDef): Summary {
  const mask = module.external?.clocked === true ? bit(0) : 0;
  const ports = (kind: Signal['kind']) =>
    new Map(module.signals.flatMap((signal) => (signal.kind === kind ? [[signal.name, mask] as const] : [])));
  return { inputs: ports('input'), outputs: ports('output') };
}

/** By input port, the domains whose registers and memories take its value. */
function takers(module: ModuleDef, modules: Modules, flow: Flow): ReadonlyMap<string, Mask> {
  const taken = new Int32Array(module.signals.length);
  const feeds: SignalId[][] = module.signals.map(() => []);
  const note = (id: SignalId, mask: Mask): void => {
    taken[id] = taken[id]! | mask;
  };
  for (const { target, reads } of flow.drives) {
    const signal = module.signals[target]!;
    if (signal.kind === 'reg' || signal.kind === 'memory') reads.forEach((id) => note(id, bit(signal.domain)));
    else if (signal.kind === 'wire' && signal.crossing !== undefined) continue;
    else feeds[target]!.push(...reads);
  }
  for (const instance of flow.instances) {
    const child = modules[instance.module];
    if (child === undefined) continue;
    for (const [port, mask] of summaryOf(child, modules).inputs) {
      const value = boundInput(instance, port);
      if (value === undefined) continue;
      const outer = bits(mask).reduce((sum, d) => sum | bit(outerDomain(instance, d, child, module)), 0);
      forEachRead(value, (id) => note(id, outer));
    }
  }
  const queue = module.signals.map((_, id) => id).filter((id) => taken[id] !== 0);
  for (const id of queue) {
    for (const source of feeds[id]!) {
      const mask = taken[source]! | taken[id]!;
      if (mask === taken[source]) continue;
      taken[source] = mask;
      queue.push(source);
    }
  }
  return new Map(
    module.signals.flatMap((signal, id) => (signal.kind === 'input' ? [[signal.name, taken[id]!] as const] : [])),
  );
}

/** A signal that brings domain `from` into `read`: a register, a memory, an input or the output of an instance. */
function originOf(module: ModuleDef, flow: Flow, masks: Int32Array, read: SignalId, from: number): SignalId {
  const seen = new Set([read]);
  for (const id of seen) {
    const { kind } = module.signals[id]!;
    if (kind !== 'wire' && kind !== 'output') return id;
    const sources = flow.drives.filter(({ target }) => target === id).flatMap(({ reads }) => reads);
    const next = sources.filter((source) => (masks[source]! >> from) & 1);
    if (next.length === 0) return id;
    next.forEach((source) => seen.add(source));
  }
  return read;
}
