/**
 * The compiled simulator equals the interpreter on random circuits: every register, memory and output of every cycle.
 * HEDDLE_FUZZ_SEED=<n> HEDDLE_FUZZ_COUNT=<n> choose other circuits.
 */
import { describe, expect, it } from 'vitest';
import { elaborate } from '../../src/simulator/index.js';
import { firstDifference } from './compare.js';
import { randomDesign } from './random-circuit.js';
import { randomLanes } from './random-lanes.js';

const first = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 150);

function check(seed: number, wires: boolean, make = (n: number) => randomDesign(n, 3)): void {
  const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/fuzz.test.ts`;
  try {
    const difference = firstDifference(elaborate(make(seed)), seed, 12, wires);
    expect(difference, repeat).toBeUndefined();
  } catch (error) {
    throw new Error(`seed ${seed}; repeat with: ${repeat}`, { cause: error });
  }
}

describe('random circuits', () => {
  it(`agree in registers, memories and outputs (${count} circuits)`, () => {
    for (let seed = first; seed < first + count; seed++) check(seed, false);
  });

  it(`of lanes agree in registers and outputs (${3 * count} circuits)`, () => {
    for (let seed = first; seed < first + 3 * count; seed++) check(seed, seed % 5 === 0, randomLanes);
  });

  it(`agree in internal wires too (${Math.ceil(count / 5)} circuits)`, () => {
    for (let seed = first; seed < first + Math.ceil(count / 5); seed++) check(seed, true);
  });
});
