/**
 * The chain of proof inside of an engine: the first layer whose tensor differs from the reference. The sample runs once more by a plan
 * in which every tensor leaves through DRAM as well; passes and places stay what they were.
 */
import { placeOfElement } from '../../dataflow/stage-streams.js';
import { programOf, type EngineProgram } from '../../engine/program.js';
import type { ProgramMemory } from '../../engine/run-network.js';
import { runStages } from '../../network/run-stages.js';
import type { StageNetwork } from '../../network/stages.js';

/** A program whose every tensor is seen at m_axis_y. */
export function everyTensorOut({ plan, network }: EngineProgram): EngineProgram {
  return programOf({ ...plan, tensors: plan.tensors.map((tensor) => ({ ...tensor, dram: true })) }, network);
}

/** The first difference in words, undefined where all tensors are right; `run` is the form that was wrong. */
export function locateLayer(
  program: EngineProgram,
  stages: StageNetwork,
  sample: Float64Array,
  run: (program: EngineProgram, sample: Float64Array) => ProgramMemory,
): string | undefined {
  const memory = run(everyTensorOut(program), sample);
  const reference = runStages(stages, sample).stages;
  for (const [index, stage] of stages.stages.entries()) {
    if (!program.network.layers.some(({ output }) => output === stage.name)) continue;
    const [actual, expected] = [memory.tensor(stage.name), reference[index] ?? new Float64Array()];
    const element = expected.findIndex((code, at) => code !== actual[at]);
    if (element >= 0)
      return `first wrong layer ${stage.name} (${stage.origin}), ${placeOfElement(stage, element)}: ${actual[element]}, not ${expected[element]}`;
  }
  return undefined;
}
