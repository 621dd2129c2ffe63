/** The pass around `views`: all nodes with reads through movement, their loops cut where that needs it. */
import { type Affine, affineConst, affineVar, substituteAffine } from '../affine.js';
import { type Assign, type ElaboratedCircuit, type Ex, type Tree, type Update } from '../elaborated.js';
import type { Cut } from './drivers.js';
import { moveExpression } from './inline.js';
import type { Prepared } from './prepared.js';
import { type MovementDrivers, movementDrivers, readThroughMovement } from './views.js';

/** Pieces of one node at most; a node that would need more stays as it is. */
const MAX_PIECES = 12;

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions'>;

/** `prepared` with reads of elements in place of reads of the buses that they travel in. */
export function throughMovement(circuit: Circuit, prepared: Prepared): Prepared {
  const drivers = movementDrivers(circuit, prepared.assigns);
  if (!drivers.some((list) => list !== undefined)) return prepared;
  const pass = new Pass(circuit, drivers);
  return {
    assigns: prepared.assigns.flatMap((a) => pass.assign(a)),
    updates: prepared.updates.flatMap((u) => pass.update(u)),
    writes: prepared.writes.map((w) => {
      const loops = [...w.loops, ...w.inner];
      const go = (ex: Ex): Ex => pass.expression(ex, loops) ?? ex;
      const guards = w.guards.map((g) => ({ ...g, cond: go(g.cond) }));
      return { ...w, address: go(w.address), data: go(w.data), guards };
    }),
  };
}

class Pass {
  constructor(
    private readonly circuit: Circuit,
    private readonly drivers: MovementDrivers,
  ) {}

  /** The expression without cuts; undefined if it needs one. */
  expression(ex: Ex, loops: readonly number[]): Ex | undefined {
    const out = readThroughMovement(this.circuit, this.drivers, ex, loops);
    return isCut(out) ? undefined : out;
  }

  assign(a: Assign): readonly Assign[] {
    return this.pieces(
      a,
      (piece) => {
        const value = readThroughMovement(this.circuit, this.drivers, piece.value, piece.loops);
        if (isCut(value)) return value;
        const { loops, target, index, place } = piece;
        return value === piece.value ? piece : { loops, target, index, value, place };
      },
      (piece, cut) => this.cutAssign(piece, cut),
    );
  }

  update(u: Update): readonly Update[] {
    return this.pieces(
      u,
      (piece) => {
        const tree = this.tree(piece.tree, piece.loops, piece.inner);
        if (isCut(tree)) return tree;
        return tree === piece.tree ? piece : { ...piece, tree };
      },
      (piece, cut) => this.cutUpdate(piece, cut),
    );
  }

  private pieces<N extends Assign | Update>(
    node: N,
    rewritten: (piece: N) => N | Cut,
    cutIn: (piece: N, cut: Cut) => readonly [N, N] | undefined,
  ): readonly N[] {
    const done: N[] = [];
    const todo = [node];
    for (let piece = todo.pop(); piece !== undefined; piece = todo.pop()) {
      const out = rewritten(piece);
      if (!isCut(out)) {
        done.push(out);
        continue;
      }
      const two = cutIn(piece, out);
      if (two === undefined || done.length + todo.length + 2 > MAX_PIECES) return [node];
      todo.push(two[1], two[0]);
    }
    return done;
  }

  private tree(tree: Tree, loops: readonly number[], inner: readonly number[]): Tree | Cut {
    if (tree.kind === 'keep') return tree;
    if (tree.kind === 'value') {
      const value = readThroughMovement(this.circuit, this.drivers, tree.value, [...loops, ...inner]);
      return isCut(value) ? value : value === tree.value ? tree : { kind: 'value', value };
    }
    const cond = readThroughMovement(this.circuit, this.drivers, tree.cond, loops);
    if (isCut(cond)) return cond;
    const then = this.tree(tree.then, loops, inner);
    if (isCut(then)) return then;
    const otherwise = this.tree(tree.else, loops, inner);
    if (isCut(otherwise)) return otherwise;
    if (cond === tree.cond && then === tree.then && otherwise === tree.else) return tree;
    return { kind: 'if', cond, then, else: otherwise };
  }

  private cutAssign(a: Assign, cut: Cut): readonly [Assign, Assign] | undefined {
    const part = (from: number, count: number): Assign | undefined => {
      const by = shifted(cut.variable, from, count);
      const value = moved(this.circuit, a.value, a.loops.length, by);
      const index = indexOf(a.index, by);
      if (value === undefined || index === undefined) return undefined;
      return { ...a, loops: a.loops.map((n, v) => (v === cut.variable ? count : n)), index, value };
    };
    return both(part(0, cut.at), part(cut.at, (a.loops[cut.variable] ?? 1) - cut.at));
  }

  private cutUpdate(u: Update, cut: Cut): readonly [Update, Update] | undefined {
    const outer = u.loops.length;
    const extents = [...u.loops, ...u.inner];
    const part = (from: number, count: number): Update | undefined => {
      const by = shifted(cut.variable, from, count);
      const tree = this.movedTree(u.tree, outer, extents.length, by);
      const index = indexOf(u.index, by);
      if (tree === undefined || index === undefined) return undefined;
      const sizes = extents.map((n, v) => (v === cut.variable ? count : n));
      return { ...u, loops: sizes.slice(0, outer), inner: sizes.slice(outer), index, tree };
    };
    return both(part(0, cut.at), part(cut.at, (extents[cut.variable] ?? 1) - cut.at));
  }

  private movedTree(tree: Tree, outer: number, all: number, by: (v: number) => Affine): Tree | undefined {
    if (tree.kind === 'keep') return tree;
    if (tree.kind === 'value') {
      const value = moved(this.circuit, tree.value, all, by);
      return value === undefined ? undefined : { kind: 'value', value };
    }
    const cond = moved(this.circuit, tree.cond, outer, by);
    const then = this.movedTree(tree.then, outer, all, by);
    const otherwise = this.movedTree(tree.else, outer, all, by);
    if (cond === undefined || then === undefined || otherwise === undefined) return undefined;
    return { kind: 'if', cond, then, else: otherwise };
  }
}

const isCut = (out: object): out is Cut => 'variable' in out;

const both = <N>(a: N | undefined, b: N | undefined): readonly [N, N] | undefined =>
  a === undefined || b === undefined ? undefined : [a, b];

/** The variable of a loop counted from `from` on, the others as they are; one iteration alone has a constant. */
const shifted =
  (variable: number, from: number, count: number) =>
  (v: number): Affine =>
    v !== variable ? affineVar(v) : count === 1 ? affineConst(from) : { c: from, terms: [{ v, k: 1 }] };

function indexOf(index: readonly Affine[], by: (v: number) => Affine): Affine[] | undefined {
  const out = index.flatMap((i) => substituteAffine(i, by) ?? []);
  return out.length === index.length ? out : undefined;
}

const moved = (circuit: Circuit, ex: Ex, loops: number, by: (v: number) => Affine): Ex | undefined =>
  moveExpression(
    circuit,
    ex,
    loops,
    Array.from({ length: loops }, (_, v) => by(v)),
    loops,
  );
