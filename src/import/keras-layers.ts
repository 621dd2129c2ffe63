/** One Keras layer at a time: what its class, configuration and weights mean as graph operators. */
import type { Diagnostic } from '../base/diagnostics.js';
import { tensor, type Tensor } from '../network/graph.js';
import { importDiagnostic } from './errors.js';
import { asList, asNumber, asObject, asText, type Json } from './json.js';
import type { GraphBuilder } from './keras-builder.js';
import { readQuantizer, type Quantizer } from './keras-quantizers.js';

export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Json;
  /** Names of the layers it reads; undefined in a Sequential model. */
  readonly from: readonly string[] | undefined;
}

export interface LayerResult {
  /** Tensor the layer ends in. */
  readonly output: string;
  readonly problems: readonly Diagnostic[];
}

interface Context {
  readonly layer: KerasLayer & { readonly inputs: number };
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly builder: GraphBuilder;
  readonly from: string;
  readonly file: string;
  readonly problems: Diagnostic[];
}

const rewrites: Readonly<Record<string, string>> = {
  QConv2D: 'convolutions are not read yet',
  QConv2DBatchnorm: 'convolutions are not read yet',
  Conv2D: 'convolutions are not read yet',
  QDenseBatchnorm: 'use QDense and BatchNormalization',
  Add: 'branches are not read yet',
  Concatenate: 'branches are not read yet',
  LeakyReLU: 'use quantized_relu',
  QAdaptiveActivation: 'use QActivation with fixed bits and integer bits',
  LSTM: 'recurrent layers have no dataflow stage',
  GRU: 'recurrent layers have no dataflow stage',
};

/** Adds a problem of the layer and goes on, so that all are reported together. */
function problem(context: Context, code: 'H3003' | 'H3007' | 'H3008', what: string, fix?: string): void {
  const { layer, file, problems } = context;
  problems.push(importDiagnostic(code, file, `${layer.name}: ${what}`, layer.name, fix));
}

function quantizer(context: Context, key: string, kernel: boolean): Quantizer {
  const found = readQuantizer(context.layer.config[key], kernel);
  if (found.kind !== 'unread') return found;
  problem(
    context,
    'H3007',
    `${key}: ${found.reason} is not read`,
    'train with quantized_bits(..., alpha=1) or quantized_relu',
  );
  return { kind: 'none' };
}

/** A weight of the given shape (-1: any size), or zeros after reporting it. */
function weight(context: Context, name: string, shape: readonly number[]): Tensor {
  const found = context.weights.get(name);
  const fits =
    found?.shape.length === shape.length && shape.every((size, axis) => size < 0 || size === found.shape[axis]);
  if (found && fits) return found;
  const is = found ? `has shape [${found.shape.join(',')}], not [${shape.join(',')}]` : 'is missing';
  problem(context, 'H3008', `weight ${name} ${is}`);
  return tensor([0], []);
}

/** The activation of a layer by name, quantizer text or object; `name` is the layer name hls4ml would give it. */
function activation(context: Context, value: unknown, name: string, input: string): string {
  const { builder } = context;
  const text = asText(value) ?? asText(asObject(value)?.class_name);
  if (value === null || value === undefined || text === 'linear') return input;
  if (text === 'relu') return builder.node('Relu', name, name, [input]);
  if (text === 'softmax') return builder.node('Softmax', name, name, [input], { axis: -1 });
  const found = readQuantizer(value, false);
  if (found.kind === 'unread') {
    problem(
      context,
      'H3007',
      `activation ${found.reason} is not read`,
      'use quantized_relu, quantized_bits, relu or softmax',
    );
    return input;
  }
  return builder.quantize(found, name, name, input);
}

function dense(context: Context): string {
  const { layer, builder, from } = context;
  const units = asNumber(layer.config.units) ?? -1;
  const kernel = quantizer(context, 'kernel_quantizer', true);
  const matrix = builder.constant(`${layer.name}/kernel`, weight(context, 'kernel', [-1, units]));
  if (kernel.kind === 'none' && layer.className !== 'Dense')
    problem(context, 'H3007', 'kernel_quantizer is none', 'give the layer a kernel_quantizer');
  if (kernel.kind === 'none' && layer.className === 'Dense')
    problem(
      context,
      'H3003',
      'Dense without quantizers computes in floating point',
      'use QDense with kernel_quantizer',
    );
  const right = builder.quantize(kernel, `${layer.name}/kernel_quantizer`, layer.name, matrix);
  const attributes = kernel.kind === 'none' ? {} : { quantized_kernel: 1 };
  let output = builder.node('MatMul', layer.name, layer.name, [from, right], attributes);
  if (layer.config.use_bias !== false) {
    const bias = builder.constant(`${layer.name}/bias`, weight(context, 'bias', [units]));
    const quantized = builder.quantize(
      quantizer(context, 'bias_quantizer', false),
      `${layer.name}/bias_quantizer`,
      layer.name,
      bias,
    );
    output = builder.node('Add', `${layer.name}/add`, layer.name, [output, quantized]);
  }
  const { activation: value } = layer.config;
  const name = (asText(value) ?? asText(asObject(value)?.class_name) ?? 'activation').replace(/\(.*$/, '');
  return activation(context, value, `${layer.name}_${name}`, output);
}

function batchNormalization(context: Context): string {
  const { layer, builder, from } = context;
  const mean = weight(context, 'moving_mean', [-1]);
  const size = mean.data.length;
  const filled = (value: number): Tensor => tensor([size], new Float64Array(size).fill(value));
  const gamma = layer.config.scale === false ? filled(1) : weight(context, 'gamma', [size]);
  const beta = layer.config.center === false ? filled(0) : weight(context, 'beta', [size]);
  const variance = weight(context, 'moving_variance', [size]);
  const names = Object.entries({ gamma, beta, moving_mean: mean, moving_variance: variance }).map(([name, value]) =>
    builder.constant(`${layer.name}/${name}`, value),
  );
  const epsilon = asNumber(layer.config.epsilon) ?? 1e-3;
  return builder.node('BatchNormalization', layer.name, layer.name, [from, ...names], { epsilon, data_layout: 'NHWC' });
}

function reshape(context: Context): string {
  const { layer, builder, from } = context;
  const target = (asList(layer.config.target_shape) ?? []).map((size) => asNumber(size) ?? 0);
  const shape = builder.constant(`${layer.name}/shape`, tensor([target.length + 1], [1, ...target]));
  return builder.node('Reshape', layer.name, layer.name, [from, shape]);
}

const readers: Readonly<Record<string, (context: Context) => string>> = {
  QDense: dense,
  Dense: dense,
  BatchNormalization: batchNormalization,
  QActivation: (context) => activation(context, context.layer.config.activation, context.layer.name, context.from),
  Activation: (context) => activation(context, context.layer.config.activation, context.layer.name, context.from),
  ReLU: (context) => context.builder.node('Relu', context.layer.name, context.layer.name, [context.from]),
  Softmax: (context) =>
    context.builder.node('Softmax', context.layer.name, context.layer.name, [context.from], { axis: -1 }),
  Flatten: (context) =>
    context.builder.node('Flatten', context.layer.name, context.layer.name, [context.from], { axis: 1 }),
  Reshape: reshape,
  Dropout: (context) => context.builder.node('Dropout', context.layer.name, context.layer.name, [context.from]),
};

/** Appends the operators of one layer to the builder. Problems are returned, not thrown. */
export function readLayer(
  layer: Context['layer'],
  weights: ReadonlyMap<string, Tensor>,
  builder: GraphBuilder,
  from: string,
  file: string,
): LayerResult {
  const context: Context = { layer, weights, builder, from, file, problems: [] };
  const reader = Object.hasOwn(readers, layer.className) ? readers[layer.className] : undefined;
  if (!reader || layer.inputs !== 1) {
    const what = reader ? `joins ${layer.inputs} layers` : `layer ${layer.className || 'without class'} is not read`;
    problem(context, 'H3003', what, rewrites[layer.className]);
    return { output: from, problems: context.problems };
  }
  return { output: reader(context), problems: context.problems };
}
