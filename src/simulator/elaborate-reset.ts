/**
 * Resets: every update of a register that has a reset value is put behind its reset; elements that nothing else drives
 * get an update of their own.
 */
import { type Affine, affineConst, affineVar, evalAffine } from './affine.js';
import {
  type AsyncReset,
  type ElabSignal,
  type Tree,
  type Update,
  elementCount,
  forEachPoint,
  strides,
} from './elaborated.js';
import type { Builder, RegisterInfo } from './scope.js';

const KEEP: Tree = { kind: 'keep' };

export function resetUpdates(b: Builder): { updates: Update[]; asyncResets: AsyncReset[] } {
  const updates: Update[] = [];
  const asyncResets: AsyncReset[] = [];
  // Of arrays the drivers; one number with a driver has all of its elements driven.
  const byTarget = new Map<number, Update[]>();
  const driven = new Uint8Array(b.signals.length);
  for (const u of b.updates) {
    driven[u.target] = 1;
    if (u.index.length > 0) {
      const same = byTarget.get(u.target);
      if (same === undefined) byTarget.set(u.target, [u]);
      else same.push(u);
    }
    const info = b.regs.get(u.target);
    updates.push(info?.reset === undefined ? u : behindReset(b, u, info));
  }
  for (const [id, info] of b.regs) {
    const signal = b.signals[id];
    if (signal === undefined || info.reset === undefined) continue;
    if (info.asynchronous) asyncResets.push({ ...whole(b, signal, info), reset: info.reset.input });
    if (driven[id] === 1 && signal.dims.length === 0) continue;
    for (const rest of uncovered(signal, byTarget.get(id) ?? [])) {
      updates.push(behindReset(b, { ...rest, target: id, tree: KEEP, domain: info.domain }, info));
    }
  }
  return { updates, asyncResets };
}

function behindReset(b: Builder, update: Update, info: RegisterInfo): Update {
  const { reset } = info;
  if (reset === undefined) return update;
  const cond = b.expressions.load(reset.input, [], 1, false);
  const value = reset.value(update.index);
  const { loops, inner, target, index, domain, place } = update;
  const tree: Tree = { kind: 'if', cond, then: update.tree, else: { kind: 'value', value } };
  return { loops, inner, target, index, tree, domain, place };
}

function whole(b: Builder, signal: ElabSignal, info: RegisterInfo): Omit<AsyncReset, 'reset'> {
  const index = signal.dims.map((_, d) => affineVar(d));
  const value = info.reset?.value(index) ?? b.expressions.constant(0n, signal.width, signal.signed);
  return { loops: [...signal.dims], target: signal.id, index, value };
}

interface Nest {
  readonly loops: readonly number[];
  readonly inner: readonly number[];
  readonly index: readonly Affine[];
}

/** Nests over the elements that no update drives. */
function uncovered(signal: ElabSignal, updates: readonly Update[]): Nest[] {
  const all = signal.dims.map((_, d) => affineVar(d));
  if (updates.length === 0) return [{ loops: [...signal.dims], inner: [], index: all }];
  const step = strides(signal.dims);
  const driven = new Uint8Array(elementCount(signal));
  for (const u of updates) {
    forEachPoint([...u.loops, ...u.inner], (point) => {
      driven[u.index.reduce((sum, a, d) => sum + evalAffine(a, point) * (step[d] ?? 0), 0)] = 1;
    });
  }
  // Drivers run in all iterations of the loops around the declaration, so the first iteration tells about all.
  const loops = signal.dims.slice(0, signal.loopRank);
  const rest: Nest[] = [];
  forEachPoint(signal.dims.slice(signal.loopRank), (point) => {
    const flat = point.reduce((sum, i, d) => sum + i * (step[signal.loopRank + d] ?? 0), 0);
    if (driven[flat] !== 0) return;
    rest.push({ loops, inner: [], index: [...all.slice(0, signal.loopRank), ...point.map(affineConst)] });
  });
  return rest;
}
