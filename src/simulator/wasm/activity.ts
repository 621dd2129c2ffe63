/**
 * Activity: nodes whose inputs are as they were when they were computed last need not be computed again. Large nodes get
 * a gate with a bit; a node runs when one of the bits that it depends on is set. The bit of a wire is set when it was
 * computed in this cycle, that of a register when it was in the one before, that of a memory when it was written. Small
 * values that large nodes read are computed in every cycle, and compared with what they were.
 */
import { type ElabSignal, type ElaboratedCircuit, elementCount, signalOf } from '../elaborated.js';
import { visitReads } from '../walk.js';
import { distance } from './depend.js';
import type { Activity, Gate, GatedNode, Part, Sources, Watched } from './gated.js';
import { componentLists } from './graph.js';
import { storageBytes } from './layout.js';
import { loopsOf, mayBePart, partsIn, readsOf, readsOfWrites } from './parts.js';
import { type Arm, type PlannedCircuit, type PlannedUpdate, visitPlan } from './plan.js';

/** Cheaper nodes are computed in every cycle. */
export const LEAST_COST = 48;
/** A circuit with fewer gates than this has enables of its own for what is large; looking at gates would cost more. */
export const FEWEST_GATES = 16;
/** Numbers cost less than the estimate, which counts all arms of all decisions. */
const NUMBERS = 3;
/** Larger values are not compared. */
const MOST_BYTES = 160;

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'clocks' | 'asyncResets' | 'expressions'>;

const bytesOf = (s: ElabSignal): number => elementCount(s) * storageBytes(s.width);

/**
 * The gates of a program for nodes of at least `least` instructions, and its parts; undefined where there is nothing worth
 * one. `fixed` are registers that move in memory; fewer gates than `fewest` are none.
 */
export function activityOf(
  circuit: Circuit,
  program: PlannedCircuit,
  fixed: (signal: number) => boolean,
  least = LEAST_COST,
  fewest = FEWEST_GATES,
): Activity | undefined {
  if (circuit.clocks.length !== 1 || circuit.asyncResets.length > 0) return undefined;
  let nodes = candidates(circuit, program, fixed, least);
  // Without a gate a node may make others lose theirs.
  for (;;) {
    if (nodes.size < fewest) return undefined;
    const found = new Search(circuit, program, nodes, fixed).activity();
    if (!(found instanceof Set)) return found;
    nodes = found;
  }
}

function candidates(
  circuit: Circuit,
  program: PlannedCircuit,
  fixed: (signal: number) => boolean,
  least: number,
): Set<GatedNode> {
  const nodes = new Set<GatedNode>();
  const leastOf = (id: number): number => (isNumber(signalOf(circuit, id)) ? NUMBERS * least : least);
  for (const a of program.assigns) {
    const { kind, port } = signalOf(circuit, a.target);
    if (kind !== 'wire' || port !== undefined || program.circular.has(a.target)) continue;
    if (costOf(a.plan, a.loops) >= leastOf(a.target)) nodes.add(a);
  }
  for (const u of program.updates) {
    if (fixed(u.target) || signalOf(circuit, u.target).port !== undefined || hasEnable(u)) continue;
    const loops = [...u.loops, ...u.inner];
    if (costOf(u.plan, loops) >= leastOf(u.target) && !accumulates(circuit, u, loops)) nodes.add(u);
  }
  return nodes;
}

/** A register that keeps its value unless something says so has a gate by its author. */
function hasEnable({ plan: { body } }: PlannedUpdate): boolean {
  if (body.kind !== 'if' || !body.then.uniform) return false;
  return body.then.body.kind === 'keep' || body.else.body.kind === 'keep';
}

function costOf(arm: Arm, loops: readonly number[]): number {
  const times = loops.reduce((n, d) => n * d, 1);
  let cost = 0;
  const walk = ({ body, sunk }: Arm): void => {
    for (const a of sunk) cost += costOf(a.plan, a.loops);
    if (body.kind === 'value') cost += (body.value.cost + 1) * times;
    if (body.kind !== 'if') return;
    cost += body.cond.cost + 1;
    walk(body.then);
    walk(body.else);
  };
  walk(arm);
  return cost;
}

/** A sum that grows by something in every cycle has no time without activity as a rule. */
function accumulates(circuit: Circuit, u: PlannedUpdate, loops: readonly number[]): boolean {
  if (loops.length === 0) return false;
  const signal = signalOf(circuit, u.target);
  let found = false;
  visitPlan(u.plan, loops, (r) => {
    if (r.signal === u.target && distance(signal, u.index, loops, r) === 'same') found = true;
  });
  return found;
}

class Search {
  private readonly bitOf = new Map<GatedNode, number>();
  private readonly writers = new Map<number, GatedNode[]>();
  /** Signals that some node without a gate drives. */
  private readonly free = new Set<number>();
  /** Signals that some part drives. */
  private readonly marked = new Set<number>();
  private readonly written = new Set<number>();
  /** Wires that are computed where they are read. */
  private readonly sunk = new Set<number>();
  /** Signals that memories and nodes without a gate read. */
  private readonly others = new Set<number>();
  private readonly readers = new Map<number, Set<number>>();
  private readonly parts: readonly (readonly GatedNode[])[];
  /** Number of the part that drives a signal; the last one of those of an array. */
  private readonly partOf = new Map<GatedNode, number>();

  constructor(
    private readonly circuit: Circuit,
    program: PlannedCircuit,
    private readonly nodes: ReadonlySet<GatedNode>,
    private readonly fixed: (signal: number) => boolean,
  ) {
    for (const node of nodes) this.bitOf.set(node, this.bitOf.size);
    this.parts = partsIn(circuit, program, nodes, mayBePart(circuit, program, fixed));
    this.parts.forEach((part, n) => part.forEach((node) => this.partOf.set(node, n)));
    for (const node of [...program.assigns, ...program.updates]) {
      if (this.partOf.has(node)) {
        this.marked.add(node.target);
        continue;
      }
      if (!nodes.has(node)) {
        this.free.add(node.target);
        continue;
      }
      const list = this.writers.get(node.target);
      if (list === undefined) this.writers.set(node.target, [node]);
      else list.push(node);
    }
    for (const node of [...program.assigns, ...program.updates]) this.noteSunk(node.plan);
    for (const w of program.writes) this.written.add(w.memory);
    readsOfWrites(program, (id) => this.others.add(id));
    for (const node of [...program.assigns, ...program.updates])
      if (!this.partOf.has(node) && !nodes.has(node)) readsOf(node, (id) => this.others.add(id));
  }

  /** The gates, or the nodes that may still have one. */
  activity(): Activity | Set<GatedNode> {
    const rest = new Set(this.nodes);
    for (const node of this.nodes) if (!this.worthwhile(node)) rest.delete(node);
    if (rest.size < this.nodes.size) return rest;
    for (const node of this.nodes) this.noteReads(node, this.bitOf.get(node) ?? 0);
    this.parts.forEach((part, n) => part.forEach((node) => this.noteReads(node, this.nodes.size + n)));
    const { watched, place, memories, bits } = this.numbered();
    const raw = [...this.nodes].map((node) => this.sourcesOf(node, place, memories));
    raw.forEach((s, n) => s.always && rest.delete([...this.nodes][n] as GatedNode));
    if (rest.size < this.nodes.size) return rest;
    const detect = this.circular(raw);
    const gates = new Map<GatedNode, Gate>();
    [...this.nodes].forEach((node, bit) => {
      const sources = raw[bit];
      if (sources === undefined) return;
      if (detect.has(bit) && !this.maySeeChanges(node)) rest.delete(node);
      gates.set(node, { bit, sources, detect: detect.has(bit) });
    });
    if (rest.size < this.nodes.size) return rest;
    return { gates, watched, memories, bits, parts: this.partNodes(place, memories), ...this.marksOf(place) };
  }

  private partNodes(place: ReadonlyMap<number, number>, memories: ReadonlyMap<number, number>): Map<GatedNode, Part> {
    const found = new Map<GatedNode, Part>();
    this.parts.forEach((nodes, n) => {
      const bit = this.nodes.size + n;
      const all = new Set([bit]);
      let always = false;
      for (const node of nodes) {
        const { bits, always: never } = flat(this.sourcesOf(node, place, memories, false));
        for (const b of bits) all.add(b);
        always ||= never;
      }
      const part: Part = { bit, sources: { bits: all, always } };
      for (const node of nodes) found.set(node, part);
    });
    return found;
  }

  /** What is to be set where something that parts store changes, and which of their wires others read. */
  private marksOf(place: ReadonlyMap<number, number>): Pick<Activity, 'marks' | 'kept'> {
    const marks = new Map<number, number[]>();
    const kept = new Set<number>();
    const own = new Map<number, number>();
    for (const [node, n] of this.partOf) {
      // Where several parts drive an array, all of them mark each other.
      const bit = this.nodes.size + n;
      own.set(node.target, own.has(node.target) && own.get(node.target) !== bit ? -1 : bit);
    }
    for (const [id, bit] of own) {
      const wire = signalOf(this.circuit, id).kind === 'wire';
      const bits = [...(this.readers.get(id) ?? [])].filter((b) => !wire || b !== bit);
      if (wire && (bits.length > 0 || this.others.has(id) || this.free.has(id))) kept.add(id);
      if (this.isCompared(signalOf(this.circuit, id))) continue;
      const set = bits.filter((b) => b >= this.nodes.size);
      const watched = place.get(id);
      if (watched !== undefined) set.push(watched);
      if (set.length > 0)
        marks.set(
          id,
          set.sort((a, b) => a - b),
        );
    }
    return { marks, kept };
  }

  /** What is read can be told to be as it was, for less than the node costs. */
  private worthwhile(node: GatedNode): boolean {
    let compared = 0;
    const seen = new Set<number>();
    visitPlan(node.plan, loopsOf(node), (r) => {
      if (seen.has(r.signal)) return;
      seen.add(r.signal);
      const s = signalOf(this.circuit, r.signal);
      if (this.isCompared(s)) compared += bytesOf(s) <= 8 ? 3 : 2 + bytesOf(s) / 6;
    });
    return compared * 1.5 < costOf(node.plan, loopsOf(node));
  }

  private noteReads(node: GatedNode, bit: number): void {
    readsOf(node, (signal) => {
      if (!this.isCompared(signalOf(this.circuit, signal)) && !this.marked.has(signal)) return;
      const list = this.readers.get(signal);
      if (list === undefined) this.readers.set(signal, new Set([bit]));
      else list.add(bit);
    });
  }

  private noteSunk({ sunk, body }: Arm): void {
    for (const a of sunk) {
      this.sunk.add(a.target);
      this.noteSunk(a.plan);
    }
    if (body.kind !== 'if') return;
    this.noteSunk(body.then);
    this.noteSunk(body.else);
  }

  /** Nobody tells when it changes. */
  private isCompared(s: ElabSignal): boolean {
    if (s.kind === 'memory' || this.sunk.has(s.id) || bytesOf(s) > MOST_BYTES || this.fixed(s.id)) return false;
    return this.free.has(s.id) || (!this.writers.has(s.id) && !this.marked.has(s.id));
  }

  /** What is written in parts and not only there, and cannot be compared. */
  private isLost(id: number): boolean {
    const s = signalOf(this.circuit, id);
    return (this.free.has(id) || s.port === 'input') && !this.isCompared(s);
  }

  /** Bits behind those of nodes and parts: of values by who reads them, and of memories. */
  private numbered(): { watched: Watched[]; place: Map<number, number>; memories: Map<number, number>; bits: number } {
    let bits = this.nodes.size + this.parts.length;
    const groups = new Map<string, { bit: number; signals: number[]; compared: boolean }>();
    const place = new Map<number, number>();
    for (const [signal, all] of this.readers) {
      const compared = this.isCompared(signalOf(this.circuit, signal));
      // Parts have bits of their own that are set by whoever stores the value.
      const who = [...all].filter((b) => compared || b < this.nodes.size);
      if (who.length === 0) continue;
      const key = `${compared ? '' : 'marked '}${who.sort((a, b) => a - b).join()}`;
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { bit: bits++, signals: [], compared }));
      group.signals.push(signal);
      place.set(signal, group.bit);
    }
    const memories = new Map<number, number>();
    for (const id of this.written) memories.set(id, bits++);
    return { watched: [...groups.values()].filter((g) => g.compared), place, memories, bits };
  }

  private sourcesOf(
    node: GatedNode,
    place: ReadonlyMap<number, number>,
    memories: ReadonlyMap<number, number>,
    marked = true,
  ): Sources {
    const loops = loopsOf(node);
    const under = (arm: Arm): Sources => {
      const bits = new Set<number>();
      let always = false;
      const note = ({ signal: id }: { readonly signal: number }): void => {
        const watched = place.get(id);
        if (watched !== undefined && (marked || this.isCompared(signalOf(this.circuit, id)))) bits.add(watched);
        const memory = memories.get(id);
        if (memory !== undefined) bits.add(memory);
        for (const w of this.writers.get(id) ?? []) bits.add(this.bitOf.get(w) ?? 0);
        // Something large that is computed in every cycle or comes from outside; what nobody drives stays what it is.
        if (this.isLost(id)) always = true;
      };
      for (const a of arm.sunk) visitPlan(a.plan, a.loops, note);
      const { body } = arm;
      if (body.kind === 'value') visitReads(body.value, note);
      if (body.kind !== 'if') return { bits, always };
      visitReads(body.cond, note);
      if (body.then.uniform && body.cond.vars === 0 && body.cond.cost <= 8) {
        const branch = { cond: body.cond, then: under(body.then), else: under(body.else) };
        return { bits, always, branch };
      }
      for (const sub of [body.then, body.else]) visitPlan(sub, loops, note);
      return { bits, always };
    };
    return under(node.plan);
  }

  /** Nodes that depend on themselves, maybe by way of others. */
  private circular(sources: readonly Sources[]): Set<number> {
    const count = sources.length;
    const after = sources.map((s) => [...allBits(s)].filter((bit) => bit < count));
    const found = new Set<number>();
    for (const members of componentLists(after)) {
      const [only] = members;
      if (members.length > 1 || (only !== undefined && after[only]?.includes(only) === true))
        for (const m of members) found.add(m);
    }
    return found;
  }

  private maySeeChanges(node: GatedNode): boolean {
    return 'tree' in node && signalOf(this.circuit, node.target).width <= 64;
  }
}

export function allBits(s: Sources, into = new Set<number>()): Set<number> {
  for (const bit of s.bits) into.add(bit);
  if (s.branch !== undefined) {
    allBits(s.branch.then, into);
    allBits(s.branch.else, into);
  }
  return into;
}

/** Without branches. */
function flat(s: Sources): { readonly bits: ReadonlySet<number>; readonly always: boolean } {
  const always = (of: Sources): boolean =>
    of.always || (of.branch !== undefined && (always(of.branch.then) || always(of.branch.else)));
  return { bits: allBits(s), always: always(s) };
}

/** A watched value that is one number rather than bytes in memory. */
export const isNumber = (s: ElabSignal): boolean => elementCount(s) === 1 && s.width <= 64;
