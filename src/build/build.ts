/**
 * `build`: the numbered steps from a model file to the output tree. Each step is a function from plain data to plain data;
 * this file only runs them in order, stores what they leave, and puts the tree in its place as a whole.
 */
import { writeDirectoryAtomic } from '../base/files.js';
import { sha256, sha256File } from '../base/hash.js';
import type { Progress } from '../base/progress.js';
import { buildError } from './errors.js';
import {
  type BuildOptions,
  type BuildOutcome,
  type BuildResults,
  type StepLog,
  type StepName,
  stepNames,
} from './results.js';
import { encodeState, readState, stateFile } from './state.js';
import { checkStep, describeCheck } from './steps/check.js';
import { describeGenerate, generateStep } from './steps/generate.js';
import { describeImport, importStep } from './steps/import.js';
import { describePackage, packageStep } from './steps/package.js';
import { describePlan, planStep } from './steps/plan.js';
import { describeSimulate, simulateStep } from './steps/simulate.js';
import { drawGraphs } from './draw-graphs.js';
import { version } from './version.js';
import { fillTree, marker, type TreeContent } from './tree.js';

interface Step {
  readonly run: (done: BuildResults, options: BuildOptions) => unknown;
  readonly describe: (done: BuildResults) => string;
  /** The options that its result depends on, besides those of the steps before. */
  readonly depends: (options: BuildOptions) => unknown;
}

/** A result that the order of the steps guarantees. */
function need<T>(result: T | undefined): T {
  if (result === undefined) throw new Error('a step ran before the one it needs');
  return result;
}

const hashOf = (path: string | undefined): string | null => {
  if (path === undefined) return null;
  try {
    return sha256File(path);
  } catch {
    // The step that reads the file says what is wrong with it.
    return path;
  }
};

const steps: Readonly<Record<StepName, Step>> = {
  import: {
    run: (_, options) => importStep(options),
    describe: (done) => describeImport(need(done.import)),
    depends: ({ model, numerics, input, inputScale, seed, explain }) => [
      ...(explain === true ? ['explain'] : []),
      hashOf(model),
      numerics === 'qkeras' ? numerics : hashOf(numerics),
      hashOf(input),
      inputScale ?? null,
      String(seed),
    ],
  },
  check: {
    run: (done) => checkStep(need(done.import)),
    describe: (done) => describeCheck(need(done.check)),
    depends: () => null,
  },
  plan: {
    run: (done, options) => planStep(need(done.import), options),
    describe: (done) => describePlan(need(done.plan)),
    depends: ({ portBits, folding, clockMhz, targetFps, maxLatency, board }) => [
      ...(board === undefined ? [] : [board]),
      portBits,
      hashOf(folding),
      clockMhz,
      targetFps ?? null,
      maxLatency ?? null,
    ],
  },
  generate: {
    run: (done) => generateStep(need(done.plan)),
    describe: (done) => describeGenerate(need(done.generate)),
    depends: () => null,
  },
  simulate: {
    run: (done, options) => simulateStep(need(done.import), need(done.plan), need(done.generate), options),
    describe: (done) => describeSimulate(need(done.simulate)),
    depends: ({ samples, seed }) => [samples ?? null, String(seed)],
  },
  package: {
    run: (done, options) =>
      packageStep(need(done.import), need(done.plan), need(done.generate), need(done.simulate), {
        ...options,
        version: version(),
      }),
    describe: (done) => describePackage(need(done.package)),
    depends: ({ board, tech }) => [board ?? null, hashOf(tech)],
  },
};

function stepIndex(option: '--from' | '--to', name: string): number {
  const index = stepNames.findIndex((each) => each === name);
  if (index >= 0) return index;
  throw buildError('H2001', `${option} ${name}: no such step`, { fix: `steps: ${stepNames.join(' ')}` });
}

/** A key a step: its own options and the key of the step before, so that every key stands for all that came earlier. */
function keysOf(options: BuildOptions): string[] {
  let key = version();
  return stepNames.map((name) => (key = sha256(JSON.stringify([key, name, steps[name].depends(options)]))));
}

/** Runs the steps and writes the tree; `progress` shows them. Nothing is written when a step throws. */
export async function build(options: BuildOptions, progress: Progress): Promise<BuildOutcome> {
  const from = options.from === undefined ? 0 : stepIndex('--from', options.from);
  const to = options.to === undefined ? stepNames.length - 1 : stepIndex('--to', options.to);
  if (from > to) {
    throw buildError('H2001', `--from ${options.from} is behind --to ${options.to}`, { fix: stepNames.join(' ') });
  }
  const keys = keysOf(options);
  return writeDirectoryAtomic(options.output, { marker }, async (directory) => {
    const results: Record<string, unknown> = {};
    const logs: StepLog[] = [];
    const states: Record<string, Uint8Array> = {};
    let drawings: ReturnType<typeof drawGraphs> | undefined;
    for (const [index, name] of stepNames.slice(0, to + 1).entries()) {
      const step = steps[name];
      const key = keys[index] ?? '';
      const since = performance.now();
      const resumed = index < from;
      await progress.run(
        name,
        async () => {
          results[name] = resumed ? resume(options, index, name, key) : await step.run(results, options);
        },
        () => `${step.describe(results)}${resumed ? ' (kept)' : ''}`,
      );
      const seconds = (performance.now() - since) / 1000;
      logs.push({ name, line: step.describe(results), seconds, resumed });
      states[stateFile(index, name)] = encodeState(key, results[name]);
      // Drawn in another thread while the later steps run.
      if (name === 'plan') drawings = drawGraphs(results);
    }
    const drawn = await (drawings ?? drawGraphs(results));
    const content: TreeContent = { options, results, logs, drawings: drawn, states, version: version() };
    fillTree(directory, content);
    return { results: results, logs };
  });
}

function resume({ output, from }: BuildOptions, index: number, name: StepName, key: string): unknown {
  const result = readState(output, index, name, key);
  if (result !== undefined) return result;
  throw buildError('H2002', `--from ${from}: ${output} holds no result of ${name} for this model and these options`, {
    places: [{ file: output }],
    fix: 'run build without --from',
  });
}
