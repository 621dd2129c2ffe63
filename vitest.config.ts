import { defineConfig } from 'vitest/config';
import { quickVerilator } from './vitest.verilator.js';

/** Files of these rooms run in one process, modules loaded once; they change nothing of the process. */
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
].map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Verilated models change the working directory of the process: worker threads may not, child processes may.
    pool: 'forks',
    maxWorkers: 2,
    env: quickVerilator(),
    testTimeout: 120_000,
    hookTimeout: 300_000,
    projects: [
      { extends: true, test: { name: 'shared', include: shared, isolate: false } },
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: ['test/nightly/**', ...shared] },
      },
    ],
  },
});
