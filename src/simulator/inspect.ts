/** What both simulators of a circuit offer beyond ports: internal signals, typed port handles, snapshots. */
import type { ElabSignal, ElaboratedCircuit } from './elaborated.js';
import { HeddleError } from '../base/diagnostics.js';
import type { PortInfo, SnapshotSimulation } from './simulation.js';

/** One port, looked up once. Numbers for ports of at most 32 bits, bigints for any width. */
export interface PortHandle extends PortInfo {
  /** Sets the low bits; a port of at most 32 bits. */
  setNumber(value: number): void;
  /** Unsigned value of a port of at most 32 bits, as of the last `settle`. */
  getNumber(): number;
  set(value: bigint): void;
  get(): bigint;
  /** Elements of a vector port (or the one scalar) from 0: the low bits of each value are taken. */
  setElements(values: ArrayLike<number>): void;
  /** Elements of a vector port as numbers, signed where the element type is; element width at most 32 bits. */
  getElements(): number[];
}

export interface SignalInfo {
  readonly name: string;
  readonly kind: ElabSignal['kind'];
  readonly dims: readonly number[];
  readonly width: number;
  readonly signed: boolean;
}

export interface CircuitSimulation extends SnapshotSimulation {
  readonly circuit: ElaboratedCircuit;
  port(name: string): PortHandle;
  /** Bits of an internal signal, an element or a run of elements (packed) by path: `dense_0.acc_q[3]`. */
  peekSignal(path: string): bigint;
  /** Overwrites a register or memory element. */
  pokeSignal(path: string, value: bigint): void;
  /** The author's signals, sorted as declared. */
  signals(): readonly SignalInfo[];
  /** `n` clock edges with the inputs as they are. */
  run(n: number): void;
  /**
   * Cycles until the one-bit output `stop` is 1, at most `limit`; returns how many there were. No edge comes while it is
   * 1: the cycle of the stop can be looked at. Throws H1109 and H1120.
   */
  runUntil(stop: string, limit: number): number;
}

export function signalInfos(circuit: ElaboratedCircuit): readonly SignalInfo[] {
  return circuit.signals
    .filter((s) => !s.temporary)
    .map(({ name, kind, dims, width, signed }) => ({ name, kind, dims, width, signed }));
}

/** Ports of the top; with `hidden` those of black boxes inside too. */
export function portInfos(circuit: ElaboratedCircuit, hidden = false): readonly PortInfo[] {
  return circuit.ports.flatMap((id) => {
    const signal = circuit.signals[id];
    if (signal?.port === undefined || (signal.hidden === true && !hidden)) return [];
    const width = signal.dims.reduce((n, d) => n * d, signal.width);
    return [{ name: signal.name, dir: signal.port, width, signed: signal.signed && signal.dims.length === 0 }];
  });
}

/** Positions of the clocks named; throws on a name that is no clock of the circuit. */
export function clockSet(circuit: ElaboratedCircuit, clocks: readonly string[]): ReadonlySet<number> {
  return new Set(
    clocks.map((name) => {
      const index = circuit.clocks.indexOf(name);
      if (index >= 0) return index;
      throw new HeddleError({
        code: 'H1109',
        message: `${circuit.top} has no clock '${name}'`,
        places: [],
        fix: `clocks: ${circuit.clocks.join(', ')}`,
      });
    }),
  );
}

export function noPort(name: string, circuit: ElaboratedCircuit): HeddleError {
  const known = portInfos(circuit).map((p) => p.name);
  return new HeddleError({
    code: 'H1109',
    message: `${circuit.top} has no port '${name}'`,
    places: [],
    fix: `ports: ${known.join(', ')}`,
  });
}

export function notAnInput(name: string, circuit: ElaboratedCircuit): HeddleError {
  return new HeddleError({ code: 'H1109', message: `${circuit.top}: '${name}' is not an input`, places: [] });
}

export function notAStop(name: string, circuit: ElaboratedCircuit): HeddleError {
  const bits = portInfos(circuit).filter((p) => p.dir === 'output' && p.width === 1);
  return new HeddleError({
    code: 'H1120',
    message: `${circuit.top}: '${name}' is not an output of one bit, so it cannot stop a run`,
    places: [],
    fix: `outputs of one bit: ${bits.map((p) => p.name).join(', ')}`,
  });
}

/** Eight bytes that tell layouts apart: everything that decides where a snapshot keeps what. */
export function layoutHash(circuit: ElaboratedCircuit, kind: string): bigint {
  let hash = 0xcbf29ce484222325n;
  const eat = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
    }
  };
  eat(`${kind}:${circuit.top}`);
  for (const s of circuit.signals)
    if (s.kind === 'reg' || s.kind === 'memory') eat(`|${s.name}:${s.dims.join('x')}:${s.width}`);
  return hash;
}

export function foreignSnapshot(circuit: ElaboratedCircuit): HeddleError {
  return new HeddleError({
    code: 'H1108',
    message: `${circuit.top}: the snapshot was taken from another circuit or simulator`,
    places: [],
    fix: 'restore snapshots only into the same design with the same parameters',
  });
}
