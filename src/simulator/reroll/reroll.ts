/**
 * Re-rolling: copies that somebody wrote out one by one become arrays and loops over them, as a generate loop would have
 * been from the start. What comes out computes the same; a mistake about what is alike could only cost time, because
 * every iteration is made to be the copy that it stands for.
 *
 * The circuit that comes in keeps its signals: those that are elements now are told by `homes`, for the layout. Nothing
 * but the compiled simulator knows about this.
 */
import { affineConst } from '../affine.js';
import type { Assign, ElabSignal, ElaboratedCircuit, Ex, Tree, Update } from '../elaborated.js';
import { signalOf } from '../elaborated.js';
import { type Layout, layoutOf } from '../wasm/layout.js';
import { rewriter } from '../wasm/rewrite.js';
import { classesOf } from './classes.js';
import type { Pack } from './fit.js';
import { Homes } from './homes.js';
import { Lifter, type Lifting, selfOf } from './lift.js';
import { merged } from './merge.js';
import { profitable } from './profit.js';
import { packsOf } from './search.js';
import { type ArrayShape, shaped } from './shape.js';
import { sideBySide } from './side-by-side.js';

/** Where a former scalar lies: element `flat` of a signal that re-rolling has made. */
export interface Element {
  readonly signal: number;
  readonly flat: number;
}

/** A circuit with loops where there were copies. */
export interface Rerolled {
  /** The same signals, then the new arrays. */
  readonly circuit: ElaboratedCircuit;
  /** By signal: the element that it is, if it has become one. */
  readonly homes: ReadonlyMap<number, Element>;
  /** Constants that differ between copies: contents of signals that nothing drives. */
  readonly tables: readonly { readonly signal: number; readonly values: readonly bigint[] }[];
  /** Names of what the copies drive, in the order of the iterations, and the extents of their loops. */
  readonly groups: readonly { readonly targets: readonly string[]; readonly extents: readonly number[] }[];
}

/** The circuit with its copies in loops; undefined where there is nothing to gain. `layout` says where inputs lie. */
export function reroll(
  circuit: ElaboratedCircuit,
  layout: () => Layout = () => layoutOf(circuit),
): Rerolled | undefined {
  const found = classesOf(circuit);
  if (found === undefined) return undefined;
  const { slots } = layout();
  const homes = new Homes(circuit, (id) => slots[id]?.address ?? 0);
  const packs = profitable(circuit, merged(circuit, homes, found, packsOf(circuit, homes, found)));
  if (packs.length === 0) return undefined;
  const plan = shaped(packs, homes);
  const signals: ElabSignal[] = [...circuit.signals];
  const arrays = arraySignals(circuit, homes, plan.arrays, signals);
  const elements = elementsOf(circuit, homes, plan.arrays, arrays);
  const tables: { signal: number; values: readonly bigint[] }[] = [];
  const x = circuit.expressions;
  const moved = rewriter(x, (ex) => {
    if (ex.op === 'cat') return sideBySide(circuit, ex);
    if (ex.op !== 'load') return ex;
    const home = elements.get(ex.signal);
    return home === undefined ? ex : x.load(home.signal, indexAt(signals, home), ex.width, ex.signed);
  });
  const to: Lifting = {
    circuit: { ...circuit, signals },
    arrays: plan.arrays,
    signalOfArray: (array) => arrays.get(array) ?? 0,
    table: (values, width, signed) => {
      const signal = addArray(signals, { kind: 'wire', width, signed, name: 'constants' }, [values.length]);
      tables.push({ signal, values });
      return signal;
    },
    moved,
  };
  const loops = { assign: new Map<number, Assign>(), update: new Map<number, Update>() };
  const gone = { assign: new Set<number>(), update: new Set<number>() };
  for (const one of plan.packs) {
    const { copies, weave } = one.pack.candidate;
    const [first] = copies;
    if (first === undefined) continue;
    const lifter = new Lifter(to, one);
    const { signal, index } = lifter.target();
    const tree = lifter.tree(weave.tree, selfOf(to.circuit, first.target, signal, index));
    const place = circuit[first.kind === 'assign' ? 'assigns' : 'updates'][first.at]?.place;
    for (const s of copies) gone[s.kind].add(s.at);
    if (first.kind === 'update') {
      const { domain } = first;
      loops.update.set(first.at, { loops: one.extents, inner: [], target: signal, index, tree, domain, place });
    } else if (tree.kind === 'value') {
      // Behind everything that any of the copies reads.
      const last = copies.reduce((at, s) => Math.max(at, s.at), 0);
      loops.assign.set(last, { loops: one.extents, target: signal, index, value: tree.value, place });
    }
  }
  const assigns: Assign[] = [];
  circuit.assigns.forEach((a, at) => {
    const loop = loops.assign.get(at);
    if (!gone.assign.has(at)) assigns.push({ ...a, ...targetOf(signals, elements, a), value: moved(a.value) });
    if (loop !== undefined) assigns.push(loop);
  });
  const updates: Update[] = [];
  circuit.updates.forEach((u, at) => {
    const loop = loops.update.get(at);
    if (!gone.update.has(at)) updates.push({ ...u, ...targetOf(signals, elements, u), tree: movedTree(u.tree, moved) });
    if (loop !== undefined) updates.push(loop);
  });
  return {
    circuit: {
      ...circuit,
      signals,
      assigns,
      updates,
      writes: circuit.writes.map((w) => ({
        ...w,
        address: moved(w.address),
        data: moved(w.data),
        guards: w.guards.map((g) => ({ ...g, cond: moved(g.cond) })),
      })),
      asyncResets: circuit.asyncResets.map((r) => ({
        ...r,
        ...targetOf(signals, elements, r),
        value: moved(r.value),
      })),
    },
    homes: elements,
    tables,
    groups: plan.packs.map(({ pack, extents }) => ({ targets: namesOf(circuit, pack), extents })),
  };
}

/** One signal an array that some nest uses. */
function arraySignals(
  circuit: ElaboratedCircuit,
  homes: Homes,
  shapes: ReadonlyMap<number, ArrayShape>,
  signals: ElabSignal[],
): ReadonlyMap<number, number> {
  const out = new Map<number, number>();
  for (const [array, { size, row }] of shapes) {
    const like = signalOf(circuit, homes.rows.get(array)?.members[0] ?? 0);
    out.set(array, addArray(signals, like, row === size ? [size] : [size / row, row]));
  }
  return out;
}

function addArray(
  signals: ElabSignal[],
  like: Pick<ElabSignal, 'kind' | 'width' | 'signed' | 'name' | 'port'>,
  dims: readonly number[],
): number {
  const id = signals.length;
  signals.push({
    id,
    name: `${like.name}$copies`,
    kind: like.kind,
    dims,
    loopRank: 0,
    origin: dims.map(() => 0),
    width: like.width,
    signed: like.signed,
    temporary: true,
    unreset: false,
    port: like.port,
  });
  return id;
}

function elementsOf(
  circuit: ElaboratedCircuit,
  homes: Homes,
  shapes: ReadonlyMap<number, ArrayShape>,
  arrays: ReadonlyMap<number, number>,
): ReadonlyMap<number, Element> {
  const out = new Map<number, Element>();
  for (const { id } of circuit.signals) {
    const home = homes.find(id);
    const signal = home === undefined ? undefined : arrays.get(home.array);
    if (home === undefined || signal === undefined) continue;
    out.set(id, { signal, flat: home.position - (shapes.get(home.array)?.least ?? 0) });
  }
  return out;
}

function indexAt(signals: readonly ElabSignal[], { signal, flat }: Element): readonly ReturnType<typeof affineConst>[] {
  const row = signals[signal]?.dims[1];
  return row === undefined ? [affineConst(flat)] : [affineConst(Math.floor(flat / row)), affineConst(flat % row)];
}

/** Target and index of a driver, for spreading; nothing where they stay. */
function targetOf(
  signals: readonly ElabSignal[],
  elements: ReadonlyMap<number, Element>,
  { target }: { readonly target: number },
): Partial<Pick<Assign, 'target' | 'index'>> {
  const home = elements.get(target);
  return home === undefined ? {} : { target: home.signal, index: indexAt(signals, home) };
}

function movedTree(tree: Tree, moved: (ex: Ex) => Ex): Tree {
  if (tree.kind === 'keep') return tree;
  if (tree.kind === 'value') return { kind: 'value', value: moved(tree.value) };
  return {
    kind: 'if',
    cond: moved(tree.cond),
    then: movedTree(tree.then, moved),
    else: movedTree(tree.else, moved),
  };
}

const namesOf = (circuit: ElaboratedCircuit, { candidate, order }: Pack): string[] =>
  order.flatMap((k) => {
    const s = candidate.copies[k];
    return s === undefined ? [] : [signalOf(circuit, s.target).name + s.index.map((i) => `[${i}]`).join('')];
  });
