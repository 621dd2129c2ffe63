/**
 * The suite can fail: faults as a printer could make them, in the text of library modules, are noticed by Icarus against the
 * interpreter or by what a reader says. A sample here, all of them every night (`test/nightly/seeded-bugs.test.ts`).
 */
import { describe, expect, it } from 'vitest';
import { explained, plantedFaults, subjects, verdict } from './seeded-bugs.js';
import { haveTools } from './tools.js';

const every = 6;
const planted = plantedFaults();

describe.skipIf(!haveTools('verilator', 'yosys', 'iverilog'))('faults in the text', () => {
  it('are none where none is planted', async () => {
    for (const module of subjects.keys()) expect(await verdict({ module, edit: (text) => text }), module).toBe('');
  });

  it('are many kinds in all modules', () => {
    expect(new Set(planted.map(({ fault }) => fault)).size).toBeGreaterThan(30);
    expect(new Set(planted.map(({ module }) => module))).toEqual(new Set(subjects.keys()));
    expect(planted.length / every).toBeGreaterThan(50);
  });

  it('are noticed', async () => {
    const sample = planted.filter((one, k) => k % every === 0 && explained(one) === undefined);
    expect(sample.length).toBeGreaterThanOrEqual(50);
    const survivors: string[] = [];
    const worker = async (odd: number): Promise<void> => {
      for (const one of sample.filter((_, k) => k % 2 === odd)) {
        if ((await verdict(one)) === '') survivors.push(`${one.module}, ${one.fault}: ${one.line}`);
      }
    };
    await Promise.all([worker(0), worker(1)]);
    expect(survivors).toEqual([]);
  });
});
