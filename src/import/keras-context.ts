/** What the readers of Keras layers share: configuration, weights, quantizers, and the graph that is built. */
import type { Diagnostic } from '../base/diagnostics.js';
import { tensor, type Tensor } from '../network/graph.js';
import { autoScaled } from './auto-po2.js';
import { importDiagnostic } from './errors.js';
import { toGraphOrder, type Emitter, type Value } from './image-order.js';
import { asList, asNumber, asObject, asText, type Json } from './json.js';
import type { GraphBuilder } from './keras-builder.js';
import { readQuantizer, type Quantizer } from './keras-quantizers.js';
import type { Pair } from './window.js';

export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Json;
  /** Names of the layers it reads; undefined in a Sequential model. */
  readonly from: readonly string[] | undefined;
}

export interface Context {
  readonly layer: KerasLayer;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly builder: GraphBuilder;
  /** What the layer reads, at least one. */
  readonly inputs: readonly Value[];
  readonly file: string;
  readonly problems: Diagnostic[];
}

/** Adds a problem of the layer and goes on, so that all are reported together. */
export function problem(
  context: Context,
  code: 'H3003' | 'H3005' | 'H3007' | 'H3008',
  what: string,
  fix?: string,
): void {
  const { layer, file, problems } = context;
  problems.push(importDiagnostic(code, file, `${layer.name}: ${what}`, layer.name, fix));
}

export function inputOf(context: Context): Value {
  return context.inputs[0] ?? { name: '', shape: [] };
}

/** A node of the layer; `suffix` tells it from the node that has the layer's name. Returns the name of its output. */
export function node(
  context: Context,
  op: string,
  inputs: readonly string[],
  attributes: Parameters<GraphBuilder['node']>[4] = {},
  suffix = '',
): string {
  const { layer, builder } = context;
  return builder.node(op, suffix === '' ? layer.name : `${layer.name}/${suffix}`, layer.name, inputs, attributes);
}

export function constant(context: Context, suffix: string, value: Tensor): string {
  return context.builder.constant(`${context.layer.name}/${suffix}`, value);
}

export function emitter(context: Context): Emitter {
  return {
    node: (op, inputs, attributes, suffix) => node(context, op, inputs, attributes, suffix),
    constant: (suffix, value) => constant(context, suffix, value),
  };
}

/** A quantizer of the configuration; a problem and none where it is not read. */
export function quantizer(context: Context, key: string, kernel: boolean): Quantizer {
  const found = readQuantizer(context.layer.config[key], kernel);
  if (found.kind !== 'unread') return found;
  const fix = 'train with quantized_bits(..., alpha=1) or quantized_relu';
  problem(context, 'H3007', `${key}: ${found.reason} is not read`, fix);
  return { kind: 'none' };
}

/** The quantizer of a kernel, which must be there: without one the layer computes in floating point. */
export function kernelQuantizer(context: Context, key: string): Quantizer {
  const before = context.problems.length;
  const found = quantizer(context, key, true);
  const { className } = context.layer;
  if (found.kind !== 'none' || context.problems.length > before) return found;
  if (className.startsWith('Q')) problem(context, 'H3007', `${key} is none`, `give the layer a ${key}`);
  else
    problem(
      context,
      'H3003',
      `${className} without quantizers computes in floating point`,
      `use Q${className} with ${key}`,
    );
  return found;
}

/** A weight of the given shape (-1: any size), or zeros after reporting it. */
export function weight(context: Context, name: string, shape: readonly number[]): Tensor {
  const found = context.weights.get(name);
  const fits =
    found?.shape.length === shape.length && shape.every((size, axis) => size < 0 || size === found.shape[axis]);
  if (found && fits) return found;
  const is = found ? `has shape [${found.shape.join(',')}], not [${shape.join(',')}]` : 'is missing';
  problem(context, 'H3008', `weight ${name} ${is}`);
  const sizes = shape.map((size) => Math.max(size, 0));
  return tensor(sizes, new Float64Array(sizes.reduce((product, size) => product * size, 1)));
}

/**
 * The output of a kernel's quantizer. `values` stands in the order of the file, where automatic scales are one per element of the
 * last axis; `turn` brings it into the order of the graph.
 */
export function quantizedKernel(
  context: Context,
  found: Quantizer,
  key: string,
  values: Tensor,
  turn: (values: Tensor) => Tensor = (same) => same,
): string {
  const { builder, layer } = context;
  const base = `${layer.name}/${key}`;
  const auto = found.kind === 'quant' && found.auto ? autoScaled(values, found) : undefined;
  const matrix = constant(context, 'kernel', turn(auto?.values ?? values));
  return builder.quantize(found, base, layer.name, matrix, auto && turn(auto.scales));
}

/** Adds the bias, one number per channel of `output`, quantized. */
export function addBias(context: Context, sum: string, output: readonly number[], values: Tensor): string {
  const { builder, layer } = context;
  // Spread over rows and columns of an image in the order of the graph.
  const shape = output.length === 4 ? [values.data.length, 1, 1] : values.shape;
  const bias = constant(context, 'bias', tensor(shape, values.data));
  const found = quantizer(context, 'bias_quantizer', false);
  const quantized = builder.quantize(found, `${layer.name}/bias_quantizer`, layer.name, bias);
  return node(context, 'Add', [sum, quantized], {}, 'add');
}

/** The activation of a layer by name, quantizer text or object; `name` is the layer name hls4ml would give it. */
export function activation(context: Context, value: unknown, name: string, input: Value): string {
  const { builder } = context;
  const text = asText(value) ?? asText(asObject(value)?.class_name);
  if (value === null || value === undefined || text === 'linear') return input.name;
  if (text === 'relu') return builder.node('Relu', name, name, [input.name]);
  if (text === 'softmax') {
    if (input.shape.length === 4) problem(context, 'H3003', 'softmax on images', 'flatten in front of softmax');
    return builder.node('Softmax', name, name, [input.name], { axis: -1 });
  }
  const found = readQuantizer(value, false);
  if (found.kind === 'unread') {
    const fix = 'use quantized_relu, quantized_bits, relu or softmax';
    problem(context, 'H3007', `activation ${found.reason} is not read`, fix);
    return input.name;
  }
  return builder.quantize(found, name, name, input.name);
}

/** The activation that a layer carries in its own configuration. */
export function ownActivation(context: Context, input: Value): Value {
  const { activation: value } = context.layer.config;
  const name = (asText(value) ?? asText(asObject(value)?.class_name) ?? 'activation').replace(/\(.*$/, '');
  return { name: activation(context, value, `${context.layer.name}_${name}`, input), shape: input.shape };
}

/** Two numbers of the configuration, or one that stands for both. */
export function pairOf(context: Context, key: string, fallback: number): Pair {
  const value = context.layer.config[key];
  const list = asList(value) ?? [value, value];
  return [asNumber(list[0]) ?? fallback, asNumber(list[1]) ?? fallback];
}

/** The images that a layer reads; a problem unless they are channels last. */
export function imagesOf(context: Context): { name: string; size: Pair; channels: number } {
  const { name, shape } = inputOf(context);
  const [, height = 1, width = 1, channels = 1] = shape;
  if (context.layer.config.data_format === 'channels_first')
    problem(context, 'H3003', 'data_format channels_first', 'train with channels_last');
  if (shape.length !== 4) problem(context, 'H3005', `reads [${shape.join(',')}], not images`);
  return { name, size: [height, width], channels };
}

/** Broadcasts one number per channel over images in the order of the graph. */
export function perChannel(values: Tensor, rank: number): Tensor {
  return rank === 4 ? tensor(toGraphOrder([1, 1, 1, values.data.length]).slice(1), values.data) : values;
}
