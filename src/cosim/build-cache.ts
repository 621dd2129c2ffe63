/**
 * The folder of finished Verilator builds: content-addressed, safe with several processes, bounded.
 *
 * An entry is a folder named by the hash of everything that went into it. It is filled in a temporary folder beside it and
 * renamed, so an entry that exists is complete. Using an entry touches it; the oldest go when there are too many.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Entries kept, and how long (ms) an entry is safe from removal after its last use. */
const maxEntries = 600;
const graceMs = 3_600_000;

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function writable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(mkdtempSync(join(folder, 'probe-')), { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** `$HEDDLE_CACHE/verilator`, else `build/cache/verilator` of the project, else a folder of the system's temporary files. */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['HEDDLE_CACHE'];
  if (chosen !== undefined && chosen !== '') return join(chosen, 'verilator');
  const project = join(repository, 'build', 'cache', 'verilator');
  return writable(project) ? project : join(tmpdir(), 'heddle-cache', 'verilator');
}

/** 20 hexadecimal digits over any plain data. */
export function contentHash(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 20);
}

/** Finished entry, or undefined; marks it as used. */
export function findEntry(folder: string, name: string): string | undefined {
  const entry = join(folder, name);
  if (!existsSync(entry)) return undefined;
  const now = new Date();
  try {
    utimesSync(entry, now, now);
  } catch {
    // a read-only cache still serves
  }
  return entry;
}

/** True while the process that wrote the lock runs and the lock is not ancient. */
function lockHolds(lock: string): boolean {
  try {
    if (Date.now() - statSync(lock).mtimeMs > 600_000) return false;
    const pid = Number(readFileSync(lock, 'utf8'));
    // A lock without its number yet has just been made.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, but somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Takes the lock file, or waits until the entry is there. Locks only save work: renaming keeps entries whole. */
async function lockOrWait(lock: string, entry: string): Promise<boolean> {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch {
      if (existsSync(entry)) return false;
      if (!lockHolds(lock)) rmSync(lock, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The entry `name`; when it is missing, `fill` makes it in an empty folder first, once even with several callers. */
export async function ensureEntry(
  folder: string,
  name: string,
  fill: (empty: string) => Promise<void>,
): Promise<{ readonly path: string; readonly built: boolean }> {
  const found = findEntry(folder, name);
  if (found !== undefined) return { path: found, built: false };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  const lock = join(folder, `.lock-${name}`);
  if (!(await lockOrWait(lock, path))) return { path, built: false };
  const working = mkdtempSync(join(folder, `.making-${name}-`));
  try {
    if (existsSync(path)) return { path, built: false };
    await fill(working);
    try {
      renameSync(working, path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    }
  } finally {
    rmSync(working, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
  pruneEntries(folder, maxEntries);
  return { path, built: true };
}

/** Removes the entries used longest ago beyond `keep`, and what an interrupted build left behind. */
export function pruneEntries(folder: string, keep: number, now = Date.now()): void {
  const entries = readdirSync(folder).flatMap((name) => {
    try {
      return [{ name, used: statSync(join(folder, name)).mtimeMs }];
    } catch {
      return [];
    }
  });
  const old = entries.filter(({ used }) => now - used > graceMs);
  const surplus = entries.length - keep;
  const leaving = old
    .sort((a, b) => a.used - b.used)
    .filter(({ name }, index) => index < surplus || name.startsWith('.'));
  for (const { name } of leaving) rmSync(join(folder, name), { recursive: true, force: true });
}
