/**
 * Writing that never leaves half a result: files and directories are made beside their place and then renamed.
 *
 * Whoever reads the place sees the old content or the new content, whatever fails in between. A process that is
 * interrupted (Ctrl-C, a closed terminal, `kill`) removes what it had begun.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { HeddleError } from './diagnostics.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Removes `path` if the process ends before the returned function is called. */
function removeWhenInterrupted(path: string): () => void {
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  const onSignal = (signal: NodeJS.Signals): void => {
    release();
    remove();
    // Die as anyone expects of a signal, unless somebody else has taken it on.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const release = (): void => {
    process.off('exit', remove);
    signals.forEach((signal) => process.off(signal, onSignal));
  };
  process.on('exit', remove);
  signals.forEach((signal) => process.on(signal, onSignal));
  return release;
}

const beside = (path: string, kind: 'tmp' | 'old'): string =>
  join(dirname(path), `${basename(path)}.${kind}-${randomBytes(4).toString('hex')}`);

/** Through symbolic links to where the content really lives, so that a link stays a link. */
const realPlace = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));

/** Writes a whole file or leaves the place as it was. Missing parent directories are made, the mode of an old file is kept. */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const place = realPlace(path);
  mkdirSync(dirname(place), { recursive: true });
  const temporary = beside(place, 'tmp');
  const release = removeWhenInterrupted(temporary);
  try {
    writeFileSync(temporary, data);
    if (existsSync(place)) chmodSync(temporary, statSync(place).mode & 0o7777);
    renameSync(temporary, place);
  } finally {
    release();
    rmSync(temporary, { force: true });
  }
}

export interface DirectoryOptions {
  /** Name of a file that tells a directory of ours: only an empty directory or one that holds it is replaced. */
  readonly marker: string;
}

/** Throws H0010 where replacing `directory` would destroy something that we did not write. */
function checkReplaceable(place: string, shown: string, marker: string): void {
  const entry = lstatSync(place, { throwIfNoEntry: false });
  if (entry === undefined) return;
  if (entry.isDirectory() && (existsSync(join(place, marker)) || readdirSync(place).length === 0)) return;
  throw new HeddleError({
    code: 'H0010',
    message: `${shown}: exists and was not written by Heddle (no ${marker} in it)`,
    places: [{ file: shown }],
    fix: 'choose another directory or remove it yourself',
  });
}

/** Puts a finished directory in its place; the old one survives a failure. */
function swapIn(temporary: string, place: string): void {
  if (!existsSync(place)) {
    renameSync(temporary, place);
    return;
  }
  const old = beside(place, 'old');
  renameSync(place, old);
  try {
    renameSync(temporary, place);
  } catch (error) {
    renameSync(old, place);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/**
 * Builds a whole directory or leaves the place as it was: `fill` writes into the directory it is given, which then takes
 * the place. Returns what `fill` returns. Throws H0010 before `fill` runs where the place holds something foreign.
 */
export async function writeDirectoryAtomic<T>(
  directory: string,
  options: DirectoryOptions,
  fill: (temporary: string) => T | Promise<T>,
): Promise<T> {
  const place = realPlace(directory);
  checkReplaceable(place, directory, options.marker);
  mkdirSync(dirname(place), { recursive: true });
  const temporary = beside(place, 'tmp');
  const release = removeWhenInterrupted(temporary);
  try {
    mkdirSync(temporary);
    const result = await fill(temporary);
    swapIn(temporary, place);
    return result;
  } finally {
    release();
    rmSync(temporary, { recursive: true, force: true });
  }
}
