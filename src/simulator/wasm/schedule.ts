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
import { type Read, isCombinational, visitReads } from '../walk.js';
import { type Distance, distance, mayMeet } from './depend.js';
import { type Components, componentLists, components } from './graph.js';
import { driversOf } from './prepared.js';
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

/** What reader n depends on stands at `start[n]` .. `start[n + 1] - 1` of the lists. */
interface Dependences {
  readonly start: Int32Array;
  /** Numbers of the writers. */
  readonly to: number[];
  readonly reads: Read[];
  readonly sunk: boolean[];
}

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions'>;

/** Nodes of `alone` share no nest. */
export function scheduleAssigns(
  circuit: Circuit,
  assigns: readonly PlannedAssign[],
  alone: (a: PlannedAssign) => boolean = () => false,
): Group[] {
  const dependences = dependencesOf(circuit, assigns);
  return fuse(circuit, assigns, dependences, components(dependences), alone);
}

function dependencesOf(circuit: Circuit, assigns: readonly PlannedAssign[]): Dependences {
  const { signals } = circuit;
  const { first, next } = driversOf(signals.length, assigns);
  const out: Dependences = { start: new Int32Array(assigns.length + 1), to: [], reads: [], sunk: [] };
  const note = (read: Read, loops: readonly number[], sunk: boolean): void => {
    let writer = first[read.signal] ?? -1;
    if (writer < 0) return;
    const signal = signalOf(circuit, read.signal);
    if (!isCombinational(signal)) return;
    for (; writer >= 0; writer = next[writer] ?? -1) {
      const w = assigns[writer];
      if (w === undefined || (signal.dims.length > 0 && !mayMeet(signal, w.index, w.loops, read, loops))) continue;
      out.to.push(writer);
      out.reads.push(read);
      out.sunk.push(sunk);
    }
  };
  let loops: readonly number[] = [];
  const plain = (read: Read): void => note(read, loops, false);
  assigns.forEach((a, n) => {
    const { body, sunk } = a.plan;
    loops = a.loops;
    if (body.kind === 'value' && sunk.length === 0) visitReads(body.value, plain);
    else visitPlan(a.plan, loops, (read) => note(read, read.loops, read.sunk));
    out.start[n + 1] = out.to.length;
  });
  return out;
}

function between(circuit: Circuit, writer: PlannedAssign, { read, sunk }: Omit<Dependence, 'writer'>): Distance {
  return sunk ? 'unknown' : distance(signalOf(circuit, read.signal), writer.index, writer.loops, read);
}

const sameLoops = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, d) => n === b[d]);

/** Groups of nodes that depend on each other in a circle. */
function unitFor(
  circuit: Circuit,
  assigns: readonly PlannedAssign[],
  dependences: Dependences,
  members: readonly number[],
): Group[] {
  const inside = new Set(members);
  const edges: (Dependence & { readonly reader: number })[] = [];
  for (const reader of members) {
    for (let k = dependences.start[reader] ?? 0; k < (dependences.start[reader + 1] ?? 0); k++) {
      const [writer, read, sunk] = [dependences.to[k] ?? 0, dependences.reads[k], dependences.sunk[k] ?? false];
      if (read !== undefined && inside.has(writer)) edges.push({ reader, writer, read, sunk });
    }
  }
  const ripple = rippleOf(circuit, assigns, members, edges);
  if (ripple !== undefined) return [ripple];
  const nodes = members.flatMap((m) => assigns[m] ?? []);
  const scalars = orderElements(circuit, nodes).map(({ assign, point }) => atPoint(circuit, assign, point));
  const groups: Group[] = [];
  for (let k = 0; k < scalars.length; k += MAX_NODES) {
    groups.push({ loops: [], nodes: scalars.slice(k, k + MAX_NODES), down: false, sealed: true });
  }
  return groups;
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
  const order = componentLists(before);
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

/** Single values in a row share a group up to this many instructions. */
const RUN_COST = 100;

/** Components in order; a node joins an earlier nest of its shape where everything it reads is computed by then. */
function fuse(
  circuit: Circuit,
  assigns: readonly PlannedAssign[],
  dependences: Dependences,
  parts: Components,
  alone: (a: PlannedAssign) => boolean,
): Group[] {
  const groups: Group[] = [];
  const groupOf = new Int32Array(assigns.length);
  const open = new Map<string, number>();
  let room = 0;
  for (let k = 0; k < parts.count; k++) {
    const from = parts.start[k] ?? 0;
    const to = parts.start[k + 1] ?? 0;
    const m = parts.members[from] ?? 0;
    const node = assigns[m];
    if (node === undefined) continue;
    if (to - from > 1 || readsItself(dependences, m)) {
      const members = [...parts.members.subarray(from, to)];
      groups.push(...unitFor(circuit, assigns, dependences, members));
      for (const member of members) groupOf[member] = groups.length - 1;
      room = 0;
      continue;
    }
    const { loops } = node;
    const sealed = node.plan.body.kind !== 'value' || node.plan.sunk.length > 0 || alone(node);
    if (sealed || loops.length === 0) {
      const cost = node.value.cost + 2;
      if (sealed || cost > room) {
        groups.push({ loops, nodes: [node], down: false, sealed });
        room = sealed ? 0 : RUN_COST - cost;
      } else {
        groups.at(-1)?.nodes.push(node);
        room -= cost;
      }
      groupOf[m] = groups.length - 1;
      continue;
    }
    room = 0;
    const key = loops.join(',');
    const at = open.get(key);
    const group = at === undefined ? undefined : groups[at];
    if (at !== undefined && group !== undefined && group.nodes.length < MAX_NODES && joins(m, at)) {
      group.nodes.push(node);
      groupOf[m] = at;
      continue;
    }
    open.set(key, groups.length);
    groupOf[m] = groups.length;
    groups.push({ loops, nodes: [node], down: false, sealed: false });
  }
  function joins(m: number, at: number): boolean {
    for (let k = dependences.start[m] ?? 0; k < (dependences.start[m + 1] ?? 0); k++) {
      const w = dependences.to[k] ?? 0;
      const home = groupOf[w] ?? 0;
      const [writer, read] = [assigns[w], dependences.reads[k]];
      if (home !== at || writer === undefined || read === undefined) {
        if (home >= at) return false;
        continue;
      }
      const far = between(circuit, writer, { read, sunk: dependences.sunk[k] ?? false });
      if (far !== 'same' && far !== 'earlier' && far !== 'never') return false;
    }
    return true;
  }
  return groups;
}

function readsItself({ start, to }: Dependences, m: number): boolean {
  for (let k = start[m] ?? 0; k < (start[m + 1] ?? 0); k++) if (to[k] === m) return true;
  return false;
}
