/**
 * The full engine of a circuit whose hand-written copies are loops over arrays (`reroll`).
 *
 * The arrays lie in memory of their own. Everybody else, this simulator's readers and its first engine included, knows
 * registers by the places that they have in the circuit as written; they are brought there when somebody looks, and from
 * there when somebody has changed them, which is seldom between cycles.
 */
import type { ElaboratedCircuit } from '../elaborated.js';
import { signalOf } from '../elaborated.js';
import { type Rerolled, reroll } from '../reroll/reroll.js';
import { type Engine, buildCycle, buildSettle, fullEngine, planOf, withAdded } from './engine.js';
import { type Ground, groundOf } from './ground.js';
import { Allocator, type Layout, type Ring, type Slot, layoutOf, placeRing, storageBytes } from './layout.js';
import type { PlannedCircuit } from './plan.js';
import { ringsOf } from './rings.js';
import { writeElement } from './storage.js';
import { type WireOrder, wireOrder } from './wire-order.js';

/** Bytes of a register's place in the layout of the circuit as written, and of its element. */
interface Run {
  readonly own: number;
  readonly element: number;
  bytes: number;
}

/** A circuit with loops, ready to be placed. */
interface Rolled {
  readonly rerolled: Rerolled;
  readonly wires: WireOrder;
  readonly plan: PlannedCircuit;
  readonly rings: ReadonlyMap<number, Ring>;
}

function rolledOf(circuit: ElaboratedCircuit, layout: () => Layout): Rolled | undefined {
  const rerolled = reroll(circuit, layout);
  if (rerolled === undefined) return undefined;
  const wires = wireOrder(rerolled.circuit, rerolled.circuit.assigns);
  const plan = planOf(rerolled.circuit, wires);
  return { rerolled, wires, plan, rings: ringsOf(withAdded(rerolled.circuit, plan.added), plan) };
}

/** The engine on a ground of its own; undefined for circuits without copies. */
export function rolledEngine(
  circuit: ElaboratedCircuit,
  written: WireOrder,
): { readonly engine: Engine; readonly ground: Ground } | undefined {
  const rolled = rolledOf(circuit, () => layoutOf(circuit));
  if (rolled === undefined) return undefined;
  const layout = layoutOf(circuit, new Map([...rolled.rings].filter(([id]) => id < circuit.signals.length)));
  const ground = groundOf(circuit, layout, new Allocator(layout.end));
  return { engine: engineOn(ground, rolled, written), ground };
}

/** The engine on a ground where cycles have been run. */
export function rolledOn(ground: Ground, written: WireOrder): Engine | undefined {
  const rolled = rolledOf(ground.circuit, () => ground.layout);
  return rolled === undefined ? undefined : engineOn(ground, rolled, written);
}

function engineOn(ground: Ground, { rerolled, wires, plan, rings }: Rolled, written: WireOrder): Engine {
  const { circuit } = rerolled;
  const { allocator, storage } = ground;
  const layout: Layout = { ...ground.layout, slots: slotsOf(ground, rerolled, rings) };
  const inside: Ground = { ...ground, circuit, layout };
  const loops = fullEngine(inside, wires, buildCycle(circuit, layout, allocator, plan));
  for (const { signal, values } of rerolled.tables)
    values.forEach((value, flat) => writeElement(storage, layout, signalOf(circuit, signal), flat, value));
  const runs = runsOf(ground, layout, rerolled);
  // Whether registers are right as elements, and as what they were written as.
  let [elements, own] = [false, true];
  const enter = (): void => {
    if (elements) return;
    for (const run of runs) storage.bytes.copyWithin(run.element, run.own, run.own + run.bytes);
    loops.synchronize();
    elements = true;
  };
  const putBack = (): void => {
    if (own) return;
    loops.putBack();
    for (const run of runs) storage.bytes.copyWithin(run.own, run.element, run.element + run.bytes);
    own = true;
  };
  // Asynchronous resets change registers whenever something is computed.
  const resets = circuit.asyncResets.length > 0;
  let wiresAsWritten: (() => void) | undefined;
  // Every cycle of a journal shows all registers: they stay where they were written.
  let plain: Engine | undefined;
  const engine: Engine = {
    codeBytes: loops.codeBytes,
    tick: (clocks) => {
      if (plain !== undefined) return plain.tick(clocks);
      if (!elements) enter();
      loops.tick(clocks);
      own = false;
    },
    run: (n) => {
      if (plain !== undefined) return plain.run(n);
      enter();
      loops.run(n);
      own = false;
    },
    runUntil: (stop, limit) => {
      if (plain !== undefined) return plain.runUntil(stop, limit);
      enter();
      own = false;
      return loops.runUntil(stop, limit);
    },
    playing: (module, outputs) => {
      const rolled = loops.playing(module, outputs);
      let asWritten: typeof rolled | undefined;
      return (n) => {
        if (plain !== undefined) return (asWritten ??= plain.playing(module, outputs))(n);
        enter();
        own = false;
        rolled(n);
      };
    },
    settle: () => {
      if (plain !== undefined) return plain.settle();
      enter();
      loops.settle();
      if (resets) own = false;
      if (resets) putBack();
    },
    settleAll: () => {
      if (plain !== undefined) return plain.settleAll();
      putBack();
      wiresAsWritten ??= buildSettle(ground, written, true);
      wiresAsWritten();
      if (resets) elements = false;
    },
    putBack: () => (plain === undefined ? putBack() : plain.putBack()),
    synchronize: () => {
      if (plain !== undefined) return plain.synchronize();
      elements = false;
    },
    journal: (options) => {
      putBack();
      const { circuit: all, layout: places } = ground;
      plain ??= fullEngine(ground, written, buildCycle(all, places, allocator, planOf(all, written)));
      plain.synchronize();
      return plain.journal(options);
    },
  };
  return engine;
}

/** Places of the circuit's own signals as they are, and of the new ones. */
function slotsOf(
  { circuit, layout, allocator }: Ground,
  { circuit: running, homes }: Rerolled,
  rings: ReadonlyMap<number, Ring>,
): Slot[] {
  const slots = [...layout.slots];
  const firsts = new Map<number, number>();
  for (const [id, { signal, flat }] of homes) if (flat === 0) firsts.set(signal, id);
  for (const s of running.signals.slice(circuit.signals.length)) {
    const stride = storageBytes(s.width);
    const bytes = s.dims.reduce((n, d) => n * d, stride);
    const ring = rings.get(s.id);
    // Inputs are elements of arrays only where they lie like that anyway.
    if (s.kind === 'input') slots[s.id] = { stride, address: slots[firsts.get(s.id) ?? 0]?.address ?? 0 };
    else if (ring === undefined) slots[s.id] = { stride, address: allocator.take(bytes) };
    else slots[s.id] = placeRing(ring, stride, allocator.take(bytes + ring.room), allocator.take(4));
  }
  return slots;
}

/** Registers that are elements, with neighbours that are neighbours in both places together. */
function runsOf({ circuit, layout }: Ground, { slots }: Layout, { homes }: Rerolled): Run[] {
  const runs: Run[] = [];
  for (const [id, { signal, flat }] of homes) {
    if (signalOf(circuit, id).kind !== 'reg') continue;
    const own = layout.slots[id]?.address ?? 0;
    const { address, stride } = slots[signal] ?? { address: 0, stride: 1 };
    const element = address + flat * stride;
    const last = runs.at(-1);
    if (last !== undefined && last.own + last.bytes === own && last.element + last.bytes === element) {
      last.bytes += stride;
    } else runs.push({ own, element, bytes: stride });
  }
  return runs;
}
