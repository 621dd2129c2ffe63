/** One random circuit in the compiled simulator and in the interpreter. */
import { expect } from 'vitest';
import { type Design } from '../../src/circuit/index.js';
import { elaborate } from '../../src/simulator/index.js';
import { firstDifference } from './compare.js';
import { randomDesign } from './random-circuit.js';

/** Fails, with the command that repeats it, where the circuit of a seed differs in 12 cycles of random inputs. */
export function check(seed: number, wires: boolean, make: (n: number) => Design = (n) => randomDesign(n, 3)): void {
  const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/fuzz.test.ts`;
  try {
    const difference = firstDifference(elaborate(make(seed)), seed, 12, wires);
    expect(difference, repeat).toBeUndefined();
  } catch (error) {
    throw new Error(`seed ${seed}; repeat with: ${repeat}`, { cause: error });
  }
}
