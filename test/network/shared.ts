/** The reference models of the tests: where they lie, and what to print where they are absent. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import type { NpyArray } from '../../src/base/npy.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = resolve(root, process.env.HEDDLE_SHARED ?? '../shared');

/** Path of a file below the shared folder. */
export function sharedPath(...parts: string[]): string {
  return join(shared, ...parts);
}

/** Path of a file below `shared/models`. */
export function model(...parts: string[]): string {
  return join(shared, 'models', ...parts);
}

export const haveModels = existsSync(model('ad03', 'input.npy'));
if (!haveModels) console.log(`reference models not found in ${shared}: their tests are skipped (set HEDDLE_SHARED)`);

/** Rows that tests of the larger networks compute; all of them every night, where HEDDLE_ALL_ROWS is 1. */
const testedRows = process.env['HEDDLE_ALL_ROWS'] === '1' ? Infinity : 8;

/** The rows of an array that are tested. */
export function someRows(array: NpyArray): NpyArray {
  const [all = 1, ...rest] = array.shape;
  const rows = Math.min(all, testedRows);
  return { ...array, shape: [rows, ...rest], data: array.data.subarray(0, (array.data.length / all) * rows) };
}

/** Greatest absolute difference; Infinity where the lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((worst, value, index) => Math.max(worst, Math.abs(value - (b[index] ?? NaN))), 0);
}
