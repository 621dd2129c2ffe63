/**
 * Which packs pay. Lanes save most of the instructions of the copies; but a wire that lies in an array has to be stored
 * there, one by one where what drives it stays scalar. And copies of wires that depend on each other in a circle cannot
 * be computed together.
 */
import { type ElaboratedCircuit, signalOf } from '../elaborated.js';
import { visitReads } from '../walk.js';
import { componentLists } from '../wasm/graph.js';
import type { Pack } from './fit.js';
import { copiesAtOnce } from './lanes.js';
import type { Statement } from './statements.js';

/** Instructions that a scalar costs to be stored into an array and loaded from it. */
const STORE = 3;
/** Instructions that a loop costs whatever it does. */
const LOOP = 12;

/** The packs that are kept. */
export function profitable(circuit: ElaboratedCircuit, packs: readonly Pack[]): readonly Pack[] {
  let kept = packs;
  for (;;) {
    const paying = withoutCircles(circuit, withGain(circuit, kept));
    if (paying.length === kept.length) return kept;
    kept = paying;
  }
}

function withGain(circuit: ElaboratedCircuit, packs: readonly Pack[]): Pack[] {
  const rolled = new Uint8Array(circuit.signals.length);
  for (const p of packs) for (const s of p.candidate.copies) rolled[s.target] = 1;
  return packs.filter((p) => gain(circuit, rolled, p) > LOOP);
}

function gain(circuit: ElaboratedCircuit, rolled: Uint8Array, { candidate, extents }: Pack): number {
  const { copies, lanes, weave } = candidate;
  const inner = extents.at(-1) ?? 1;
  const vectors = Math.ceil(inner / copiesAtOnce(lanes.bits)) / inner;
  let sum = copies.length * (lanes.cost + 2) * (1 - vectors);
  for (const slot of weave.slots) {
    if (slot.kind !== 'signal') continue;
    for (const s of new Set(slot.values)) if (signalOf(circuit, s).kind === 'wire' && rolled[s] === 0) sum -= STORE;
  }
  return sum;
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
