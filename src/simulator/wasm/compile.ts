/**
 * The compiled simulator: an elaborated circuit as one WebAssembly module over one linear memory.
 *
 * `cycle` computes what registers and memories depend on and then the edge; wires that nobody else needs live in locals.
 * Outputs have a second module and all wires a third, compiled when someone looks at them.
 */
import { type ElabSignal, type ElaboratedCircuit, elementCount, signalOf } from '../elaborated.js';
import { withBlackBoxes } from '../black-boxes.js';
import { forEachInitial } from '../initial.js';
import {
  type CircuitSimulation,
  foreignSnapshot,
  layoutHash,
  noPort,
  notAStop,
  notAnInput,
  portInfos,
  signalInfos,
} from '../inspect.js';
import type { SimulationOptions } from '../interpreter.js';
import { pathFinder } from '../paths.js';
import { EdgeSets } from './edge-sets.js';
import type { Shared } from './emit-context.js';
import { type EmittedProgram, emitProgram } from './emit-program.js';
import { ModuleWriter } from './encode.js';
import { FunctionWriter, I32 } from './function.js';
import { defineHelpers } from './helpers.js';
import { type Journal, type JournalHost, type JournalOptions, JournalRecorder, journalModule } from './journal.js';
import { Allocator, type Layout, layoutOf } from './layout.js';
import { type WasmPort, bindPort } from './port.js';
import type { PlannedCircuit } from './plan.js';
import { prepare } from './prepare.js';
import { ringsOf } from './rings.js';
import { type WasmMemory, instantiate, newMemory } from './runtime.js';
import { planned, sink } from './sink.js';
import { ValueTable } from './value-table.js';
import { type Storage, readRun, storageOf, writeElement, writeRun } from './storage.js';
import { type UntilFunctions, untilModule } from './until.js';
import { type WireOrder, wireOrder } from './wire-order.js';

export interface WasmSimulation extends CircuitSimulation {
  port(name: string): WasmPort;
  /** Records ports and registers of every cycle from now on, in memory. */
  journal(options?: JournalOptions): Journal;
  /** Size of the module in bytes. */
  readonly codeBytes: number;
}

interface Program {
  readonly cycle: () => void;
  run(n: number): void;
}

export function compile(circuit: ElaboratedCircuit, options: SimulationOptions = {}): WasmSimulation {
  return withBlackBoxes(compileAlone(circuit, options));
}

function compileAlone(circuit: ElaboratedCircuit, options: SimulationOptions): WasmSimulation {
  const wires = wireOrder(circuit, circuit.assigns);
  const plan = planOf(circuit, wires);
  const layout = layoutOf(circuit, ringsOf(circuit, plan));
  const allocator = new Allocator(layout.end);
  const built = buildCycle(circuit, layout, allocator, plan);
  const memory = newMemory(pagesFor(allocator.end));
  const storage: Storage = { ...storageOf(memory) };
  writeConstants(storage, built.shared);
  for (const s of circuit.signals) {
    if (s.image === undefined && s.kind !== 'memory' && !s.unreset) continue;
    forEachInitial(s, options.init ?? 'zero', (flat, value) => writeElement(storage, layout, s, flat, value));
  }
  for (const { ring } of layout.slots) if (ring !== undefined) storage.view.setInt32(ring.variable, ring.home, true);
  const exports = instantiate(built.bytes, memory);
  const program = { cycle: exports['cycle'], run: exports['run'] } as Program;
  const edges = new EdgeSets(
    circuit,
    { cycle: program.cycle, shadows: built.shadows },
    (part) => {
      const { bytes, shared, shadows } = buildCycle(part, layout, allocator, planOf(part, wires));
      growMemory(memory, allocator.end, storage);
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
  let stale = true;
  let allStale = true;
  const touch = (): void => {
    stale = allStale = true;
  };
  // Outputs, and all wires as the author wrote them, have programs of their own, made when somebody looks.
  const later = (everything: boolean): (() => void) => {
    let settling: (() => void) | undefined;
    return () => {
      settling ??= buildSettle(circuit, layout, allocator, wires, memory, storage, everything);
      settling();
    };
  };
  const [settleOutputs, settleWires] = [later(false), later(true)];
  const settle = (): void => {
    if (!stale) return;
    settleOutputs();
    stale = false;
  };
  const settleAll = (): void => {
    if (!allStale) return;
    settleWires();
    stale = allStale = false;
  };
  let finder: ReturnType<typeof pathFinder> | undefined;
  const find: ReturnType<typeof pathFinder> = (path) => (finder ??= pathFinder(circuit.signals))(path);
  const ports = new Map(circuit.ports.map((id) => [signalOf(circuit, id).name, signalOf(circuit, id)]));
  const portSignal = (name: string): ElabSignal => {
    const found = ports.get(name);
    if (found === undefined) throw noPort(name, circuit);
    return found;
  };
  const stops = new Map<string, UntilFunctions>();
  const untilOf = (stop: string): UntilFunctions => {
    const { id, port, width, dims } = portSignal(stop);
    if (port !== 'output' || width !== 1 || dims.length > 0) throw notAStop(stop, circuit);
    const only = { ...circuit, ports: [id] };
    const settleStop = buildSettle(only, layout, allocator, wires, memory, storage, false);
    const module = untilModule(layout.slots[id]?.address ?? 0, rewind !== undefined);
    const made = instantiate(module, memory, { cycle: step, settle: settleStop, rewind });
    return made as unknown as UntilFunctions;
  };
  let known: bigint | undefined;
  const hash = (): bigint => (known ??= layoutHash(circuit, 'wasm'));
  return {
    circuit,
    ports: portInfos(circuit),
    codeBytes: built.bytes.length,
    poke: (name, value) => {
      const signal = portSignal(name);
      if (signal.port !== 'input') throw notAnInput(name, circuit);
      writeRun(storage, layout, signal, 0, elementCount(signal), BigInt(value));
      touch();
    },
    peek: (name) => {
      const signal = portSignal(name);
      return readRun(storage, layout, signal, 0, elementCount(signal));
    },
    settle,
    tick: (clocks) => {
      before(clocks);
      if (journal !== undefined) journal.run(1);
      else if (lazy) {
        step();
        displaced = true;
      } else edges.current.cycle();
      touch();
    },
    run: (n) => {
      if (n <= 0) return;
      before();
      if (journal === undefined) program.run(n);
      else journal.run(n);
      touch();
    },
    runUntil: (stop, limit) => {
      let functions = stops.get(stop);
      if (functions === undefined) stops.set(stop, (functions = untilOf(stop)));
      let done = 0;
      before();
      if (journal === undefined) done = Math.max(0, limit) - functions.until(Math.max(0, limit));
      else for (; done < limit && functions.stopped() === 0; done++) journal.run(1);
      touch();
      return done;
    },
    journal: (options = {}) => {
      putBack();
      const { from, to } = layout.watched;
      const shadow = allocator.take(to - from + 80) + 16;
      const bytes = options.bytes ?? 64 << 20;
      const buffer = { at: allocator.take(bytes), bytes, shadow };
      growMemory(memory, allocator.end, storage);
      const pieces = Math.ceil((to - from) / 64) * 4;
      const cycle = circuit.clocks.length > 1 ? () => edges.current.cycle() : program.cycle;
      const { trace } = instantiate(journalModule(from, pieces, shadow), memory, { cycle }) as {
        trace: JournalHost['trace'];
      };
      const host: JournalHost = { circuit, layout, storage: () => storage, buffer, trace };
      const started = new JournalRecorder(host, () => (journal = journal === started ? undefined : journal));
      return (journal = started);
    },
    port: (name) => bindPort(circuit, layout, storage, portSignal(name), touch),
    peekSignal: (path) => {
      const { signal, flat, count } = find(path);
      putBack();
      if (signal.port === undefined && signal.kind === 'wire') settleAll();
      else settle();
      return readRun(storage, layout, signal, flat, count);
    },
    pokeSignal: (path, value) => {
      const { signal, flat, count } = find(path);
      putBack();
      writeRun(storage, layout, signal, flat, count, value);
      edges.synchronize();
      touch();
    },
    signals: () => signalInfos(circuit),
    snapshot: () => {
      putBack();
      const { from, to } = layout.state;
      const out = new Uint8Array(8 + to - from);
      new DataView(out.buffer).setBigUint64(0, hash(), true);
      out.set(storage.bytes.subarray(from, to), 8);
      return out;
    },
    restore: (snapshot) => {
      const { from, to } = layout.state;
      const header = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
      if (snapshot.length !== 8 + to - from || header.getBigUint64(0, true) !== hash()) throw foreignSnapshot(circuit);
      putBack();
      storage.bytes.set(snapshot.subarray(8), from);
      edges.synchronize();
      touch();
    },
  };
}

const pagesFor = (bytes: number): number => Math.ceil((bytes + 64) / 65536);

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
const planOf = (circuit: ElaboratedCircuit, wires: WireOrder): PlannedCircuit =>
  planned(circuit, prepare(circuit, 'state', wires), wires.circular);

/** The module of one clock cycle: everything that registers and memories depend on, then the edge. */
function buildCycle(
  circuit: ElaboratedCircuit,
  layout: Layout,
  allocator: Allocator,
  plan: PlannedCircuit,
): { bytes: Uint8Array<ArrayBuffer>; shared: Shared; shadows: EmittedProgram['shadows'] } {
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
function buildSettle(
  circuit: ElaboratedCircuit,
  layout: Layout,
  allocator: Allocator,
  wires: WireOrder,
  memory: WasmMemory,
  storage: { bytes: Uint8Array; view: DataView },
  everything: boolean,
): () => void {
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
  growMemory(memory, allocator.end, storage);
  writeConstants(storage, shared);
  return instantiate(bytes, memory)['settle'] as () => void;
}

/** Makes the memory reach to `end` and the views of it valid again. */
function growMemory(memory: WasmMemory, end: number, storage: Storage): void {
  const missing = pagesFor(end) - memory.buffer.byteLength / 65536;
  if (missing > 0) memory.grow(missing);
  Object.assign(storage, storageOf(memory));
}

function writeConstants(storage: Storage, shared: Shared): void {
  for (const { address, bytes } of shared.constants) storage.bytes.set(bytes, address);
}
