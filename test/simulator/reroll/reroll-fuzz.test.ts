/**
 * The compiled simulator, its copies in loops, equals the interpreter on random circuits that are unrolled by hand.
 * HEDDLE_FUZZ_SEED=<n> HEDDLE_FUZZ_COUNT=<n> choose other circuits.
 */
import { describe, expect, it } from 'vitest';
import { elaborate } from '../../../src/simulator/index.js';
import { reroll } from '../../../src/simulator/reroll/reroll.js';
import { firstDifference } from '../compare.js';
import { randomCopies } from './random-copies.js';

const first = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 40);
const CYCLES = 10;

describe('random circuits unrolled by hand', () => {
  it(`agree in registers, wires and outputs (${count} circuits)`, () => {
    let [rolled, groups] = [0, 0];
    for (let seed = first; seed < first + count; seed++) {
      const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/reroll`;
      try {
        const circuit = elaborate(randomCopies(seed));
        const found = reroll(elaborate(randomCopies(seed)))?.groups.length ?? 0;
        rolled += found > 0 ? 1 : 0;
        groups += found;
        // Reading registers and wires in every cycle brings them home in every cycle; else only outputs tell.
        const options = { fullAfter: seed % 3 === 0 ? 4 : 0 };
        expect(firstDifference(circuit, seed, CYCLES, seed % 2 === 0, options), repeat).toBeUndefined();
      } catch (error) {
        throw new Error(`seed ${seed}; repeat with: ${repeat}`, { cause: error });
      }
    }
    if (count < 20) return;
    // Most of them do have loops (some are too small for them to pay), or nothing has been tested.
    expect(rolled).toBeGreaterThan(0.5 * count);
    expect(groups).toBeGreaterThan(count);
  });
});
