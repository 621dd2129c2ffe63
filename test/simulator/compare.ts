/** Runs the interpreter and the compiled simulator side by side on random inputs and compares everything they hold. */
import { randomStream } from '../../src/base/random.js';
import {
  type CircuitSimulation,
  type ElaboratedCircuit,
  type SimulationOptions,
  compile,
  interpret,
} from '../../src/simulator/index.js';

export interface Difference {
  readonly cycle: number;
  readonly what: string;
  readonly interpreter: string;
  readonly wasm: string;
}

/**
 * The first difference within `cycles` cycles; with `wires` internal wires are compared as well. A circuit of several
 * clocks gets a random set of edges in every cycle. `options` are those of the compiled simulator, which has its full
 * program from the first cycle on unless they say otherwise.
 */
export function firstDifference(
  circuit: ElaboratedCircuit,
  seed: number,
  cycles: number,
  wires = false,
  options: Pick<SimulationOptions, 'fullAfter'> = { fullAfter: 0 },
): Difference | undefined {
  const init = { seed: BigInt(seed) };
  const [oracle, wasm]: CircuitSimulation[] = [interpret(circuit, { init }), compile(circuit, { init, ...options })];
  if (oracle === undefined || wasm === undefined) throw new Error('two simulators');
  const r = randomStream(BigInt(seed), 'inputs');
  const inputs = oracle.ports.filter((p) => p.dir === 'input');
  const outputs = oracle.ports.filter((p) => p.dir === 'output');
  const state = circuit.signals
    .filter((s) => s.kind === 'reg' || s.kind === 'memory' || (wires && s.kind === 'wire' && !s.temporary))
    .map((s) => s.name + (s.origin.some((o) => o > 0) ? s.origin.map((o) => `[${o}]`).join('') : ''));
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const p of inputs) {
      const reset = p.name.startsWith('rst');
      const value = reset ? (cycle > 1 && r.nextInt(12) > 0 ? 1n : 0n) : r.nextBigInt(p.width);
      if (r.nextInt(4) === 0 && !reset) continue;
      oracle.poke(p.name, value);
      wasm.poke(p.name, value);
    }
    oracle.settle();
    wasm.settle();
    const names: [string, (s: CircuitSimulation) => bigint][] = [
      ...outputs.map((p): [string, (s: CircuitSimulation) => bigint] => [p.name, (s) => s.peek(p.name)]),
      ...state.map((n): [string, (s: CircuitSimulation) => bigint] => [n, (s) => s.peekSignal(n)]),
    ];
    for (const [what, read] of names) {
      const [a, b] = [read(oracle), read(wasm)];
      if (a !== b) return { cycle, what, interpreter: a.toString(16), wasm: b.toString(16) };
    }
    const clocks = circuit.clocks.length > 1 ? circuit.clocks.filter(() => r.nextInt(2) === 0) : undefined;
    oracle.tick(clocks);
    wasm.tick(clocks);
  }
  return undefined;
}
