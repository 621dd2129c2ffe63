/**
 * Recording: values of chosen signals, one sample per cycle, kept only where they change.
 */
import { type ElabSignal, elementCount } from './elaborated.js';
import { elementName } from './paths.js';
import type { CircuitSimulation } from './inspect.js';

/** One recorded scalar or packed port. */
export interface WaveSignal {
  /** Hierarchical path as `peekSignal` takes it. */
  readonly path: string;
  readonly width: number;
  readonly signed: boolean;
  /** Enum members by value. */
  readonly members?: readonly string[];
  /** Cycles at which the value changes, ascending, and the value from there on. */
  readonly changes: { readonly cycle: number; readonly value: bigint }[];
}

export interface Trace {
  readonly top: string;
  readonly signals: readonly WaveSignal[];
  /** Cycles recorded: 0 .. cycles - 1. */
  readonly cycles: number;
  /** What the first of them is called where it is shown; 0 by default. */
  readonly first?: number;
}

export interface RecorderOptions {
  /** Which signals; all ports by default. Matched against paths without indices. */
  readonly signals?: readonly string[] | ((name: string) => boolean);
  /** Arrays of more elements than this are recorded as one packed value; 64 by default. */
  readonly maxElements?: number;
  /** Number of the first sample; 0 by default. */
  readonly first?: number;
}

export interface Recorder {
  /** Takes a sample; call it once a cycle after `settle`. */
  sample(): void;
  /** Settles, samples and ticks. */
  cycle(): void;
  readonly trace: Trace;
}

/** Records a simulation from now on. */
export function record(simulation: CircuitSimulation, options: RecorderOptions = {}): Recorder {
  const { circuit } = simulation;
  const wanted = wantedBy(options.signals);
  const chosen = circuit.signals.filter(
    (s) => !s.temporary && s.kind !== 'memory' && (wanted === undefined ? s.port !== undefined : wanted(s.name)),
  );
  const signals = chosen.flatMap((s) => wavesOf(s, options.maxElements ?? 64));
  let cycles = 0;
  const sample = (): void => {
    for (const s of signals) {
      const value = simulation.peekSignal(s.path);
      if (s.changes.at(-1)?.value !== value) s.changes.push({ cycle: cycles, value });
    }
    cycles++;
  };
  return {
    sample,
    cycle: () => {
      simulation.settle();
      sample();
      simulation.tick();
    },
    get trace() {
      return { top: circuit.top, signals, cycles, ...(options.first === undefined ? {} : { first: options.first }) };
    },
  };
}

function wantedBy(signals: RecorderOptions['signals']): ((name: string) => boolean) | undefined {
  if (signals === undefined || typeof signals === 'function') return signals;
  const names = new Set(signals);
  return (name) => names.has(name);
}

function wavesOf(signal: ElabSignal, maxElements: number): WaveSignal[] {
  const count = elementCount(signal);
  const { width, signed, members } = signal;
  const common = { signed, ...(members === undefined ? {} : { members }) };
  if (signal.port !== undefined || count === 1) {
    const path = signal.port !== undefined ? signal.name : elementName(signal, 0);
    return [{ path, width: width * count, ...common, changes: [] }];
  }
  if (count > maxElements && signal.origin.every((o) => o === 0)) {
    return [{ path: signal.name, width: width * count, ...common, changes: [] }];
  }
  return Array.from({ length: count }, (_, flat) => ({
    path: elementName(signal, flat),
    width,
    ...common,
    changes: [],
  }));
}

/** The value at a cycle; undefined before the first sample. */
export function valueAt(signal: WaveSignal, cycle: number): bigint | undefined {
  let [low, high] = [0, signal.changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((signal.changes[middle]?.cycle ?? 0) <= cycle) low = middle + 1;
    else high = middle;
  }
  return signal.changes[low - 1]?.value;
}
