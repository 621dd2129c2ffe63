/**
 * digits_w1a1 on an iCEBreaker with the tools that are here: synthesis, place and route, timing, bitstream, and the bits of
 * the bitstream simulated against the vectors. Prints Fmax, cells and the verdict of both simulations.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { expect, it } from 'vitest';
import { Progress, progressStyle } from '../../src/base/progress.js';
import { build } from '../../src/build/build.js';
import { stepNames } from '../../src/build/results.js';
import { icetimeReport, nextpnrReport } from '../../src/target/reports/nextpnr.js';
import { haveTools } from '../verilog/tools.js';

const root = join(import.meta.dirname, '..', '..');
const tools = ['yosys', 'nextpnrIce40', 'icepack', 'icetime', 'verilator', 'iverilog'] as const;

it.skipIf(!haveTools(...tools))('digits_w1a1 from the model to the bits of an iCE40UP5K', async () => {
  const output = join(dirSync({ unsafeCleanup: true }).name, 'digits');
  const style = progressStyle({ isTTY: false, columns: 80, env: {} });
  await build(
    {
      ...{ model: join(root, 'vectors/digits/digits_w1a1.onnx'), input: join(root, 'vectors/digits/samples.npy') },
      ...{ output, board: 'icebreaker', portBits: 8, clockMhz: 12, samples: 8, seed: 1n },
    },
    new Progress({ total: stepNames.length, style, write: () => undefined }),
  );
  const folder = join(output, 'fpga/ice40');
  const make = (...args: string[]): string =>
    execFileSync('make', ['-C', folder, ...args], { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 });
  make();
  const out = (name: string): string => readFileSync(join(folder, 'out', name), 'utf8');
  const { clocks, cells, met } = nextpnrReport(out('nextpnr.json'));
  const icetime = icetimeReport(out('icetime.rpt'));
  const [clock] = Object.values(clocks);
  const used = Object.entries(cells).filter(([name, { used: n }]) => n > 0 && name.startsWith('ICESTORM'));
  console.log(
    [
      `Fmax: nextpnr ${clock?.reachedMhz.toFixed(2)} MHz, icetime ${icetime.reachedMhz} MHz; 12 MHz wanted`,
      `cells: ${used.map(([name, { used: n, available }]) => `${name} ${n}/${available}`).join(', ')}`,
      `bitstream: ${statSync(join(folder, 'out/digits_w1a1.bin')).size} bytes`,
    ].join('\n'),
  );
  expect(met).toBe(true);
  expect(icetime.met).toBe(true);
  expect(cells['ICESTORM_LC']!.used).toBeLessThanOrEqual(5280);

  const passed = /PASS: (\d+) samples equal, \d+ cycles/;
  for (const [target, simulator, samples] of [
    ['simulate', 'verilator', 8],
    ['resimulate', 'verilator', 8],
    ['resimulate', 'icarus', 1],
  ] as const) {
    const verdict = passed.exec(make(target, `SIM=${simulator}`, `SAMPLES=${samples}`));
    console.log(`${target} in ${simulator}: ${verdict?.[0] ?? 'failed'}`);
    expect(verdict?.[1]).toBe(String(samples));
  }
});
