/**
 * Random circuits through interpreter, WebAssembly, Verilator and Icarus. HEDDLE_FUZZ_SEED=<n> HEDDLE_FUZZ_COUNT=<n> choose
 * other circuits; ten thousand run every night.
 */
import { describe, expect, it } from 'vitest';
import { haveTools } from './tools.js';
import { type Case, checkBatch, makeCase, repeat, sources } from './fuzz-batch.js';

const first = Number(process.env['HEDDLE_FUZZ_SEED'] ?? 1);
const count = Number(process.env['HEDDLE_FUZZ_COUNT'] ?? 20);
const perBuild = 30;

function batchFrom(seed: number, size: number): Case[] {
  return Array.from({ length: Math.min(size, first + count - seed) }, (_, k) => {
    try {
      return makeCase(seed + k, 1, 8);
    } catch (error) {
      throw new Error(`repeat with: ${repeat(seed + k)}`, { cause: error });
    }
  });
}
const starts = Array.from({ length: Math.ceil(count / perBuild) }, (_, k) => first + k * perBuild);

describe(`random circuits ${first} .. ${first + count - 1}`, () => {
  it('have one text', () => {
    const cases = batchFrom(first, 20);
    expect(sources(cases)).toEqual(sources(cases));
  });

  it.skipIf(!haveTools('verilator', 'compiler', 'iverilog', 'yosys')).each(starts)(
    'give the same outputs in every form, from seed %i',
    async (seed) => {
      const cases = batchFrom(seed, perBuild);
      const { differences, undecided } = await checkBatch(cases, count === 1 ? 1 : 5);
      const commands = differences.map((line) => `${line}\n  ${repeat(Number(/^seed (\d+)/.exec(line)?.[1]))}`);
      expect(commands.join('\n')).toBe('');
      expect(undecided.length, `without a verdict: ${undecided.join(' ')}`).toBeLessThanOrEqual(2 + cases.length / 10);
    },
  );
});
