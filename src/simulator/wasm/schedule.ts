/**
 * The order of combinational array nodes, and which of them share a loop nest.
 *
 * A cycle between nodes is either a ripple (every dependence points the same way along the loops: one nest, run in that
 * direction) or is taken apart into elements; a cycle among elements is the user's combinational loop.
 */
import { affineConst, evalAffine } from '../affine.js';
import { type Assign, type ElaboratedCircuit, type Ex, isAffine, signalOf } from '../elaborated.js';
import { type PlannedAssign, visitPlan } from './plan.js';
import { orderElements } from '../elements.js';
import { type Read, isCombinational } from '../walk.js';
import { type Distance, distance, mayMeet } from './depend.js';
import { components } from './graph.js';
import { rewrite } from './rewrite.js';

/** Nodes that run in one nest, in this order within an iteration. */
export interface Group {
  readonly loops: readonly number[];
  readonly nodes: PlannedAssign[];
  readonly down: boolean;
  /** Keeps its nest to itself. */
  readonly sealed: boolean;
  /** Iterations depend on each other through several nodes: all nodes of one iteration come before the next one. */
  readonly ripple?: boolean;
}

/** Nodes of one nest at most; longer runs are split so that functions stay short. */
const MAX_NODES = 300;

interface Dependence {
  readonly writer: number;
  readonly read: Read;
  /** Made by a node inside the reader, in a nest of its own. */
  readonly sunk: boolean;
}

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions'>;

export function scheduleAssigns(circuit: Circuit, assigns: readonly PlannedAssign[]): Group[] {
  const dependences = dependencesOf(circuit, assigns);
  const found = components(dependences.map((list) => list.map((d) => d.writer)));
  const units = found.map((members) => unitFor(circuit, assigns, dependences, members));
  return fuse(circuit, assigns, dependences, units);
}

interface Unit {
  readonly members: readonly number[];
  readonly groups: readonly Group[];
}

function dependencesOf(circuit: Circuit, assigns: readonly PlannedAssign[]): Dependence[][] {
  const writers = new Map<number, number[]>();
  assigns.forEach((a, n) => {
    const list = writers.get(a.target);
    if (list === undefined) writers.set(a.target, [n]);
    else list.push(n);
  });
  return assigns.map((a) => {
    const list: Dependence[] = [];
    visitPlan(a.plan, a.loops, (read) => {
      const signal = signalOf(circuit, read.signal);
      if (!isCombinational(signal)) return;
      for (const writer of writers.get(read.signal) ?? []) {
        const w = assigns[writer];
        if (w !== undefined && mayMeet(signal, w.index, w.loops, read, read.loops))
          list.push({ writer, read, sunk: read.sunk });
      }
    });
    return list;
  });
}

function between(circuit: Circuit, writer: PlannedAssign, { read, sunk }: Dependence): Distance {
  return sunk ? 'unknown' : distance(signalOf(circuit, read.signal), writer.index, writer.loops, read);
}

const sameLoops = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, d) => n === b[d]);

function unitFor(
  circuit: Circuit,
  assigns: readonly PlannedAssign[],
  dependences: readonly (readonly Dependence[])[],
  members: readonly number[],
): Unit {
  const inside = new Set(members);
  const edges = members.flatMap((reader) =>
    (dependences[reader] ?? []).filter((d) => inside.has(d.writer)).map((d) => ({ ...d, reader })),
  );
  const nodes = members.flatMap((m) => assigns[m] ?? []);
  const [first] = nodes;
  if (first === undefined) return { members, groups: [] };
  if (edges.length === 0) {
    const sealed = first.plan.body.kind !== 'value' || first.plan.sunk.length > 0;
    return { members, groups: [{ loops: first.loops, nodes, down: false, sealed }] };
  }
  const ripple = rippleOf(circuit, assigns, members, edges);
  if (ripple !== undefined) return { members, groups: [ripple] };
  const scalars = orderElements(circuit, nodes).map(({ assign, point }) => atPoint(circuit, assign, point));
  const groups: Group[] = [];
  for (let k = 0; k < scalars.length; k += MAX_NODES) {
    groups.push({ loops: [], nodes: scalars.slice(k, k + MAX_NODES), down: false, sealed: true });
  }
  return { members, groups };
}

/** One nest for a cyclic component, if all dependences that cross iterations point one way. */
function rippleOf(
  circuit: Circuit,
  assigns: readonly PlannedAssign[],
  members: readonly number[],
  edges: readonly (Dependence & { readonly reader: number })[],
): Group | undefined {
  const loops = assigns[members[0] ?? 0]?.loops ?? [];
  if (loops.length === 0 || members.some((m) => !sameLoops(assigns[m]?.loops ?? [], loops))) return undefined;
  const seen = new Set<Distance>();
  const position = new Map(members.map((m, k) => [m, k]));
  const before: number[][] = members.map(() => []);
  for (const e of edges) {
    const writer = assigns[e.writer];
    if (writer === undefined) return undefined;
    const d = between(circuit, writer, e);
    seen.add(d);
    if (d === 'same') before[position.get(e.reader) ?? 0]?.push(position.get(e.writer) ?? 0);
  }
  if (seen.has('unknown') || (seen.has('earlier') && seen.has('later'))) return undefined;
  const order = components(before);
  if (order.some((c) => c.length > 1) || before.some((list, k) => list.includes(k))) return undefined;
  const nodes = order.flatMap(([k]) => assigns[members[k ?? 0] ?? 0] ?? []);
  return { loops, nodes, down: seen.has('later'), sealed: true, ripple: nodes.length > 1 };
}

/** One iteration of a node as a node of its own. */
export function atPoint(circuit: Circuit, assign: Assign, point: readonly number[]): PlannedAssign {
  const x = circuit.expressions;
  const fix = <T extends Assign['index'][number]>(a: T): typeof a | { c: number; terms: T['terms'] } => {
    const free = a.terms.filter((t) => t.v >= assign.loops.length);
    return { c: evalAffine({ c: a.c, terms: a.terms.filter((t) => t.v < assign.loops.length) }, point), terms: free };
  };
  const value = rewrite(x, assign.value, (e): Ex => {
    if (e.op === 'load') {
      const index = e.index.map((i) => (isAffine(i) ? fix(i) : i));
      return x.load(e.signal, index, e.width, e.signed);
    }
    if (e.op === 'slice') return x.slice(e.a, fix(e.low), e.width, e.signed);
    if (e.op === 'index') return x.index(fix(e.value), e.width, e.signed);
    return e;
  });
  const plan: PlannedAssign['plan'] = { parent: undefined, uniform: true, sunk: [], body: { kind: 'value', value } };
  return { ...assign, loops: [], index: assign.index.map((a) => affineConst(evalAffine(a, point))), value, plan };
}

/** Units in order; a node joins an earlier nest of its shape where everything it reads is computed by then. */
function fuse(
  circuit: Circuit,
  assigns: readonly PlannedAssign[],
  dependences: readonly (readonly Dependence[])[],
  units: readonly Unit[],
): Group[] {
  const groups: Group[] = [];
  const groupOf = new Int32Array(assigns.length);
  const open = new Map<string, number>();
  for (const unit of units) {
    const [m] = unit.members;
    const [only] = unit.groups;
    const node = m === undefined ? undefined : assigns[m];
    if (m === undefined || only === undefined || node === undefined || only.sealed || node.loops.length === 0) {
      groups.push(...unit.groups);
      for (const member of unit.members) groupOf[member] = groups.length - 1;
      continue;
    }
    const key = node.loops.join(',');
    const at = open.get(key);
    const group = at === undefined ? undefined : groups[at];
    if (at !== undefined && group !== undefined && group.nodes.length < MAX_NODES && joins(m, at)) {
      group.nodes.push(node);
      groupOf[m] = at;
      continue;
    }
    open.set(key, groups.length);
    groupOf[m] = groups.length;
    groups.push({ ...only, nodes: [...only.nodes] });
  }
  function joins(m: number, at: number): boolean {
    return (dependences[m] ?? []).every((d) => {
      const home = groupOf[d.writer] ?? 0;
      const writer = assigns[d.writer];
      if (home !== at || writer === undefined) return home < at;
      const far = between(circuit, writer, d);
      return far === 'same' || far === 'earlier' || far === 'never';
    });
  }
  return groups;
}
