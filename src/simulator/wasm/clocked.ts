/**
 * The order of register updates and memory writes at the edge: whoever reads an old value goes before whoever
 * overwrites it. A register in a circle of such readers gets a shadow copy that is stored at the end.
 */
import { type ElaboratedCircuit, type MemoryWrite, type Tree, type Update, signalOf } from '../elaborated.js';
import { type Read, visitReads, visitTree } from '../walk.js';
import { type Distance, distance, mayMeet } from './depend.js';
import type { Prepared } from './prepare.js';

export type ClockedItem =
  | {
      readonly kind: 'update';
      readonly update: Update;
      /** Iterations run from last to first: the register shifts upwards. */
      readonly down: boolean;
      readonly shadow: boolean;
    }
  | { readonly kind: 'write'; readonly write: MemoryWrite };

interface Access {
  readonly target: number;
  readonly loops: readonly number[];
  readonly reads: readonly Read[];
}

export function orderClocked(circuit: ElaboratedCircuit, prepared: Prepared): ClockedItem[] {
  const updates = prepared.updates.map((u) => ({ u, ...ownDirection(circuit, u) }));
  const accesses: Access[] = [
    ...prepared.updates.map((u) => ({ target: u.target, loops: [...u.loops, ...u.inner], reads: readsOfTree(u.tree) })),
    ...prepared.writes.map((w) => ({ target: w.memory, loops: [...w.loops, ...w.inner], reads: readsOfWrite(w) })),
  ];
  const shadow = new Uint8Array(accesses.length);
  updates.forEach((x, k) => (shadow[k] = x.shadow ? 1 : 0));
  const after = mustPrecede(circuit, prepared, accesses);
  const order = depthFirst(after, shadow, updates.length);
  return order.map((n): ClockedItem => {
    const x = updates[n];
    const write = prepared.writes[n - updates.length];
    if (x !== undefined) return { kind: 'update', update: x.u, down: x.down, shadow: shadow[n] === 1 };
    if (write === undefined) throw new Error('no such item');
    return { kind: 'write', write };
  });
}

function readsOfTree(tree: Tree): Read[] {
  const reads: Read[] = [];
  visitTree(tree, (ex) => visitReads(ex, (r) => reads.push(r)));
  return reads;
}

function readsOfWrite(w: MemoryWrite): Read[] {
  const reads: Read[] = [];
  for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) visitReads(ex, (r) => reads.push(r));
  return reads;
}

/** How an update that reads its own register must run. */
function ownDirection(circuit: ElaboratedCircuit, u: Update): { down: boolean; shadow: boolean } {
  const signal = signalOf(circuit, u.target);
  const loops = [...u.loops, ...u.inner];
  const seen = new Set<Distance>();
  const note = (read: Read): void => {
    if (read.signal === u.target) seen.add(distance(signal, u.index, loops, read));
  };
  const walk = (tree: Tree): void => {
    if (tree.kind === 'value') visitReads(tree.value, note);
    if (tree.kind !== 'if') return;
    // Without loops around it a condition is decided before anything is stored.
    if (u.loops.some((n) => n > 1)) visitReads(tree.cond, note);
    walk(tree.then);
    walk(tree.else);
  };
  walk(u.tree);
  const shadow = seen.has('unknown') || (seen.has('earlier') && seen.has('later'));
  return { down: seen.has('earlier') && !shadow, shadow };
}

/** For every item the items that overwrite what it reads. */
function mustPrecede(circuit: ElaboratedCircuit, prepared: Prepared, accesses: readonly Access[]): number[][] {
  const writers = new Map<number, number[]>();
  accesses.forEach((a, n) => writers.set(a.target, [...(writers.get(a.target) ?? []), n]));
  const count = prepared.updates.length;
  return accesses.map((access, n) => {
    const found = new Set<number>();
    for (const read of access.reads) {
      for (const w of writers.get(read.signal) ?? []) {
        if (w === n) continue;
        const u = prepared.updates[w];
        const loops = accesses[w]?.loops ?? [];
        if (u === undefined || mayMeet(signalOf(circuit, read.signal), u.index, loops, read, access.loops))
          found.add(w);
      }
    }
    // Writes to one memory keep their order: the later one wins.
    if (n >= count) for (const w of writers.get(access.target) ?? []) if (w > n) found.add(w);
    return [...found];
  });
}

/** Topological order along `after`; edges into a shadowed register do not count, and circles make shadows. */
function depthFirst(after: readonly (readonly number[])[], shadow: Uint8Array, updates: number): number[] {
  for (;;) {
    const { order, clean } = onePass(after, shadow, updates);
    if (clean) return order;
  }
}

/** One search; a circle it meets puts a register into `shadow` and asks for another pass. */
function onePass(
  after: readonly (readonly number[])[],
  shadow: Uint8Array,
  updates: number,
): { order: number[]; clean: boolean } {
  let clean = true;
  const state = new Uint8Array(after.length);
  const order: number[] = [];
  for (let root = after.length - 1; root >= 0; root--) {
    if (state[root] !== 0) continue;
    const frames = [{ node: root, edge: 0 }];
    state[root] = 1;
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const to = after[frame.node]?.[frame.edge++];
      if (to === undefined) {
        state[frame.node] = 2;
        order.push(frame.node);
        frames.pop();
      } else if (shadow[to] === 1) continue;
      else if (state[to] === 0) {
        state[to] = 1;
        frames.push({ node: to, edge: 0 });
      } else if (state[to] === 1) {
        // A memory cannot be shadowed, but whoever reads it here is a register.
        const victim = to < updates ? to : frame.node;
        shadow[victim] = 1;
        clean = false;
      }
    }
  }
  return { order: order.reverse(), clean };
}
