/**
 * Loop nests: leaves store values, decisions become branches at the outermost loop where they are known, and what does
 * not change in an inner loop is computed before it.
 */
import { type Affine, affineKey } from '../affine.js';
import { type Ex, isAffine } from '../elaborated.js';
import { children, visitReads } from '../walk.js';
import { addressOf, copyBytes } from './bytes.js';
import { type Address, type Detection, type EmitContext, typeOf } from './emit-context.js';
import { pushAs, pushValue } from './emit-value.js';
import { wideAddress, wideInto } from './emit-wide.js';
import { I32, OP, V128 } from './function.js';
import { classOf, limbsOf, storageBytes } from './layout.js';
import type { Arm, PlannedAssign } from './plan.js';
import { mergeable, withMerged } from './merge-loops.js';
import type { Branch, Leaf, Nest, Step } from './nest.js';
import { RowValues } from './row-values.js';
import { STORE_LANE, VECTOR } from './simd.js';
import { emitVectorLoop, vectorCode } from './vector-loop.js';

export type { Action, Branch, Leaf, Nest, NestGate, Prelude, Step } from './nest.js';

/** A plan as steps; `leaf` makes the step of a value, `nests` those of nodes that sank into a branch. */
export function planSteps(
  arm: Arm,
  intern: (ex: Ex) => Ex,
  leaf: (value: Ex) => Step,
  nests: (nodes: readonly PlannedAssign[]) => readonly Nest[],
): Step[] {
  const before: Step[] = arm.sunk.length === 0 ? [] : [{ kind: 'prelude', nests: nests(arm.sunk) }];
  const { body } = arm;
  if (body.kind === 'keep') return [];
  if (body.kind === 'value') return [...before, leaf(intern(body.value))];
  const then = planSteps(body.then, intern, leaf, nests);
  const otherwise = planSteps(body.else, intern, leaf, nests);
  if (then.length === 0 && otherwise.length === 0) return [];
  return [...before, { kind: 'branch', cond: intern(body.cond), then, else: otherwise }];
}

export function rootsOf(steps: readonly Step[], into: Ex[] = []): Ex[] {
  for (const s of steps) {
    if (s.kind === 'leaf') into.push(s.value);
    else if (s.kind === 'action') into.push(...s.roots);
    else if (s.kind === 'prelude') for (const n of s.nests) rootsOf(n.steps, into);
    else {
      into.push(s.cond);
      rootsOf(s.then, into);
      rootsOf(s.else, into);
    }
  }
  return into;
}

/** Emits a nest, outer variable first. */
export function emitNest(c: EmitContext, nest: Nest): void {
  const { gate, loops, steps, down } = nest;
  const whole = (): void => emitAt(c, loops, 0, steps, down);
  if (gate === undefined) return whole();
  c.scoped(() => gate.push());
  c.f.if(() =>
    c.scoped(() => {
      gate.enter();
      whole();
      gate.leave();
    }),
  );
}

const known = (c: EmitContext, ex: Ex, depth: number): boolean => c.shared.interner.factsOf(ex).vars >>> depth === 0;

function emitAt(c: EmitContext, loops: readonly number[], depth: number, steps: readonly Step[], down: boolean): void {
  for (let k = 0; k < steps.length;) {
    const step = steps[k];
    if (step === undefined) return;
    if (step.kind === 'branch' && (depth === loops.length || known(c, step.cond, depth))) {
      const run: Branch[] = [];
      for (let next = steps[k]; next?.kind === 'branch' && next.cond === step.cond; next = steps[k]) {
        run.push(next);
        k++;
      }
      emitBranch(c, loops, depth, run, down);
      continue;
    }
    if (step.kind === 'prelude') {
      for (const nest of step.nests) emitNest(c, nest);
      k++;
      continue;
    }
    if (depth === loops.length) {
      if (step.kind === 'leaf') emitLeaf(c, loops.length, step, down);
      else if (step.kind === 'action') c.scoped(() => step.emit());
      k++;
      continue;
    }
    const run: Step[] = [];
    for (let next = steps[k]; next !== undefined; next = steps[k]) {
      if (next.kind === 'prelude' || (next.kind === 'branch' && known(c, next.cond, depth))) break;
      run.push(next);
      k++;
    }
    if (depth === loops.length - 1) emitInnermost(c, loops, run, down);
    else if (!emitMerged(c, loops, depth, run, down)) {
      const inside = loops.slice(depth + 1).reduce((n, d) => n * d, 1);
      openLoop(c, depth, loops[depth] ?? 1, down, run, () => emitAt(c, loops, depth + 1, run, down), inside);
    }
  }
}

/** The last loop of a nest: what can runs in vectors, a loop for each; the rest shares loops in between. */
function emitInnermost(c: EmitContext, loops: readonly number[], steps: readonly Step[], down: boolean): void {
  const v = loops.length - 1;
  const count = loops[v] ?? 1;
  let scalar: Step[] = [];
  const one = (run: readonly Step[]): void =>
    openLoop(c, v, count, down, run, () => emitAt(c, loops, v + 1, run, down));
  const flush = (): void => {
    const run = scalar;
    scalar = [];
    if (run.length > 0) one(run);
  };
  for (const step of steps) {
    const code = step.kind === 'leaf' && step.inner.length === 0 ? vectorCode(c, step, loops, v, down) : undefined;
    if (step.kind !== 'leaf' || code === undefined) {
      scalar.push(step);
      continue;
    }
    flush();
    emitVectorLoop(c, step, code, count, () => one([step]));
  }
  flush();
}

/** Leaves whose loops from `depth` on all run as one, in vectors, a loop for each; false if they do not. */
function emitMerged(
  c: EmitContext,
  loops: readonly number[],
  depth: number,
  steps: readonly Step[],
  down: boolean,
): boolean {
  const leaves = steps.flatMap((s) => (s.kind === 'leaf' && s.inner.length === 0 ? [s] : []));
  if (down || leaves.length < steps.length || !leaves.every((leaf) => mergeable(c, leaf, loops, depth))) return false;
  return withMerged(c, loops, depth, (count) => {
    const last = loops.length - 1;
    const flat = loops.map((n, v) => (v === last ? count : n));
    const codes = leaves.flatMap((leaf) => vectorCode(c, leaf, flat, last, down, loops) ?? []);
    if (codes.length < leaves.length) return false;
    leaves.forEach((leaf, k) => {
      const code = codes[k];
      const rows = (): void =>
        openLoop(c, depth, loops[depth] ?? 1, down, [leaf], () => emitAt(c, loops, depth + 1, [leaf], down));
      if (code !== undefined) emitVectorLoop(c, leaf, code, count, rows);
    });
    return true;
  });
}

function emitBranch(
  c: EmitContext,
  loops: readonly number[],
  depth: number,
  run: readonly Branch[],
  down: boolean,
): void {
  const [first] = run;
  if (first === undefined) return;
  const then = run.flatMap((b) => b.then);
  const otherwise = run.flatMap((b) => b.else);
  pushAs(c, first.cond, I32);
  const arm = (steps: readonly Step[]) => (): void => c.scoped(() => emitAt(c, loops, depth, steps, down));
  if (then.length === 0) c.f.op(0x45).if(arm(otherwise));
  else c.f.if(arm(then), otherwise.length === 0 ? undefined : arm(otherwise));
}

function openLoop(
  c: EmitContext,
  v: number,
  count: number,
  down: boolean,
  steps: readonly Step[],
  body: () => void,
  inside = 1,
): void {
  if (count === 1) {
    c.vars.set(v, { fixed: 0 });
    // What depends on the variable has another value where another loop has the same one.
    c.scoped(body);
    c.vars.delete(v);
    return;
  }
  c.scoped(() => {
    hoist(c, v, steps);
    if (!c.rolled && unrolls(count, inside, steps)) {
      for (let k = 0; k < count; k++) {
        c.vars.set(v, { fixed: down ? count - 1 - k : k, extent: count });
        c.scoped(body);
      }
      c.vars.delete(v);
      return;
    }
    const local = c.f.local(I32);
    const { rows } = c;
    c.rows = rows?.inside();
    c.vars.set(v, { local, extent: count });
    c.f.loop(local, count, () => c.scoped(body), down);
    c.vars.delete(v);
    c.rows = rows;
  });
}

/**
 * All iterations of a loop written out may cost this much: constant addresses, no counter and no check of the stack.
 * Code that is run through once a cycle comes from the second-level cache, so longer code costs more than a counter.
 */
const UNROLL_COST = 600;

/** `inside` is how often the steps run in one iteration. */
const unrolls = (count: number, inside: number, steps: readonly Step[]): boolean =>
  count * inside * (2 + costOf(steps)) <= UNROLL_COST;

/** Rough number of instructions of a nest in the code, where its inner loops may be written out. */
export function emittedCost(nest: Nest): number {
  const once = 2 + costOf(nest.steps);
  if (once === Infinity) return 0;
  let times = 1;
  for (let d = nest.loops.length - 1; d >= 0; d--) {
    const count = nest.loops[d] ?? 1;
    if (once * times * count > UNROLL_COST) break;
    times *= count;
  }
  return once * times;
}

/** Rough number of instructions of one iteration; inner loops mostly run in vectors. */
function costOf(steps: readonly Step[]): number {
  let cost = 0;
  for (const s of steps) {
    if (s.kind === 'leaf') cost += (s.value.cost + 1) * Math.ceil(s.inner.reduce((n, d) => n * d, 1) / 4);
    else if (s.kind === 'branch') cost += s.cond.cost + 1 + costOf(s.then) + costOf(s.else);
    else return Infinity;
  }
  return cost;
}

/** Under a branch only what costs no more than this is computed ahead. */
const GUARDED_COST = 6;

/** Computes what does not depend on variables from `depth` on, before the loop of that variable opens. */
function hoist(c: EmitContext, depth: number, steps: readonly Step[]): void {
  const { interner } = c.shared;
  const visited = new Set<Ex>();
  const visit = (ex: Ex, guarded: boolean): void => {
    if (ex.op === 'const' || visited.has(ex)) return;
    visited.add(ex);
    const facts = interner.factsOf(ex);
    if (facts.vars >>> depth === 0 && !(guarded && facts.cost > GUARDED_COST)) {
      if (c.cached(ex) !== undefined) return;
      if (classOf(ex.width) === 'wide') {
        c.remember(ex, { address: wideAddress(c, ex) });
        return;
      }
      const local = c.f.local(typeOf(ex.width));
      pushValue(c, ex);
      c.f.set(local);
      c.remember(ex, { local });
      return;
    }
    for (const child of children(ex)) visit(child, guarded || ex.op === 'mux');
  };
  const each = (list: readonly Step[], guarded: boolean): void => {
    for (const s of list) {
      if (s.kind === 'leaf') visit(s.value, guarded);
      else if (s.kind === 'branch') {
        visit(s.cond, guarded);
        each(s.then, true);
        each(s.else, true);
      }
    }
  };
  each(steps, false);
}

function emitLeaf(c: EmitContext, depth: number, leaf: Leaf, down: boolean): void {
  if (leaf.inner.length === 0) return store(c, leaf);
  const copied = blockCopy(c, depth, leaf);
  if (copied) return;
  const all = [...c.extents(depth), ...leaf.inner];
  const row = leaf.inner.length > 1 && depth === 0 && !down ? rowsOver(c, leaf) : undefined;
  const { rows } = c;
  if (leaf.inner.length > 1) c.rows = new RowValues(leaf.target, depth);
  const open = (d: number): void => {
    if (d === leaf.inner.length) return store(c, leaf);
    const last = d === leaf.inner.length - 1;
    if (!last && emitMerged(c, all, depth + d, [{ ...leaf, inner: [] }], down)) return;
    const rest: Leaf = { ...leaf, inner: leaf.inner.slice(d + 1) };
    const count = leaf.inner[d] ?? 1;
    const one = (): void => openLoop(c, depth + d, count, down, [rest], () => open(d + 1));
    const code = last ? vectorCode(c, leaf, all, depth + d, down) : undefined;
    if (code === undefined) one();
    else emitVectorLoop(c, leaf, code, count, one, row !== undefined);
  };
  if (row === undefined) open(0);
  else {
    const kept = c.f.local(V128);
    c.f.i32(0).simdMem(VECTOR.load, row.end).set(kept);
    open(0);
    c.f.i32(0).get(kept).simdMem(VECTOR.store, row.end);
  }
  c.rows = rows;
}

/** Vectors reach over the end of a row by less than this. */
const VECTOR_BYTES = 16;

/**
 * Where all of an array is written row by row, upwards, the last vector of a row may reach into the next one, which comes
 * afterwards; what lies behind the last row, at `end`, has to be put back. Undefined if that must not be.
 */
function rowsOver(c: EmitContext, leaf: Leaf): { readonly end: number } | undefined {
  const { width, dims } = c.signal(leaf.target);
  const { address, ring } = c.slot(leaf.target);
  const size = storageBytes(width);
  const elements = dims.reduce((n, d) => n * d, 1);
  if (classOf(width) === 'wide' || ring !== undefined || leaf.ripple === true) return undefined;
  if (c.detect?.(leaf.target) !== undefined || leaf.inner.reduce((n, d) => n * d, 1) !== elements) return undefined;
  const to = c.byteAffine(leaf.target, leaf.index, leaf.shadow);
  if (affineKey(to) !== affineKey({ ...denseOver(leaf.inner, 0, size), c: leaf.shadow ?? address })) return undefined;
  // Nothing that is read may lie where vectors reach to.
  const end = to.c + elements * size;
  let apart = true;
  visitReads(leaf.value, ({ signal }) => {
    const [slot, from] = [c.slot(signal), c.slot(signal).ring?.window ?? c.slot(signal).address];
    const bytes = slot.stride * c.signal(signal).dims.reduce((n, d) => n * d, 1) + (slot.ring?.room ?? 0);
    if (from < end + VECTOR_BYTES && from + bytes > to.c) apart = false;
  });
  return apart ? { end } : undefined;
}

/** The address of neighbouring elements of `size` bytes that loops from variable `first` on visit in their order. */
function denseOver(loops: readonly number[], first: number, size: number): Affine {
  const terms: { v: number; k: number }[] = [];
  let step = size;
  for (let d = loops.length - 1; d >= 0; d--) {
    terms.unshift({ v: first + d, k: step });
    step *= loops[d] ?? 1;
  }
  return { c: 0, terms };
}

function store(c: EmitContext, leaf: Leaf): void {
  const { width } = c.signal(leaf.target);
  const { value } = leaf;
  if (value.width !== width && (classOf(value.width) === 'wide' || classOf(width) === 'wide')) {
    throw new Error(`${c.signal(leaf.target).name}: ${value.width} bits drive ${width}`);
  }
  if (classOf(width) === 'wide') {
    const dst = c.address(leaf.target, leaf.index, leaf.shadow);
    const wide = c.detect?.(leaf.target);
    if (wide !== undefined) return wideDetected(c, leaf, dst, wide);
    if (leaf.shadow === undefined && reads(value, leaf.target)) {
      const from = c.scratch(limbsOf(width) * 8);
      wideInto(c, value, from);
      copyBytes(c, dst, from, limbsOf(width) * 8);
    } else wideInto(c, value, dst);
    return;
  }
  const self = c.shared.interner.load(leaf.target, leaf.index, width, c.signal(leaf.target).signed);
  const again =
    leaf.shadow === undefined &&
    leaf.inner.length === 0 &&
    (c.uses.get(self) ?? 0) > 0 &&
    c.signal(leaf.target).kind !== 'reg';
  if (again && leaf.index.length === 0 && c.localOnly.has(leaf.target)) {
    const local = c.f.local(typeOf(width));
    pushValue(c, value);
    c.f.set(local);
    c.remember(self, { local });
    return;
  }
  const detect = c.detect?.(leaf.target);
  if (detect !== undefined) {
    const local = storeDetected(c, leaf, detect);
    if (again) c.remember(self, { local });
    return;
  }
  const offset = c.pushElement(leaf.target, leaf.index, leaf.shadow);
  pushValue(c, value);
  if (again) {
    const local = c.f.local(typeOf(width));
    c.f.tee(local);
    c.remember(self, { local });
  }
  c.store(width, offset);
}

/** Stores a value and notes whether it is another one; gives the local that has it. */
function storeDetected(c: EmitContext, leaf: Leaf, detect: Detection): number {
  const { width, signed } = c.signal(leaf.target);
  const type = typeOf(width);
  const [old, now] = [c.f.local(type), c.f.local(type)];
  pushValue(c, leaf.value);
  c.f.set(now);
  c.load(width, signed, c.pushElement(leaf.target, leaf.index, leaf.shadow));
  c.f.set(old);
  const offset = c.pushElement(leaf.target, leaf.index, leaf.shadow);
  c.f.get(now);
  c.store(width, offset);
  c.f
    .get(old)
    .get(now)
    .op(type === I32 ? OP.i32.ne : OP.i64.ne);
  c.f.get(detect.scalar).op(OP.i32.or).set(detect.scalar);
  return now;
}

/** Stores a value of more than 64 bits and notes whether it is another one. */
function wideDetected(c: EmitContext, leaf: Leaf, dst: Address, detect: Detection): void {
  const { f } = c;
  const bytes = limbsOf(c.signal(leaf.target).width) * 8;
  // What lies in memory is compared there: elements are the same one or apart.
  const from = leaf.value.op === 'load' ? wideAddress(c, leaf.value) : c.scratch(bytes);
  if (leaf.value.op !== 'load') wideInto(c, leaf.value, from);
  const now = f.local(V128);
  for (let at = 0; at < bytes; at += 16) {
    const half = bytes - at < 16;
    const load = half ? VECTOR.load64Zero : VECTOR.load;
    f.simdMem(load, c.pushBase(from) + at).set(now);
    f.simdMem(load, c.pushBase(dst) + at)
      .get(now)
      .simd(VECTOR.xor)
      .get(detect.vector)
      .simd(VECTOR.or)
      .set(detect.vector);
    const to = c.pushBase(dst) + at;
    f.get(now);
    if (half) f.simdStoreLane(STORE_LANE[8], to, 0);
    else f.simdMem(VECTOR.store, to);
  }
}

function reads(ex: Ex, signal: number): boolean {
  let found = false;
  visitReads(ex, (r) => (found ||= r.signal === signal));
  return found;
}

/** Copies shorter than this are loops of loads and stores. */
const BLOCK_BYTES = 32;

/** A leaf whose inner loops copy neighbouring bytes is one block move. */
function blockCopy(c: EmitContext, depth: number, leaf: Leaf): boolean {
  const { value } = leaf;
  const total = leaf.inner.reduce((n, d) => n * d, 1);
  if (total < 2 || value.op !== 'load' || leaf.shadow !== undefined) return false;
  if (c.detect?.(leaf.target) !== undefined) return false;
  const target = c.signal(leaf.target);
  const bytes = total * storageBytes(target.width);
  const index = value.index.flatMap((i) => (isAffine(i) ? [i] : []));
  if (bytes < BLOCK_BYTES || value.width !== target.width || value.signed !== target.signed) return false;
  if (index.length !== value.index.length) return false;
  const to = c.byteAffine(leaf.target, leaf.index);
  const from = c.byteAffine(value.signal, index);
  const own = (a: Affine): string => affineKey({ c: 0, terms: a.terms.filter((t) => t.v >= depth) });
  const dense = denseOver(leaf.inner, depth, storageBytes(target.width));
  if (own(to) !== affineKey(dense) || own(from) !== affineKey(dense)) return false;
  const rest = (a: Affine): Affine => ({ c: a.c, terms: a.terms.filter((t) => t.v < depth) });
  const [dst, src] = [addressOf(c, rest(to)), addressOf(c, rest(from))];
  // Where the places overlap pieces may go one by one too, those first that others would overwrite.
  const alike = affineKey(rest({ ...to, c: 0 })) === affineKey(rest({ ...from, c: 0 }));
  if (value.signal !== leaf.target || alike)
    copyBytes(c, dst, src, bytes, value.signal === leaf.target && to.c > from.c);
  else {
    // The places may overlap either way.
    c.pushAddress(dst);
    c.pushAddress(src);
    c.f.i32(bytes).memoryCopy();
  }
  return true;
}
