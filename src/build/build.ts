/**
 * `build` with the dataflow back end: the numbered steps from a model file to the output tree. Each step is a function from
 * plain data to plain data.
 */
import type { Progress } from '../base/progress.js';
import type { BuildOptions, BuildOutcome, BuildResults, StepName } from './results.js';
import { hashOf, need, runSteps, type Step } from './run-steps.js';
import { firstSteps } from './steps/first-steps.js';
import { describeGenerate, generateStep } from './steps/generate.js';
import { describePackage, packageStep } from './steps/package.js';
import { describePlan, planStep } from './steps/plan.js';
import { describeSimulate, simulateStep } from './steps/simulate.js';
import { drawGraphs } from './draw-graphs.js';
import { version } from './version.js';
import { treeFiles } from './tree.js';

const steps: Readonly<Record<StepName, Step<BuildResults>>> = {
  ...firstSteps,
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
    depends: ({ board, tech, memory, floatWeights, activity }) => [
      ...[board ?? null, hashOf(tech)],
      ...(memory === undefined ? [] : [memory]),
      ...(floatWeights === true ? ['float32'] : []),
      ...(activity === true ? ['activity'] : []),
    ],
  },
};

/** Runs the steps and writes the tree; `progress` shows them. Nothing is written when a step throws. */
export function build(options: BuildOptions, progress: Progress): Promise<BuildOutcome> {
  return runSteps({ steps, draw: drawGraphs, files: treeFiles }, options, progress);
}
