/**
 * What a step leaves for a later run with `--from`: its result, and a key of everything that it depends on.
 *
 * The result is plain data (numbers, text, big integers, typed arrays), stored as Node's structured clone stores it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

interface Stored {
  readonly key: string;
  readonly result: unknown;
}

export const stateFile = (index: number, step: string): string => join('state', `${index + 1}_${step}.bin`);

export function encodeState(key: string, result: unknown): Uint8Array {
  return serialize({ key, result } satisfies Stored);
}

/** The result of a step, or undefined where there is none (made under `key`, where one is given). */
export function readState(directory: string, index: number, step: string, key?: string): unknown {
  const path = join(directory, stateFile(index, step));
  if (!existsSync(path)) return undefined;
  try {
    const stored = deserialize(readFileSync(path)) as Partial<Stored> | undefined;
    return key === undefined || stored?.key === key ? stored?.result : undefined;
  } catch {
    // Cut short, or of another Node: as good as absent.
    return undefined;
  }
}
