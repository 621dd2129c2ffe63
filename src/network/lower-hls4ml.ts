/**
 * Lowering of a Keras graph to the arithmetic that hls4ml builds: every cast of the generated C++ is one fixed step.
 *
 * Source: numerics.md 1.4 and the hls4ml templates (nnet_dense, nnet_batchnorm, nnet_activation). The steps come out one per
 * cast; `collapse-steps.ts` joins them where that is proved. The uncollapsed network is the reference of this numerics.
 */
import { channelRanges, hull, rowRanges, type Range } from './accumulator.js';
import { chainOf } from './chain.js';
import { collapseSteps } from './collapse-steps.js';
import { intType } from './element-type.js';
import { networkError } from './errors.js';
import { onlyInput, onlyOutput } from './execute.js';
import { castConstant, fitCode, fractionBits, type FixedType } from './fixed-type.js';
import { sizeOf, type Graph, type GraphNode } from './graph.js';
import type { Hls4mlConfig, Hls4mlLayer } from './hls4ml-config.js';
import { inferShapes } from './infer-shapes.js';
import { batchNormAffine } from './ops/linear.js';
import { batchFree } from './passes/batch-free.js';
import { foldConstants } from './passes/fold-constants.js';
import type { ElementType, FixedStep, Stage, StageNetwork } from './stages.js';

/** Nodes of one Keras layer, in order. */
interface LayerGroup {
  readonly layer: string;
  readonly nodes: GraphNode[];
}

/** State of the walk: the integers that flow here have `fraction` bits right of the point. */
interface Walk {
  readonly stages: Stage[];
  fraction: number;
  /** Type of the codes behind the last closed stage. */
  type: ElementType;
  elements: number;
  /** A dense stage waiting for its steps. */
  dense: { origin: string; weights: Int32Array; outputs: number } | undefined;
  steps: FixedStep[];
}

function groupsOf(graph: Graph): LayerGroup[] {
  const groups: LayerGroup[] = [];
  for (const node of chainOf(graph)) {
    const layer = node.layer ?? node.name;
    const last = groups.at(-1);
    if (last?.layer === layer) last.nodes.push(node);
    else groups.push({ layer, nodes: [node] });
  }
  return groups;
}

/** One cast: `x * multiplier + addend` with `fraction` bits right of the point, into `type`. */
function castStep(
  fraction: number,
  type: FixedType,
  more: { multiplier?: readonly bigint[]; addend?: readonly bigint[]; relu?: boolean } = {},
): FixedStep {
  return {
    multiplier: more.multiplier ?? [1n],
    addend: more.addend ?? [0n],
    shift: fraction - fractionBits(type),
    rounding: type.rounding,
    relu: more.relu ?? false,
    overflow: type.overflow,
    result: { bits: type.bits, signed: type.signed },
  };
}

function cast(walk: Walk, type: FixedType, more: Parameters<typeof castStep>[2] = {}, fraction = walk.fraction): void {
  walk.steps.push(castStep(fraction, type, more));
  walk.fraction = fractionBits(type);
}

/** Closes the open stage: its type is that of its last step. */
function close(walk: Walk, origin: string): void {
  const last = walk.steps.at(-1);
  if (!last) return;
  // Codes travel as float64 on the host.
  if (last.result.bits > 53) throw networkError('H3036', origin, `its result has ${last.result.bits} bits`);
  const output: ElementType = { kind: 'int', ...last.result };
  const count = (kind: Stage['kind']): number => walk.stages.filter((stage) => stage.kind === kind).length;
  const activation = { kind: 'fixed' as const, steps: walk.steps };
  const io = { input: walk.type, output, activation };
  if (walk.dense) {
    const { weights, outputs } = walk.dense;
    const inputs = walk.elements;
    const accumulator = hull(rowRanges(weights, inputs, walk.type));
    const range = { min: Math.min(-1, ...minMax(weights)), max: Math.max(...minMax(weights)) };
    const weight = intType(range.min, range.max);
    const name = `dense_${count('dense')}`;
    walk.stages.push({
      kind: 'dense',
      name,
      origin: walk.dense.origin,
      inputs,
      outputs,
      weight,
      weights,
      accumulator,
      ...io,
    });
    walk.elements = outputs;
  } else {
    const size = { inputs: walk.elements, outputs: walk.elements };
    walk.stages.push({ kind: 'elementwise', name: `fixed_${count('elementwise')}`, origin, ...size, ...io });
  }
  walk.type = output;
  walk.dense = undefined;
  walk.steps = [];
}

function minMax(values: Int32Array): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b), 0), values.reduce((a, b) => Math.max(a, b), 0)];
}

/** Type of a constant that the YAML gives none for: wide enough to hold the quantized values as they are. */
const exactType: FixedType = { bits: 32, integer: 16, signed: true, rounding: 'floor', overflow: 'wrap' };

/**
 * Dense: exact products, each cast to accum_t (no rounding allowed to matter: H3037), bias cast to accum_t, the sum wraps to
 * accum_t. Wrapping every partial sum equals wrapping the total, because wrapping is reduction modulo 2^W.
 */
function dense(graph: Graph, walk: Walk, group: LayerGroup, config: Hls4mlConfig): void {
  close(walk, group.layer);
  const types = config.layers.get(group.layer) ?? {};
  const node = group.nodes.find((item) => item.op === 'MatMul');
  const matrix = graph.initializers.get(node?.inputs[1] ?? '');
  const [inputs = 0, outputs = 0] = matrix?.shape ?? [];
  if (!node || !matrix || inputs !== walk.elements)
    throw networkError('H3038', group.layer, 'is not a dense layer on one vector');
  const weightType = types.weight ?? exactType;
  let fraction = fractionBits(weightType);
  let weights = Array.from({ length: inputs * outputs }, (_, at) =>
    castConstant(matrix.data[(at % inputs) * outputs + Math.floor(at / inputs)] ?? 0, weightType),
  );
  // A common power of two is not stored, and cannot be floored away by accum_t.
  while (weights.some((value) => value !== 0n) && weights.every((value) => (value & 1n) === 0n)) {
    weights = weights.map((value) => value >> 1n);
    fraction -= 1;
  }
  const accum = types.accum ?? config.model;
  const product = walk.fraction + fraction;
  if (fractionBits(accum) < product)
    throw networkError(
      'H3037',
      group.layer,
      `a product has ${product} fractional bits, accum_t has ${fractionBits(accum)}`,
    );
  const bias = group.nodes.find((item) => item.op === 'Add');
  const biasValues = graph.initializers.get(bias?.inputs[1] ?? '')?.data ?? Float64Array.of(0);
  const addend = [...biasValues].map((value) => {
    const biasType = types.bias ?? exactType;
    const code = castConstant(value, biasType);
    // Value of the cast bias in accum_t: floored there when accum_t is coarser.
    return castConstant(Number(code) * 2 ** -fractionBits(biasType), { ...accum, overflow: 'wrap' });
  });
  const values = Int32Array.from(weights, Number);
  const ranges = rowRanges(values, inputs, walk.type);
  if (hull(ranges).max > Number.MAX_SAFE_INTEGER || hull(ranges).min < -Number.MAX_SAFE_INTEGER)
    throw networkError('H3036', group.layer, 'the accumulator may exceed 2^53');
  const lift = 1n << BigInt(fractionBits(accum) - product);
  if (accum.overflow === 'saturate') refuseSaturation(group.layer, ranges, { lift, addend, accum });
  walk.dense = { origin: node.name, weights: values, outputs };
  const sum = { ...accum, rounding: 'floor' as const, overflow: 'wrap' as const };
  cast(walk, sum, { multiplier: [lift], addend }, fractionBits(accum));
  cast(walk, types.result ?? config.model);
}

/** A saturating accumulator depends on the order of the sums unless no sum can reach its ends. */
function refuseSaturation(
  layer: string,
  ranges: readonly Range[],
  sum: { lift: bigint; addend: bigint[]; accum: FixedType },
): void {
  const safe = ranges.every(({ min, max }, channel) => {
    const bias = sum.addend[sum.addend.length === 1 ? 0 : channel] ?? 0n;
    const ends = [
      BigInt(min) * sum.lift + bias,
      BigInt(max) * sum.lift + bias,
      BigInt(min) * sum.lift,
      BigInt(max) * sum.lift,
    ];
    return ends.every((end) => fitCode(end, sum.accum) === end);
  });
  if (!safe)
    throw networkError('H3042', layer, 'accum_t saturates and the sums may reach its ends', 'use a wider accum_t');
}

/** Batch normalization: full product plus bias, one cast to the result (nnet_batchnorm: no inner rounding). */
function batchNormalization(graph: Graph, walk: Walk, node: GraphNode, types: Hls4mlLayer, config: Hls4mlConfig): void {
  const inputs = node.inputs.map((name) => graph.initializers.get(name));
  const { scale, offset } = batchNormAffine(node, inputs);
  const scaleType = types.scale ?? config.model;
  const biasType = types.bias ?? config.model;
  const product = walk.fraction + fractionBits(scaleType);
  const fraction = Math.max(product, fractionBits(biasType));
  const lift = (list: Float64Array, type: FixedType, by: number): bigint[] =>
    [...list].map((value) => castConstant(value, type) << BigInt(by));
  const multiplier = lift(scale, scaleType, fraction - product);
  const addend = lift(offset, biasType, fraction - fractionBits(biasType));
  cast(walk, types.result ?? config.model, { multiplier, addend }, fraction);
}

const passThrough = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout']);

function layer(graph: Graph, walk: Walk, group: LayerGroup, config: Hls4mlConfig): void {
  const types = config.layers.get(group.layer) ?? {};
  const ops = new Set(group.nodes.map((node) => node.op));
  const first = group.nodes[0];
  if (!first || group.nodes.every((node) => passThrough.has(node.op))) return;
  if (ops.has('MatMul')) {
    dense(graph, walk, group, config);
    const linear = config.layers.get(`${group.layer}_linear`)?.result;
    if (linear) cast(walk, linear);
  } else if (first.op === 'BatchNormalization') {
    if (walk.dense && !graphQuantized(graph, walk.dense.origin))
      throw networkError(
        'H3042',
        group.layer,
        'hls4ml folds this batch normalization into the dense layer in front of it',
      );
    batchNormalization(graph, walk, first, types, config);
  } else if (ops.has('Relu')) cast(walk, types.result ?? config.model, { relu: true });
  else if (first.op === 'Quant') cast(walk, types.result ?? config.model);
  else throw networkError('H3038', group.layer, `${first.op} has no hls4ml arithmetic here`);
}

/** True where the layer's kernel went through a quantizer (the importer notes it). */
function graphQuantized(graph: Graph, matMul: string): boolean {
  return graph.nodes.find((node) => node.name === matMul)?.attributes.quantized_kernel === 1;
}

/** Type of the input port: the input layer's own, else the network's, else the model's. */
function inputTypeOf(graph: Graph, config: Hls4mlConfig): FixedType {
  return config.layers.get(onlyInput(graph).name)?.result ?? config.input ?? config.model;
}

/** One step per cast, nothing joined: the definition of this numerics. Throws H3031, H3036 to H3038, H3042. */
export function lowerHls4mlExactly(original: Graph, config: Hls4mlConfig): StageNetwork {
  const graph = batchFree(foldConstants(original));
  const shapes = inferShapes(graph);
  const port = inputTypeOf(original, config);
  const type: ElementType = { kind: 'int', bits: port.bits, signed: port.signed };
  const shape = onlyInput(graph).shape.slice(1);
  const walk: Walk = {
    ...{ stages: [], fraction: fractionBits(port), type, elements: sizeOf(shape) },
    ...{ dense: undefined, steps: [] },
  };
  let softmax = false;
  for (const group of groupsOf(graph)) {
    if (softmax) throw networkError('H3038', group.layer, 'stands behind Softmax');
    if (group.nodes.some((node) => node.op === 'Softmax')) softmax = true;
    else layer(graph, walk, group, config);
  }
  if (config.output) cast(walk, config.output);
  close(walk, original.name);
  if (walk.stages.length === 0) throw networkError('H3038', original.name, 'has no layer that becomes a stage');
  const outputShape = shapes.get(onlyOutput(graph).name)?.slice(1) ?? [];
  const output = { shape: outputShape, type: walk.type, scale: [2 ** -walk.fraction], offset: [0] };
  return {
    name: original.name,
    numerics: 'hls4ml',
    input: { shape, type, scale: 2 ** -fractionBits(port), fixedByModel: true },
    stages: walk.stages,
    output: softmax && !config.removeSoftmax ? { ...output, tail: 'softmax' } : output,
  };
}

/** The same network with the casts of each stage joined where `collapse-steps.ts` proves that they may be. */
export function collapseNetwork(network: StageNetwork): StageNetwork {
  const stages = network.stages.map((stage): Stage => {
    if (!('activation' in stage) || stage.activation.kind !== 'fixed') return stage;
    const ranges = channelRanges(stage);
    return { ...stage, activation: { kind: 'fixed', steps: collapseSteps(stage.activation.steps, ranges) } };
  });
  return { ...network, stages };
}
