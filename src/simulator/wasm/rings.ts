/**
 * Rings: register arrays that shift by a whole element. Such a register has a window in memory that is wider than itself;
 * a shift moves the place of element 0 in the window instead of all elements. The window is put back before anybody
 * outside of the cycle looks, so that its layout is no concern of theirs.
 */
import type { Affine } from '../affine.js';
import { type ElaboratedCircuit, type ElabSignal, type Ex, elementCount, isAffine, signalOf } from '../elaborated.js';
import { orderClocked } from './clocked.js';
import { type Ring, storageBytes } from './layout.js';
import { type Arm, type PlannedCircuit, type PlannedUpdate, uniformArms } from './plan.js';

/** Smaller registers are moved. */
const LEAST_BYTES = 128;
/** Shifts between two moves of a window, at least. */
const LEAST_SHIFTS = 8;

/** The rings of a circuit by register. */
export function ringsOf(circuit: ElaboratedCircuit, program: PlannedCircuit): ReadonlyMap<number, Ring> {
  const found = new Map<number, Ring>();
  for (const u of program.updates) {
    const signal = signalOf(circuit, u.target);
    if (found.has(u.target) || !mayShift(signal, u)) continue;
    const way = findWay(signal, u, u.plan);
    if (way === undefined) continue;
    const count = signal.dims[0] ?? 1;
    const bytes = elementCount(signal) * storageBytes(signal.width);
    const step = bytes / count;
    found.set(u.target, { down: way === 'down', step, bytes, room: step * Math.max(count, LEAST_SHIFTS) });
  }
  if (found.size === 0) return found;
  // What is computed beside the register and copied back does not shift in place.
  for (const item of orderClocked(circuit, program)) {
    if (item.kind === 'update' && item.shadow) found.delete(item.update.target);
  }
  return found;
}

/** Whether some branch of an update shifts the register, its loops being free to become one move. */
export const shiftsRing = (signal: ElabSignal, ring: Ring | undefined, u: PlannedUpdate): boolean =>
  ring !== undefined && mayShift(signal, u) && findWay(signal, u, u.plan) !== undefined;

/** Which way `value`, driven to all iterations of an update, moves the elements; undefined if it is anything else. */
export function shiftOf(signal: ElabSignal, u: PlannedUpdate, value: Ex): 'down' | 'up' | undefined {
  if (value.op !== 'load' || value.signal !== signal.id) return undefined;
  const [to, from] = [u.index, value.index];
  const [w, r] = [to[0], from[0]];
  if (w === undefined || r === undefined || !isAffine(r) || !isLoop(r, 0, r.c)) return undefined;
  const rest = from.every((i, d) => d === 0 || (isAffine(i) && isLoop(i, d, 0)));
  if (!rest) return undefined;
  return w.c === 0 && r.c === 1 ? 'down' : w.c === 1 && r.c === 0 ? 'up' : undefined;
}

/** An update that writes all elements but one at an end. */
function mayShift(signal: ElabSignal, u: PlannedUpdate): boolean {
  const loops = [...u.loops, ...u.inner];
  const { dims } = signal;
  if (signal.kind !== 'reg' || signal.port !== undefined || loops.length !== dims.length || loops.length === 0) {
    return false;
  }
  if (elementCount(signal) * storageBytes(signal.width) < LEAST_BYTES || !uniformArms(u.plan)) return false;
  return dims.every((n, d) => {
    const i = u.index[d];
    return i !== undefined && loops[d] === (d === 0 ? n - 1 : n) && isLoop(i, d, d === 0 ? i.c : 0);
  });
}

const isLoop = (a: Affine, v: number, c: number): boolean => {
  const [t] = a.terms;
  return a.c === c && a.terms.length === 1 && t?.v === v && t.k === 1 && t.table === undefined;
};

function findWay(signal: ElabSignal, u: PlannedUpdate, { body }: Arm): 'down' | 'up' | undefined {
  if (body.kind === 'value') return shiftOf(signal, u, body.value);
  return body.kind === 'if' ? (findWay(signal, u, body.then) ?? findWay(signal, u, body.else)) : undefined;
}
