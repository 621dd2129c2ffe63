/**
 * int8 TFLite files to a graph that computes on codes: integer products, Requantize nodes with the multipliers of the reference
 * kernels, images in the order [n, c, h, w]. All problems are listed at once.
 */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import type { Graph, ValueInfo } from '../network/graph.js';
import { importDiagnostic, importError, readingFile } from './errors.js';
import { turned, type Value } from './image-order.js';
import { GraphBuilder } from './keras-builder.js';
import {
  checkShape,
  codesOf,
  inputTensor,
  inputValue,
  outputTensor,
  tensorAt,
  Unread,
  type OpContext,
} from './tflite-context.js';
import { add, mean, rescale, softmax } from './tflite-elementwise.js';
import { conv2d, depthwiseConv2d, fullyConnected } from './tflite-linear.js';
import { decodeTflite, type TfliteModel } from './tflite-schema.js';
import { concatenation, pad, reshape } from './tflite-shape.js';
import { averagePool, maxPool } from './tflite-window.js';

const readers: Readonly<Record<string, (context: OpContext) => Value>> = {
  CONV_2D: conv2d,
  DEPTHWISE_CONV_2D: depthwiseConv2d,
  FULLY_CONNECTED: fullyConnected,
  ADD: add,
  AVERAGE_POOL_2D: averagePool,
  MAX_POOL_2D: maxPool,
  MEAN: mean,
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  PAD: pad,
  CONCATENATION: concatenation,
  SOFTMAX: softmax,
  RELU: (context) => rescale(context, 1),
  RELU6: (context) => rescale(context, 3),
  QUANTIZE: quantize,
  DEQUANTIZE: dequantize,
};

/** What to do instead, for operators that people meet. */
const rewrites: Readonly<Record<string, string>> = {
  LOGISTIC: 'use RELU or RELU6, or leave it to the host where it ends the network',
  TANH: 'use RELU or RELU6',
  HARD_SWISH: 'use RELU6',
  LEAKY_RELU: 'use RELU',
  PRELU: 'use RELU',
  MUL: 'fold constant factors into the layer in front before converting',
  SUB: 'use ADD with negated weights in front',
  STRIDED_SLICE: 'give static shapes when converting, so that shape arithmetic disappears',
  SHAPE: 'give static shapes when converting, so that shape arithmetic disappears',
  PACK: 'give static shapes when converting, so that shape arithmetic disappears',
  TRANSPOSE: 'train with channels last',
  RESIZE_NEAREST_NEIGHBOR: 'use the ONNX form of the network: its Resize is read',
  RESIZE_BILINEAR: 'use nearest resizing in ONNX',
  TRANSPOSE_CONV: 'use nearest resizing and a convolution, in ONNX',
  ARG_MAX: 'leave it out: infer gives all scores',
  BATCH_MATMUL: 'use FULLY_CONNECTED with constant weights',
  LSTM: 'recurrent layers have no dataflow stage',
  UNIDIRECTIONAL_SEQUENCE_LSTM: 'recurrent layers have no dataflow stage',
};

/** At the border of a network with floating-point input this is the input port's work; elsewhere a change of scale. */
function quantize(context: OpContext): Value {
  const { model, operator } = context;
  const input = inputTensor(context, 0);
  if (input.type === 'FLOAT32' && model.inputs.includes(operator.inputs[0] ?? -1)) return inputValue(context, 0);
  return rescale(context, 0, ['INT8', 'UINT8']);
}

/** Only at the border: the output port's work. */
function dequantize(context: OpContext): Value {
  const { model, operator } = context;
  const to = operator.outputs[0] ?? -1;
  const readAgain = model.operators.some((other) => other.inputs.includes(to));
  if (outputTensor(context).type !== 'FLOAT32' || !model.outputs.includes(to) || readAgain)
    throw new Unread('H3003', 'leaves the integers inside of the network', 'quantize the whole network');
  codesOf(inputTensor(context, 0));
  return inputValue(context, 0);
}

/** The tensor whose codes stand at an input: itself, or what its only reader QUANTIZE makes of floating point. */
function inputCodes(model: TfliteModel, at: number): number {
  if (tensorAt({ model }, at).type !== 'FLOAT32') return at;
  const readers = model.operators.filter((operator) => operator.inputs.includes(at));
  const [reader] = readers;
  return readers.length === 1 && reader?.op === 'QUANTIZE' ? (reader.outputs[0] ?? at) : at;
}

function outputCodes(model: TfliteModel, at: number): number {
  const writer = model.operators.find((operator) => operator.outputs.includes(at));
  return writer?.op === 'DEQUANTIZE' ? (writer.inputs[0] ?? at) : at;
}

/** Shape in the order of the file, and what its codes mean. */
function border(model: TfliteModel, at: number, name: string): ValueInfo {
  const found = tensorAt({ model }, at);
  checkShape(found, true);
  const { scale, zeroPoint, low } = codesOf(found, ['INT8', 'UINT8']);
  return { name, shape: found.shape, codes: { type: { kind: 'int', bits: 8, signed: low < 0 }, scale, zeroPoint } };
}

/** Runs `read`; a problem is noted and undefined returned, so that the next one is found as well. */
function noting<T>(problems: Diagnostic[], file: string, name: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    problems.push(importDiagnostic(error.code, file, `${name}: ${error.message}`, name, error.fix));
    return undefined;
  }
}

function toGraph(model: TfliteModel, file: string): Graph {
  if (model.version !== 3) throw importError('H3002', file, `${file}: schema version ${model.version}, not 3`);
  if (model.operators.length === 0) throw importError('H3002', file, `${file}: the file holds no operators`);
  if (model.subgraphs !== 1)
    throw importError(
      'H3003',
      file,
      `${file}: ${model.subgraphs} subgraphs`,
      undefined,
      'convert without control flow',
    );
  const problems: Diagnostic[] = [];
  const builder = new GraphBuilder();
  const values = new Map<number, Value>();
  const inputs = model.inputs.flatMap((at, index): ValueInfo[] => {
    const name = index === 0 ? 'input' : `input_${index}`;
    const info = noting(problems, file, name, () => border(model, inputCodes(model, at), name));
    const shape = info?.shape ?? [];
    const base = `${name}_channels_first`;
    const first = turned((from, perm) => builder.node('Transpose', base, base, from, perm), { name, shape }, 'graph');
    values.set(at, { name: first, shape });
    return info ? [info] : [];
  });
  model.operators.forEach((operator, index) => {
    const name = `${operator.op}_${index}`;
    const read = Object.hasOwn(readers, operator.op) ? readers[operator.op] : undefined;
    const to = operator.outputs[0] ?? -1;
    const made = noting(problems, file, name, () => {
      if (!read) throw new Unread('H3003', 'this operator is not read', rewrites[operator.op]);
      const context: OpContext = { model, operator, name, builder, values };
      const declared = outputTensor(context);
      checkShape(declared, true);
      if (operator.outputs.length !== 1 || values.has(to) || declared.data)
        throw new Unread('H3005', `computes "${declared.name}", which is there already`);
      const value = read(context);
      if (value.shape.join() !== declared.shape.join())
        throw new Unread('H3005', `gives [${value.shape.join(',')}], the file says [${declared.shape.join(',')}]`);
      return value;
    });
    // Readers of a tensor that could not be computed have no problem of their own.
    values.set(to, made ?? { name: '', shape: model.tensors[to]?.shape ?? [] });
  });
  const outputs = model.outputs.flatMap((at, index): ValueInfo[] => {
    const name = index === 0 ? 'output' : `output_${index}`;
    const info = noting(problems, file, name, () => border(model, outputCodes(model, at), name));
    const value = values.get(at);
    if (!value) problems.push(importDiagnostic('H3005', file, `${name}: nothing computes it`, name));
    if (!info || !value) return [];
    const base = `${name}_channels_last`;
    return [
      { ...info, name: turned((from, perm) => builder.node('Transpose', base, base, from, perm), value, 'file') },
    ];
  });
  if (problems.length > 0) throw new HeddleError(problems);
  if (inputs.length === 0 || outputs.length === 0)
    throw importError('H3005', file, `${file}: the network has no input or no output`);
  return { name: model.name || 'network', source: 'tflite', inputs, outputs, ...builder.parts() };
}

/** Reads a TFLite file. Throws H3002 to H3007; every error is a HeddleError. */
export function readTflite(bytes: Uint8Array, file: string): Graph {
  return readingFile(file, () => toGraph(decodeTflite(bytes), file));
}
