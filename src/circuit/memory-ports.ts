/**
 * Memories that several write statements may write in one cycle: without a stated policy nobody knows which word stays.
 * Statements in different branches of one decision never run together and count once.
 */
import type { SignalId } from './expr.js';
import type { Item, ModuleDef, SourcePlace, Stmt } from './module.js';

type Write = Extract<Stmt, { stmt: 'write' }>;

export interface WriteClash {
  readonly memory: SignalId;
  readonly places: readonly (SourcePlace | undefined)[];
  /** One statement in a generate loop inside which the memory is not declared. */
  readonly loop?: string;
}

/** Memories without a policy that two statements, or two iterations of one, may write in one cycle. */
export function writeClashes(module: ModuleDef): readonly WriteClash[] {
  const home = new Map<SignalId, readonly string[]>();
  const found = new Map<SignalId, WriteClash>();
  const before = new Map<SignalId, Write>();
  const report = (clash: WriteClash): void => {
    const signal = module.signals[clash.memory];
    const silent = signal?.kind === 'memory' && signal.collision === undefined;
    if (silent && !found.has(clash.memory)) found.set(clash.memory, clash);
  };
  const visit = (items: readonly Item[], labels: readonly string[]): void => {
    for (const item of items) {
      if (item.item === 'declare') home.set(item.signal, labels);
      else if (item.item === 'for') visit(item.items, [...labels, item.label]);
      else if (item.item === 'if') {
        // At most one of the two branches exists.
        const start = new Map(before);
        visit(item.then, labels);
        const then = new Map(before);
        before.clear();
        start.forEach((write, id) => before.set(id, write));
        visit(item.else, labels);
        then.forEach((write, id) => before.set(id, write));
      } else if (item.item === 'process') {
        for (const [memory, writes] of concurrent(item.body)) {
          const inner = labels[(home.get(memory) ?? []).length];
          const [first, second] = [before.get(memory) ?? writes[0], before.has(memory) ? writes[0] : writes[1]];
          if (first !== undefined && second !== undefined) report({ memory, places: [first.place, second.place] });
          else if (inner !== undefined) report({ memory, places: [writes[0]?.place], loop: inner });
          if (writes[0] !== undefined) before.set(memory, writes[0]);
        }
      }
    }
  };
  visit(module.items, []);
  return [...found.values()];
}

/** By memory, statements of which all may run in one cycle: the longer branch of every decision. */
function concurrent(body: readonly Stmt[]): ReadonlyMap<SignalId, readonly Write[]> {
  const together = new Map<SignalId, Write[]>();
  const add = (more: ReadonlyMap<SignalId, readonly Write[]>): void => {
    for (const [id, writes] of more) together.set(id, [...(together.get(id) ?? []), ...writes]);
  };
  for (const stmt of body) {
    if (stmt.stmt === 'write') add(new Map([[stmt.memory, [stmt]]]));
    else if (stmt.stmt === 'if') add(longest([stmt.then, stmt.else]));
    else if (stmt.stmt === 'switch') add(longest([...stmt.cases.map((each) => each.body), stmt.default ?? []]));
  }
  return together;
}

function longest(branches: readonly (readonly Stmt[])[]): ReadonlyMap<SignalId, readonly Write[]> {
  const most = new Map<SignalId, readonly Write[]>();
  for (const branch of branches) {
    for (const [id, writes] of concurrent(branch)) {
      if (writes.length > (most.get(id)?.length ?? 0)) most.set(id, writes);
    }
  }
  return most;
}
