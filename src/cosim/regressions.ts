/**
 * Runs that once failed, committed as `vectors/regressions/<subject>.json` and repeated before anything random.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '../base/diagnostics.js';

export interface Regression {
  /** Decimal, because JSON numbers end at 53 bits. */
  readonly seed: string;
  /** Spelling of the command line. */
  readonly stall: string;
  readonly beats: number;
  readonly resets: number;
  /** Parameters under which it failed; absent ones are defaults. */
  readonly params?: Readonly<Record<string, number>>;
  /** What was wrong. */
  readonly note?: string;
}

function isRegression(value: unknown): value is Regression {
  if (typeof value !== 'object' || value === null) return false;
  const { seed, stall, beats, resets } = value as Record<string, unknown>;
  return (
    typeof seed === 'string' &&
    /^\d+$/.test(seed) &&
    typeof stall === 'string' &&
    Number.isInteger(beats) &&
    Number.isInteger(resets)
  );
}

/** The committed runs of a subject; none when it has no file. */
export function readRegressions(subject: string, folder = join('vectors', 'regressions')): readonly Regression[] {
  const file = join(folder, `${subject}.json`);
  if (!existsSync(file)) return [];
  const bad = (text: string): HeddleError =>
    new HeddleError({
      code: 'H5021',
      message: `${file}: not a list of regressions`,
      places: [{ file, text }],
      fix: 'each entry: { "seed": "7", "stall": "bursty/long", "beats": 20, "resets": 0 }',
    });
  let entries: unknown;
  try {
    entries = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw bad(String(error));
  }
  if (!Array.isArray(entries)) throw bad('');
  return entries.map((entry: unknown, index) => {
    if (!isRegression(entry)) throw bad(`entry ${index}`);
    return entry;
  });
}
