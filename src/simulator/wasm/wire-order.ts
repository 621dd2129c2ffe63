/** Which wires depend on themselves, and an order of all others in which every wire comes after those that it reads. */
import { type Assign, type ElaboratedCircuit, signalOf } from '../elaborated.js';
import { orderElements } from '../elements.js';
import { isCombinational, visitReads } from '../walk.js';
import { components } from './graph.js';
import { driversOf } from './prepared.js';

type Circuit = Pick<ElaboratedCircuit, 'signals'>;

export interface WireOrder {
  /** Signals that depend on themselves as wholes: their nests may be taken apart, so they have no branches. */
  readonly circular: ReadonlySet<number>;
  /** Every driven wire after those that it reads; undefined if some are circular. */
  readonly order: readonly number[] | undefined;
}

const NONE: ReadonlySet<number> = new Set();

/** The order of what `assigns` drives. Throws H1101 where elements depend on themselves, a combinational loop. */
export function wireOrder(circuit: Circuit, assigns: readonly Assign[]): WireOrder {
  const order = orderAsWritten(circuit, assigns);
  return order === undefined ? searched(circuit, assigns) : { circular: NONE, order };
}

/**
 * The order in which `assigns` stand, with what is read before it is driven (inputs of instances, as a rule) moved up to
 * its first reader; undefined if that is not enough.
 */
function orderAsWritten(circuit: Circuit, assigns: readonly Assign[]): number[] | undefined {
  const { signals } = circuit;
  const last = new Int32Array(signals.length).fill(-1);
  for (let n = 0; n < assigns.length; n++) last[assigns[n]?.target ?? 0] = n;
  // By signal: the node that it has to come before, if that is one before its last driver.
  const before = new Int32Array(signals.length).fill(assigns.length);
  let late = 0;
  let at = 0;
  const read = (r: { readonly signal: number }): void => {
    const s = r.signal;
    if ((last[s] ?? 0) < at || before[s] !== assigns.length || !isCombinational(signalOf(circuit, s))) return;
    before[s] = at;
    late++;
  };
  for (; at < assigns.length; at++) {
    const a = assigns[at];
    if (a !== undefined) visitReads(a.value, read);
  }
  const moved = late === 0 ? [] : movedUp(circuit, assigns, last, before);
  if (moved === undefined) return undefined;
  const order: number[] = [];
  let next = 0;
  for (let n = 0; n < assigns.length; n++) {
    for (let s = moved[next]; s !== undefined && before[s] === n; s = moved[++next]) order.push(s);
    const target = assigns[n]?.target ?? 0;
    if (last[target] === n && before[target] === assigns.length) order.push(target);
  }
  return order;
}

/** Signals with a place `before` a node, in order; undefined if one of them reads what has its place only later. */
function movedUp(
  circuit: Circuit,
  assigns: readonly Assign[],
  last: Int32Array,
  before: Int32Array,
): number[] | undefined {
  const { first, next } = driversOf(circuit.signals.length, assigns);
  const moved: number[] = [];
  const done = new Uint8Array(before.length);
  let place = 0;
  let fits = true;
  const read = ({ signal: s }: { readonly signal: number }): void => {
    if ((last[s] ?? -1) < 0 || !isCombinational(signalOf(circuit, s))) return;
    const from = before[s] ?? 0;
    if (from === assigns.length && (last[s] ?? 0) < place) return;
    // One that is moved later than its reader is looked at goes before it; its own reads are checked then.
    if (from !== assigns.length && done[s] === 0) before[s] = Math.min(from, place);
    else if (from >= place) fits = false;
  };
  for (let n = 0; n < assigns.length && fits; n++) {
    const target = assigns[n]?.target ?? 0;
    if (last[target] !== n || before[target] === assigns.length) continue;
    place = before[target] ?? 0;
    done[target] = 1;
    moved.push(target);
    for (let d = first[target] ?? -1; d >= 0 && fits; d = next[d] ?? -1) {
      const value = assigns[d]?.value;
      if (value !== undefined) visitReads(value, read);
    }
  }
  // Those with one place: what was looked at last comes first.
  return fits ? moved.reverse().sort((a, b) => (before[a] ?? 0) - (before[b] ?? 0)) : undefined;
}

function searched(circuit: Circuit, assigns: readonly Assign[]): WireOrder {
  const { signals } = circuit;
  const { first, next } = driversOf(signals.length, assigns);
  const start = new Int32Array(signals.length + 1);
  const to: number[] = [];
  const own = new Uint8Array(signals.length);
  let from = 0;
  const visit = (r: { readonly signal: number }): void => {
    if (first[r.signal] === -1 || !isCombinational(signalOf(circuit, r.signal))) return;
    to.push(r.signal);
    if (r.signal === from) own[from] = 1;
  };
  for (; from < signals.length; from++) {
    for (let n = first[from] ?? -1; n >= 0; n = next[n] ?? -1) {
      const value = assigns[n]?.value;
      if (value !== undefined) visitReads(value, visit);
    }
    start[from + 1] = to.length;
  }
  const circular = new Set<number>();
  const order: number[] = [];
  const parts = components({ start, to });
  for (let k = 0; k < parts.count; k++) {
    const [a, b] = [parts.start[k] ?? 0, parts.start[k + 1] ?? 0];
    const only = parts.members[a] ?? 0;
    const apart = b - a === 1 && own[only] === 0;
    if (apart && first[only] !== -1) order.push(only);
    if (!apart) for (let i = a; i < b; i++) circular.add(parts.members[i] ?? 0);
  }
  if (circular.size === 0) return { circular, order };
  orderElements(
    circuit,
    assigns.filter((a) => circular.has(a.target)),
  );
  return { circular, order: undefined };
}
