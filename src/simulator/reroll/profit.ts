/**
 * Which packs pay. Lanes save most of the instructions of the copies; but a wire that lies in an array has to be stored
 * there, one by one where what drives it stays scalar. And copies of wires that depend on each other in a circle cannot
 * be computed together.
 */
import { type ElaboratedCircuit, type Ex, signalOf } from '../elaborated.js';
import { visitReads } from '../walk.js';
import { componentLists } from '../wasm/graph.js';
import { driversOf, visitClocked } from '../wasm/prepared.js';
import type { Pack } from './fit.js';
import { copiesAtOnce } from './lanes.js';
import type { Statement } from './statements.js';

/** Instructions that a scalar costs to be stored into an array and loaded from it. */
const STORE = 3;
/** Instructions' time for which a vector waits when its elements have just been stored one by one. */
const WAIT = 20;
/** Instructions that a loop must save at least, and all together: vectors wait longer for what was stored in pieces. */
const LOOP = 20;
const LEAST = 60;
/** Instructions for lanes that are left over at the end of a row: they are stored in pieces. */
const REST = 8;

/** The packs that are kept. */
export function profitable(circuit: ElaboratedCircuit, packs: readonly Pack[]): readonly Pack[] {
  if (packs.length === 0) return packs;
  const live = liveWires(circuit);
  let kept = packs;
  for (;;) {
    const paying = withoutCircles(circuit, withGain(circuit, live, kept));
    if (paying.length < kept.length) kept = paying;
    else return total(circuit, live, kept) < LEAST ? [] : kept;
  }
}

const total = (circuit: ElaboratedCircuit, live: Uint8Array, packs: readonly Pack[]): number =>
  gains(circuit, live, packs).reduce((sum, g) => sum + g, 0);

function withGain(circuit: ElaboratedCircuit, live: Uint8Array, packs: readonly Pack[]): Pack[] {
  const each = gains(circuit, live, packs);
  return packs.filter((_, k) => (each[k] ?? 0) > LOOP);
}

function gains(circuit: ElaboratedCircuit, live: Uint8Array, packs: readonly Pack[]): number[] {
  const rolled = new Uint8Array(circuit.signals.length);
  const gone = { assign: new Set<number>(), update: new Set<number>() };
  for (const p of packs) {
    for (const s of p.candidate.copies) {
      rolled[s.target] = 1;
      gone[s.kind].add(s.at);
    }
  }
  const alone = readAlone(circuit, live, gone);
  return packs.map((p) => gain(circuit, rolled, alone, p));
}

function gain(circuit: ElaboratedCircuit, rolled: Uint8Array, alone: Uint8Array, { candidate, extents }: Pack): number {
  const { copies, lanes, weave } = candidate;
  const inner = extents.at(-1) ?? 1;
  const rows = copies.length / inner;
  const vectors = rows * Math.ceil(inner / copiesAtOnce(lanes.bits));
  let sum = copies.length * lanes.scalar - vectors * lanes.vector;
  if (inner % copiesAtOnce(lanes.bits) !== 0) sum -= rows * REST;
  for (const slot of weave.slots) {
    if (slot.kind !== 'signal') continue;
    const stored = [...new Set(slot.values)].filter((s) => signalOf(circuit, s).kind === 'wire' && rolled[s] === 0);
    if (stored.length > 0) sum -= WAIT + STORE * stored.length;
  }
  // A wire that a scalar statement reads would be computed there, and only when it is needed.
  if (copies[0]?.kind === 'assign') for (const s of copies) sum -= alone[s.target] === 1 ? STORE + lanes.scalar / 2 : 0;
  return sum;
}

/** Wires that registers or memories depend on. */
function liveWires(circuit: ElaboratedCircuit): Uint8Array {
  const live = new Uint8Array(circuit.signals.length);
  const { first, next } = driversOf(circuit.signals.length, circuit.assigns);
  const todo: number[] = [];
  const need = (ex: Ex): void =>
    visitReads(ex, (r) => {
      if (live[r.signal] === 0) todo.push(r.signal);
      live[r.signal] = 1;
    });
  visitClocked(circuit, need);
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    for (let n = first[id] ?? -1; n >= 0; n = next[n] ?? -1) {
      const value = circuit.assigns[n]?.value;
      if (value !== undefined) need(value);
    }
  }
  return live;
}

/** Scalars that statements outside of all packs read in every cycle. */
function readAlone(
  circuit: ElaboratedCircuit,
  live: Uint8Array,
  gone: { readonly assign: ReadonlySet<number>; readonly update: ReadonlySet<number> },
): Uint8Array {
  const alone = new Uint8Array(circuit.signals.length);
  const note = (ex: Ex): void => visitReads(ex, (r) => (alone[r.signal] = 1));
  circuit.assigns.forEach((a, at) => {
    if (live[a.target] === 1 && !gone.assign.has(at)) note(a.value);
  });
  visitClocked({ updates: circuit.updates.filter((_, at) => !gone.update.has(at)), writes: circuit.writes }, note);
  return alone;
}

/** Without packs of wires that depend on themselves, through others or alone. */
function withoutCircles(circuit: ElaboratedCircuit, packs: readonly Pack[]): readonly Pack[] {
  // A node a signal; the signals of a pack are one node, that of its first copy.
  const node = Int32Array.from(circuit.signals, (_, id) => id);
  const wires = packs.filter((p) => firstOf(p)?.kind === 'assign');
  if (wires.length === 0) return packs;
  for (const p of wires) for (const s of p.candidate.copies) node[s.target] = firstOf(p)?.target ?? 0;
  const successors = circuit.signals.map((): number[] => NONE);
  const own = new Uint8Array(circuit.signals.length);
  for (const a of circuit.assigns) {
    const from = node[a.target] ?? 0;
    let list = successors[from] ?? NONE;
    if (list === NONE) successors[from] = list = [];
    visitReads(a.value, (r) => {
      const kind = circuit.signals[r.signal]?.kind;
      if (kind !== 'wire' && kind !== 'output') return;
      const to = node[r.signal] ?? 0;
      if (to === from) own[from] = 1;
      else list.push(to);
    });
  }
  for (const part of componentLists(successors)) if (part.length > 1) for (const id of part) own[id] = 1;
  return packs.filter((p) => firstOf(p)?.kind !== 'assign' || own[node[firstOf(p)?.target ?? 0] ?? 0] === 0);
}

const NONE: number[] = [];

const firstOf = (p: Pack): Statement | undefined => p.candidate.copies[0];
