/** From the integer stages of a network to layers of the engine and the tensors between them. */
import { valueRange } from '../../network/element-type.js';
import { activationFunction } from '../../network/run-activation.js';
import type {
  Activation,
  AddStage,
  ConvStage,
  DenseStage,
  ElementType,
  PoolStage,
  Stage,
  StageNetwork,
  SumRange,
  Window,
} from '../../network/stages.js';
import { inputName } from '../../network/stage-types.js';
import { sourcesOf } from '../../network/stages.js';
import type { Engine } from '../config.js';
import { engineError } from '../errors.js';
import { refusals } from './refusals.js';
import { plainRequant, type Axis, type EngineLayer, type Requant, type Size } from '../layer.js';
import { mapActivation } from './map-activation.js';
import { mapAddition, type Operand } from './map-addition.js';

/** A tensor between layers. `min` .. `max` are the codes that occur in it. */
export interface NetworkTensor {
  readonly name: string;
  readonly size: Size;
  readonly min: number;
  readonly max: number;
  /** Codes 0 and 1 that stand for -1 and +1. */
  readonly bipolar: boolean;
}

/** A layer with what it reads and writes. Layers stand in the order in which they run. */
export interface NetworkLayer {
  readonly layer: EngineLayer;
  readonly input: string;
  readonly residual?: string;
  readonly output: string;
}

/** How the codes of the output port come from the last tensors: byte `k` of a code is in `parts[k]`. */
export interface NetworkOutput {
  readonly parts: readonly string[];
  readonly type: ElementType;
}

export interface EngineNetwork {
  readonly name: string;
  readonly tensors: readonly NetworkTensor[];
  readonly layers: readonly NetworkLayer[];
  /** Tensor of the input port. */
  readonly input: string;
  readonly output: NetworkOutput;
}

interface Context {
  readonly engine: Engine;
  readonly tensors: Map<string, NetworkTensor>;
  readonly layers: NetworkLayer[];
  /** Stages that are another stage's tensor: duplicates, and convolutions that an addition is fused into. */
  readonly alias: Map<string, string>;
}

const vector = (channels: number): Size => ({ height: 1, width: 1, channels });
const point: Axis = { kernel: 1, stride: 1, dilation: 1, pad: 0 };

/** Layers of a stage network. Throws H2206 for stages without a mode and H2207 for activations that the requantizer cannot compute. */
export function lowerStages(engine: Engine, network: StageNetwork): EngineNetwork {
  const { stages } = network;
  const context: Context = { engine, tensors: new Map(), layers: [], alias: new Map() };
  addTensor(context, inputName, inputSize(network), network.input.type);
  let output: NetworkOutput | undefined;
  stages.forEach((stage, index) => {
    const sources = sourcesOf(stages, index).map((name) => tensorOf(context, name, stage.name));
    const last = index === stages.length - 1;
    output = last ? lowerLast(context, stage, sources) : undefined;
    if (!last) lowerStage(context, stage, sources);
  });
  if (output === undefined) throw engineError('H2206', network.name, 'a network without stages');
  return {
    name: network.name,
    tensors: [...context.tensors.values()],
    layers: context.layers,
    input: inputName,
    output,
  };
}

/** Rows, pixels and channels at the input port: those of the first stage that sees an image. */
function inputSize({ stages }: StageNetwork): Size {
  const reader = stages.find((stage, index) => sourcesOf(stages, index).includes(inputName) && 'image' in stage);
  const first = stages[0];
  const size = reader && 'image' in reader ? reader.image : vector(first?.inputs ?? 1);
  if (first?.kind !== 'elementwise') return size;
  // An activation in front of a convolution keeps the shape of what follows.
  const next = stages[1];
  return next !== undefined && 'image' in next ? next.image : size;
}

function addTensor(context: Context, name: string, size: Size, type: ElementType, codes?: SumRange): void {
  const { min, max } = codes ?? (type.kind === 'bipolar' ? { min: 0, max: 1 } : valueRange(type));
  context.tensors.set(name, { name, size, min, max, bipolar: type.kind === 'bipolar' });
}

function tensorOf(context: Context, name: string, reader: string): NetworkTensor {
  const tensor = context.tensors.get(context.alias.get(name) ?? name);
  if (tensor === undefined) throw engineError('H2206', reader, `reads ${name}, which no layer before it writes`);
  return tensor;
}

/** Operand `index` of a stage. */
function operand(sources: readonly NetworkTensor[], index: number, stage: Stage): NetworkTensor {
  const tensor = sources[index];
  if (tensor === undefined) throw engineError('H2206', stage.name, 'an operand is missing');
  return tensor;
}

/** The last stage: codes of more bits than a pixel leave as bytes, one pass a byte. */
function lowerLast(context: Context, stage: Stage, sources: readonly NetworkTensor[]): NetworkOutput {
  const { XB } = context.engine;
  const { output } = stage;
  const bits = output.kind === 'int' ? output.bits : 1;
  if (bits <= XB || (stage.kind !== 'dense' && stage.kind !== 'conv') || stage.activation.kind !== 'none') {
    if (stage.kind === 'dense' || stage.kind === 'conv')
      emitLinear(context, stage, operand(sources, 0, stage), stage.name, undefined, true);
    else lowerStage(context, stage, sources);
    return { parts: [context.alias.get(stage.name) ?? stage.name], type: output };
  }
  const parts = Array.from({ length: Math.ceil(bits / XB) }, (_, part) => `${stage.name}_${part}`);
  const half = 2 ** (XB - 1);
  parts.forEach((name, part) => {
    const requant: Requant = { ...plainRequant, shift: [part * XB], lo: -half, hi: half - 1, wrap: true };
    emitLinear(context, stage, operand(sources, 0, stage), name, requant);
  });
  return { parts, type: output };
}

function lowerStage(context: Context, stage: Stage, sources: readonly NetworkTensor[]): void {
  switch (stage.kind) {
    case 'duplicate':
      context.alias.set(stage.name, operand(sources, 0, stage).name);
      return;
    case 'dense':
    case 'conv':
      emitLinear(context, stage, operand(sources, 0, stage), stage.name);
      return;
    case 'elementwise':
    case 'pool':
      emitChannelwise(context, stage, operand(sources, 0, stage));
      return;
    case 'add':
      emitAdd(context, stage, sources);
      return;
    default:
      throw engineError('H2206', stage.name, ...refusals[stage.kind]);
  }
}

/** Values of the codes of a tensor, as the sums see them. */
const valuesOf = ({ min, max, bipolar }: NetworkTensor): SumRange => (bipolar ? { min: -1, max: 1 } : { min, max });

/** Range of every output channel's sum. */
function sumRanges(weights: Int32Array, channels: number, { min, max }: SumRange, pad: number): SumRange[] {
  const [low, high] = [Math.min(min, pad), Math.max(max, pad)];
  const row = weights.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    let [least, most] = [0, 0];
    for (const weight of weights.subarray(channel * row, (channel + 1) * row)) {
      least += weight * (weight > 0 ? low : high);
      most += weight * (weight > 0 ? high : low);
    }
    return { min: least + 0, max: most + 0 };
  });
}

/** An axis with one position needs no stride, whatever the file says: global pooling has a stride as large as the image. */
const axisOf = ({ kernel, stride, dilation, before, count }: Window['x']): Axis => ({
  kernel,
  stride: count === 1 ? 1 : stride,
  dilation,
  pad: before,
});

function emitLinear(
  context: Context,
  stage: ConvStage | DenseStage,
  input: NetworkTensor,
  name: string,
  given?: Requant,
  hostCuts = false,
): void {
  const { engine } = context;
  if ((stage.productShift ?? 0) !== 0) throw engineError('H2206', stage.name, ...refusals.floors);
  const conv = stage.kind === 'conv';
  // A matrix behind an image is a convolution whose kernel is as large as the image.
  const y = conv ? axisOf(stage.window.y) : { ...point, kernel: input.size.height };
  const x = conv ? axisOf(stage.window.x) : { ...point, kernel: input.size.width };
  const size = conv
    ? { height: stage.window.y.count, width: stage.window.x.count, channels: stage.channels }
    : vector(stage.outputs);
  const padded = conv && (y.pad > 0 || x.pad > 0 || stage.window.y.after > 0 || stage.window.x.after > 0);
  if (padded && input.bipolar && Math.abs(stage.padValue) !== 1)
    throw engineError('H2206', stage.name, `padding of ${stage.padValue} between values of -1 and +1`);
  const padValue = padded ? stage.padValue : 0;
  const ranges = sumRanges(stage.weights, size.channels, valuesOf(input), padded ? padValue : valuesOf(input).min);
  const requant =
    given ?? mapActivation(stage.activation, { engine, output: stage.output, ranges, hostCuts, subject: stage.name });
  const weights = input.bipolar ? stage.weights.map((weight) => 2 * weight) : stage.weights;
  const most = weights.reduce((top, weight) => Math.max(top, weight, -weight - 1), 0);
  if (engine.WB > 1 && most >= 2 ** (engine.WB - 1))
    throw engineError('H2206', stage.name, `a weight of ${most} does not fit ${engine.WB} bits (WB)`);
  const groups = conv ? stage.groups : 1;
  const depthwise = conv && groups === stage.image.channels && size.channels === groups && groups > 1;
  const layer: EngineLayer = {
    ...{ name, op: depthwise ? 'dw' : 'dense', input: input.size, output: size, y, x },
    ...{ groups: depthwise ? 1 : groups, weights, padValue: padded && input.bipolar ? (padValue + 1) / 2 : padValue },
    ...{ unsigned: input.min >= 0 && input.max >= 2 ** (engine.XB - 1) },
    requant: input.bipolar ? withoutOffset(requant, stage.weights, size.channels, stage.name) : requant,
  };
  context.layers.push({ layer, input: input.name, output: name });
  context.tensors.set(name, tensorFrom(name, size, requant, stage.output));
}

/** Codes 0 and 1 instead of -1 and +1: with doubled weights the sum is too large by the sum of the weights. */
function withoutOffset(requant: Requant, weights: Int32Array, channels: number, subject: string): Requant {
  if (requant.mode === 'fixed') throw engineError('H2207', subject, 'a multiplication behind bipolar inputs');
  const row = weights.length / channels;
  const bias = Array.from(
    { length: channels },
    (_, channel) =>
      (requant.bias[requant.bias.length === 1 ? 0 : channel] ?? 0) -
      weights.subarray(channel * row, (channel + 1) * row).reduce((sum, weight) => sum + weight, 0),
  );
  return { ...requant, bias };
}

function tensorFrom(name: string, size: Size, { lo, hi }: Requant, output: ElementType): NetworkTensor {
  return { name, size, min: lo, max: hi, bipolar: output.kind === 'bipolar' };
}

/** Pooling, and activations without a matrix: sums over one pixel. */
function emitChannelwise(
  context: Context,
  stage: PoolStage | Extract<Stage, { readonly kind: 'elementwise' }>,
  input: NetworkTensor,
): void {
  const { engine } = context;
  if (input.bipolar) throw engineError('H2206', stage.name, 'reads values of -1 and +1 one by one');
  const pool = stage.kind === 'pool';
  if (pool && stage.factors) throw engineError('H2206', stage.name, ...refusals.borders);
  if (!pool && stage.channels !== undefined && stage.channels !== input.size.channels)
    throw engineError('H2206', stage.name, `${stage.channels} channels on a tensor of ${input.size.channels}`);
  if (
    !pool &&
    stage.channels === undefined &&
    input.size.height * input.size.width > 1 &&
    isPerChannel(stage.activation)
  )
    throw engineError('H2206', stage.name, 'parameters for every pixel');
  const { channels } = input.size;
  const size = pool ? { height: stage.window.y.count, width: stage.window.x.count, channels } : input.size;
  const taps = pool && stage.reduce === 'sum' ? stage.window.y.kernel * stage.window.x.kernel : 1;
  const range = { min: Math.min(taps * input.min, input.min), max: Math.max(taps * input.max, input.max) };
  const ranges = Array.from({ length: channels }, () => range);
  const requant = mapActivation(stage.activation, { engine, output: stage.output, ranges, subject: stage.name });
  const layer: EngineLayer = {
    ...{ name: stage.name, op: pool && stage.reduce === 'max' ? 'max' : 'sum', input: input.size, output: size },
    ...{ y: pool ? axisOf(stage.window.y) : point, x: pool ? axisOf(stage.window.x) : point, groups: 1, padValue: 0 },
    ...{ unsigned: input.min >= 0 && input.max >= 2 ** (engine.XB - 1), requant },
  };
  context.layers.push({ layer, input: input.name, output: stage.name });
  context.tensors.set(stage.name, tensorFrom(stage.name, size, requant, stage.output));
}

/** True where an activation has parameters per channel. */
function isPerChannel(activation: Activation): boolean {
  if (activation.kind === 'none') return false;
  if (activation.kind === 'thresholds') return activation.perChannel;
  return activation.steps.some(({ multiplier, addend }) => Math.max(multiplier.length, addend.length) > 1);
}

/** An addition is the residual of the layer that ran last, where that layer wrote one of its operands. */
function emitAdd(context: Context, stage: AddStage, sources: readonly NetworkTensor[]): void {
  const { engine } = context;
  if (sources.length !== 2) throw engineError('H2206', stage.name, 'an addition of more than two streams');
  const last = context.layers.at(-1);
  const own = sources.findIndex((tensor) => tensor.name === last?.output);
  const shared = [...context.alias.values()].includes(sources[own]?.name ?? '');
  const fused =
    own >= 0 && last !== undefined && last.layer.residual === undefined && sources[0] !== sources[1] && !shared;
  const mine = fused ? own : 0;
  const [first, second] = [operand(sources, mine, stage), operand(sources, 1 - mine, stage)];
  const operandOf = (index: number, tensor: NetworkTensor): Operand => {
    const activation = stage.operands[index]?.activation ?? { kind: 'none' as const };
    if (isPerChannel(activation)) throw engineError('H2206', stage.name, 'operands with a scale per channel');
    const exact = activationFunction(activation, { kind: 'int', bits: 53, signed: true });
    const value = (code: number): number => (tensor.bipolar ? 2 * code - 1 : exact(code, 0));
    return { min: tensor.min, max: tensor.max, activation, value };
  };
  const [a, b] = [operandOf(mine, first), operandOf(1 - mine, second)];
  if (isPerChannel(stage.activation)) throw engineError('H2206', stage.name, 'an activation with a scale per channel');
  const range = {
    min: Math.min(a.value(a.min), a.value(a.max)) + Math.min(b.value(b.min), b.value(b.max)),
    max: Math.max(a.value(a.min), a.value(a.max)) + Math.max(b.value(b.min), b.value(b.max)),
  };
  const requant = mapActivation(stage.activation, {
    engine,
    output: stage.output,
    ranges: [range],
    subject: stage.name,
  });
  if (requant.thresholds) throw engineError('H2207', stage.name, 'thresholds behind an addition');
  const unsigned = second.min >= 0 && second.max >= 2 ** (engine.XB - 1);
  const residual = mapAddition(a, b, unsigned, requant, stage.name);
  if (fused) {
    context.layers[context.layers.length - 1] = {
      ...last,
      layer: { ...last.layer, residual },
      residual: second.name,
      output: stage.name,
    };
    context.tensors.delete(first.name);
  } else {
    const half = 2 ** (engine.XB - 1);
    const layer: EngineLayer = {
      ...{
        name: stage.name,
        op: 'sum',
        input: first.size,
        output: first.size,
        y: point,
        x: point,
        groups: 1,
        padValue: 0,
      },
      ...{ unsigned: first.min >= 0 && first.max >= half, residual },
      requant: { ...plainRequant, lo: first.min, hi: first.max },
    };
    context.layers.push({ layer, input: first.name, residual: second.name, output: stage.name });
  }
  context.tensors.set(stage.name, tensorFrom(stage.name, first.size, requant, stage.output));
}
