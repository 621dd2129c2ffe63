/**
 * What runs cycles: the full program with everything that makes them quick, and what an engine offers to the simulator
 * around it.
 *
 * `cycle` computes what registers and memories depend on and then the edge; wires that nobody else needs live in locals.
 * Outputs have a second module and all wires a third, compiled when someone looks at them.
 */
import { type ElaboratedCircuit, type ElabSignal, elementCount } from '../elaborated.js';
import { LEAST_COST, FEWEST_GATES, activityOf } from './activity.js';
import { type EdgeProgram, EdgeSets } from './edge-sets.js';
import type { Shared } from './emit-context.js';
import { reordered } from './chains.js';
import { type EqualCopies, areEqual } from './equal-copies.js';
import { type EmittedProgram, emitProgram } from './emit-program.js';
import { ModuleWriter } from './encode.js';
import { FunctionWriter, I32 } from './function.js';
import type { Activity } from './gated.js';
import { type Ground, growMemory, pagesFor, writeConstants } from './ground.js';
import { defineHelpers } from './helpers.js';
import { type Journal, type JournalHost, type JournalOptions, JournalRecorder, journalModule } from './journal.js';
import { type Allocator, type Layout, type Slot, sideBySide, storageBytes } from './layout.js';
import type { PlannedCircuit } from './plan.js';
import { prepare } from './prepare.js';
import { whatPortsNeed } from './prepared.js';
import { instantiate } from './runtime.js';
import { planned, sink } from './sink.js';
import { ValueTable } from './value-table.js';
import { type UntilFunctions, untilModule } from './until.js';
import { type WireOrder, wireOrder } from './wire-order.js';

export interface Engine {
  /** Size of the module in bytes. */
  readonly codeBytes: number;
  tick(clocks: readonly string[] | undefined): void;
  /** At least one cycle. */
  run(n: number): void;
  /** Cycles until the one-bit output is 1, at most `limit`. */
  runUntil(stop: ElabSignal, limit: number): number;
  /**
   * Runs modules that play cycles (`player-module.ts`), which look at these outputs: a function that plays at least one cycle
   * and at most `n`. The module is made knowing whether it has to rewind rings.
   */
  playing(module: (rings: boolean) => Uint8Array<ArrayBuffer>, outputs: readonly number[]): (n: number) => void;
  /** Computes the outputs. */
  settle(): void;
  /** Computes all wires as the author wrote them. */
  settleAll(): void;
  /** Puts registers to where they lie between cycles. */
  putBack(): void;
  /** After registers changed behind its back. */
  synchronize(): void;
  journal(options: JournalOptions): Journal;
}

/** The module of one clock cycle. */
export interface BuiltCycle {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly shared: Shared;
  readonly shadows: EmittedProgram['shadows'];
  readonly gates?: EmittedProgram['gates'];
  /** The program is right only while these are equal. */
  readonly copies: readonly EqualCopies[];
}

/** The engine that runs `built` on its ground. */
export function fullEngine(ground: Ground, wires: WireOrder, built: BuiltCycle): Engine {
  const { circuit, layout, allocator, memory, storage } = ground;
  growMemory(ground);
  writeConstants(storage, built.shared);
  for (const { ring } of layout.slots) if (ring !== undefined) storage.view.setInt32(ring.variable, ring.home, true);
  const exports = instantiate(built.bytes, memory);
  const program = { cycle: exports['cycle'], run: exports['run'] } as { cycle: () => void; run: (n: number) => void };
  const make = ({ bytes, shared, shadows }: BuiltCycle): EdgeProgram => {
    growMemory(ground);
    writeConstants(storage, shared);
    return { cycle: instantiate(bytes, memory)['cycle'] as () => void, shadows };
  };
  const edges = new EdgeSets(
    circuit,
    { cycle: program.cycle, shadows: built.shadows },
    (part) => make(buildCycle(part, layout, allocator, planOf(part, wires, false), Infinity)),
    () => storage.bytes,
  );
  // Copies of registers that differ, as they may at first, need a program that reads all of them, until they are equal.
  const slotOf = (id: number): Slot => layout.slots[id] ?? { address: 0, stride: 1 };
  const equal = (): boolean => areEqual(built.copies, circuit.signals, slotOf, storage.bytes);
  let differ = false;
  let apart: EdgeProgram | undefined;
  const tickApart = (): void => {
    apart ??= make(buildCycle(circuit, layout, allocator, planOf(circuit, wires, false), Infinity));
    edges.use(apart);
    apart.cycle();
    if (!equal()) return;
    edges.select(undefined);
    synchronize();
  };
  const synchronize = (): void => {
    edges.synchronize();
    differ = !equal();
    // Everything counts as changed.
    if (built.gates !== undefined) {
      const { address, bytes } = built.gates;
      storage.bytes.fill(255, address, address + bytes);
    }
  };
  synchronize();
  // An asynchronous reset between two edges changes registers behind the cycle's back.
  const before = (clocks?: readonly string[]): void => {
    edges.select(clocks);
    if (circuit.asyncResets.length > 0) edges.synchronize();
  };

  // A tick leaves rings where it has moved them: they are put back when somebody looks at registers. Programs of single
  // clocks and asynchronous resets meet registers between ticks.
  const { step, rewind } = exports as { step: () => void; rewind?: () => void };
  const lazy = rewind !== undefined && circuit.clocks.length <= 1 && circuit.asyncResets.length === 0;
  let displaced = false;
  const putBack = (): void => {
    if (displaced) rewind?.();
    displaced = false;
  };

  let journal: JournalRecorder | undefined;
  // Outputs, and all wires as the author wrote them, have programs of their own, made when somebody looks.
  let settleOutputs: (() => void) | undefined;
  let settleWires: (() => void) | undefined;

  const stops = new Map<number, UntilFunctions>();
  const untilOf = ({ id }: ElabSignal): UntilFunctions => {
    const settle = buildSettle({ ...ground, circuit: { ...circuit, ports: [id] } }, wires, false);
    const module = untilModule(layout.slots[id]?.address ?? 0, rewind !== undefined);
    return instantiate(module, memory, { cycle: step, settle, rewind }) as unknown as UntilFunctions;
  };
  return {
    codeBytes: built.bytes.length,
    tick: (clocks) => {
      before(clocks);
      if (journal !== undefined) journal.run(1);
      else if (differ && edges.isWhole) tickApart();
      else if (lazy) {
        step();
        displaced = true;
      } else edges.current.cycle();
    },
    run: (n) => {
      before();
      let left = n;
      for (; journal === undefined && differ && left > 0; left--) tickApart();
      if (journal !== undefined) journal.run(left);
      else if (left > 0) program.run(left);
    },
    runUntil: (stop, limit) => {
      let functions = stops.get(stop.id);
      if (functions === undefined) stops.set(stop.id, (functions = untilOf(stop)));
      let done = 0;
      before();
      for (; journal === undefined && differ && done < limit && functions.stopped() === 0; done++) tickApart();
      if (journal === undefined) done += Math.max(0, limit - done) - functions.until(Math.max(0, limit - done));
      else for (; done < limit && functions.stopped() === 0; done++) journal.run(1);
      return done;
    },
    playing: (module, outputs) => {
      const settle = buildSettle({ ...ground, circuit: { ...circuit, ports: outputs } }, wires, false);
      const bytes = module(rewind !== undefined);
      const over = (cycle: () => void, rewound: (() => void) | undefined): ((n: number) => number) =>
        instantiate(bytes, memory, { cycle, settle, rewind: rewound })['play'] as (n: number) => number;
      const inside = over(step, rewind);
      // A cycle at a time while something else than the program of all clocks decides what a cycle is.
      let outside: ((n: number) => number) | undefined;
      const one = (): void => {
        if (journal !== undefined) journal.run(1);
        else tickApart();
      };
      return (n) => {
        before();
        let left = n;
        for (; left > 0 && (journal !== undefined || differ); left--)
          if ((outside ??= over(one, () => undefined))(1) !== 0) return;
        if (left > 0) inside(left);
      };
    },
    settle: () => {
      settleOutputs ??= buildSettle(ground, wires, false);
      settleOutputs();
    },
    settleAll: () => {
      settleWires ??= buildSettle(ground, wires, true);
      settleWires();
    },
    putBack,
    synchronize,
    journal: (options) => {
      putBack();
      const { from, to } = layout.watched;
      const shadow = allocator.take(to - from + 80) + 16;
      const bytes = options.bytes ?? 64 << 20;
      const buffer = { at: allocator.take(bytes), bytes, shadow };
      growMemory(ground);
      const pieces = Math.ceil((to - from) / 64) * 4;
      const whole = built.copies.length === 0 ? program.cycle : () => (differ ? tickApart() : program.cycle());
      const cycle = circuit.clocks.length > 1 ? () => edges.current.cycle() : whole;
      const { trace } = instantiate(journalModule(from, pieces, shadow), memory, { cycle }) as {
        trace: JournalHost['trace'];
      };
      const host: JournalHost = { circuit, layout, storage: () => storage, buffer, trace };
      const started = new JournalRecorder(host, () => (journal = journal === started ? undefined : journal));
      return (journal = started);
    },
  };
}

function sharedFor(circuit: ElaboratedCircuit, layout: Layout, allocator: Allocator, module: ModuleWriter): Shared {
  return {
    circuit,
    layout,
    allocator,
    helpers: defineHelpers(module),
    interner: circuit.expressions,
    values: new ValueTable(),
    constants: [],
    tables: new Map(),
    wideConstants: new Map(),
  };
}

/** What a clock cycle of a circuit computes, in its order; with `copies` equal registers are read as one. */
export function planOf(circuit: ElaboratedCircuit, wires: WireOrder, copies = true): PlannedCircuit {
  let found: readonly EqualCopies[] = [];
  const prepared = prepare(circuit, 'state', wires, copies ? (list) => (found = list) : undefined);
  const better = reordered(circuit, prepared);
  const whole = withAdded(circuit, better.added);
  const circular =
    better.added.length === 0
      ? wires.circular
      : new Set([...wires.circular, ...wireOrder(whole, better.prepared.assigns).circular]);
  return { ...planned(whole, better.prepared, circular), copies: found, added: better.added };
}

/** The circuit with wires of one program. */
export const withAdded = (circuit: ElaboratedCircuit, added: readonly ElabSignal[] = []): ElaboratedCircuit =>
  added.length === 0 ? circuit : { ...circuit, signals: [...circuit.signals, ...added] };

/** The module of one clock cycle: everything that registers and memories depend on, then the edge. */
export function buildCycle(
  written: ElaboratedCircuit,
  places: Layout,
  allocator: Allocator,
  plan: PlannedCircuit,
  /** Nodes of so many instructions have a gate. */
  gatedFrom = LEAST_COST,
  /** Fewer gates are none. */
  fewestGates = FEWEST_GATES,
): BuiltCycle {
  const circuit = withAdded(written, plan.added);
  const layout = withPlaces(places, plan.added, allocator);
  const module = new ModuleWriter();
  const program = sink(circuit, plan, new Set());
  const moves = (id: number): boolean => layout.slots[id]?.ring !== undefined;
  const activity = gatedFrom === Infinity ? undefined : activityOf(circuit, program, moves, gatedFrom, fewestGates);
  const shared = sharedFor(circuit, ownPlaces(circuit, layout, allocator, activity), allocator, module);
  const { index, shadows, gates, rewind } = emitProgram(module, shared, program, { stored: new Set(), activity });
  const run = module.declare([I32], []);
  const f = new FunctionWriter(1);
  const i = f.local(I32);
  f.loopTo(i, 0, () => f.call(index));
  if (rewind !== undefined) f.call(rewind);
  module.define(run, f.finish());
  let cycle = index;
  if (rewind !== undefined) {
    // Between calls everything lies where it is looked for; `step` leaves that to its caller.
    cycle = module.declare([], []);
    module.define(cycle, new FunctionWriter(0).call(index).call(rewind).finish());
    module.export('rewind', rewind);
  }
  module.export('step', index);
  module.export('cycle', cycle);
  module.export('run', run);
  return { bytes: module.finish(pagesFor(allocator.end)), shared, shadows, gates, copies: plan.copies ?? [] };
}

function withPlaces(layout: Layout, added: readonly ElabSignal[] = [], allocator: Allocator): Layout {
  if (added.length === 0) return layout;
  const slots = [...layout.slots];
  for (const s of added) {
    const stride = storageBytes(s.width);
    slots[s.id] = { address: allocator.take(elementCount(s) * stride), stride };
  }
  return { ...layout, slots };
}

/** The layout with places for wires that keep their values from one cycle to another: other programs write the usual ones. */
function ownPlaces(
  { signals }: ElaboratedCircuit,
  layout: Layout,
  allocator: Allocator,
  activity: Activity | undefined,
): Layout {
  if (activity === undefined) return layout;
  const slots = [...layout.slots];
  const wires = new Set<ElabSignal>();
  for (const target of [...activity.kept, ...[...activity.gates.keys()].map((node) => node.target)]) {
    const [signal, slot] = [signals[target], slots[target]];
    if (signal?.kind === 'wire' && slot !== undefined) wires.add(signal);
  }
  // Those of one part follow each other: they lie in few lines of the cache.
  const { places, bytes } = sideBySide([...wires]);
  const from = allocator.take(bytes);
  for (const { id } of wires) slots[id] = { ...(slots[id] as Slot), address: from + (places.get(id) ?? 0) };
  return { ...layout, slots };
}

/** A function that computes the outputs, or with `everything` every wire of the circuit as the author wrote it. */
export function buildSettle(ground: Ground, wires: WireOrder, everything: boolean): () => void {
  const { circuit, layout, allocator, memory, storage } = ground;
  const module = new ModuleWriter();
  const shared = sharedFor(circuit, layout, allocator, module);
  const none = { updates: [], writes: [] };
  const ports = new Set(circuit.ports);
  const program = everything
    ? planned(circuit, { assigns: circuit.assigns, ...none }, wires.circular)
    : sink(circuit, planned(circuit, prepare(whatPortsNeed(circuit), 'outputs', wires), wires.circular), ports);
  const { index } = emitProgram(module, shared, program, { stored: everything ? 'all' : ports });
  module.export('settle', index);
  const bytes = module.finish(pagesFor(allocator.end));
  growMemory(ground);
  writeConstants(storage, shared);
  return instantiate(bytes, memory)['settle'] as () => void;
}
