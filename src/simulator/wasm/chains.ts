/**
 * Wires of short vectors within loops, where lanes cannot reach them, in a better order. Everything here is about one
 * program: the wires that it makes exist nowhere else.
 *
 * A chain (element k + 1 of a vector is made of element k, and others read the last one only: running sums, priorities)
 * becomes one expression. A vector of a few elements in every iteration of a nest is turned round: first the element, then
 * the loops, so that what loops over iterations finds its neighbours next to each other.
 */
import { type Affine, affineConst, affineVar, evalAffine, isConst } from '../affine.js';
import { type Assign, type ElabSignal, type ElaboratedCircuit, type Ex, type Tree, isAffine } from '../elaborated.js';
import { type Read, visitReads } from '../walk.js';
import { moveExpression } from './inline.js';
import type { Prepared } from './prepared.js';
import { rewrite, rewriter } from './rewrite.js';
import { asProduct } from './shift-and-add.js';

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions'>;
type Load = Extract<Ex, { op: 'load' }>;

/** Vectors longer than this stay as they are. */
const MOST_ELEMENTS = 8;
/** Iterations below which nothing is gained. */
const FEWEST_ITERATIONS = 16;
/** Instructions of a chain as one expression. */
const MOST_COST = 160;

export interface Reordered {
  readonly prepared: Prepared;
  /** Wires that follow the circuit's signals. */
  readonly added: readonly ElabSignal[];
}

export function reordered(circuit: Circuit, prepared: Prepared): Reordered {
  const chains = new Pass(circuit, prepared, []).apply(chainOf);
  return new Pass(circuit, chains.prepared, chains.added).apply(turnOf);
}

/** What becomes of a wire: nodes that drive the new one, and how the elements of the old one are read there. */
interface Change {
  readonly dims: readonly number[];
  readonly assigns: (target: ElabSignal) => readonly Assign[];
  readonly index: (index: Load['index']) => Load['index'];
}

/** How one wire is driven and read. */
interface Wire {
  readonly signal: ElabSignal;
  readonly drivers: readonly Assign[];
  readonly reads: readonly WireRead[];
}

interface WireRead extends Read {
  /** The node that reads. */
  readonly by: Assign | undefined;
  /** Loops around the reading expression. */
  readonly loops: number;
  /** Inside of a `pack`. */
  readonly packed: boolean;
}

class Pass {
  private readonly drivers = new Map<number, Assign[]>();
  private readonly reads = new Map<number, WireRead[]>();

  constructor(
    private readonly circuit: Circuit,
    private readonly prepared: Prepared,
    private readonly before: readonly ElabSignal[],
  ) {
    for (const a of prepared.assigns) {
      const { kind, port, dims, width } = this.signal(a.target);
      const last = dims.at(-1) ?? 0;
      const iterations = dims.slice(0, -1).reduce((n, d) => n * d, 1);
      if (kind !== 'wire' || port !== undefined || width > 64 || last < 2 || last > MOST_ELEMENTS) continue;
      if (dims.length < 2 || iterations < FEWEST_ITERATIONS) continue;
      const list = this.drivers.get(a.target);
      if (list === undefined) this.drivers.set(a.target, [a]);
      else list.push(a);
    }
    if (this.drivers.size > 0) this.noteReads();
  }

  private signal(id: number): ElabSignal {
    const found = this.circuit.signals[id] ?? this.before[id - this.circuit.signals.length];
    if (found === undefined) throw new Error(`no signal ${id}`);
    return found;
  }

  private noteReads(): void {
    const note = (ex: Ex, loops: number, by?: Assign): void => {
      const visit = (e: Ex, packed: boolean): void =>
        visitReads(e, (r) => {
          const list = this.reads.get(r.signal);
          const read = { signal: r.signal, index: r.index, bound: r.bound, by, loops, packed };
          if (list !== undefined) list.push(read);
          else if (this.drivers.has(r.signal)) this.reads.set(r.signal, [read]);
        });
      visit(ex, hasPack(ex));
    };
    const tree = (t: Tree, loops: number): void => {
      if (t.kind === 'value') note(t.value, loops);
      if (t.kind !== 'if') return;
      note(t.cond, loops);
      tree(t.then, loops);
      tree(t.else, loops);
    };
    const { assigns, updates, writes } = this.prepared;
    for (const a of assigns) note(a.value, a.loops.length, a);
    for (const u of updates) tree(u.tree, u.loops.length + u.inner.length);
    for (const w of writes)
      for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) note(ex, w.loops.length + w.inner.length);
  }

  apply(changeOf: (circuit: Circuit, wire: Wire) => Change | undefined): Reordered {
    const added = [...this.before];
    const changes = new Map<number, { readonly to: ElabSignal; readonly change: Change }>();
    const fresh: Assign[] = [];
    for (const [id, drivers] of this.drivers) {
      const signal = this.signal(id);
      const change = changeOf(this.circuit, { signal, drivers, reads: this.reads.get(id) ?? [] });
      if (change === undefined) continue;
      const { dims } = change;
      const to: ElabSignal = {
        ...{
          ...signal,
          id: this.circuit.signals.length + added.length,
          dims,
          loopRank: 0,
          origin: [],
          nest: undefined,
        },
        temporary: true,
      };
      added.push(to);
      changes.set(id, { to, change });
      fresh.push(...change.assigns(to));
    }
    if (changes.size === 0) return { prepared: this.prepared, added };
    const x = this.circuit.expressions;
    const made = new Set([...changes.values()].map(({ to }) => to.id));
    const go = rewriter(x, (e) => {
      if (e.op === 'unary') {
        const { fn, a } = e;
        const over = fn === 'popcount' ? 'sum' : fn === 'reduceOr' ? 'or' : undefined;
        // Bits that are counted where they lie, rather than side by side in a number: such a fold has lanes.
        if (over === undefined || a.op !== 'pack' || a.body.op !== 'load' || a.body.width > 1) return e;
        return a.body.signed || !made.has(a.body.signal)
          ? e
          : x.lanes('fold', over, a.v, a.count, a.body, e.width, e.signed);
      }
      const found = e.op === 'load' ? changes.get(e.signal) : undefined;
      return e.op !== 'load' || found === undefined
        ? e
        : x.load(found.to.id, found.change.index(e.index), e.width, e.signed);
    });
    const { assigns, updates, writes } = this.prepared;
    const kept = assigns.filter((a) => !changes.has(a.target));
    return {
      added,
      prepared: {
        assigns: [...kept, ...fresh].map((a) => ({ ...a, value: go(a.value) })),
        updates: updates.map((u) => ({ ...u, tree: inTree(u.tree, go) })),
        writes: writes.map((w) => ({
          ...w,
          ...{ address: go(w.address), data: go(w.data), guards: w.guards.map((g) => ({ ...g, cond: go(g.cond) })) },
        })),
      },
    };
  }
}

function inTree(tree: Tree, go: (ex: Ex) => Ex): Tree {
  if (tree.kind === 'keep') return tree;
  if (tree.kind === 'value') return { kind: 'value', value: go(tree.value) };
  return { kind: 'if', cond: go(tree.cond), then: inTree(tree.then, go), else: inTree(tree.else, go) };
}

function hasPack(ex: Ex): boolean {
  if (ex.op === 'pack') return ex.body.width >= 8;
  let found = false;
  const visit = (e: Ex): void => {
    if (e.op === 'pack' && e.body.width >= 8) found = true;
    else if (e.op === 'load') e.index.forEach((i) => !isAffine(i) && visit(i.at));
    else if (e.op === 'slice' || e.op === 'convert' || e.op === 'unary') visit(e.a);
    else if (e.op === 'binary') [e.a, e.b].forEach(visit);
    else if (e.op === 'mux') [e.cond, e.a, e.b].forEach(visit);
    else if (e.op === 'cat') e.parts.forEach(visit);
    else if (e.op === 'fold' || e.op === 'pack') visit(e.body);
  };
  visit(ex);
  return found;
}

/** The variables 0 .. of the loops as the indices of the dimensions, all but the last one. */
const isIdentity = (index: Load['index'], count: number): boolean =>
  index.slice(0, count).every((map, d) => isAffine(map) && isVariable(map, d));

const isVariable = ({ c, terms }: Affine, v: number): boolean => {
  const [term] = terms;
  return c === 0 && terms.length === 1 && term?.v === v && term.k === 1 && term.table === undefined;
};

/** Elements one after the other, each by itself: which node drives them and in which iteration of its last loop. */
function elementsOf({ signal, drivers }: Wire): { readonly node: Assign; readonly turn: number }[] | undefined {
  const { dims } = signal;
  const outer = dims.length - 1;
  const found: { readonly node: Assign; readonly turn: number }[] = [];
  for (const node of drivers) {
    const [last, count] = [node.index[outer], node.loops[outer] ?? 1];
    const depth = node.loops.length;
    if (last === undefined || depth < outer || depth > outer + 1 || !isIdentity(node.index, outer)) return undefined;
    if (dims.some((d, k) => k < outer && node.loops[k] !== d)) return undefined;
    if (last.terms.some((t) => t.v !== outer || t.table !== undefined)) return undefined;
    for (let turn = 0; turn < count; turn++) {
      const at = evalAffine(last, [...dims.slice(0, outer).map(() => 0), turn]);
      if (found[at] !== undefined) return undefined;
      found[at] = { node, turn };
    }
  }
  return Object.keys(found).length === dims[outer] ? found : undefined;
}

function chainOf(circuit: Circuit, wire: Wire): Change | undefined {
  const { signal, drivers, reads } = wire;
  const { dims } = signal;
  const outer = dims.length - 1;
  const last = (dims[outer] ?? 1) - 1;
  const mine = (r: WireRead): boolean => r.by !== undefined && drivers.includes(r.by);
  if (!reads.some(mine)) return undefined;
  for (const r of reads) {
    const at = r.index[outer];
    if (!mine(r)) {
      if (at === undefined || !isAffine(at) || !isConst(at) || at.c !== last) return undefined;
    } else if (r.bound.size > 0 || !isIdentity(r.index, outer)) return undefined;
  }
  const elements = elementsOf(wire);
  if (elements === undefined) return undefined;
  const x = circuit.expressions;
  const as = (ex: Ex, { width, signed }: Pick<Ex, 'width' | 'signed'>): Ex =>
    ex.width === width && ex.signed === signed ? ex : x.convert(ex, width, signed);
  const values: Ex[] = [];
  for (const [at, { node, turn }] of elements.entries()) {
    const here = dims.slice(0, outer).map((_, v) => affineVar(v));
    const plain = moveExpression(circuit, node.value, node.loops.length, [...here, affineConst(turn)], outer);
    if (plain === undefined) return undefined;
    let ok = true;
    const value = rewrite(x, plain, (e) => {
      if (e.op !== 'load' || e.signal !== signal.id) return e;
      const from = e.index[outer];
      const known = from !== undefined && isAffine(from) && isConst(from) && from.c < at ? values[from.c] : undefined;
      if (known === undefined) ok = false;
      return known === undefined ? e : as(known, e);
    });
    if (!ok || value.cost > MOST_COST) return undefined;
    values.push(as(value, signal));
  }
  const sum = values[last];
  const [first] = drivers;
  const whole = sum === undefined ? undefined : asProduct(x, sum);
  if (whole === undefined || first === undefined) return undefined;
  const loops = dims.slice(0, outer);
  const index = loops.map((_, v) => affineVar(v));
  return {
    dims: loops,
    assigns: ({ id }) => [{ loops, target: id, index, value: whole, place: first.place }],
    index: (at) => at.slice(0, outer),
  };
}

function turnOf(circuit: Circuit, wire: Wire): Change | undefined {
  const { signal, drivers, reads } = wire;
  const { dims } = signal;
  const outer = dims.length - 1;
  if (elementsOf(wire) === undefined || reads.length === 0) return undefined;
  for (const r of reads) {
    const at = r.index[outer];
    if (r.packed || (r.by !== undefined && drivers.includes(r.by))) return undefined;
    // Who loops over the elements inside of everything else has them next to each other as it is.
    if (at === undefined || !isAffine(at) || at.terms.some((t) => t.v < r.loops)) return undefined;
  }
  const turned = <T>(list: readonly T[]): T[] => [...list.slice(outer), ...list.slice(0, outer)];
  const assigns: Assign[] = [];
  for (const a of drivers) {
    if (a.loops.length === outer) {
      assigns.push({ ...a, index: turned(a.index) });
      continue;
    }
    // The loop over the elements comes first.
    const by = a.loops.map((_, v) => affineVar(v === outer ? 0 : v + 1));
    const value = moveExpression(circuit, a.value, a.loops.length, by, a.loops.length);
    if (value === undefined) return undefined;
    const last = a.index[outer];
    if (last === undefined) return undefined;
    const element: Affine = { c: last.c, terms: last.terms.map((t) => ({ ...t, v: 0 })) };
    const places = a.loops.slice(0, outer).map((_, v) => affineVar(v + 1));
    assigns.push({ ...a, loops: turned(a.loops), index: [element, ...places], value });
  }
  return {
    dims: turned(dims),
    assigns: ({ id }) => assigns.map((a) => ({ ...a, target: id })),
    index: (at) => turned(at),
  };
}
