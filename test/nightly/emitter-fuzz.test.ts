/** Ten thousand random circuits through every form. HEDDLE_NIGHTLY_SEED chooses others; every failure prints its own command. */
import { expect, it } from 'vitest';
import { checkBatch, makeCase, repeat } from '../verilog/fuzz-batch.js';

const first = Number(process.env['HEDDLE_NIGHTLY_SEED'] ?? 100_000);
const batches = 200;
const perBuild = 50;

it.each(Array.from({ length: batches }, (_, k) => first + k * perBuild))(
  `${perBuild} circuits from seed %i`,
  async (seed) => {
    const cases = Array.from({ length: perBuild }, (_, k) => {
      try {
        return makeCase(seed + k, 1, 8);
      } catch (error) {
        throw new Error(repeat(seed + k), { cause: error });
      }
    });
    const { differences, undecided } = await checkBatch(cases, 2);
    const commands = differences.map((line) => `${line}\n  ${repeat(Number(/^seed (\d+)/.exec(line)?.[1]))}`);
    expect(commands.join('\n')).toBe('');
    expect(undecided.length, `without a verdict: ${undecided.join(' ')}`).toBeLessThanOrEqual(2 + perBuild / 5);
  },
  600_000,
);
