/**
 * Recording: values of chosen signals, one sample per cycle, kept only where they change.
 */
import { type ElabSignal, elementCount, strides } from './elaborated.js';
import { elementName } from './paths.js';
import type { CircuitSimulation } from './inspect.js';

/** One recorded scalar or packed port. */
export interface WaveSignal {
  /** Hierarchical path as `peekSignal` takes it. */
  readonly path: string;
  /** Scopes around it as the emitted text names them: `u_row`, `g_pe[3]`. */
  readonly scope: readonly string[];
  /** Name in its scope; elements of vectors and memories as `lanes(2)`. */
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  /** Of an element of a vector: which, of how many; in the text the vector is one word, element 0 lowest. */
  readonly element?: { readonly index: number; readonly count: number };
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
  /** Memories of at most this many words are recorded too, where `signals` wants them; 0 by default. */
  readonly memoryWords?: number;
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
    (s) => !s.temporary && isKept(s, options) && (wanted === undefined ? s.port !== undefined : wanted(s.name)),
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

const isKept = (s: ElabSignal, { memoryWords = 0 }: RecorderOptions): boolean =>
  s.kind !== 'memory' || (s.dims[s.loopRank] ?? 0) <= memoryWords;

function wavesOf(signal: ElabSignal, maxElements: number): WaveSignal[] {
  const count = elementCount(signal);
  const { width, signed, members } = signal;
  const common = { signed, ...(members === undefined ? {} : { members }) };
  const packed = signal.port !== undefined || (count > maxElements && signal.origin.every((o) => o === 0));
  if (packed && count > 1) {
    return [{ path: signal.name, ...hierarchyOf(signal), width: width * count, ...common, changes: [] }];
  }
  const inner = signal.dims.slice(signal.loopRank).reduce((product, n) => product * n, 1);
  const vector = signal.port === undefined && signal.kind !== 'memory' && signal.dims.length > signal.loopRank;
  return Array.from({ length: count }, (_, flat) => ({
    path: signal.port !== undefined ? signal.name : elementName(signal, flat),
    ...hierarchyOf(signal, flat),
    ...(vector ? { element: { index: flat % inner, count: inner } } : {}),
    width,
    ...common,
    changes: [],
  }));
}

/** Where an element stands in the emitted text; without `flat` the whole array, whose generate blocks have no index. */
export function hierarchyOf(signal: ElabSignal, flat?: number): Pick<WaveSignal, 'scope' | 'name'> {
  let rest = flat ?? 0;
  const index = strides(signal.dims).map((step, d) => {
    const i = Math.floor(rest / step);
    rest -= i * step;
    return i + (signal.origin[d] ?? 0);
  });
  const parts = signal.name.split('.');
  const scope: string[] = [];
  let path = '';
  for (let at = 0; at < parts.length; at++) {
    for (let d = 0; d <= signal.loopRank; d++) {
      for (const branch of signal.branches ?? [])
        if (branch.path === path && branch.loops === d) scope.push(`g_${branch.label}`);
      const loop = signal.nest?.[d];
      if (loop?.path === path) scope.push(flat === undefined ? `g_${loop.label}` : `g_${loop.label}[${index[d] ?? 0}]`);
    }
    if (at === parts.length - 1) break;
    scope.push(`u_${parts[at] ?? ''}`);
    path += `${parts[at] ?? ''}.`;
  }
  // Index brackets in the name of a variable would be read as a bit range.
  const inner = flat === undefined || signal.port !== undefined ? [] : index.slice(signal.loopRank);
  return { scope, name: (parts.at(-1) ?? '') + inner.map((i) => `(${i})`).join('') };
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
