/** The real process of the command line, as a user starts it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const digits = (name: string): string => join(root, 'vectors', 'digits', name);

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `heddle` with the environment of the test and what `env` changes in it. */
export function heddle(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const ended = spawnSync(process.execPath, [join(root, 'src', 'cli', 'bin.mjs'), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
    timeout: 100_000,
  });
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}
