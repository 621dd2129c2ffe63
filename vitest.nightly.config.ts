import { defineConfig } from 'vitest/config';

/** Long runs, one file at a time: many seeds, whole trainings, the big networks. */
export default defineConfig({
  test: {
    include: ['test/nightly/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
