/**
 * The interpreter: runs an elaborated circuit element by element with big integers. It is the oracle that the compiled
 * simulator is compared with, and simple on purpose.
 */
import { evalAffine } from './affine.js';
import {
  type ElaboratedCircuit,
  type ElabSignal,
  type Tree,
  elementCount,
  forEachPoint,
  signalOf,
  strides,
  wrap,
} from './elaborated.js';
import { orderElements } from './elements.js';
import { withBlackBoxes } from './black-boxes.js';
import { type Init, forEachInitial } from './initial.js';
import {
  type CircuitSimulation,
  type PortHandle,
  clockSet,
  foreignSnapshot,
  layoutHash,
  noPort,
  notAStop,
  notAnInput,
  portInfos,
  signalInfos,
} from './inspect.js';
import { type Compiled, compileEx } from './interpreter-expr.js';
import { pathFinder } from './paths.js';

export interface SimulationOptions {
  /** Initial values of unreset registers and of memories; zero by default. */
  readonly init?: Init;
  /**
   * Cycles that the compiled simulator runs with its first program, which is there at once, before it makes the full one;
   * 0 starts with the full one. Results are the same.
   */
  readonly fullAfter?: number;
}

type Commit = () => void;

export function interpret(circuit: ElaboratedCircuit, options: SimulationOptions = {}): CircuitSimulation {
  return withBlackBoxes(interpretAlone(circuit, options));
}

function interpretAlone(circuit: ElaboratedCircuit, options: SimulationOptions): CircuitSimulation {
  const values = circuit.signals.map((s) => new Array<bigint>(elementCount(s)).fill(0n));
  const cells = (id: number): bigint[] => values[id] ?? [];
  for (const s of circuit.signals) {
    forEachInitial(s, options.init ?? 'zero', (flat, value) => (cells(s.id)[flat] = wrap(value, s.width, s.signed)));
  }
  const combinational = settleSteps(circuit, values);
  const asyncResets = asyncResetSteps(circuit, values);
  const edges = edgeSteps(circuit, values);
  const find = pathFinder(circuit.signals);
  let stale = true;

  const settle = (): void => {
    for (const step of asyncResets) step();
    for (const step of combinational) step();
    stale = false;
  };
  const tick = (clocks?: readonly string[]): void => {
    if (stale) settle();
    const chosen = clocks && clockSet(circuit, clocks);
    const due = chosen === undefined ? edges : edges.filter(({ domain }) => chosen.has(domain));
    for (const commit of due.flatMap(({ step }) => step())) commit();
    stale = true;
  };
  const read = (signal: ElabSignal, flat: number, count: number): bigint => {
    let bits = 0n;
    for (let i = count - 1; i >= 0; i--) {
      bits = (bits << BigInt(signal.width)) | wrap(cells(signal.id)[flat + i] ?? 0n, signal.width, false);
    }
    return bits;
  };
  const write = (signal: ElabSignal, flat: number, count: number, bits: bigint): void => {
    for (let i = 0; i < count; i++) {
      cells(signal.id)[flat + i] = wrap(bits >> BigInt(i * signal.width), signal.width, signal.signed);
    }
    stale = true;
  };
  const portSignal = (name: string): ElabSignal => {
    const found = circuit.ports.map((id) => signalOf(circuit, id)).find((s) => s.name === name);
    if (found === undefined) throw noPort(name, circuit);
    return found;
  };
  const poke = (name: string, value: bigint | number): void => {
    const signal = portSignal(name);
    if (signal.port !== 'input') throw notAnInput(name, circuit);
    write(signal, 0, elementCount(signal), BigInt(value));
  };
  const peek = (name: string): bigint => {
    const signal = portSignal(name);
    return read(signal, 0, elementCount(signal));
  };
  const state = circuit.signals.filter((s) => s.kind === 'reg' || s.kind === 'memory');
  const hash = layoutHash(circuit, 'interpreter');
  return {
    circuit,
    ports: portInfos(circuit),
    poke,
    peek,
    settle,
    tick,
    run: (n) => {
      for (let i = 0; i < n; i++) tick();
    },
    runUntil: (stop, limit) => {
      const { id, port, width, dims } = portSignal(stop);
      if (port !== 'output' || width !== 1 || dims.length > 0) throw notAStop(stop, circuit);
      for (let done = 0; done < limit; done++) {
        if (stale) settle();
        if (cells(id)[0] !== 0n) return done;
        tick();
      }
      return Math.max(0, limit);
    },
    port: (name) => interpretedPort(circuit, portSignal(name), peek, poke),
    peekSignal: (path) => {
      if (stale) settle();
      const { signal, flat, count } = find(path);
      return read(signal, flat, count);
    },
    pokeSignal: (path, value) => {
      const { signal, flat, count } = find(path);
      write(signal, flat, count, value);
    },
    signals: () => signalInfos(circuit),
    snapshot: () => {
      const text = state.map((s) => read(s, 0, elementCount(s)).toString(16)).join(',');
      return new TextEncoder().encode(`${hash.toString(16)};${text}`);
    },
    restore: (snapshot) => {
      const [header, body] = new TextDecoder().decode(snapshot).split(';');
      if (header !== hash.toString(16) || body === undefined) throw foreignSnapshot(circuit);
      body.split(',').forEach((digits, k) => {
        const signal = state[k];
        if (signal !== undefined) write(signal, 0, elementCount(signal), BigInt(`0x${digits}`));
      });
    },
  };
}

function settleSteps(circuit: ElaboratedCircuit, values: readonly bigint[][]): Commit[] {
  const compiled = new Map<unknown, Compiled>();
  return orderElements(circuit, circuit.assigns).map(({ assign, point, flat }) => {
    const value = compiled.get(assign) ?? compileEx(circuit, values, assign.value);
    compiled.set(assign, value);
    const cells = values[assign.target] ?? [];
    return () => {
      cells[flat] = value([...point]);
    };
  });
}

function flatIndex(circuit: ElaboratedCircuit, id: number): (index: readonly number[]) => number {
  const step = strides(signalOf(circuit, id).dims);
  return (index) => index.reduce((sum, i, d) => sum + i * (step[d] ?? 0), 0);
}

function asyncResetSteps(circuit: ElaboratedCircuit, values: readonly bigint[][]): Commit[] {
  return circuit.asyncResets.map((r) => {
    const value = compileEx(circuit, values, r.value);
    const flat = flatIndex(circuit, r.target);
    const cells = values[r.target] ?? [];
    return () => {
      if (values[r.reset]?.[0] !== 0n) return;
      forEachPoint(r.loops, (point) => {
        cells[flat(r.index.map((a) => evalAffine(a, point)))] = value([...point]);
      });
    };
  });
}

/** One function per update and write port: reads the old state, returns what to store. */
function edgeSteps(
  circuit: ElaboratedCircuit,
  values: readonly bigint[][],
): { readonly domain: number; readonly step: () => Commit[] }[] {
  const compileTree = (tree: Tree): ((point: number[]) => bigint | undefined) => {
    if (tree.kind === 'keep') return () => undefined;
    if (tree.kind === 'value') return compileEx(circuit, values, tree.value);
    const cond = compileEx(circuit, values, tree.cond);
    const [then, otherwise] = [compileTree(tree.then), compileTree(tree.else)];
    return (p) => (cond(p) !== 0n ? then(p) : otherwise(p));
  };
  const updates = circuit.updates.map((u) => {
    const next = compileTree(u.tree);
    const flat = flatIndex(circuit, u.target);
    const cells = values[u.target] ?? [];
    const step = (): Commit[] => {
      const commits: Commit[] = [];
      forEachPoint([...u.loops, ...u.inner], (point) => {
        const value = next([...point]);
        if (value === undefined) return;
        const at = flat(u.index.map((a) => evalAffine(a, point)));
        commits.push(() => (cells[at] = value));
      });
      return commits;
    };
    return { domain: u.domain, step };
  });
  const writes = circuit.writes.map((w) => {
    const memory = signalOf(circuit, w.memory);
    const depth = BigInt(memory.dims[memory.loopRank] ?? 0);
    const flat = flatIndex(circuit, w.memory);
    const guards = w.guards.map((g) => ({ cond: compileEx(circuit, values, g.cond), value: g.value }));
    const [address, data] = [compileEx(circuit, values, w.address), compileEx(circuit, values, w.data)];
    const cells = values[w.memory] ?? [];
    const step = (): Commit[] => {
      const commits: Commit[] = [];
      forEachPoint([...w.loops, ...w.inner], (point) => {
        const p = [...point];
        if (!guards.every((g) => (g.cond(p) !== 0n) === g.value)) return;
        const word = address(p);
        if (word >= depth) return;
        const value = data(p);
        const index = [
          ...w.prefix.map((a) => evalAffine(a, p)),
          Number(word),
          ...w.suffix.map((a) => evalAffine(a, p)),
        ];
        commits.push(() => (cells[flat(index)] = value));
      });
      return commits;
    };
    return { domain: w.domain, step };
  });
  return [...updates, ...writes];
}

function interpretedPort(
  circuit: ElaboratedCircuit,
  signal: ElabSignal,
  peek: (name: string) => bigint,
  poke: (name: string, value: bigint) => void,
): PortHandle {
  const info = portInfos(circuit, true).find((p) => p.name === signal.name);
  if (info === undefined) throw noPort(signal.name, circuit);
  const count = elementCount(signal);
  return {
    ...info,
    set: (value) => poke(signal.name, value),
    get: () => peek(signal.name),
    setNumber: (value) => poke(signal.name, BigInt(value)),
    getNumber: () => Number(peek(signal.name)),
    setElements: (list) => {
      let bits = 0n;
      for (let i = 0; i < count; i++)
        bits |= wrap(BigInt(list[i] ?? 0), signal.width, false) << BigInt(i * signal.width);
      poke(signal.name, bits);
    },
    getElements: () => {
      const bits = peek(signal.name);
      return Array.from({ length: count }, (_, i) =>
        Number(wrap(bits >> BigInt(i * signal.width), signal.width, signal.signed)),
      );
    },
  };
}
