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
  affineKey,
  affineNat,
  affineVar,
  isConst,
  scaleAffine,
} from './affine.js';
import { type ElabSignal, type Ex, type Tree, forEachPoint, isAffine } from './elaborated.js';
import { type Lowered, isCheap, lower, lowerScalar, named, namedVec } from './lower-expr.js';
import { type Scope, addTemporary, findSignal, loopExtents, loopIndex } from './scope.js';

const KEEP: Tree = { kind: 'keep' };

/** A statement with its expressions lowered once; a switch has become a chain of decisions. */
type Step =
  | { readonly step: 'drive'; readonly signal: ElabSignal; readonly path: readonly Affine[]; readonly value: Lowered }
  | { readonly step: 'if'; readonly cond: Ex; readonly then: readonly Step[]; readonly else: readonly Step[] };

type Guard = { readonly cond: Ex; readonly value: boolean };

export function lowerProcess(scope: Scope, item: Extract<Item, { item: 'process' }>): void {
  const steps = lowerStmts(scope, item.body, []);
  const driven = new Map<number, (readonly Affine[])[]>();
  collect(steps, driven);
  for (const [id, paths] of driven) {
    const signal = findById(scope, id);
    for (const path of partition(signal, paths)) emitGroup(scope, signal, path, steps, item.place);
  }
}

const findById = (scope: Scope, id: number): ElabSignal => {
  const signal = scope.b.signals[id];
  if (signal === undefined) throw new Error(`no signal ${id}`);
  return signal;
};

function lowerStmts(scope: Scope, body: readonly Stmt[], guards: readonly Guard[]): Step[] {
  return body.flatMap((stmt): Step[] => {
    switch (stmt.stmt) {
      case 'next':
      case 'set': {
        const signal = findSignal(scope, stmt.target.signal);
        const value = broadcast(lower(scope, stmt.value), signal, stmt.target);
        return [{ step: 'drive', signal, path: stmt.target.path.map((n) => affineNat(n, scope.nat)), value }];
      }
      case 'write':
        lowerWrite(scope, stmt, guards);
        return [];
      case 'if':
        return [decision(scope, lowerScalar(scope, stmt.cond), stmt.then, stmt.else, guards)];
      case 'switch':
        return lowerSwitch(scope, stmt, guards);
    }
  });
}

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

function lowerSwitch(scope: Scope, stmt: Extract<Stmt, { stmt: 'switch' }>, guards: readonly Guard[]): Step[] {
  const subject = named(scope, lowerScalar(scope, stmt.subject), 'subject');
  const { width, signed } = subject;
  const chain = (k: number, path: readonly Guard[]): Step[] => {
    const one = stmt.cases[k];
    if (one === undefined) return lowerStmts(scope, stmt.default ?? [], path);
    const match: Ex = { op: 'const', width, signed, value: one.match };
    const cond = named(scope, { op: 'binary', width: 1, signed: false, fn: 'eq', a: subject, b: match }, 'case');
    return [
      {
        step: 'if',
        cond,
        then: lowerStmts(scope, one.body, [...path, { cond, value: true }]),
        else: chain(k + 1, [...path, { cond, value: false }]),
      },
    ];
  };
  return chain(0, guards);
}

/** A scalar that drives a vector drives each of its elements. */
export function broadcast(value: Lowered, signal: ElabSignal, target: Pick<Target, 'path'>): Lowered {
  const dims = signal.dims.slice(signal.loopRank + target.path.length);
  if (value.dims.length === dims.length) return value;
  const one = value.at([]);
  return { ...value, dims, at: () => one };
}

function lowerWrite(scope: Scope, stmt: Extract<Stmt, { stmt: 'write' }>, guards: readonly Guard[]): void {
  const memory = findSignal(scope, stmt.memory);
  const rank = scope.loops.length;
  const dims = memory.dims.slice(memory.loopRank + 1);
  const inner = dims.map((_, d) => affineVar(rank + d));
  const data = lower(scope, stmt.data);
  // Reading a memory while writing one is a matter of order: such operands get a wire, which holds the old word.
  const settled = (ex: Ex): Ex => (readsMemory(scope, ex) ? forceNamed(scope, ex) : ex);
  const word = data.dims.length === 0 ? settled(data.at([])) : undefined;
  const vec = word === undefined && readsMemory(scope, data.at(inner)) ? namedVec(scope, data, 'data') : data;
  scope.b.writes.push({
    loops: loopExtents(scope),
    inner: dims,
    memory: memory.id,
    prefix: loopIndex(memory.loopRank),
    address: settled(lowerScalar(scope, stmt.address)),
    suffix: inner,
    data: word ?? vec.at(inner),
    guards,
    ...(stmt.place === undefined ? {} : { place: stmt.place }),
  });
}

function forceNamed(scope: Scope, ex: Ex): Ex {
  const index = loopIndex(scope.loops.length);
  const target = addTemporary(scope, 'write', { dims: [], width: ex.width, signed: ex.signed });
  scope.b.assigns.push({ loops: loopExtents(scope), target, index, value: ex });
  return { op: 'load', width: ex.width, signed: ex.signed, signal: target, index };
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

function collect(steps: readonly Step[], into: Map<number, (readonly Affine[])[]>): void {
  for (const s of steps) {
    if (s.step === 'if') {
      collect(s.then, into);
      collect(s.else, into);
    } else {
      const paths = into.get(s.signal.id) ?? [];
      if (!paths.some((p) => pathKey(p) === pathKey(s.path))) paths.push(s.path);
      into.set(s.signal.id, paths);
    }
  }
}

const pathKey = (path: readonly Affine[]): string => path.map(affineKey).join(';');

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
    return y !== undefined && affineKey(x) === affineKey(y);
  });

/** Adds what drives `signal[path]` to the circuit. */
function emitGroup(
  scope: Scope,
  signal: ElabSignal,
  path: readonly Affine[],
  steps: readonly Step[],
  place: Extract<Item, { item: 'process' }>['place'],
): void {
  const rank = scope.loops.length;
  const inner = signal.dims.slice(signal.loopRank + path.length);
  const innerIndex = inner.map((_, d) => affineVar(rank + d));
  const index = [...loopIndex(signal.loopRank), ...path, ...innerIndex];
  const old: Ex = { op: 'load', width: signal.width, signed: signal.signed, signal: signal.id, index };
  const before: Ex = signal.kind === 'reg' ? old : { ...old, op: 'const', value: 0n };
  const shared = (tree: Tree): Tree => {
    const shape = { dims: inner, width: signal.width, signed: signal.signed };
    const loops = [...loopExtents(scope), ...inner];
    const target = addTemporary(scope, 'next', shape);
    const at = [...loopIndex(rank), ...innerIndex];
    scope.b.assigns.push({ loops, target, index: at, value: treeValue(tree, before) });
    return { kind: 'value', value: { ...old, signal: target, index: at } };
  };
  const run = (list: readonly Step[], start: Tree): Tree => list.reduce((tree, s) => apply(s, tree), start);
  const apply = (s: Step, tree: Tree): Tree => {
    if (s.step === 'drive') {
      if (s.signal.id !== signal.id || !isPrefix(s.path, path)) return tree;
      return { kind: 'value', value: s.value.at([...path.slice(s.path.length), ...innerIndex]) };
    }
    const then = run(s.then, tree);
    const otherwise = run(s.else, tree);
    if (then === tree && otherwise === tree) return tree;
    if (isBig(tree) && contains(then, tree) && contains(otherwise, tree)) {
      const base = shared(tree);
      return { kind: 'if', cond: s.cond, then: run(s.then, base), else: run(s.else, base) };
    }
    return { kind: 'if', cond: s.cond, then, else: otherwise };
  };
  const tree = run(steps, KEEP);
  const where = place === undefined ? {} : { place };
  const loops = loopExtents(scope);
  if (signal.kind === 'reg') {
    const domain = scope.b.regs.get(signal.id)?.domain ?? 0;
    scope.b.updates.push({ loops, inner, target: signal.id, index, tree, domain, ...where });
  } else {
    const value = treeValue(tree, before);
    scope.b.assigns.push({ loops: [...loops, ...inner], target: signal.id, index, value, ...where });
  }
}

/** A tree as one expression. */
export function treeValue(tree: Tree, keep: Ex): Ex {
  if (tree.kind === 'keep') return keep;
  if (tree.kind === 'value') return tree.value;
  const a = treeValue(tree.then, keep);
  const b = treeValue(tree.else, keep);
  return { op: 'mux', width: keep.width, signed: keep.signed, cond: tree.cond, a, b };
}

const isBig = (tree: Tree): boolean => tree.kind === 'if' || (tree.kind === 'value' && !isCheap(tree.value));

const contains = (tree: Tree, part: Tree): boolean =>
  tree === part || (tree.kind === 'if' && (contains(tree.then, part) || contains(tree.else, part)));

/** What an `assign` or an instance port drives, for every element. */
export function emitAssign(
  scope: Scope,
  target: Target,
  value: Expr,
  place?: Extract<Item, { item: 'assign' }>['place'],
): void {
  const signal = findSignal(scope, target.signal);
  emitDrive(
    scope,
    signal,
    target.path.map((n) => affineNat(n, scope.nat)),
    broadcast(lower(scope, value), signal, target),
    place,
  );
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
    loops: [...loopExtents(scope), ...value.dims],
    target: signal.id,
    index: [...loopIndex(signal.loopRank), ...path, ...inner],
    value: value.at(inner),
    ...(place === undefined ? {} : { place }),
  });
}
