/**
 * Lowering of a Keras graph to the arithmetic that hls4ml builds: every cast of the generated C++ is one fixed step.
 *
 * Source: numerics.md 1.4 and the hls4ml templates (nnet_dense, nnet_batchnorm, nnet_activation). The steps come out one per
 * cast; `collapse-steps.ts` joins them where that is proved. The uncollapsed network is the reference of this numerics.
 */
import { channelRanges } from './accumulator.js';
import { collapseSteps } from './collapse-steps.js';
import { networkError } from './errors.js';
import { onlyInput, onlyOutput } from './execute.js';
import { castConstant, fractionBits, type FixedType } from './fixed-type.js';
import { sizeOf, type Graph, type GraphNode } from './graph.js';
import type { Hls4mlConfig, Hls4mlLayer } from './hls4ml-config.js';
import { groupsOf, type LayerGroup } from './hls4ml-groups.js';
import { addStreams, concatStreams } from './hls4ml-join.js';
import { conv, dense, windowOn } from './hls4ml-linear.js';
import { cast, close, type Walk } from './hls4ml-walk.js';
import { inferShapes } from './infer-shapes.js';
import { batchNormAffine } from './ops/linear.js';
import { kernelShape } from './ops/window.js';
import { batchFree } from './passes/batch-free.js';
import { foldConstants } from './passes/fold-constants.js';
import { connectStages } from './lower-streams.js';
import { inputName } from './stage-types.js';
import type { ElementType, Stage, StageNetwork } from './stages.js';

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

/** The greatest of codes of one type is exact; then one cast. Average pooling differs between versions of hls4ml. */
function maxPool(walk: Walk, group: LayerGroup, node: GraphNode, result: FixedType): void {
  // Without a cast in front the stage is the pool itself.
  close(walk, group.layer);
  const window = windowOn(node, walk, kernelShape(node, 2));
  walk.ahead = { height: window.y.count, width: window.x.count, channels: walk.image.channels };
  walk.opened = { kind: 'pool', origin: node.name, window, reduce: 'max' };
  cast(walk, result);
}

/** Transpose nodes of a Keras graph turn between the order of the file and of the graph; a stream has the file's. */
const passThrough = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout', 'Transpose']);

function layer(graph: Graph, walk: Walk, group: LayerGroup, config: Hls4mlConfig): void {
  const types = config.layers.get(group.layer) ?? {};
  const ops = new Set(group.nodes.map((node) => node.op));
  const first = group.nodes[0];
  if (!first || group.nodes.every((node) => passThrough.has(node.op))) return;
  if (ops.has('MatMul') || ops.has('Conv')) {
    (ops.has('MatMul') ? dense : conv)(graph, walk, group, config);
    const linear = config.layers.get(`${group.layer}_linear`)?.result;
    if (linear) cast(walk, linear);
  } else if (first.op === 'BatchNormalization') {
    const weighted = walk.opened?.kind === 'dense' || walk.opened?.kind === 'conv';
    if (walk.opened && weighted && !graphQuantized(graph, walk.opened.origin))
      throw networkError('H3042', group.layer, 'hls4ml folds this batch normalization into the layer in front of it');
    batchNormalization(graph, walk, first, types, config);
  } else if (ops.has('Relu')) cast(walk, types.result ?? config.model, { relu: true });
  else if (first.op === 'Quant') cast(walk, types.result ?? config.model);
  else if (first.op === 'MaxPool') maxPool(walk, group, first, types.result ?? config.model);
  else throw networkError('H3038', group.layer, `${first.op} has no hls4ml arithmetic here`);
}

/** The only walk that a layer reads, or the one behind its join of two. */
function joined(walks: readonly Walk[], group: LayerGroup, rank: number, config: Hls4mlConfig): Walk {
  const [only] = walks;
  if (only && walks.length === 1) return only;
  const [op] = group.nodes.map((node) => node.op);
  const join = op === 'Add' ? addStreams : op === 'Concat' ? concatStreams : undefined;
  if (!join || walks.length !== 2 || group.nodes.length !== 1)
    throw networkError(
      'H3031',
      group.layer,
      `${op ?? 'nothing'} joins ${walks.length} activations`,
      'hls4ml adds and concatenates two activations at a time',
    );
  return join(walks, group, rank, config.layers.get(group.layer)?.result ?? config.model);
}

/** True where the layer's kernel went through a quantizer (the importer notes it). */
function graphQuantized(graph: Graph, matMul: string): boolean {
  return graph.nodes.find((node) => node.name === matMul)?.attributes.quantized_kernel === 1;
}

/** Type of the input port: the input layer's own, else the network's, else the model's. */
function inputTypeOf(graph: Graph, config: Hls4mlConfig): FixedType {
  return config.layers.get(onlyInput(graph).name)?.result ?? config.input ?? config.model;
}

/** One step per cast, nothing joined: the definition of this numerics. Throws H3031, H3036 to H3038, H3042, H3043. */
export function lowerHls4mlExactly(original: Graph, config: Hls4mlConfig): StageNetwork {
  const graph = batchFree(foldConstants(original));
  const shapes = inferShapes(graph);
  const port = inputTypeOf(original, config);
  const type: ElementType = { kind: 'int', bits: port.bits, signed: port.signed };
  const shape = onlyInput(graph).shape.slice(1);
  const [height = 1, width = 1, channels = 1] = shape.length === 3 ? shape : [1, 1, sizeOf(shape)];
  const image = { height, width, channels };
  const start: Walk = {
    ...{ stages: [], stream: inputName, fraction: fractionBits(port), type, image, ahead: image },
    ...{ opened: undefined, steps: [] },
  };
  const groups = groupsOf(graph);
  const readers = (name: string): number => groups.flatMap(({ inputs }) => inputs).filter((at) => at === name).length;
  /** Where the walk stands behind each tensor. One that is read several times is the stream of a closed stage. */
  const positions = new Map([[onlyInput(graph).name, start]]);
  const at = (name: string, layer: string): Walk => {
    const walk = positions.get(name);
    if (!walk) throw networkError('H3031', layer, `reads "${name}", which is not computed from the input`);
    return readers(name) > 1 ? { ...walk, steps: [] } : walk;
  };
  let softmax = false;
  for (const group of groups) {
    if (softmax) throw networkError('H3043', group.layer, 'stands behind Softmax, which is computed on the host');
    const walks = group.inputs.map((name) => at(name, group.layer));
    const walk = joined(walks, group, shapes.get(group.output)?.length ?? 0, config);
    if (group.nodes.some((node) => node.op === 'Softmax')) softmax = true;
    else if (walks.length === 1) layer(graph, walk, group, config);
    if (readers(group.output) > 1) close(walk, group.layer);
    positions.set(group.output, walk);
  }
  const walk = at(onlyOutput(graph).name, original.name);
  if (config.output) cast(walk, config.output);
  close(walk, original.name);
  if (walk.stages.length === 0) throw networkError('H3038', original.name, 'has no layer that becomes a stage');
  const outputShape = shapes.get(onlyOutput(graph).name)?.slice(1) ?? [];
  const output = { shape: outputShape, type: walk.type, scale: [2 ** -walk.fraction], offset: [0] };
  return {
    name: original.name,
    numerics: 'hls4ml',
    input: { shape, type, scale: 2 ** -fractionBits(port), fixedByModel: true },
    stages: connectStages(walk.stages, { type, elements: sizeOf(shape) }),
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
