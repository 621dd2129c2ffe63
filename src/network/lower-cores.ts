/** The stages with sums, made from nodes of a streamlined graph: their activation is still open. */
import { hull, rowRanges, type Range } from './accumulator.js';
import { intType, valueRange } from './element-type.js';
import { networkError } from './errors.js';
import { listAttribute, numberAttribute, sizeOf, type Graph, type GraphNode } from './graph.js';
import { imageSize, type Operand, type Window, type WindowGeometry } from './image-stages.js';
import type { Core } from './lower-value.js';
import type { WholeAffine } from './lower-requantize.js';
import { elementsCounted } from './ops/pool.js';
import { kernelShape, windowOf } from './ops/window.js';
import type { ElementType } from './stage-types.js';
import type { Activation } from './stages.js';
import type { Layout } from './stream-layout.js';

/** What a core reads. */
export interface Source {
  readonly stream: string;
  readonly type: ElementType;
  readonly layout: Layout;
}

/** Declared weight type where it still holds the values (turned rows may need one bit more), bipolar only beside bipolar inputs. */
function weightType(node: GraphNode, values: Int32Array, input: ElementType): ElementType {
  const range = { min: values.reduce((a, b) => Math.min(a, b), 0), max: values.reduce((a, b) => Math.max(a, b), 0) };
  const signs = values.every((value) => value === 1 || value === -1);
  const declared = node.attributes.weight_kind;
  if (signs && declared !== 'int' && input.kind === 'bipolar') return { kind: 'bipolar' };
  if (declared === 'int') {
    const bits = numberAttribute(node, 'weight_bits', 32);
    const type: ElementType = { kind: 'int', bits, signed: numberAttribute(node, 'weight_signed', 1) !== 0 };
    const { min, max } = valueRange(type);
    if (range.min >= min && range.max <= max) return type;
  }
  return intType(range.min, range.max);
}

/** Rows of negated channels. */
function turnRows(values: Int32Array, turned: readonly boolean[]): Int32Array {
  const each = values.length / turned.length;
  return values.map((value, at) => (turned[Math.floor(at / each)] ? -value + 0 : value));
}

/** Integer weights of at most 32 bits in the order that `from` says; H3032 otherwise. */
function integers(graph: Graph, node: GraphNode, count: number, from: (at: number) => number): Int32Array {
  const weights = graph.initializers.get(node.inputs[1] ?? '');
  if (!weights || weights.data.length !== count || weights.data.some((value) => value !== (value | 0)))
    throw networkError('H3032', node.name, 'the weights are not integers of at most 32 bits');
  return Int32Array.from({ length: count }, (_, at) => weights.data[from(at)] ?? 0);
}

/** H3036 where a sum leaves the integers that float64 holds. */
function checked(node: GraphNode, ranges: readonly Range[]): readonly Range[] {
  const { min, max } = hull(ranges);
  if (max > Number.MAX_SAFE_INTEGER || min < -Number.MAX_SAFE_INTEGER)
    throw networkError('H3036', node.name, 'the accumulator may exceed 2^53');
  return ranges;
}

/** MatMul with a constant matrix behind a vector (an image flattened in any order); weights become [outputs][inputs]. */
export function denseCore(graph: Graph, node: GraphNode, { stream, type, layout }: Source): Core {
  const [inputs = 0, outputs = 0] = graph.initializers.get(node.inputs[1] ?? '')?.shape ?? [];
  const { shape, data } = layout.indices;
  if (sizeOf(shape) !== shape.at(-1))
    throw networkError('H3038', node.name, `multiplies a matrix of activations [${shape.join(',')}]`);
  const place = new Int32Array(inputs);
  data.forEach((index, element) => (place[index] = element));
  const values = integers(
    graph,
    node,
    inputs * outputs,
    (at) => (place[at % inputs] ?? 0) * outputs + Math.floor(at / inputs),
  );
  return {
    ...{ origin: node.name, kind: 'dense', from: [stream], turns: true },
    ranges: checked(node, rowRanges(values, inputs, type)),
    emit: (common, activation, turned) => {
      const weights = turnRows(values, turned);
      const accumulator = hull(rowRanges(weights, inputs, type));
      const weight = weightType(node, weights, type);
      return { kind: 'dense', ...common, inputs, outputs, input: type, weight, weights, accumulator, activation };
    },
  };
}

/** The window of a Conv, MaxPool or SumPool node as stages have it; the layout is that of images. */
export function windowFor(node: GraphNode, layout: Layout, kernel?: readonly number[]): Window {
  const rank = layout.indices.shape.length - 2;
  const { height, width } = layout.image;
  const { y, x } = windowOf(node, [height, width], kernel ?? kernelShape(node, rank), rank);
  // What ceil_mode lets hang over the image is padding like any other.
  const plain = ({ kernel: k, stride, dilation, before, after, count, size }: typeof y): WindowGeometry => ({
    ...{ kernel: k, stride, dilation, before, count },
    after: Math.max(after, (count - 1) * stride + dilation * (k - 1) + 1 - size - before),
  });
  return { y: plain(y), x: plain(x) };
}

export function hasPadding({ y, x }: Window): boolean {
  return y.before + y.after + x.before + x.after > 0;
}

/** Conv with constant weights [o][i][ky][kx], which become [o][ky][kx][i]; H3038 where the padding is no value of the stream. */
export function convCore(graph: Graph, node: GraphNode, { stream, type, layout }: Source, padValue: number): Core {
  const shape = graph.initializers.get(node.inputs[1] ?? '')?.shape ?? [];
  const [channels = 0, inner = 0] = shape;
  const window = windowFor(node, layout, shape.length === 3 ? [1, shape[2] ?? 1] : shape.slice(2));
  const taps = window.y.kernel * window.x.kernel;
  const row = inner * taps;
  const reach = valueRange(type);
  if (hasPadding(window) && (padValue < reach.min || padValue > reach.max))
    throw networkError('H3038', node.name, `pads with ${padValue}, which the stream cannot carry`);
  const values = integers(graph, node, channels * row, (at) => {
    const inRow = at % row;
    return at - inRow + (inRow % inner) * taps + Math.floor(inRow / inner);
  });
  const { image } = layout;
  const size = { inputs: imageSize(image), outputs: window.y.count * window.x.count * channels };
  return {
    ...{ origin: node.name, kind: 'conv', from: [stream], turns: true },
    ranges: checked(node, rowRanges(values, row, type)),
    emit: (common, activation, turned) => {
      const weights = turnRows(values, turned);
      return {
        ...{ kind: 'conv', ...common, ...size, input: type, image, window, channels, padValue, weights, activation },
        groups: numberAttribute(node, 'group', 1),
        weight: weightType(node, weights, type),
        accumulator: hull(rowRanges(weights, row, type)),
      };
    },
  };
}

/** SumPool: the sum of each window, times the factors of its position. */
export function sumCore(node: GraphNode, { stream, type, layout }: Source): Core {
  const window = windowFor(node, layout);
  const { image } = layout;
  const [rows, columns] = [listAttribute(node, 'row_factors'), listAttribute(node, 'column_factors')];
  const factors = rows && columns ? { factors: { y: rows, x: columns } } : {};
  // How often a constant counts at each row and each column.
  const [y, x] = [weights(window.y, image.height, rows), weights(window.x, image.width, columns)];
  const { min, max } = valueRange(type);
  const ends = [Math.min(...y) * Math.min(...x), Math.max(...y) * Math.max(...x)];
  const accumulator = {
    min: Math.min(...ends.map((count) => count * min)) + 0,
    max: Math.max(...ends.map((count) => count * max)) + 0,
  };
  const size = { inputs: imageSize(image), outputs: window.y.count * window.x.count * image.channels };
  return {
    ...{ origin: node.name, kind: 'pool', from: [stream], turns: false },
    ranges: checked(
      node,
      Array.from({ length: image.channels }, () => accumulator),
    ),
    emit: (common, activation) => ({
      ...{ kind: 'pool', reduce: 'sum', ...common, ...size, input: type, image, window, ...factors },
      ...{ accumulator, activation },
    }),
  };
}

/** Elements of the image in each position of a window on one axis, times the factor of the position. */
function weights(axis: WindowGeometry, size: number, factors: readonly number[] | undefined): number[] {
  return Array.from(
    { length: axis.count },
    (_, at) => elementsCounted({ ...axis, size }, at, false) * (factors?.[at] ?? 1),
  );
}

/** One stream of an addition, with what brings it to the common scale and the range of each channel behind that. */
export interface AddTerm extends Source {
  readonly activation: Activation;
  readonly ranges: readonly Range[];
}

/** The term `x * scale[c] + offset[c]`, both whole. */
export function affineTerm(source: Source, { scale, offset }: WholeAffine): AddTerm {
  const { min, max } = valueRange(source.type);
  const ranges = Array.from({ length: source.layout.image.channels }, (_, c) => {
    const [k, b] = [scale[c % scale.length] ?? 0, offset[c % offset.length] ?? 0];
    return { min: Math.min(k * min, k * max) + b + 0, max: Math.max(k * min, k * max) + b + 0 };
  });
  if (scale.every((k) => k === 1) && offset.every((b) => b === 0))
    return { ...source, activation: { kind: 'none' }, ranges };
  const one = (list: Float64Array): bigint[] =>
    Array.from(list.every((value) => value === list[0]) ? list.slice(0, 1) : list, (value) => BigInt(value));
  const reach = hull(ranges);
  const { bits, signed } = intType(reach.min, reach.max);
  const step = { multiplier: one(scale), addend: one(offset), shift: 0, rounding: 'floor', relu: false } as const;
  const fixed = { ...step, overflow: 'wrap', result: { bits, signed } } as const;
  return { ...source, activation: { kind: 'fixed', steps: [fixed] }, ranges };
}

/** Add of several streams of the same image. */
export function addCore(node: GraphNode, terms: readonly AddTerm[]): Core {
  const image = terms[0]?.layout.image ?? { height: 0, width: 0, channels: 0 };
  const { channels } = image;
  const ranges = Array.from({ length: channels }, (_, c) =>
    terms.reduce(
      (sum, term) => ({ min: sum.min + (term.ranges[c]?.min ?? 0), max: sum.max + (term.ranges[c]?.max ?? 0) }),
      { min: 0, max: 0 },
    ),
  );
  const operands = terms.map(({ type, activation }): Operand & { activation: Activation } => ({
    type,
    channels,
    activation,
  }));
  const size = { inputs: terms.length * imageSize(image), outputs: imageSize(image) };
  const accumulator = hull(ranges);
  const input = terms[0]?.type ?? { kind: 'bipolar' };
  return {
    ...{ origin: node.name, kind: 'add', from: terms.map((term) => term.stream), turns: false },
    ranges: checked(node, ranges),
    emit: (common, activation) => ({
      ...{ kind: 'add', ...common, ...size, input, image, operands, accumulator, activation },
    }),
  };
}

/** Whole factors of a nearest upsampling [n, c, h, w], or undefined. */
export function wholeFactors(
  before: readonly number[],
  after: readonly number[],
): { y: number; x: number } | undefined {
  const ratio = before.map((size, axis) => (after[axis] ?? 0) / size);
  const [n, c, y = 1, x = 1] = before.length === 3 ? [ratio[0], ratio[1], 1, ratio[2]] : ratio;
  return n === 1 && c === 1 && Number.isInteger(y) && Number.isInteger(x) && y > 0 && x > 0 ? { y, x } : undefined;
}
