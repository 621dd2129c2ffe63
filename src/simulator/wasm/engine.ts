/**
 * What runs cycles: the full program with everything that makes them quick, and what an engine offers to the simulator
 * around it.
 *
 * `cycle` computes what registers and memories depend on and then the edge; wires that nobody else needs live in locals.
 * Outputs have a second module and all wires a third, compiled when someone looks at them.
 */
import { type ElaboratedCircuit, type ElabSignal } from '../elaborated.js';
import { EdgeSets } from './edge-sets.js';
import type { Shared } from './emit-context.js';
import { type EmittedProgram, emitProgram } from './emit-program.js';
import { ModuleWriter } from './encode.js';
import { FunctionWriter, I32 } from './function.js';
import { type Ground, growMemory, pagesFor, writeConstants } from './ground.js';
import { defineHelpers } from './helpers.js';
import { type Journal, type JournalHost, type JournalOptions, JournalRecorder, journalModule } from './journal.js';
import type { Allocator, Layout } from './layout.js';
import type { PlannedCircuit } from './plan.js';
import { prepare } from './prepare.js';
import { instantiate } from './runtime.js';
import { planned, sink } from './sink.js';
import { ValueTable } from './value-table.js';
import { type UntilFunctions, untilModule } from './until.js';
import type { WireOrder } from './wire-order.js';

export interface Engine {
  /** Size of the module in bytes. */
  readonly codeBytes: number;
  tick(clocks: readonly string[] | undefined): void;
  /** At least one cycle. */
  run(n: number): void;
  /** Cycles until the one-bit output is 1, at most `limit`. */
  runUntil(stop: ElabSignal, limit: number): number;
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
}

/** The engine that runs `built` on its ground. */
export function fullEngine(ground: Ground, wires: WireOrder, built: BuiltCycle): Engine {
  const { circuit, layout, allocator, memory, storage } = ground;
  growMemory(ground);
  writeConstants(storage, built.shared);
  for (const { ring } of layout.slots) if (ring !== undefined) storage.view.setInt32(ring.variable, ring.home, true);
  const exports = instantiate(built.bytes, memory);
  const program = { cycle: exports['cycle'], run: exports['run'] } as { cycle: () => void; run: (n: number) => void };
  const edges = new EdgeSets(
    circuit,
    { cycle: program.cycle, shadows: built.shadows },
    (part) => {
      const { bytes, shared, shadows } = buildCycle(part, layout, allocator, planOf(part, wires));
      growMemory(ground);
      writeConstants(storage, shared);
      return { cycle: instantiate(bytes, memory)['cycle'] as () => void, shadows };
    },
    () => storage.bytes,
  );
  edges.synchronize();
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
      else if (lazy) {
        step();
        displaced = true;
      } else edges.current.cycle();
    },
    run: (n) => {
      before();
      if (journal === undefined) program.run(n);
      else journal.run(n);
    },
    runUntil: (stop, limit) => {
      let functions = stops.get(stop.id);
      if (functions === undefined) stops.set(stop.id, (functions = untilOf(stop)));
      let done = 0;
      before();
      if (journal === undefined) done = Math.max(0, limit) - functions.until(Math.max(0, limit));
      else for (; done < limit && functions.stopped() === 0; done++) journal.run(1);
      return done;
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
    synchronize: () => edges.synchronize(),
    journal: (options) => {
      putBack();
      const { from, to } = layout.watched;
      const shadow = allocator.take(to - from + 80) + 16;
      const bytes = options.bytes ?? 64 << 20;
      const buffer = { at: allocator.take(bytes), bytes, shadow };
      growMemory(ground);
      const pieces = Math.ceil((to - from) / 64) * 4;
      const cycle = circuit.clocks.length > 1 ? () => edges.current.cycle() : program.cycle;
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

/** What a clock cycle of a circuit computes, in its order. */
export const planOf = (circuit: ElaboratedCircuit, wires: WireOrder): PlannedCircuit =>
  planned(circuit, prepare(circuit, 'state', wires), wires.circular);

/** The module of one clock cycle: everything that registers and memories depend on, then the edge. */
export function buildCycle(
  circuit: ElaboratedCircuit,
  layout: Layout,
  allocator: Allocator,
  plan: PlannedCircuit,
): BuiltCycle {
  const module = new ModuleWriter();
  const shared = sharedFor(circuit, layout, allocator, module);
  const program = sink(circuit, plan, new Set());
  const { index, shadows, rewind } = emitProgram(module, shared, program, { stored: new Set() });
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
  return { bytes: module.finish(pagesFor(allocator.end)), shared, shadows };
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
    : sink(circuit, planned(circuit, prepare(circuit, 'outputs', wires), wires.circular), ports);
  const { index } = emitProgram(module, shared, program, { stored: everything ? 'all' : ports });
  module.export('settle', index);
  const bytes = module.finish(pagesFor(allocator.end));
  growMemory(ground);
  writeConstants(storage, shared);
  return instantiate(bytes, memory)['settle'] as () => void;
}
