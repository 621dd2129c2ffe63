/** The model file and the samples of a command line, as a network that fits them. */
import { basename, extname } from 'node:path';
import { type NpyArray, readNpy } from '../base/npy.js';
import { type RandomStream } from '../base/random.js';
import { type LoadedNetwork, loadNetwork } from '../import/index.js';
import { valueRange } from '../network/element-type.js';
import { sizeOf } from '../network/graph.js';
import { fromStream, portForArray } from '../network/ports.js';
import type { InputPort } from '../network/stages.js';

export interface ModelOptions {
  /** Path of the model file. */
  readonly model: string;
  /** `qkeras` or an hls4ml YAML, for Keras files. */
  readonly numerics?: string | undefined;
  /** Path of an `.npy` array of samples. */
  readonly input?: string | undefined;
  /** Factor from the numbers of the array to real values. */
  readonly inputScale?: number | undefined;
}

export interface LoadedModel {
  readonly loaded: LoadedNetwork;
  /** What the hardware is called: the name of the model's file as an identifier. */
  readonly name: string;
  readonly array?: NpyArray;
}

/** A legal module name: names inside of model files (`torch-jit-export`, `functional_1`) say nothing to a reader. */
export function identifierOf(path: string): string {
  const name = basename(path, extname(path))
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[A-Za-z]/.test(name) ? name : `network_${name}`;
}

/** Reads both; an array of integers decides the element type of the input port where the model leaves it open. */
export async function loadModel({ model, numerics, input, inputScale }: ModelOptions): Promise<LoadedModel> {
  const array = input === undefined ? undefined : readNpy(input);
  const port = array === undefined ? undefined : portForArray(array, inputScale);
  const scale = array === undefined && inputScale !== undefined ? { inputScale } : {};
  const loaded = await loadNetwork(model, { ...(numerics === undefined ? {} : { numerics }), ...scale, ...port });
  const name = identifierOf(model);
  return array === undefined ? { loaded, name } : { loaded, name, array };
}

/**
 * Codes of `samples` random samples. Uniform noise looks the same to every neuron and saturates them all, so samples differ
 * in how many elements are not at rest (zero, or the least code) and in how far those reach; some have extremes only.
 */
export function randomCodes(port: InputPort, samples: number, random: RandomStream): Float64Array {
  const { min, max } = port.type.kind === 'bipolar' ? { min: 0, max: 1 } : valueRange(port.type);
  const elements = sizeOf(port.shape);
  const pick = (list: readonly number[]): number => list[random.nextInt(list.length)] ?? 1;
  const codes = new Float64Array(samples * elements).fill(Math.max(0, min));
  for (let sample = 0; sample < samples; sample++) {
    const density = pick([1 / 32, 1 / 8, 1 / 2, 1]);
    const reach = pick([1 / 16, 1 / 2, 1, 1]);
    const extremes = random.nextInt(4) === 0;
    const [low, high] = [Math.ceil(min * reach), Math.max(1, Math.floor(max * reach))];
    for (let i = 0; i < elements; i++) {
      if (random.nextFloat() >= density) continue;
      const inside = low + Math.floor(random.nextFloat() * (high - low + 1));
      codes[sample * elements + i] = extremes ? (random.nextInt(2) === 0 ? low : high) : inside;
    }
  }
  return codes;
}

/** Real values, in the model's own layout, of codes in the order of the stream. */
export function realOfCodes(port: InputPort, codes: Float64Array): Float64Array {
  const { type, scale, zeroPoint = 0 } = port;
  return fromStream(codes, port).map((code) => (type.kind === 'bipolar' ? 2 * code - 1 : code - zeroPoint) * scale);
}
