/** What a verb says: progress and tables on standard output, errors on standard error, JSON where it is asked for. */
import { HeddleError } from '../base/diagnostics.js';
import { writeFileAtomic } from '../base/files.js';
import { Progress, progressStyle } from '../base/progress.js';

/** Options that every verb has. */
export interface CommonOptions {
  readonly quiet?: boolean | undefined;
  /** A file, or `-` for standard output. */
  readonly json?: string | undefined;
}

/** Whoever reads our output may stop early (`| head`): that ends the process, and is no error. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

const write = (text: string): void => {
  process.stdout.write(text);
};

/** Says a line unless the user wants quiet or standard output belongs to the JSON text. */
export function say(options: CommonOptions, text: string): void {
  if (options.quiet !== true && options.json !== '-') write(`${text}\n`);
}

export function progressFor(options: CommonOptions, total: number): Progress {
  const { isTTY, columns } = process.stdout;
  const style = progressStyle({ isTTY, columns, env: process.env, quiet: options.quiet, json: options.json });
  return new Progress({ total, style, write });
}

/** Writes the JSON text where `--json` points, if anywhere. */
export function writeJson(options: CommonOptions, value: unknown): void {
  if (options.json === undefined) return;
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  if (options.json === '-') write(text);
  else writing(options.json, () => writeFileAtomic(options.json ?? '', text));
}

/** Runs something that writes to `path`; what the file system refuses becomes H0011. */
export function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asWriteError(path, error);
  }
}

export function asWriteError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof HeddleError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error;
  return new HeddleError({
    code: 'H0011',
    message: `${path}: cannot be written (${code})`,
    places: [{ file: path }],
    fix: 'check the path and its permissions',
  });
}
