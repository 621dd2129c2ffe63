import { defineConfig } from 'vitest/config';
import { quickVerilator } from './vitest.verilator.js';

/** Long runs, one file at a time: many seeds, whole trainings, the big networks. */
export default defineConfig({
  test: {
    include: ['test/nightly/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    env: quickVerilator(),
    // Every verdict at once: a run that is stopped has said what passed.
    reporters: ['verbose'],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
