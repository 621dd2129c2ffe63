/** The reference models of the tests: where they lie, and what to print where they are absent. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';

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

/** Greatest absolute difference; Infinity where the lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((worst, value, index) => Math.max(worst, Math.abs(value - (b[index] ?? NaN))), 0);
}
