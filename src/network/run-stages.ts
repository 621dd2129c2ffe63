/**
 * The integer executor of a stage network: what hardware must equal, code by code.
 *
 * Written from `stages.ts` alone, with plain integers: sums are safe integers, fixed steps are exact. It shares no code with
 * the reference executor or with any hardware model.
 */
import { activationFunction } from './run-activation.js';
import { addedValues, concatenatedValues, convolutionSums, pooledValues, upsampledValues } from './run-image-stages.js';
import { inputName } from './stage-types.js';
import { sourcesOf, type DenseStage, type ElementType, type Stage, type StageNetwork } from './stages.js';

export { fixedStep } from './run-activation.js';

export interface StageRun {
  /** Codes at the output port, [samples][outputs of the last stage]. */
  readonly outputs: Float64Array;
  /** Codes behind every stage, in the order of `network.stages`, [samples][outputs]. */
  readonly stages: readonly Float64Array[];
}

/** Runs codes [samples][elements in the order of the stream] through all stages. All codes are exact integers. */
export function runStages(network: StageNetwork, codes: ArrayLike<number>): StageRun {
  const port = Float64Array.from(codes);
  const streams = new Map<string, Float64Array>([[inputName, port]]);
  const stages = network.stages.map((stage, index) => {
    const operands = sourcesOf(network.stages, index).map((name) => {
      const stream = streams.get(name);
      if (!stream) throw new RangeError(`${stage.name} reads ${name}, which does not stand in front of it`);
      return stream;
    });
    const out = runStage(stage, ...operands);
    streams.set(stage.name, out);
    return out;
  });
  return { outputs: stages.at(-1) ?? port, stages };
}

/** One stage on [samples][elements] codes of each stream that it reads. */
export function runStage(stage: Stage, ...codes: readonly Float64Array[]): Float64Array {
  const sizes = operandSizes(stage);
  const types =
    stage.kind === 'add' || stage.kind === 'concat' ? stage.operands.map(({ type }) => type) : [stage.input];
  if (codes.length !== sizes.length)
    throw new RangeError(`${stage.name}: ${codes.length} streams, but it reads ${sizes.length}`);
  const samples = (codes[0]?.length ?? 0) / (sizes[0] ?? 1);
  codes.forEach((stream, k) => {
    if (stream.length !== samples * (sizes[k] ?? 0) || !Number.isInteger(samples))
      throw new RangeError(`${stage.name}: ${stream.length} codes are not whole samples of ${sizes[k] ?? 0}`);
  });
  const run = sampleFunction(stage);
  const out = new Float64Array(samples * stage.outputs);
  for (let sample = 0; sample < samples; sample++) {
    const values = codes.map((stream, k) => {
      const size = sizes[k] ?? 0;
      return decoded(types[k] ?? stage.input, stream.subarray(sample * size, (sample + 1) * size));
    });
    out.set(run(values), sample * stage.outputs);
  }
  return out;
}

/** Elements of one sample of each stream that a stage reads. */
function operandSizes(stage: Stage): number[] {
  if (stage.kind !== 'add' && stage.kind !== 'concat') return [stage.inputs];
  const pixels = stage.image.height * stage.image.width;
  return stage.operands.map(({ channels }) => pixels * channels);
}

function decoded(type: ElementType, codes: Float64Array): Float64Array {
  return type.kind === 'bipolar' ? codes.map((code) => 2 * code - 1) : codes;
}

/** Codes of values that no activation has touched. */
function encoded(type: ElementType, values: Float64Array): Float64Array {
  return type.kind === 'bipolar' ? values.map((value) => (value + 1) / 2) : values;
}

/** What a stage does with the values of one sample; the codes of its output. */
function sampleFunction(stage: Stage): (operands: readonly Float64Array[]) => Float64Array {
  const first = (operands: readonly Float64Array[]): Float64Array => operands[0] ?? new Float64Array();
  switch (stage.kind) {
    case 'argmax':
      return (operands) => Float64Array.of(argmax(first(operands)));
    case 'duplicate':
      return (operands) => encoded(stage.output, first(operands));
    case 'upsample':
      return (operands) => encoded(stage.output, upsampledValues(stage, first(operands)));
    case 'concat':
      return (operands) => encoded(stage.output, concatenatedValues(stage, operands));
    case 'dense':
      return activated(stage, stage.outputs, (operands) => matrixTimesVector(stage, first(operands)));
    case 'elementwise':
      return activated(stage, stage.channels ?? stage.outputs, first);
    case 'conv':
      return activated(stage, stage.channels, (operands) => convolutionSums(stage, first(operands)));
    case 'pool':
      return activated(stage, stage.image.channels, (operands) => pooledValues(stage, first(operands)));
    case 'add':
      return activated(stage, stage.image.channels, (operands) => addedValues(stage, operands));
  }
}

/** Sums, then the activation of the stage; element i belongs to channel i % channels. */
function activated(
  stage: Extract<Stage, { readonly activation: unknown }>,
  channels: number,
  sums: (operands: readonly Float64Array[]) => Float64Array,
): (operands: readonly Float64Array[]) => Float64Array {
  const activate = activationFunction(stage.activation, stage.output);
  return (operands) => sums(operands).map((sum, at) => activate(sum, at % channels));
}

function argmax(values: Float64Array): number {
  let best = 0;
  values.forEach((value, index) => {
    if (value > (values[best] ?? 0)) best = index;
  });
  return best;
}

function matrixTimesVector(stage: DenseStage, values: Float64Array): Float64Array {
  const unit = 2 ** (stage.productShift ?? 0);
  return Float64Array.from({ length: stage.outputs }, (_, row) => {
    let sum = 0;
    const start = row * stage.inputs;
    for (let column = 0; column < stage.inputs; column++) {
      const product = (stage.weights[start + column] ?? 0) * (values[column] ?? 0);
      sum += unit === 1 ? product : Math.floor(product / unit);
    }
    return sum + 0;
  });
}
