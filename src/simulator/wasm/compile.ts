/**
 * The compiled simulator: an elaborated circuit as one WebAssembly module over one linear memory.
 *
 * `settle` computes all wires from inputs and state, `edge` all registers and memories. Wires that nothing outside their
 * nest reads are not stored; a second function that stores them all is compiled when someone looks at one.
 */
import { type ElabSignal, type ElaboratedCircuit, elementCount, signalOf } from '../elaborated.js';
import { forEachInitial } from '../initial.js';
import {
  type CircuitSimulation,
  foreignSnapshot,
  layoutHash,
  noPort,
  notAnInput,
  portInfos,
  signalInfos,
} from '../inspect.js';
import type { SimulationOptions } from '../interpreter.js';
import { pathFinder } from '../paths.js';
import type { Shared } from './emit-context.js';
import { type EdgeFunction, emitEdge, emitSettle } from './emit-circuit.js';
import { ModuleWriter } from './encode.js';
import { FunctionWriter, I32, OP } from './function.js';
import { defineHelpers } from './helpers.js';
import { Interner } from './intern.js';
import { Allocator, type Layout, layoutOf } from './layout.js';
import { type WasmPort, bindPort } from './port.js';
import { prepare } from './prepare.js';
import { type WasmMemory, instantiate, newMemory } from './runtime.js';
import { type Storage, readRun, storageOf, writeElement, writeRun } from './storage.js';

export interface WasmSimulation extends CircuitSimulation {
  port(name: string): WasmPort;
  /** Size of the module in bytes. */
  readonly codeBytes: number;
}

interface Program {
  settle(): void;
  edge(): void;
  run(n: number): void;
}

export function compile(circuit: ElaboratedCircuit, options: SimulationOptions = {}): WasmSimulation {
  const layout = layoutOf(circuit);
  const allocator = new Allocator(layout.end);
  const built = build(circuit, layout, allocator);
  const memory = newMemory(pagesFor(allocator.end));
  const storage: Storage = { ...storageOf(memory) };
  writeConstants(storage, built.shared);
  for (const s of circuit.signals) {
    forEachInitial(s, options.init ?? 'zero', (flat, value) => writeElement(storage, layout, s, flat, value));
  }
  const program = load(built.bytes, memory);
  const syncShadows = (): void => {
    for (const s of built.edge.shadows) storage.bytes.copyWithin(s.to, s.from, s.from + s.bytes);
  };
  syncShadows();

  let stale = true;
  let allStale = true;
  const touch = (): void => {
    stale = allStale = true;
  };
  const settle = (): void => {
    if (!stale) return;
    program.settle();
    stale = false;
  };
  let debug: (() => void) | undefined;
  const settleAll = (): void => {
    settle();
    if (!allStale) return;
    debug ??= buildDebug(circuit, layout, allocator, memory, storage);
    debug();
    allStale = false;
  };
  const find = pathFinder(circuit.signals);
  const ports = new Map(circuit.ports.map((id) => [signalOf(circuit, id).name, signalOf(circuit, id)]));
  const portSignal = (name: string): ElabSignal => {
    const found = ports.get(name);
    if (found === undefined) throw noPort(name, circuit);
    return found;
  };
  const hash = layoutHash(circuit, 'wasm');
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
    tick: () => {
      settle();
      program.edge();
      touch();
    },
    run: (n) => {
      if (n <= 0) return;
      program.run(n);
      touch();
    },
    port: (name) => bindPort(circuit, layout, storage, portSignal(name), touch),
    peekSignal: (path) => {
      const { signal, flat, count } = find(path);
      if (signal.port === undefined && signal.kind === 'wire') settleAll();
      else settle();
      return readRun(storage, layout, signal, flat, count);
    },
    pokeSignal: (path, value) => {
      const { signal, flat, count } = find(path);
      writeRun(storage, layout, signal, flat, count, value);
      syncShadows();
      touch();
    },
    signals: () => signalInfos(circuit),
    snapshot: () => {
      const { from, to } = layout.state;
      const out = new Uint8Array(8 + to - from);
      new DataView(out.buffer).setBigUint64(0, hash, true);
      out.set(storage.bytes.subarray(from, to), 8);
      return out;
    },
    restore: (snapshot) => {
      const { from, to } = layout.state;
      const header = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
      if (snapshot.length !== 8 + to - from || header.getBigUint64(0, true) !== hash) throw foreignSnapshot(circuit);
      storage.bytes.set(snapshot.subarray(8), from);
      syncShadows();
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
    interner: new Interner(),
    constants: [],
    tables: new Map(),
    wideConstants: new Map(),
  };
}

function build(
  circuit: ElaboratedCircuit,
  layout: Layout,
  allocator: Allocator,
): { bytes: Uint8Array<ArrayBuffer>; shared: Shared; edge: EdgeFunction } {
  const module = new ModuleWriter();
  const shared = sharedFor(circuit, layout, allocator, module);
  const prepared = prepare(circuit);
  const settle = emitSettle(module, shared, prepared, false);
  const edge = emitEdge(module, shared, prepared);
  const run = module.declare([I32], []);
  const f = new FunctionWriter(1);
  const i = f.local(I32);
  f.get(0)
    .i32(0)
    .op(OP.i32.gt_s)
    .if(() => f.loopTo(i, 0, () => f.call(settle).call(edge.index)));
  module.define(run, f.finish());
  module.export('settle', settle);
  module.export('edge', edge.index);
  module.export('run', run);
  return { bytes: module.finish(), shared, edge };
}

/** A function that computes every wire of the circuit as the author wrote it. */
function buildDebug(
  circuit: ElaboratedCircuit,
  layout: Layout,
  allocator: Allocator,
  memory: WasmMemory,
  storage: { bytes: Uint8Array; view: DataView },
): () => void {
  const module = new ModuleWriter();
  const shared = sharedFor(circuit, layout, allocator, module);
  const { assigns, updates, writes } = circuit;
  module.export('settle', emitSettle(module, shared, { assigns, updates, writes }, true));
  const missing = pagesFor(allocator.end) - memory.buffer.byteLength / 65536;
  if (missing > 0) memory.grow(missing);
  Object.assign(storage, storageOf(memory));
  writeConstants(storage, shared);
  const program = load(module.finish(), memory);
  return () => program.settle();
}

function writeConstants(storage: Storage, shared: Shared): void {
  for (const { address, bytes } of shared.constants) storage.bytes.set(bytes, address);
}

function load(bytes: Uint8Array<ArrayBuffer>, memory: WasmMemory): Program {
  const exports = instantiate(bytes, memory);
  const get = (name: string): ((n?: number) => void) => exports[name] as (n?: number) => void;
  return { settle: get('settle'), edge: get('edge'), run: get('run') };
}
