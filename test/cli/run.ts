/** The command line: in a process of its own, as a user starts it, or in this one, which spares loading it each time. */
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

/**
 * The same command line in this process. For tests of what a verb says: that the process itself works is for {@link heddle}.
 * One at a time.
 */
export async function heddleHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { run } = await import('../../src/cli/run.js');
  const said = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const writers = streams.map((name) => process[name].write.bind(process[name]));
  const before = process.exitCode;
  process.exitCode = undefined;
  for (const name of streams)
    process[name].write = (chunk: string | Uint8Array): boolean => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  const restore = withEnvironment(env);
  // What yargs says goes through the console, which is vitest's own here.
  const { log } = console;
  console.log = (text: string) => (said.stdout += `${text}\n`);
  try {
    await run(args);
    return { code: Number(process.exitCode ?? 0), ...said };
  } finally {
    console.log = log;
    restore();
    streams.forEach((name, k) => (process[name].write = writers[k]!));
    process.exitCode = before;
  }
}

/** Changes the environment of this process; the function that is returned changes it back. */
function withEnvironment(env: NodeJS.ProcessEnv): () => void {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, env);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
