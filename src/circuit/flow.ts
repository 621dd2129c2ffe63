/**
 * Who reads whom: one entry per driver of a signal with every signal its value depends on, whole signals only. Instances
 * take part by the summary of their module: which outputs follow which inputs without a register in between.
 */
import type { Expr, SignalId } from './expr.js';
import type { Item, ModuleDef, SourcePlace, Stmt } from './module.js';
import { allItems, expressionsOf, forEachRead } from './walk.js';

export type Modules = Readonly<Record<string, ModuleDef>>;
export type Instance = Extract<Item, { item: 'instance' }>;

/** A driver: `target` takes a value made of `reads`, at once or (registers, memories) at a clock edge. */
export interface Drive {
  readonly target: SignalId;
  readonly reads: readonly SignalId[];
  readonly place: SourcePlace | undefined;
  /** The instance whose output this is. */
  readonly instance?: Instance;
}

export interface Flow {
  readonly drives: readonly Drive[];
  readonly instances: readonly Instance[];
}

/** All drivers of a module, those of both branches of a generate condition among them. */
export function flowOf(module: ModuleDef, modules: Modules): Flow {
  const drives: Drive[] = [];
  const instances: Instance[] = [];
  const collect = collector(module.signals.length);
  const stmts = (body: readonly Stmt[], around: readonly Expr[]): void => {
    for (const stmt of body) {
      const { place } = stmt;
      switch (stmt.stmt) {
        case 'next':
        case 'set':
          drives.push({ target: stmt.target.signal, reads: collect([stmt.value, ...around]), place });
          break;
        case 'write':
          drives.push({ target: stmt.memory, reads: collect([...expressionsOf(stmt), ...around]), place });
          break;
        case 'if':
          stmts(stmt.then, [...around, stmt.cond]);
          stmts(stmt.else, [...around, stmt.cond]);
          break;
        case 'switch':
          for (const { body: inner } of stmt.cases) stmts(inner, [...around, stmt.subject]);
          stmts(stmt.default ?? [], [...around, stmt.subject]);
      }
    }
  };
  const visit = (item: Item): void => {
    switch (item.item) {
      case 'assign':
        drives.push({ target: item.target.signal, reads: collect([item.value]), place: item.place });
        return;
      case 'process':
        return stmts(item.body, []);
      case 'instance': {
        instances.push(item);
        const child = modules[item.module];
        for (const [port, binding] of Object.entries(item.bindings)) {
          if (binding.dir !== 'output') continue;
          const inputs = child === undefined ? [] : (combinationalInputs(child, modules).get(port) ?? []);
          const reads = collect(inputs.flatMap((name) => boundInput(item, name) ?? []));
          drives.push({ target: binding.target.signal, reads, place: item.place, instance: item });
        }
        return;
      }
      default:
    }
  };
  allItems(module.items).forEach(visit);
  return { drives, instances };
}

/** The expression that an input of an instance is tied to. */
export function boundInput(instance: Instance, port: string): Expr | undefined {
  const binding = instance.bindings[port];
  return binding?.dir === 'input' ? binding.value : undefined;
}

/** Gathers the signals that expressions read, each once. */
function collector(count: number): (exprs: readonly Expr[]) => SignalId[] {
  const stamp = new Int32Array(count);
  let round = 0;
  return (exprs) => {
    round++;
    const found: SignalId[] = [];
    for (const expr of exprs) {
      forEachRead(expr, (id) => {
        if (stamp[id] === round) return;
        stamp[id] = round;
        found.push(id);
      });
    }
    return found;
  };
}

/** A module is immutable, and so is what follows from it. */
const summaries = new WeakMap<ModuleDef, ReadonlyMap<string, readonly string[]>>();

/** By output port, the input ports that it follows combinationally. */
export function combinationalInputs(module: ModuleDef, modules: Modules): ReadonlyMap<string, readonly string[]> {
  if (module.external !== undefined) return new Map(Object.entries(module.external.paths));
  const known = summaries.get(module);
  if (known !== undefined) return known;
  const sources = sourcesBySignal(module, flowOf(module, modules));
  const summary = new Map<string, readonly string[]>();
  module.signals.forEach((signal, id) => {
    if (signal.kind !== 'output') return;
    const reached = reachable(id, sources).filter((source) => module.signals[source]?.kind === 'input');
    summary.set(
      signal.name,
      reached.map((source) => module.signals[source]!.name),
    );
  });
  summaries.set(module, summary);
  return summary;
}

/** What each wire and output reads; nothing for inputs and for what changes at an edge. */
export function sourcesBySignal(module: ModuleDef, flow: Flow): readonly (readonly SignalId[])[] {
  const sources: SignalId[][] = module.signals.map(() => []);
  for (const { target, reads } of flow.drives) {
    const { kind } = module.signals[target]!;
    if (kind === 'wire' || kind === 'output') for (const id of reads) sources[target]!.push(id);
  }
  return sources;
}

function reachable(from: SignalId, sources: readonly (readonly SignalId[])[]): SignalId[] {
  const seen = new Set([from]);
  for (const id of seen) for (const source of sources[id] ?? []) seen.add(source);
  return [...seen];
}
