/** Weights of a layer: given as integers, or random over the whole range of their type. */
import { sizeOf, scalar, tensor, type Tensor } from '../graph.js';
import type { GraphWriter } from './flow.js';

export interface WeightOptions {
  /** 1 makes weights of -1 and +1, two or more symmetric integers: 4 bits are -7 .. 7. */
  readonly weightBits: number;
  /** Integers, output channels first; from the seed when absent. */
  readonly weights?: ArrayLike<number>;
  /**
   * What an integer weight stands for. Absent: the power of two that brings the sum of `fan-in` random products to about the
   * size of one input.
   */
  readonly weightScale?: number;
}

/** Writes the quantizer of a weight tensor and returns its output. `fanIn` products make one sum. */
export function writeWeights(
  writer: GraphWriter,
  layer: string,
  shape: readonly number[],
  fanIn: number,
  { weightBits, weights, weightScale }: WeightOptions,
): string {
  const top = weightBits === 1 ? 1 : 2 ** (weightBits - 1) - 1;
  const scale = weightScale ?? 2 ** -Math.round(Math.log2(top * Math.sqrt(fanIn)));
  const codes = weights ?? randomCodes(writer, layer, sizeOf(shape), weightBits, top);
  if (codes.length !== sizeOf(shape)) {
    throw new RangeError(`${layer}: ${codes.length} weights given, [${shape.join(', ')}] are needed`);
  }
  // Loops over typed arrays: matrices of large networks have 10^8 weights.
  const data = new Float64Array(codes.length);
  for (let i = 0; i < data.length; i++) data[i] = (codes[i] ?? 0) * scale;
  const value: Tensor = tensor(shape, data);
  const raw = writer.constant(`${layer}_weight`, value);
  return weightBits === 1
    ? writer.node('BipolarQuant', `${layer}_weight_quant`, [raw, scalar(scale)])
    : writer.node('Quant', `${layer}_weight_quant`, [raw, scalar(scale), scalar(0), scalar(weightBits)], {
        signed: 1,
        narrow: 1,
        rounding_mode: 'ROUND',
      });
}

function randomCodes(writer: GraphWriter, layer: string, count: number, bits: number, top: number): Float64Array {
  const random = writer.random(layer);
  const codes = new Float64Array(count);
  for (let i = 0; i < count; i++) codes[i] = bits === 1 ? 2 * random.nextInt(2) - 1 : random.nextInt(2 * top + 1) - top;
  return codes;
}
