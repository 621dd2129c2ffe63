/** The C client in all its modes against one accelerator, with many seeds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { buildFirmware, type ClientSizes, clientFlags, runSoc } from './soc-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run --config vitest.nightly.config.ts test/nightly/firmware.test.ts
export const seed = Number(process.env['HEDDLE_SEED'] ?? Date.now() % 1e6);
export const seeds = Number(process.env['HEDDLE_SEEDS'] ?? 20);

/** Chance that a channel waits, for the run of a number. */
export const stallOf = (run: number): number => [0, 0.3, 0.7][run % 3] ?? 0;

export interface ManySeeds {
  /** The DMAs have scatter-gather. */
  readonly rings?: boolean;
  readonly sizes?: ClientSizes;
}

export interface SocSubject {
  readonly soc: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Accesses of registers by call, `[samples, accesses]`, with the interrupt and no stalls. */
export async function accessesOf(
  { soc, headers }: SocSubject,
  { rings = false, sizes = {} }: ManySeeds = {},
): Promise<readonly (readonly [number, number])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-client-'));
  try {
    const program = buildFirmware(folder, headers, 'gcc', clientFlags(sizes));
    const memory = sizes.memory === undefined ? {} : { memory: sizes.memory };
    const args = ['frames', '1', rings ? '1' : '0'];
    const said = await runSoc(soc, [program], { seed: 1, stall: 0, rings, ...memory, args });
    return [...said.matchAll(/frame (\d+) samples (\d+) accesses/g)].map(
      ([, samples, accesses]) => [Number(samples), Number(accesses)] as const,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Frames with every seed, by interrupt and by polling in turn; every fourth refuses beats, every fourth gives frames up. */
export async function manySeeds(
  { soc, headers }: SocSubject,
  { rings = false, sizes = {} }: ManySeeds = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-client-'));
  try {
    const program = buildFirmware(folder, headers, 'gcc', clientFlags(sizes));
    const memory = sizes.memory === undefined ? {} : { memory: sizes.memory };
    for (let k = 0; k < seeds; k++) {
      const run = (mode: string) => {
        const args = [mode, `${k & 1}`, rings ? '1' : '0'];
        return runSoc(soc, [program], { seed: seed + k, stall: stallOf(k), rings, ...memory, args });
      };
      expect(await run('frames')).toContain('counter ');
      if (k % 4 === 0) expect(await run('faults')).toMatch(/faults r .*\n(.*\n)*faults b/);
      if (k % 4 === 2) expect(await run('reset')).toContain('given up');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
