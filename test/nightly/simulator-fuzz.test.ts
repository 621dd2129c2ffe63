/** The compiled simulator equals the interpreter on thousands of random circuits, others every night. */
import { describe, it } from 'vitest';
import { check } from '../simulator/fuzz-check.js';
import { randomLanes } from '../simulator/random-lanes.js';

const first = Number(process.env.HEDDLE_FUZZ_SEED ?? Date.now() % 1e9);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 2000);
const hour = 3_600_000;

describe(`random circuits from seed ${first}`, () => {
  it(
    `agree in registers, memories and outputs (${count} circuits)`,
    () => {
      for (let seed = first; seed < first + count; seed++) check(seed, seed % 5 === 0);
    },
    hour,
  );

  it(
    `of lanes agree in registers and outputs (${3 * count} circuits)`,
    () => {
      for (let seed = first; seed < first + 3 * count; seed++) check(seed, seed % 5 === 0, randomLanes);
    },
    hour,
  );
});
