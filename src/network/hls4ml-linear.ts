/** hls4ml's dense layers and convolutions: products cast to accum_t one by one, then added. */
import { hull, rowRanges, type Range } from './accumulator.js';
import { networkError } from './errors.js';
import { castConstant, fitCode, fractionBits, type FixedType } from './fixed-type.js';
import { numberAttribute, type Graph, type GraphNode, type Tensor } from './graph.js';
import type { Hls4mlConfig } from './hls4ml-config.js';
import type { LayerGroup } from './hls4ml-groups.js';
import { cast, close, type Walk } from './hls4ml-walk.js';
import { imageSize, type WindowGeometry } from './image-stages.js';
import { windowOf, type WindowAxis } from './ops/window.js';

/** Type of a constant that the YAML gives none for: wide enough to hold the quantized values as they are. */
const exactType: FixedType = { bits: 32, integer: 16, signed: true, rounding: 'floor', overflow: 'wrap' };

/** Real weights in the order of the stage: `outputs` rows. */
interface Matrix {
  readonly values: readonly number[];
  readonly outputs: number;
}

interface Product {
  readonly weights: Int32Array;
  /** Right shift of each product before it is added. */
  readonly productShift: number;
  readonly sums: () => void;
}

/**
 * Each product is floored to accum_t before it is added; the bias is cast to accum_t; the sum wraps to accum_t. Wrapping every
 * partial sum equals wrapping the total, because wrapping is reduction modulo 2^W. `sums` adds the casts behind the sum.
 */
function product(graph: Graph, walk: Walk, group: LayerGroup, matrix: Matrix, config: Hls4mlConfig): Product {
  const types = config.layers.get(group.layer) ?? {};
  const weightType = types.weight ?? exactType;
  let fraction = fractionBits(weightType);
  let weights = matrix.values.map((value) => castConstant(value, weightType));
  // A common power of two is not stored; products with fewer zeros at their ends are the same numbers.
  while (weights.some((value) => value !== 0n) && weights.every((value) => (value & 1n) === 0n)) {
    weights = weights.map((value) => value >> 1n);
    fraction -= 1;
  }
  const accum = types.accum ?? config.model;
  const bits = walk.fraction + fraction;
  const productShift = Math.max(0, bits - fractionBits(accum));
  if (productShift > 0 && accum.rounding !== 'floor')
    throw networkError('H3037', group.layer, `accum_t rounds products of ${bits} fractional bits by ${accum.rounding}`);
  const addend = biasOf(graph, group, types.bias ?? exactType, accum);
  const values = Int32Array.from(weights, Number);
  const inputs = values.length / Math.max(1, matrix.outputs);
  const ranges = rowRanges(values, inputs, walk.type, productShift);
  if (hull(ranges).max > Number.MAX_SAFE_INTEGER || hull(ranges).min < -Number.MAX_SAFE_INTEGER)
    throw networkError('H3036', group.layer, 'the accumulator may exceed 2^53');
  const lift = 1n << BigInt(Math.max(0, fractionBits(accum) - bits));
  if (accum.overflow === 'saturate') refuseSaturation(group.layer, ranges, { lift, addend, accum });
  const sum = { ...accum, rounding: 'floor' as const, overflow: 'wrap' as const };
  const sums = (): void => {
    cast(walk, sum, { multiplier: [lift], addend }, fractionBits(accum));
    cast(walk, types.result ?? config.model);
  };
  return { weights: values, productShift, sums };
}

/** The codes of the bias in accum_t: floored there when accum_t is coarser. */
function biasOf(graph: Graph, group: LayerGroup, type: FixedType, accum: FixedType): bigint[] {
  const node = group.nodes.find((item) => item.op === 'Add');
  const values = graph.initializers.get(node?.inputs[1] ?? '')?.data ?? Float64Array.of(0);
  return [...values].map((value) => {
    const code = castConstant(value, type);
    return castConstant(Number(code) * 2 ** -fractionBits(type), { ...accum, overflow: 'wrap' });
  });
}

/** A saturating accumulator depends on the order of the sums unless no sum can reach its ends. */
function refuseSaturation(
  layer: string,
  ranges: readonly Range[],
  sum: { lift: bigint; addend: bigint[]; accum: FixedType },
): void {
  const safe = ranges.every(({ min, max }, channel) => {
    const bias = sum.addend[sum.addend.length === 1 ? 0 : channel] ?? 0n;
    const ends = [BigInt(min) * sum.lift, BigInt(max) * sum.lift].flatMap((end) => [end, end + bias]);
    return ends.every((end) => fitCode(end, sum.accum) === end);
  });
  if (!safe)
    throw networkError('H3042', layer, 'accum_t saturates and the sums may reach its ends', 'use a wider accum_t');
}

const shifted = (productShift: number): { productShift?: number } => (productShift === 0 ? {} : { productShift });

/** A matrix on the whole sample as one vector. */
export function dense(graph: Graph, walk: Walk, group: LayerGroup, config: Hls4mlConfig): void {
  close(walk, group.layer);
  const node = group.nodes.find((item) => item.op === 'MatMul');
  const matrix = graph.initializers.get(node?.inputs[1] ?? '');
  const [inputs = 0, outputs = 0] = matrix?.shape ?? [];
  if (!node || !matrix || inputs !== imageSize(walk.image))
    throw networkError('H3038', group.layer, 'is not a dense layer on one vector');
  const values = Array.from(
    { length: inputs * outputs },
    (_, at) => matrix.data[(at % inputs) * outputs + Math.floor(at / inputs)] ?? 0,
  );
  const { weights, productShift, sums } = product(graph, walk, group, { values, outputs }, config);
  walk.image = { height: 1, width: 1, channels: inputs };
  walk.ahead = { height: 1, width: 1, channels: outputs };
  walk.opened = { kind: 'dense', origin: node.name, weights, ...shifted(productShift) };
  sums();
}

/** A convolution on the image that flows here. */
export function conv(graph: Graph, walk: Walk, group: LayerGroup, config: Hls4mlConfig): void {
  close(walk, group.layer);
  const node = group.nodes.find((item) => item.op === 'Conv');
  const kernel = graph.initializers.get(node?.inputs[1] ?? '');
  const [outputs = 0] = kernel?.shape ?? [];
  const groups = node ? numberAttribute(node, 'group', 1) : 1;
  if (!node || kernel?.shape.length !== 4 || (kernel.shape[1] ?? 0) * groups !== walk.image.channels)
    throw networkError('H3038', group.layer, 'is not a convolution with constant weights on images');
  const window = windowOn(node, walk, kernel.shape.slice(2));
  const { weights, productShift, sums } = product(
    graph,
    walk,
    group,
    { values: channelsInnermost(kernel), outputs },
    config,
  );
  walk.ahead = { height: window.y.count, width: window.x.count, channels: outputs };
  walk.opened = { kind: 'conv', origin: node.name, weights, window, groups, ...shifted(productShift) };
  sums();
}

/** Geometry of a node's window over the image that flows where the walk stands. */
export function windowOn(
  node: GraphNode,
  walk: Walk,
  kernel: readonly number[],
): { y: WindowGeometry; x: WindowGeometry } {
  const { y, x } = windowOf(node, [walk.image.height, walk.image.width], kernel, 2);
  const geometry = ({ size: _, ...rest }: WindowAxis): WindowGeometry => rest;
  return { y: geometry(y), x: geometry(x) };
}

/** [o, i, h, w] to [o][h][w][i]. */
function channelsInnermost(kernel: Tensor): number[] {
  const [, inner = 1, kh = 1, kw = 1] = kernel.shape;
  const area = kh * kw;
  return Array.from({ length: kernel.data.length }, (_, at) => {
    const [i, pixel, o] = [at % inner, Math.floor(at / inner) % area, Math.floor(at / (inner * area))];
    return kernel.data[(o * inner + i) * area + pixel] ?? 0;
  });
}
