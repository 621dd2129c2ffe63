/**
 * Lowers the statements of a process to one decision tree per driven register or wire, and to memory write ports.
 *
 * Trees keep the author's conditions as branches: they are the enables. Later statements win, so a statement is applied
 * to the tree of everything before it.
 */
import type { Expr, Item, Stmt, Target } from '../circuit/index.js';
import {
  type Affine,
  SplitLoop,
  addAffine,
  affineConst,
  affineNat,
  affineVar,
  isConst,
  sameAffine,
  scaleAffine,
} from './affine.js';
import { type ElabSignal, type Ex, type Tree, forEachPoint, isAffine } from './elaborated.js';
import { type Lowered, isCheap, joined, lower, lowerScalar, named, namedVec, scalar, settled } from './lower-expr.js';
import { type Scope, addTemporary, findSignal, inLoops, loopExtents, loopIndex } from './scope.js';

const KEEP: Tree = { kind: 'keep' };

/** A statement with its expressions lowered once; a switch has become a chain of decisions. */
type Step =
  | { readonly step: 'drive'; readonly signal: ElabSignal; readonly path: readonly Affine[]; readonly value: Lowered }
  | { readonly step: 'if'; readonly cond: Ex; readonly then: Steps; readonly else: Steps };

/** Statements in order, and by signal those that drive it or decide about it. */
interface Steps {
  readonly all: readonly Step[];
  readonly bySignal: ReadonlyMap<number, readonly Step[]>;
}

type Guard = { readonly cond: Ex; readonly value: boolean };

export function lowerProcess(scope: Scope, item: Extract<Item, { item: 'process' }>): void {
  const steps = lowerStmts(scope, item.body, []);
  const driven = new Map<number, (readonly Affine[])[]>();
  collect(steps, driven);
  for (const [id, paths] of driven) {
    const signal = findById(scope, id);
    const [only, ...others] = steps.bySignal.get(id) ?? NONE;
    if (only?.step === 'drive' && others.length === 0 && isOne(signal, only.path) && signal.kind === 'reg') {
      // Most registers: one number that is driven once.
      const { domain } = scope.b.regs.get(id) ?? { domain: 0 };
      const index = joined(loopIndex(signal.loopRank), only.path) as readonly Affine[];
      const tree: Tree = { kind: 'value', value: only.value.at([]) };
      scope.b.updates.push({
        loops: loopExtents(scope),
        inner: NO_INNER,
        target: id,
        index,
        tree,
        domain,
        place: item.place,
      });
      continue;
    }
    for (const path of partition(signal, paths)) emitGroup(scope, signal, path, steps, item.place);
  }
}

const NONE: readonly Step[] = [];
const NO_INNER: readonly number[] = [];

/** `path` leads to one number. */
const isOne = (signal: ElabSignal, path: readonly Affine[]): boolean =>
  signal.dims.length === signal.loopRank + path.length;

function indexed(all: readonly Step[]): Steps {
  const bySignal = new Map<number, Step[]>();
  const note = (id: number, step: Step): void => {
    const list = bySignal.get(id);
    if (list === undefined) bySignal.set(id, [step]);
    else if (list.at(-1) !== step) list.push(step);
  };
  for (const step of all) {
    if (step.step === 'drive') note(step.signal.id, step);
    else {
      for (const id of step.then.bySignal.keys()) note(id, step);
      for (const id of step.else.bySignal.keys()) note(id, step);
    }
  }
  return { all, bySignal };
}

const findById = (scope: Scope, id: number): ElabSignal => {
  const signal = scope.b.signals[id];
  if (signal === undefined) throw new Error(`no signal ${id}`);
  return signal;
};

function lowerStmts(scope: Scope, body: readonly Stmt[], guards: readonly Guard[]): Steps {
  const steps: Step[] = [];
  for (const stmt of body) {
    switch (stmt.stmt) {
      case 'next':
      case 'set': {
        const signal = findSignal(scope, stmt.target.signal);
        const path = pathOf(scope, stmt.target);
        // One number takes no detour.
        const value = isOne(signal, path)
          ? scalar(lowerScalar(scope, stmt.value))
          : broadcast(lower(scope, stmt.value), signal, stmt.target);
        steps.push({ step: 'drive', signal, path, value });
        break;
      }
      case 'write':
        lowerWrite(scope, stmt, guards);
        break;
      case 'if':
        steps.push(decision(scope, lowerScalar(scope, stmt.cond), stmt.then, stmt.else, guards));
        break;
      case 'switch':
        steps.push(...lowerSwitch(scope, stmt, guards).all);
    }
  }
  return indexed(steps);
}

const NO_PATH: readonly Affine[] = [];

const pathOf = (scope: Scope, target: Target): readonly Affine[] =>
  target.path.length === 0 ? NO_PATH : target.path.map((n) => affineNat(n, scope.nat));

function decision(
  scope: Scope,
  plain: Ex,
  then: readonly Stmt[],
  otherwise: readonly Stmt[],
  guards: readonly Guard[],
): Step {
  const cond = named(scope, plain, 'cond');
  return {
    step: 'if',
    cond,
    then: lowerStmts(scope, then, [...guards, { cond, value: true }]),
    else: lowerStmts(scope, otherwise, [...guards, { cond, value: false }]),
  };
}

function lowerSwitch(scope: Scope, stmt: Extract<Stmt, { stmt: 'switch' }>, guards: readonly Guard[]): Steps {
  const subject = named(scope, lowerScalar(scope, stmt.subject), 'subject');
  const { expressions } = scope.b;
  const chain = (k: number, path: readonly Guard[]): Steps => {
    const one = stmt.cases[k];
    if (one === undefined) return lowerStmts(scope, stmt.default ?? [], path);
    const match = expressions.constant(one.match, subject.width, subject.signed);
    const cond = named(scope, expressions.binary('eq', subject, match, 1, false), 'case');
    const then = lowerStmts(scope, one.body, [...path, { cond, value: true }]);
    return indexed([{ step: 'if', cond, then, else: chain(k + 1, [...path, { cond, value: false }]) }]);
  };
  return chain(0, guards);
}

/** A scalar that drives a vector drives each of its elements. */
export function broadcast(value: Lowered, signal: ElabSignal, target: { readonly path: readonly unknown[] }): Lowered {
  const dims = signal.dims.slice(signal.loopRank + target.path.length);
  if (value.dims.length === dims.length) return value;
  const one = value.at([]);
  return { ...value, dims, at: () => one };
}

type WriteStmt = Extract<Stmt, { stmt: 'write' }>;

function lowerWrite(scope: Scope, stmt: WriteStmt, guards: readonly Guard[]): void {
  const memory = findSignal(scope, stmt.memory);
  const rank = scope.loops.length;
  const dims = memory.dims.slice(memory.loopRank + 1);
  const inner = dims.map((_, d) => affineVar(rank + d));
  const data = stmt.lanes === undefined ? lower(scope, stmt.data) : mergedWord(scope, stmt, stmt.lanes, memory);
  // Reading a memory while writing one is a matter of order: such operands get a wire, which holds the old word.
  const old = (ex: Ex): Ex => (readsMemory(scope, ex) ? settled(scope, ex, 'write') : ex);
  const word = data.dims.length === 0 ? old(data.at([])) : undefined;
  const vec = word === undefined && readsMemory(scope, data.at(inner)) ? namedVec(scope, data, 'data') : data;
  const declared = scope.module.signals[stmt.memory];
  scope.b.writes.push({
    domain: scope.domains[declared?.kind === 'memory' ? declared.domain : 0] ?? 0,
    loops: loopExtents(scope),
    inner: dims,
    memory: memory.id,
    prefix: loopIndex(memory.loopRank),
    address: old(lowerScalar(scope, stmt.address)),
    suffix: inner,
    data: word ?? vec.at(inner),
    guards,
    place: stmt.place,
  });
}

/** The word with the parts that are written put in: a write of some lanes is one of the whole word here. */
function mergedWord(scope: Scope, stmt: WriteStmt, enables: Expr, memory: ElabSignal): Lowered {
  const { expressions } = scope.b;
  const v = scope.loops.length;
  const data = lower(scope, stmt.data);
  const lanes = namedVec(scope, lower(scope, enables), 'lanes');
  const at = lowerScalar(scope, stmt.address);
  const old = settled(
    scope,
    expressions.load(memory.id, [...loopIndex(memory.loopRank), { at }], memory.width, memory.signed),
    'old',
  );
  const lane = affineVar(v);
  const kept = expressions.slice(old, scaleAffine(lane, data.width), data.width);
  const body = expressions.mux(lanes.at([lane]), data.at([lane]), kept, data.width, false);
  const word = expressions.lanes('pack', undefined, v, data.dims[0] ?? 1, body, memory.width, memory.signed);
  return { dims: [], width: memory.width, signed: memory.signed, gathers: true, at: () => word };
}

function readsMemory(scope: Scope, ex: Ex): boolean {
  switch (ex.op) {
    case 'const':
    case 'index':
      return false;
    case 'load':
      return (
        findById(scope, ex.signal).kind === 'memory' || ex.index.some((i) => !isAffine(i) && readsMemory(scope, i.at))
      );
    case 'slice':
    case 'convert':
    case 'unary':
      return readsMemory(scope, ex.a);
    case 'mux':
      return [ex.cond, ex.a, ex.b].some((e) => readsMemory(scope, e));
    case 'binary':
      return readsMemory(scope, ex.a) || readsMemory(scope, ex.b);
    case 'cat':
      return ex.parts.some((e) => readsMemory(scope, e));
    case 'fold':
    case 'pack':
      return readsMemory(scope, ex.body);
  }
}

function collect(steps: Steps, into: Map<number, (readonly Affine[])[]>): void {
  for (const s of steps.all) {
    if (s.step === 'if') {
      collect(s.then, into);
      collect(s.else, into);
      continue;
    }
    const paths = into.get(s.signal.id);
    if (paths === undefined) into.set(s.signal.id, [s.path]);
    else if (!paths.some((p) => samePath(p, s.path))) paths.push(s.path);
  }
}

const samePath = (p: readonly Affine[], q: readonly Affine[]): boolean => p.length === q.length && isPrefix(p, q);
/** Both paths have one length and never meet. */
function apart(a: readonly Affine[], b: readonly Affine[]): boolean {
  return a.some((x, d) => {
    const y = b[d];
    if (y === undefined) return false;
    const difference = addAffine(x, scaleAffine(y, -1));
    return isConst(difference) && difference.c !== 0;
  });
}

/** The elements of `signal` that get one tree each: the written paths, or single elements where they overlap. */
function partition(signal: ElabSignal, paths: readonly (readonly Affine[])[]): (readonly Affine[])[] {
  if (paths.length === 1) return [...paths];
  const disjoint = paths.every((p, i) => paths.every((q, j) => j <= i || (p.length === q.length && apart(p, q))));
  if (disjoint) return [...paths];
  for (const path of paths) {
    for (const one of path) {
      const [term] = one.terms;
      if (term !== undefined) throw new SplitLoop(term.v);
    }
  }
  const dims = signal.dims.slice(signal.loopRank);
  const elements: Affine[][] = [];
  forEachPoint(dims, (point) => {
    const element = point.map(affineConst);
    if (paths.some((p) => isPrefix(p, element))) elements.push(element);
  });
  return elements;
}

const isPrefix = (path: readonly Affine[], element: readonly Affine[]): boolean =>
  path.every((x, d) => {
    const y = element[d];
    return y !== undefined && sameAffine(x, y);
  });

/** Adds what drives `signal[path]` to the circuit. */
function emitGroup(
  scope: Scope,
  signal: ElabSignal,
  path: readonly Affine[],
  steps: Steps,
  place: Extract<Item, { item: 'process' }>['place'],
): void {
  const { expressions } = scope.b;
  const { width, signed } = signal;
  const rank = scope.loops.length;
  const inner = signal.dims.slice(signal.loopRank + path.length);
  const innerIndex = inner.map((_, d) => affineVar(rank + d));
  const index = [...loopIndex(signal.loopRank), ...path, ...innerIndex];
  const before =
    signal.kind === 'reg' ? expressions.load(signal.id, index, width, signed) : expressions.constant(0n, width, signed);
  const loops = loopExtents(scope);
  const shared = (tree: Tree): Tree => {
    const target = addTemporary(scope, 'next', { dims: inner, width, signed });
    const at = [...loopIndex(rank), ...innerIndex];
    const value = treeValue(scope, tree, before);
    scope.b.assigns.push({ loops: inLoops(scope, inner), target, index: at, value, place: undefined });
    return { kind: 'value', value: expressions.load(target, at, width, signed) };
  };
  const tree = applied({ signal, path, innerIndex, shared }, steps, KEEP);
  if (signal.kind === 'reg') {
    const domain = scope.b.regs.get(signal.id)?.domain ?? 0;
    scope.b.updates.push({ loops, inner, target: signal.id, index, tree, domain, place });
  } else {
    const value = treeValue(scope, tree, before);
    scope.b.assigns.push({ loops: inLoops(scope, inner), target: signal.id, index, value, place });
  }
}

/** The elements of a signal that get one tree. */
interface Driven {
  readonly signal: ElabSignal;
  readonly path: readonly Affine[];
  readonly innerIndex: readonly Affine[];
  /** The tree's value behind a wire of its own. */
  shared(tree: Tree): Tree;
}

/** The tree after `steps`. */
function applied(d: Driven, steps: Steps, start: Tree): Tree {
  let tree = start;
  for (const s of steps.bySignal.get(d.signal.id) ?? NONE) {
    if (s.step === 'drive') {
      if (!isPrefix(s.path, d.path)) continue;
      tree = { kind: 'value', value: s.value.at(joined(d.path.slice(s.path.length), d.innerIndex)) };
      continue;
    }
    const then = applied(d, s.then, tree);
    const otherwise = applied(d, s.else, tree);
    if (then === tree && otherwise === tree) continue;
    if (isBig(tree) && contains(then, tree) && contains(otherwise, tree)) {
      const base = d.shared(tree);
      tree = { kind: 'if', cond: s.cond, then: applied(d, s.then, base), else: applied(d, s.else, base) };
    } else tree = { kind: 'if', cond: s.cond, then, else: otherwise };
  }
  return tree;
}

/** A tree as one expression. */
export function treeValue(scope: Scope, tree: Tree, keep: Ex): Ex {
  if (tree.kind === 'keep') return keep;
  if (tree.kind === 'value') return tree.value;
  const a = treeValue(scope, tree.then, keep);
  const b = treeValue(scope, tree.else, keep);
  return scope.b.expressions.mux(tree.cond, a, b, keep.width, keep.signed);
}

const isBig = (tree: Tree): boolean => tree.kind === 'if' || (tree.kind === 'value' && !isCheap(tree.value));

const contains = (tree: Tree, part: Tree): boolean =>
  tree === part || (tree.kind === 'if' && (contains(tree.then, part) || contains(tree.else, part)));

/** What an `assign` drives, for every element. */
export const emitAssign = (
  scope: Scope,
  target: Target,
  value: Expr,
  place?: Extract<Item, { item: 'assign' }>['place'],
): void => emitValue(scope, findSignal(scope, target.signal), pathOf(scope, target), value, place);

/** `signal[path]` driven by an expression of `scope`. */
export function emitValue(
  scope: Scope,
  signal: ElabSignal,
  path: readonly Affine[],
  value: Expr,
  place?: Extract<Item, { item: 'assign' }>['place'],
): void {
  const { loopRank } = signal;
  if (signal.dims.length > loopRank + path.length)
    return emitDrive(scope, signal, path, broadcast(lower(scope, value), signal, { path }), place);
  const index = loopRank === 0 ? path : (joined(loopIndex(loopRank), path) as readonly Affine[]);
  scope.b.assigns.push({ loops: scope.extents, target: signal.id, index, value: lowerScalar(scope, value), place });
}

export function emitDrive(
  scope: Scope,
  signal: ElabSignal,
  path: readonly Affine[],
  value: Lowered,
  place?: Extract<Item, { item: 'assign' }>['place'],
): void {
  const rank = scope.loops.length;
  const inner = value.dims.map((_, d) => affineVar(rank + d));
  scope.b.assigns.push({
    loops: inLoops(scope, value.dims),
    target: signal.id,
    index: [...loopIndex(signal.loopRank), ...path, ...inner],
    value: value.at(inner),
    place,
  });
}
