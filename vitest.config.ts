import { defineConfig } from 'vitest/config';
import { quickVerilator } from './vitest.verilator.js';

/** Files of these rooms run in one process, modules loaded once; they leave the process as it was. */
const shared = [
  'base',
  'dataflow',
  'engine',
  'import',
  'network',
  'hdl',
  'circuit',
  'soc',
  'blocks',
  'equivalence',
  'target',
  'verilog',
  'simulator',
  'cosim',
  'docs',
  'build',
  'cli',
].map((room) => `test/${room}/**/*.test.ts`);

/** Exceptions: one changes the environment, two put faults into modules of the simulator (`vi.mock`). */
const alone = [
  'test/cosim/verilator-model.test.ts',
  'test/simulator/seeded-bugs.test.ts',
  'test/simulator/reroll/faults.test.ts',
];

export default defineConfig({
  test: {
    // Verilated models change the working directory of the process: worker threads may not, child processes may.
    pool: 'forks',
    maxWorkers: 2,
    env: quickVerilator(),
    testTimeout: 120_000,
    hookTimeout: 300_000,
    projects: [
      { extends: true, test: { name: 'shared', include: shared, exclude: alone, isolate: false } },
      {
        extends: true,
        test: { name: 'rest', include: ['test/**/*.test.ts'], exclude: ['test/nightly/**', ...shared] },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone },
      },
    ],
  },
});
