/**
 * Activity: nodes whose inputs are as they were when they were computed last need not be computed again. Large nodes get
 * a gate with a bit; a node runs when one of the bits that it depends on is set. The bit of a wire is set when it was
 * computed in this cycle, that of a register when it was in the one before, that of a memory when it was written. Small
 * values that large nodes read are computed in every cycle, and compared with what they were.
 */
import { type ElabSignal, type ElaboratedCircuit, type Ex, elementCount, signalOf } from '../elaborated.js';
import { visitReads } from '../walk.js';
import { distance } from './depend.js';
import { componentLists } from './graph.js';
import { storageBytes } from './layout.js';
import { type Arm, type PlannedAssign, type PlannedCircuit, type PlannedUpdate, visitPlan } from './plan.js';

export type GatedNode = PlannedAssign | PlannedUpdate;

/** What a node depends on; bits of `then` or `else` count by a condition that is the same in all iterations. */
export interface Sources {
  readonly bits: ReadonlySet<number>;
  /** Depends on something that nobody watches. */
  readonly always: boolean;
  readonly branch?: { readonly cond: Ex; readonly then: Sources; readonly else: Sources };
}

export interface Gate {
  readonly bit: number;
  readonly sources: Sources;
  /** The register depends on itself in some way: its bit is set only when an element really changes. */
  readonly detect: boolean;
}

/** Values that are compared with what they were; they share a bit. */
export interface Watched {
  readonly bit: number;
  readonly signals: readonly number[];
}

export interface Activity {
  readonly gates: ReadonlyMap<GatedNode, Gate>;
  readonly watched: readonly Watched[];
  /** Bits of memories by signal. */
  readonly memories: ReadonlyMap<number, number>;
  /** All bits; the last one, on which every node depends, is set only where everything counts as changed. */
  readonly bits: number;
}

/** Cheaper nodes are computed in every cycle. */
export const LEAST_COST = 48;
/** A circuit with fewer gates than this has enables of its own for what is large; looking at gates would cost more. */
export const FEWEST_GATES = 16;
/** Numbers cost less than the estimate, which counts all arms of all decisions. */
const NUMBERS = 3;
/** Larger values are not compared. */
const MOST_BYTES = 160;

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'clocks' | 'asyncResets'>;

const bytesOf = (s: ElabSignal): number => elementCount(s) * storageBytes(s.width);

/**
 * The gates of a program for nodes of at least `least` instructions; undefined where there is nothing worth one. `fixed`
 * are registers that move in memory; fewer gates than `fewest` are none.
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
    if (nodes.size < fewest || nodes.size === 0) return undefined;
    const found = new Search(circuit, program, nodes).activity();
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
  private readonly written = new Set<number>();
  private readonly readers = new Map<number, Set<number>>();

  constructor(
    private readonly circuit: Circuit,
    program: PlannedCircuit,
    private readonly nodes: ReadonlySet<GatedNode>,
  ) {
    for (const node of nodes) this.bitOf.set(node, this.bitOf.size);
    for (const node of [...program.assigns, ...program.updates]) {
      if (!nodes.has(node)) {
        this.free.add(node.target);
        continue;
      }
      const list = this.writers.get(node.target);
      if (list === undefined) this.writers.set(node.target, [node]);
      else list.push(node);
    }
    for (const w of program.writes) this.written.add(w.memory);
  }

  /** The gates, or the nodes that may still have one. */
  activity(): Activity | Set<GatedNode> {
    const rest = new Set(this.nodes);
    for (const node of this.nodes) if (!this.worthwhile(node)) rest.delete(node);
    if (rest.size < this.nodes.size) return rest;
    for (const node of this.nodes) this.noteReads(node);
    const { watched, memories, bits } = this.numbered();
    const place = new Map<number, number>();
    for (const w of watched) for (const id of w.signals) place.set(id, w.bit);
    const raw = [...this.nodes].map((node) => {
      const sources = this.sourcesOf(node, place, memories);
      return { ...sources, bits: new Set(sources.bits).add(bits) };
    });
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
    return rest.size < this.nodes.size ? rest : { gates, watched, memories, bits: bits + 1 };
  }

  /** What is read can be told to be as it was, for less than the node costs. */
  private worthwhile(node: GatedNode): boolean {
    let compared = 0;
    const seen = new Set<number>();
    visitPlan(node.plan, loopsOf(node), (r) => {
      if (seen.has(r.signal)) return;
      seen.add(r.signal);
      const s = signalOf(this.circuit, r.signal);
      if (this.isWatched(s)) compared += bytesOf(s) <= 8 ? 3 : 2 + bytesOf(s) / 6;
    });
    return compared * 1.5 < costOf(node.plan, loopsOf(node));
  }

  private noteReads(node: GatedNode): void {
    const bit = this.bitOf.get(node) ?? 0;
    visitPlan(node.plan, loopsOf(node), (r) => {
      if (!this.isWatched(signalOf(this.circuit, r.signal))) return;
      const list = this.readers.get(r.signal);
      if (list === undefined) this.readers.set(r.signal, new Set([bit]));
      else list.add(bit);
    });
  }

  private isWatched(s: ElabSignal): boolean {
    if (s.kind === 'memory' || bytesOf(s) > MOST_BYTES) return false;
    return this.free.has(s.id) || !this.writers.has(s.id);
  }

  /** Bits behind those of nodes: watched values by who reads them, and memories. */
  private numbered(): { watched: Watched[]; memories: Map<number, number>; bits: number } {
    let bits = this.nodes.size;
    const groups = new Map<string, { bit: number; signals: number[] }>();
    for (const [signal, nodes] of this.readers) {
      const key = [...nodes].sort((a, b) => a - b).join();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { bit: bits++, signals: [signal] });
      else group.signals.push(signal);
    }
    const memories = new Map<number, number>();
    for (const id of this.written) memories.set(id, bits++);
    return { watched: [...groups.values()], memories, bits };
  }

  private sourcesOf(
    node: GatedNode,
    place: ReadonlyMap<number, number>,
    memories: ReadonlyMap<number, number>,
  ): Sources {
    const loops = loopsOf(node);
    const under = (arm: Arm): Sources => {
      const bits = new Set<number>();
      let always = false;
      const note = ({ signal: id }: { readonly signal: number }): void => {
        const watched = place.get(id);
        if (watched !== undefined) bits.add(watched);
        const memory = memories.get(id);
        if (memory !== undefined) bits.add(memory);
        for (const w of this.writers.get(id) ?? []) bits.add(this.bitOf.get(w) ?? 0);
        // Something large that is computed in every cycle or comes from outside; what nobody drives stays what it is.
        const { port } = signalOf(this.circuit, id);
        if (watched === undefined && (this.free.has(id) || port === 'input')) always = true;
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

const loopsOf = (node: GatedNode): readonly number[] => ('tree' in node ? [...node.loops, ...node.inner] : node.loops);

/** A watched value that is one number rather than bytes in memory. */
export const isNumber = (s: ElabSignal): boolean => elementCount(s) === 1 && s.width <= 64;
