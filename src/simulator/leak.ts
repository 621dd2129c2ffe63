/**
 * Initial values that leak: one stimulus with several seeds of random initial state must give the same outputs. Where it
 * does not, the element of a register or memory that is to blame is found by bisection: runs that take the first k
 * elements from one seed and the rest from the other, until one element alone makes the difference.
 */
import type { Diagnostic } from '../base/diagnostics.js';
import type { SourcePlace } from '../circuit/index.js';
import { type ElaboratedCircuit, type ElabSignal, elementCount } from './elaborated.js';
import { forEachInitial } from './initial.js';
import { type CircuitSimulation, portInfos } from './inspect.js';
import { elementName } from './paths.js';
import type { Simulation } from './simulation.js';
import { compile } from './wasm/compile.js';

export interface LeakStimulus {
  readonly cycles: number;
  /** First cycle whose outputs count: after reset. 0 by default. */
  readonly from?: number;
  /** Sets the inputs of a cycle; the same on every run, or a function of the outputs that it has settled and read. */
  drive(simulation: Simulation, cycle: number): void;
  /** Clocks that rise at the end of a cycle; all of them by default. */
  clocks?(cycle: number): readonly string[] | undefined;
}

/** An output that depends on the initial value of one element. */
export interface Leak {
  /** The register or memory element: `fifo.store[3]`. */
  readonly source: string;
  readonly place: SourcePlace | undefined;
  /** Where and when it shows first. */
  readonly port: string;
  readonly cycle: number;
  readonly seeds: readonly [number, number];
}

type Run = (changed: readonly Element[]) => readonly (readonly bigint[])[];
interface Element {
  readonly signal: ElabSignal;
  readonly flat: number;
  /** The value that the second seed gives it. */
  readonly value: bigint;
}

/**
 * The first leak that two of the seeds show, if any. The payload of a stream or channel counts while its valid is up. Names
 * of outputs must tell what belongs together as the kit's do: `m_axis_tvalid` and `m_axis_tdata`, `s_axi_rvalid` and `s_axi_rdata`.
 */
export function findLeak(
  circuit: ElaboratedCircuit,
  stimulus: LeakStimulus,
  seeds: readonly number[] = [1, 2, 3],
  /** Outputs that mean nothing before something else says so; they are not looked at. */
  unwatched: readonly string[] = [],
): Leak | undefined {
  const [first, ...others] = seeds;
  if (first === undefined) return undefined;
  const simulation = compile(circuit, { init: { seed: first } });
  const outputs = portInfos(circuit).filter(({ name, dir }) => dir === 'output' && !unwatched.includes(name));
  const run = runner(
    simulation,
    stimulus,
    outputs.map(({ name }) => name),
  );
  const before = run([]);
  for (const seed of others) {
    const elements = elementsOf(circuit, seed);
    if (differenceOf(before, run(elements)) === undefined) continue;
    // `low` elements changed give the outputs of the first seed, `high` elements do not.
    let [low, high] = [0, elements.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (differenceOf(before, run(elements.slice(0, middle))) === undefined) low = middle;
      else high = middle;
    }
    const found = differenceOf(before, run(elements.slice(0, high)));
    const element = elements[low];
    if (found === undefined || element === undefined) throw new Error('the stimulus is not the same on every run');
    return {
      source: elementName(element.signal, element.flat),
      place: element.signal.place,
      port: outputs[found.output]?.name ?? '',
      cycle: found.cycle,
      seeds: [first, seed],
    };
  }
  return undefined;
}

/** The leak as a message. */
export function leakDiagnostic(circuit: ElaboratedCircuit, leak: Leak): Diagnostic {
  const { source, place, port, cycle, seeds } = leak;
  return {
    code: 'H1140',
    message: `${circuit.top}: '${port}' in cycle ${cycle} depends on the initial value of '${source}'`,
    places: [{ ...place, text: `'${source}' is declared here; seeds ${seeds.join(' and ')} differ` }],
    fix: 'give it a reset, or do not use it before it is written',
  };
}

/** Everything that starts at random, in the order of declaration. */
function elementsOf(circuit: ElaboratedCircuit, seed: number): Element[] {
  const elements: Element[] = [];
  for (const signal of circuit.signals) {
    const random = signal.image === undefined && (signal.kind === 'memory' || signal.unreset);
    if (random && elementCount(signal) > 0)
      forEachInitial(signal, { seed }, (flat, value) => elements.push({ signal, flat, value }));
  }
  return elements;
}

/** Outputs of every cycle that counts, with the elements given changed before the first one. */
function runner(simulation: CircuitSimulation, stimulus: LeakStimulus, outputs: readonly string[]): Run {
  const start = simulation.snapshot();
  const inputs = simulation.ports.filter(({ dir }) => dir === 'input');
  const sources = simulation.circuit.streams.filter(({ role }) => role === 'source').map(({ name }) => name);
  const valids = outputs.filter((name) => name.endsWith('valid')).sort((a, b) => b.length - a.length);
  const guards = outputs.map((name) => {
    const stream = sources.find((each) => name.startsWith(`${each}_`));
    // A channel that is no stream of the kit: the longest prefix tells, `s_axi_r` of `s_axi_rvalid`.
    const channel = valids.find((each) => name.startsWith(each.slice(0, -'valid'.length)));
    const valid = stream === undefined ? channel : `${stream}_tvalid`;
    return valid === undefined || valid === name || name.endsWith('ready') ? -1 : outputs.indexOf(valid);
  });
  return (changed) => {
    simulation.restore(start);
    for (const { name } of inputs) simulation.poke(name, 0);
    for (const { signal, flat, value } of changed) simulation.pokeSignal(elementName(signal, flat), value);
    const trace: bigint[][] = [];
    for (let cycle = 0; cycle < stimulus.cycles; cycle++) {
      stimulus.drive(simulation, cycle);
      simulation.settle();
      if (cycle >= (stimulus.from ?? 0)) {
        const values = outputs.map((name) => simulation.peek(name));
        trace.push(values.map((value, k) => (values[guards[k] ?? -1] === 0n ? 0n : value)));
      } else trace.push([]);
      simulation.tick(stimulus.clocks?.(cycle));
    }
    return trace;
  };
}

function differenceOf(
  a: readonly (readonly bigint[])[],
  b: readonly (readonly bigint[])[],
): { readonly cycle: number; readonly output: number } | undefined {
  for (const [cycle, values] of a.entries()) {
    const output = values.findIndex((value, k) => value !== b[cycle]?.[k]);
    if (output >= 0) return { cycle, output };
  }
  return undefined;
}
