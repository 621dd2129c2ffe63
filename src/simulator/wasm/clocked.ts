/**
 * The order of register updates and memory writes at the edge: whoever reads an old value goes before whoever
 * overwrites it. A register in a circle of such readers gets a shadow copy that is stored at the end.
 */
import { type ElaboratedCircuit, type MemoryWrite, signalOf } from '../elaborated.js';
import { type Read, visitReads } from '../walk.js';
import { type Distance, distance, mayMeet } from './depend.js';
import { type Arm, type PlannedCircuit, type PlannedUpdate, visitPlan } from './plan.js';

export interface UpdateItem {
  readonly kind: 'update';
  readonly update: PlannedUpdate;
  /** Iterations run from last to first: the register shifts upwards. */
  readonly down: boolean;
  readonly shadow: boolean;
}
export type ClockedItem = UpdateItem | { readonly kind: 'write'; readonly write: MemoryWrite };

interface NestRead extends Read {
  readonly loops: readonly number[];
}
interface Access {
  readonly target: number;
  readonly loops: readonly number[];
  readonly reads: readonly NestRead[];
}

type Circuit = Pick<ElaboratedCircuit, 'signals'>;

/** `together` says which updates should stand next to each other; without it those that have decisions in common. */
export function orderClocked(
  circuit: Circuit,
  prepared: PlannedCircuit,
  together?: (update: PlannedUpdate) => string,
): ClockedItem[] {
  const updates = prepared.updates.map((u) => ({ u, ...ownDirection(circuit, u) }));
  const accesses: Access[] = [
    ...prepared.updates.map((u) => ({ target: u.target, loops: [...u.loops, ...u.inner], reads: readsOfPlan(u) })),
    ...prepared.writes.map((w) => ({ target: w.memory, loops: [...w.loops, ...w.inner], reads: readsOfWrite(w) })),
  ];
  const shadow = new Uint8Array(accesses.length);
  updates.forEach((x, k) => (shadow[k] = x.shadow ? 1 : 0));
  const after = mustPrecede(circuit, prepared, accesses);
  markShadows(after, shadow, updates.length);
  const gates = accesses.map((a, n) => {
    const update = prepared.updates[n];
    return update === undefined || together === undefined ? gateOf(update, a.loops) : together(update);
  });
  const order = byGate(after, shadow, gates);
  return order.map((n): ClockedItem => {
    const x = updates[n];
    const write = prepared.writes[n - updates.length];
    if (x !== undefined) return { kind: 'update', update: x.u, down: x.down, shadow: shadow[n] === 1 };
    if (write === undefined) throw new Error('no such item');
    return { kind: 'write', write };
  });
}

function readsOfPlan(u: PlannedUpdate): NestRead[] {
  const reads: NestRead[] = [];
  visitPlan(u.plan, [...u.loops, ...u.inner], (r) => reads.push(r));
  return reads;
}

function readsOfWrite(w: MemoryWrite): NestRead[] {
  const reads: NestRead[] = [];
  const loops = [...w.loops, ...w.inner];
  for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)])
    visitReads(ex, (r) => reads.push({ ...r, loops }));
  return reads;
}

/** How an update that reads its own register must run. */
function ownDirection(circuit: Circuit, u: PlannedUpdate): { down: boolean; shadow: boolean } {
  const signal = signalOf(circuit, u.target);
  const loops = [...u.loops, ...u.inner];
  // One iteration meets no other one.
  if (loops.every((n) => n === 1)) return { down: false, shadow: false };
  const seen = new Set<Distance>();
  const note = (read: Read): void => {
    if (read.signal === u.target) seen.add(distance(signal, u.index, loops, read));
  };
  // What sank into a branch runs before its first store.
  const walk = ({ body }: Arm): void => {
    if (body.kind === 'value') visitReads(body.value, note);
    if (body.kind !== 'if') return;
    // Without loops around it a condition is decided before anything is stored.
    if (u.loops.some((n) => n > 1)) visitReads(body.cond, note);
    walk(body.then);
    walk(body.else);
  };
  walk(u.plan);
  const shadow = seen.has('unknown') || (seen.has('earlier') && seen.has('later'));
  return { down: seen.has('earlier') && !shadow, shadow };
}

/** For every item the items that overwrite what it reads. */
function mustPrecede(circuit: Circuit, prepared: PlannedCircuit, accesses: readonly Access[]): number[][] {
  const writers = new Map<number, number[]>();
  accesses.forEach((a, n) => {
    const list = writers.get(a.target);
    if (list === undefined) writers.set(a.target, [n]);
    else list.push(n);
  });
  const count = prepared.updates.length;
  return accesses.map((access, n) => {
    const found = new Set<number>();
    for (const read of access.reads) {
      if (!writers.has(read.signal)) continue;
      for (const w of writers.get(read.signal) ?? []) {
        if (w === n) continue;
        const u = prepared.updates[w];
        const loops = accesses[w]?.loops ?? [];
        if (u === undefined || mayMeet(signalOf(circuit, read.signal), u.index, loops, read, read.loops)) found.add(w);
      }
    }
    // Writes to one memory keep their order: the later one wins.
    if (n >= count) for (const w of writers.get(access.target) ?? []) if (w > n) found.add(w);
    return [...found];
  });
}

/** What items have in common that should stand next to each other: loops and outer decisions. */
function gateOf(update: PlannedUpdate | undefined, loops: readonly number[]): string {
  let key = update === undefined ? 'write' : loops.join('x');
  let arm = update?.plan;
  for (let depth = 0; depth < 3 && arm?.body.kind === 'if'; depth++) {
    const { cond, then } = arm.body;
    key += `;${cond.op === 'load' ? cond.id : cond.op}`;
    arm = then;
  }
  return key;
}

/** Shadows enough registers that the rest can be ordered. */
function markShadows(after: readonly (readonly number[])[], shadow: Uint8Array, updates: number): void {
  while (!breakCircles(after, shadow, updates));
}

/** One search; a circle it meets puts a register into `shadow` and asks for another pass. */
function breakCircles(after: readonly (readonly number[])[], shadow: Uint8Array, updates: number): boolean {
  let clean = true;
  const state = new Uint8Array(after.length);
  for (let root = after.length - 1; root >= 0; root--) {
    if (state[root] !== 0) continue;
    const frames = [{ node: root, edge: 0 }];
    state[root] = 1;
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const to = after[frame.node]?.[frame.edge++];
      if (to === undefined) {
        state[frame.node] = 2;
        frames.pop();
      } else if (shadow[to] === 1) continue;
      else if (state[to] === 0) {
        state[to] = 1;
        frames.push({ node: to, edge: 0 });
      } else if (state[to] === 1) {
        // A memory cannot be shadowed: of the circle that ends here, its last register is.
        const circle = frames.slice(frames.findIndex(({ node }) => node === to)).map(({ node }) => node);
        const victim = to < updates ? to : circle.findLast((node) => node < updates);
        if (victim === undefined) throw new Error('memories that copy each other');
        shadow[victim] = 1;
        clean = false;
      }
    }
  }
  return clean;
}

/** Every item before those in its `after`, staying with one gate while it has something ready. */
function byGate(after: readonly (readonly number[])[], shadow: Uint8Array, gates: readonly string[]): number[] {
  const waiting = new Int32Array(after.length);
  const edges = after.map((list) => list.filter((to) => shadow[to] === 0));
  for (const list of edges) for (const to of list) waiting[to] = (waiting[to] ?? 0) + 1;
  const ready = new Map<string, number[]>();
  const release = (n: number): void => {
    const key = gates[n] ?? '';
    const list = ready.get(key);
    if (list === undefined) ready.set(key, [n]);
    else list.push(n);
  };
  after.forEach((_, n) => waiting[n] === 0 && release(n));
  const order: number[] = [];
  while (ready.size > 0) {
    const [key, list]: [string, number[]] = ready.entries().next().value ?? ['', []];
    for (let n = list.shift(); n !== undefined; n = list.shift()) {
      order.push(n);
      for (const to of edges[n] ?? []) {
        waiting[to] = (waiting[to] ?? 1) - 1;
        if (waiting[to] === 0) release(to);
      }
    }
    ready.delete(key);
  }
  return order;
}

const MAX_UPDATES = 150;

/** An update may share the nest of `batch` if nobody in it would then read an element that was already overwritten. */
export function mayJoin(circuit: Circuit, batch: readonly UpdateItem[], item: UpdateItem): boolean {
  const [first] = batch;
  if (first === undefined) return true;
  const { update } = item;
  const { loops } = first.update;
  if (batch.length >= MAX_UPDATES || item.down !== first.down) return false;
  if (loops.length !== update.loops.length || !loops.every((n, d) => n === update.loops[d])) return false;
  if (loops.every((n) => n === 1)) return true;
  const target = signalOf(circuit, update.target);
  const earlier = first.down ? 'later' : 'earlier';
  return batch.every(({ update: other }) => {
    let ok = true;
    visitPlan(other.plan, [...other.loops, ...other.inner], (r) => {
      if (r.signal !== update.target) return;
      const nested = r.sunk || update.inner.length > 0 || other.inner.length > 0;
      const d = nested ? 'unknown' : distance(target, update.index, loops, r);
      if (d === earlier || d === 'unknown') ok = false;
    });
    return ok;
  });
}
