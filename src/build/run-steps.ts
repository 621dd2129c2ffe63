/** Runs the numbered steps of a build in order, stores what they leave, and puts the tree in its place as a whole. */
import { numberedError } from '../base/diagnostics.js';
import { writeDirectoryAtomic } from '../base/files.js';
import { sha256, sha256File } from '../base/hash.js';
import type { Progress } from '../base/progress.js';
import { type BuildOptions, type StepLog, type StepName, stepNames } from './results.js';
import { encodeState, readState, stateFile } from './state.js';
import { marker } from './build-place.js';
import { fillTree, type TreeFiles } from './tree.js';
import { version } from './version.js';

/** A step of a back end whose results are R. */
export interface Step<R> {
  readonly run: (done: R, options: BuildOptions) => unknown;
  readonly describe: (done: R) => string;
  /** The options that its result depends on, besides those of the steps before. */
  readonly depends: (options: BuildOptions) => unknown;
}

/** A back end: its steps, its drawings (made while later steps run), and the files of its tree. */
export interface BackEnd<R> {
  readonly steps: Readonly<Record<StepName, Step<R>>>;
  readonly draw: (done: R) => Promise<Readonly<Record<string, string>>>;
  readonly files: (done: R, logs: readonly StepLog[]) => TreeFiles;
}

/** A result that the order of the steps guarantees. */
export function need<T>(result: T | undefined): T {
  if (result === undefined) throw new Error('a step ran before the one it needs');
  return result;
}

/** The content of a file that an option names, as a part of a key. */
export const hashOf = (path: string | undefined): string | null => {
  if (path === undefined) return null;
  try {
    return sha256File(path);
  } catch {
    // The step that reads the file says what is wrong with it.
    return path;
  }
};

function stepIndex(option: '--from' | '--to', name: string): number {
  const index = stepNames.findIndex((each) => each === name);
  if (index >= 0) return index;
  throw numberedError('H2001', `${option} ${name}: no such step`, { fix: `steps: ${stepNames.join(' ')}` });
}

/** A key a step: its own options and the key of the step before, so that every key stands for all that came earlier. */
function keysOf<R>({ steps }: BackEnd<R>, options: BuildOptions): string[] {
  let key = version();
  return stepNames.map((name) => (key = sha256(JSON.stringify([key, name, steps[name].depends(options)]))));
}

/** Runs the steps and writes the tree; `progress` shows them. Nothing is written when a step throws. */
export async function runSteps<R extends object>(
  backEnd: BackEnd<R>,
  options: BuildOptions,
  progress: Progress,
): Promise<{ readonly results: R; readonly logs: readonly StepLog[] }> {
  const from = options.from === undefined ? 0 : stepIndex('--from', options.from);
  const to = options.to === undefined ? stepNames.length - 1 : stepIndex('--to', options.to);
  if (from > to) {
    throw numberedError('H2001', `--from ${options.from} is behind --to ${options.to}`, { fix: stepNames.join(' ') });
  }
  const keys = keysOf(backEnd, options);
  return writeDirectoryAtomic(options.output, { marker }, async (directory) => {
    const made: Record<string, unknown> = {};
    // Filled step by step; every step looks only at those before it.
    const results = made as R;
    const logs: StepLog[] = [];
    const states: Record<string, Uint8Array> = {};
    let drawings: ReturnType<typeof backEnd.draw> | undefined;
    for (const [index, name] of stepNames.slice(0, to + 1).entries()) {
      const step = backEnd.steps[name];
      const key = keys[index] ?? '';
      const since = performance.now();
      const resumed = index < from;
      await progress.run(
        name,
        async () => {
          made[name] = resumed ? resume(options, index, name, key) : await step.run(results, options);
        },
        () => `${step.describe(results)}${resumed ? ' (kept)' : ''}`,
      );
      const seconds = (performance.now() - since) / 1000;
      logs.push({ name, line: step.describe(results), seconds, resumed });
      states[stateFile(index, name)] = encodeState(key, made[name]);
      // Drawn in another thread while the later steps run.
      if (name === 'plan') drawings = backEnd.draw(results);
    }
    const drawn = await (drawings ?? backEnd.draw(results));
    const files = new Map([
      ...Object.entries(drawn).map(([name, text]) => [`graph/${name}.svg`, text] as const),
      ...backEnd.files(results, logs),
      ...Object.entries(states),
    ]);
    fillTree(directory, files, { options, logs, version: version() });
    return { results, logs };
  });
}

function resume({ output, from }: BuildOptions, index: number, name: StepName, key: string): unknown {
  const result = readState(output, index, name, key);
  if (result !== undefined) return result;
  throw numberedError(
    'H2002',
    `--from ${from}: ${output} holds no result of ${name} for this model and these options`,
    {
      places: [{ file: output }],
      fix: 'run build without --from',
    },
  );
}
