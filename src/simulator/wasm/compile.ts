/**
 * The compiled simulator: an elaborated circuit as one WebAssembly module over one linear memory.
 *
 * A circuit of plain numbers begins with a program that is there at once (`start.ts`); the full one (`engine.ts`) replaces
 * it after some cycles. Both work on one memory with one layout, so nobody can tell which of them runs.
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
import { type Player, type PlayerOptions, portPlayer } from '../player.js';
import { type Engine, buildCycle, fullEngine, planOf, withAdded } from './engine.js';
import { type Ground, groundOf } from './ground.js';
import type { Journal, JournalOptions } from './journal.js';
import { Allocator, layoutOf } from './layout.js';
import { wasmPlayers } from './player.js';
import { type WasmPort, bindPort } from './port.js';
import { ringsOf } from './rings.js';
import { rolledEngine, rolledOn } from './rolled.js';
import { FULL_AFTER, startEngine } from './start.js';
import { readRun, writeElement, writeRun } from './storage.js';
import { wireOrder } from './wire-order.js';

export interface WasmSimulation extends CircuitSimulation {
  port(name: string): WasmPort;
  /** Records ports and registers of every cycle from now on, in memory. */
  journal(options?: JournalOptions): Journal;
  /** Plays streams at the ports from now on, until the next player is made or somebody pokes their ports. */
  player(options: PlayerOptions): Player;
  /** Size of the module in bytes. */
  readonly codeBytes: number;
}

type Changeable = { -readonly [K in keyof WasmSimulation]: WasmSimulation[K] };

export function compile(circuit: ElaboratedCircuit, options: SimulationOptions = {}): WasmSimulation {
  const sim = withBlackBoxes(compileAlone(circuit, options));
  // Models in between are asked cycle by cycle.
  if (circuit.blackBoxes.length > 0) sim.player = (played) => portPlayer(sim, played, circuit.top);
  return sim;
}

function compileAlone(circuit: ElaboratedCircuit, options: SimulationOptions): Changeable {
  const start = startEngine(circuit, options.fullAfter ?? FULL_AFTER, (ground) => {
    simulation.tick = tick;
    return (engine = fullOn(ground));
  });
  const made = start ?? fullOf(circuit);
  const { ground } = made;
  const { layout, storage } = ground;
  let engine = made.engine;
  const { init = 'zero' } = options;
  // A circuit without memories that starts at zero is there already.
  for (const s of start !== undefined && init === 'zero' ? [] : circuit.signals) {
    if (s.image === undefined && s.kind !== 'memory' && !s.unreset) continue;
    forEachInitial(s, init, (flat, value) => writeElement(storage, layout, s, flat, value));
  }
  engine.synchronize();

  let stale = true;
  let allStale = true;
  const touch = (): void => {
    stale = allStale = true;
  };
  const settle = (): void => {
    if (!stale) return;
    engine.settle();
    stale = false;
  };
  const settleAll = (): void => {
    if (!allStale) return;
    engine.settleAll();
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
  const bound = new Map<string, WasmPort>();
  const tick = (clocks?: readonly string[]): void => {
    engine.tick(clocks);
    touch();
  };
  let known: bigint | undefined;
  const hash = (): bigint => (known ??= layoutHash(circuit, 'wasm'));
  const simulation: Changeable = {
    circuit,
    ports: portInfos(circuit),
    codeBytes: engine.codeBytes,
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
    tick:
      start === undefined
        ? tick
        : (clocks) => {
            // The same in another place: what the first engine does teaches the host nothing about the second one.
            engine.tick(clocks);
            touch();
          },
    run: (n) => {
      if (n <= 0) return;
      engine.run(n);
      touch();
    },
    runUntil: (stop, limit) => {
      const signal = portSignal(stop);
      const { port, width, dims } = signal;
      if (port !== 'output' || width !== 1 || dims.length > 0) throw notAStop(stop, circuit);
      const done = engine.runUntil(signal, limit);
      touch();
      return done;
    },
    journal: (options = {}) => engine.journal(options),
    player: wasmPlayers(ground, () => engine, touch),
    port: (name) => {
      let port = bound.get(name);
      if (port === undefined) bound.set(name, (port = bindPort(circuit, layout, storage, portSignal(name), touch)));
      return port;
    },
    peekSignal: (path) => {
      const { signal, flat, count } = find(path);
      engine.putBack();
      if (signal.port === undefined && signal.kind === 'wire') settleAll();
      else settle();
      return readRun(storage, layout, signal, flat, count);
    },
    pokeSignal: (path, value) => {
      const { signal, flat, count } = find(path);
      engine.putBack();
      writeRun(storage, layout, signal, flat, count, value);
      engine.synchronize();
      touch();
    },
    signals: () => signalInfos(circuit),
    snapshot: () => {
      engine.putBack();
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
      engine.putBack();
      storage.bytes.set(snapshot.subarray(8), from);
      engine.synchronize();
      touch();
    },
  };
  return simulation;
}

/** The full engine on a ground of its own. */
function fullOf(circuit: ElaboratedCircuit): { readonly engine: Engine; readonly ground: Ground } {
  const wires = wireOrder(circuit, circuit.assigns);
  const rolled = rolledEngine(circuit, wires);
  if (rolled !== undefined) return rolled;
  const plan = planOf(circuit, wires);
  const layout = layoutOf(circuit, ringsOf(withAdded(circuit, plan.added), plan));
  const allocator = new Allocator(layout.end);
  const built = buildCycle(circuit, layout, allocator, plan);
  const ground = groundOf(circuit, layout, allocator);
  return { engine: fullEngine(ground, wires, built), ground };
}

/** The full engine on a ground where cycles have been run. */
function fullOn(ground: Ground): Engine {
  const { circuit, layout, allocator } = ground;
  const wires = wireOrder(circuit, circuit.assigns);
  return (
    rolledOn(ground, wires) ?? fullEngine(ground, wires, buildCycle(circuit, layout, allocator, planOf(circuit, wires)))
  );
}
