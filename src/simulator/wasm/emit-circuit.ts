/** The functions of a compiled circuit: `settle`, `edge`, `run`, in pieces of limited size. */
import { type ElaboratedCircuit, type Ex, isAffine, strides } from '../elaborated.js';
import { visitReads } from '../walk.js';
import { type ClockedItem, orderClocked } from './clocked.js';
import { distance } from './depend.js';
import { EmitContext, type Shared } from './emit-context.js';
import { type Leaf, type Step, emitNest, treeSteps } from './emit-nest.js';
import { operations, pushAs, pushSaturated } from './emit-value.js';
import { wideAddress } from './emit-wide.js';
import type { ModuleWriter } from './encode.js';
import { FunctionWriter, I32, OP } from './function.js';
import { classOf, limbsOf, storageBytes } from './layout.js';
import { type Prepared, visitClocked } from './prepare.js';
import { type Group, scheduleAssigns } from './schedule.js';
import { elementCount, signalOf } from '../elaborated.js';

/** Code bytes after which a new function is begun; larger ones are optimised badly. */
const FUNCTION_BYTES = 8000;

/** Collects nests into functions and calls them in order. */
class Pieces {
  private readonly functions: number[] = [];
  private current: FunctionWriter | undefined;

  constructor(
    private readonly module: ModuleWriter,
    private readonly shared: Shared,
  ) {}

  context(): EmitContext {
    if (this.current !== undefined && this.current.code.length > FUNCTION_BYTES) this.close();
    this.current ??= new FunctionWriter(0);
    return new EmitContext(this.shared, this.current, operations);
  }

  private close(): void {
    if (this.current === undefined) return;
    const index = this.module.declare([], []);
    this.module.define(index, this.current.finish());
    this.functions.push(index);
    this.current = undefined;
  }

  /** One function that runs everything. */
  finish(): number {
    this.close();
    const f = new FunctionWriter(0);
    for (const piece of this.functions) f.call(piece);
    const index = this.module.declare([], []);
    this.module.define(index, f.finish());
    return index;
  }
}

/** A function that settles `assigns`; with `everything` every wire is stored. */
export function emitSettle(module: ModuleWriter, shared: Shared, prepared: Prepared, everything: boolean): number {
  const { circuit } = shared;
  const groups = scheduleAssigns(circuit, prepared.assigns);
  const outside = everything ? undefined : readOutside(circuit, prepared, groups);
  const pieces = new Pieces(module, shared);
  emitAsyncResets(pieces, circuit, shared);
  for (const group of groups) {
    const steps = group.nodes.map((a): Leaf => {
      const local = outside !== undefined && !outside.has(a.target);
      return {
        kind: 'leaf',
        inner: [],
        target: a.target,
        index: a.index,
        value: shared.interner.intern(a.value),
        local,
      };
    });
    const [only] = steps;
    // A node alone has no decisions: all its loops may become one block move.
    const alone = steps.length === 1 && only?.kind === 'leaf' ? { ...only, inner: group.loops } : undefined;
    if (alone !== undefined) emitNest(pieces.context(), [], [alone], group.down);
    else emitNest(pieces.context(), group.loops, steps, group.down);
  }
  return pieces.finish();
}

/** Wires that something else than a later node of the same group reads, element for element. */
function readOutside(circuit: ElaboratedCircuit, prepared: Prepared, groups: readonly Group[]): Set<number> {
  const outside = new Set<number>(circuit.ports);
  visitClocked(prepared, (ex) => visitReads(ex, (r) => outside.add(r.signal)));
  const home = new Map<number, Group>();
  for (const group of groups) {
    for (const a of group.nodes) {
      if (home.has(a.target)) outside.add(a.target);
      home.set(a.target, group);
    }
  }
  for (const group of groups) {
    const index = new Map(group.nodes.map((a) => [a.target, a.index]));
    for (const a of group.nodes) {
      visitReads(a.value, (r) => {
        const written = index.get(r.signal);
        const signal = signalOf(circuit, r.signal);
        const plain = r.bound.size === 0 && r.index.every(isAffine) && written !== undefined;
        if (!plain || home.get(r.signal) !== group || distance(signal, written, group.loops, r) !== 'same')
          outside.add(r.signal);
        else if (classOf(signal.width) === 'wide') outside.add(r.signal);
      });
    }
  }
  return outside;
}

function emitAsyncResets(pieces: Pieces, circuit: ElaboratedCircuit, shared: Shared): void {
  for (const r of circuit.asyncResets) {
    const reset: Ex = { op: 'load', width: 1, signed: false, signal: r.reset, index: [] };
    const value = shared.interner.intern(r.value);
    const leaf: Leaf = { kind: 'leaf', inner: [], target: r.target, index: r.index, value, local: false };
    emitNest(pieces.context(), r.loops, [
      { kind: 'branch', cond: shared.interner.intern(reset), then: [], else: [leaf] },
    ]);
  }
}

export interface EdgeFunction {
  readonly index: number;
  /** Shadow copies: registers' bytes and where their copies are. */
  readonly shadows: readonly { readonly from: number; readonly to: number; readonly bytes: number }[];
}

export function emitEdge(module: ModuleWriter, shared: Shared, prepared: Prepared): EdgeFunction {
  const { circuit } = shared;
  const items = orderClocked(circuit, prepared);
  const pieces = new Pieces(module, shared);
  const shadowOf = new Map<number, number>();
  for (const item of items) {
    if (item.kind !== 'update' || !item.shadow || shadowOf.has(item.update.target)) continue;
    const { target } = item.update;
    shadowOf.set(target, shared.allocator.take(bytesOf(circuit, target)));
  }
  let batch: Batch | undefined;
  const flush = (): void => {
    if (batch !== undefined) emitNest(pieces.context(), batch.loops, batch.steps, batch.down);
    batch = undefined;
  };
  for (const item of items) {
    if (item.kind === 'write') {
      flush();
      emitWrite(pieces.context(), item.write);
      continue;
    }
    const { update, down } = item;
    if (batch === undefined || !mayJoin(circuit, batch, item)) {
      flush();
      batch = { loops: update.loops, steps: [], down, items: [], size: 0 };
    }
    // A register with some shadowed drivers has them all shadowed: one copy back serves all.
    const shadow = shadowOf.get(update.target);
    batch.items.push(item);
    batch.size++;
    batch.steps.push(
      ...treeSteps(
        update.tree,
        (ex) => shared.interner.intern(ex),
        (value) => ({
          kind: 'leaf',
          inner: update.inner,
          target: update.target,
          index: update.index,
          value,
          local: false,
          ...(shadow === undefined ? {} : { shadow }),
        }),
      ),
    );
  }
  flush();
  const shadows = [...shadowOf].map(([target, to]) => ({
    from: shared.layout.slots[target]?.address ?? 0,
    to,
    bytes: bytesOf(circuit, target),
  }));
  for (const s of shadows) {
    const { f } = pieces.context();
    f.i32(s.from).i32(s.to).i32(s.bytes).memoryCopy();
  }
  return { index: pieces.finish(), shadows };
}

const bytesOf = (circuit: ElaboratedCircuit, id: number): number => {
  const signal = signalOf(circuit, id);
  return elementCount(signal) * storageBytes(signal.width);
};

interface Batch {
  readonly loops: readonly number[];
  readonly steps: Step[];
  readonly down: boolean;
  readonly items: ClockedItem[];
  size: number;
}

const MAX_UPDATES = 150;

/** An update may share the nest if nobody in it would then read an element that was already overwritten. */
function mayJoin(circuit: ElaboratedCircuit, batch: Batch, item: Extract<ClockedItem, { kind: 'update' }>): boolean {
  const { update } = item;
  const { loops } = batch;
  if (batch.size >= MAX_UPDATES || item.down !== batch.down) return false;
  if (loops.length !== update.loops.length || !loops.every((n, d) => n === update.loops[d])) return false;
  if (loops.every((n) => n === 1)) return true;
  const target = signalOf(circuit, update.target);
  const earlier = batch.down ? 'later' : 'earlier';
  return batch.items.every((other) => {
    if (other.kind !== 'update') return false;
    let ok = true;
    const check = (ex: Ex): void => {
      visitReads(ex, (r) => {
        if (r.signal !== update.target) return;
        const nested = update.inner.length > 0 || other.update.inner.length > 0;
        const d = nested ? 'unknown' : distance(target, update.index, loops, r);
        if (d === earlier || d === 'unknown') ok = false;
      });
    };
    visitClocked({ updates: [other.update], writes: [] }, check);
    return ok;
  });
}

function emitWrite(c: EmitContext, w: Extract<ClockedItem, { kind: 'write' }>['write']): void {
  const { interner } = c.shared;
  const memory = c.signal(w.memory);
  const depth = memory.dims[memory.loopRank] ?? 0;
  const step = strides(memory.dims);
  const { stride, address: base } = c.slot(w.memory);
  const address = interner.intern(w.address);
  const data = interner.intern(w.data);
  const zero = { c: 0, terms: [] };
  const store = (): void => {
    const { f } = c;
    const word = f.local(I32);
    pushSaturated(c, address);
    f.tee(word).i32(depth).op(OP.i32.lt_u);
    f.if(() => {
      const rank = w.loops.length;
      const open = (d: number): void => {
        const count = w.inner[d];
        if (count !== undefined) {
          const local = f.local(I32);
          c.vars.set(rank + d, { local, extent: count });
          f.loop(local, count, () => c.scoped(() => open(d + 1)));
          c.vars.delete(rank + d);
          return;
        }
        const target = f.local(I32);
        const fixed = c.byteAffine(w.memory, [...w.prefix, zero, ...w.suffix], base);
        c.pushAffine(fixed);
        f.get(word)
          .i32(stride * (step[memory.loopRank] ?? 1))
          .op(OP.i32.mul, OP.i32.add)
          .set(target);
        if (classOf(memory.width) === 'wide') {
          const from = wideAddress(c, data);
          f.get(target);
          c.pushAddress(from);
          f.i32(limbsOf(memory.width) * 8).memoryCopy();
        } else {
          f.get(target);
          pushAs(c, data, memory.width <= 32 ? 0x7f : 0x7e);
          c.store(memory.width, 0);
        }
      };
      c.scoped(() => open(0));
    });
  };
  let step0: Step = { kind: 'action', roots: [address, data], emit: store };
  for (const g of [...w.guards].reverse()) {
    const cond = interner.intern(g.cond);
    step0 = g.value
      ? { kind: 'branch', cond, then: [step0], else: [] }
      : { kind: 'branch', cond, then: [], else: [step0] };
  }
  emitNest(c, w.loops, [step0]);
}
