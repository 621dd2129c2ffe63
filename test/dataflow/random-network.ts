/** Random dense networks as integer stages, with a random folding, port width and samples: small, and full of corners. */
import { type RandomStream, randomStream } from '../../src/base/random.js';
import type { Folding } from '../../src/dataflow/folding.js';
import type {
  Activation,
  ElementType,
  FixedStep,
  RoundingMode,
  Stage,
  StageNetwork,
} from '../../src/network/stages.js';

export interface RandomCase {
  readonly network: StageNetwork;
  readonly folding: Folding;
  readonly portBits: number | 'full';
  readonly samples: number;
  /** [samples][elements]. */
  readonly codes: Float64Array;
}

type Draw = RandomStream & { pick<T>(list: readonly T[]): T; between(low: number, high: number): number };

function drawFrom(seed: bigint): Draw {
  const random = randomStream(seed, 'network');
  return {
    ...random,
    pick: <T>(list: readonly T[]): T => list[random.nextInt(list.length)] as T,
    between: (low, high) => low + random.nextInt(high - low + 1),
  };
}

const codeRange = (type: ElementType): readonly [number, number] => {
  if (type.kind === 'bipolar') return [0, 1];
  return type.signed ? [-(2 ** (type.bits - 1)), 2 ** (type.bits - 1) - 1] : [0, 2 ** type.bits - 1];
};
const valueRange = (type: ElementType): readonly [number, number] =>
  type.kind === 'bipolar' ? [-1, 1] : codeRange(type);

function randomType(draw: Draw, maxBits: number): ElementType {
  if (draw.nextInt(3) === 0) return { kind: 'bipolar' };
  return { kind: 'int', bits: draw.between(1, maxBits), signed: draw.nextInt(2) === 0 };
}

function randomWeights(draw: Draw, type: ElementType, count: number): Int32Array {
  const [low, high] = valueRange(type);
  return Int32Array.from({ length: count }, () =>
    type.kind === 'bipolar' ? draw.pick([-1, 1]) : draw.between(low, high),
  );
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Least and greatest sum over all rows. */
function accumulator(weights: Int32Array, inputs: number, input: ElementType): Range {
  const [low, high] = valueRange(input);
  let [min, max] = [Infinity, -Infinity];
  for (let row = 0; row < weights.length; row += inputs) {
    const rowWeights = weights.subarray(row, row + inputs);
    min = Math.min(
      min,
      rowWeights.reduce((sum, w) => sum + Math.min(w * low, w * high), 0),
    );
    max = Math.max(
      max,
      rowWeights.reduce((sum, w) => sum + Math.max(w * low, w * high), 0),
    );
  }
  return { min, max };
}

function thresholds(
  draw: Draw,
  channels: number,
  { min, max }: Range,
): { activation: Activation; output: ElementType } {
  const levels = draw.pick([1, 1, 3, 7, 15, draw.between(1, 15)]);
  const least = Math.ceil(Math.log2(levels + 1));
  const output: ElementType =
    levels === 1 && draw.nextInt(2) === 0
      ? { kind: 'bipolar' }
      : { kind: 'int', bits: draw.between(least, least + 2), signed: draw.nextInt(2) === 0 };
  const perChannel = draw.nextInt(3) !== 0;
  const row = (): number[] =>
    Array.from({ length: levels }, () => draw.between(min - 1, max + 2)).sort((a, b) => a - b);
  const table = Array.from({ length: perChannel ? channels : 1 }, row).flat();
  return { activation: { kind: 'thresholds', levels, table, perChannel }, output };
}

const roundings: readonly RoundingMode[] = ['floor', 'half-up', 'half-away', 'half-even', 'to-zero'];

function fixed(draw: Draw, channels: number): { activation: Activation; output: ElementType } {
  const signedNumbers = (bits: number, count: number): bigint[] =>
    Array.from({ length: count }, () => BigInt(draw.between(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)));
  const steps = Array.from({ length: draw.between(1, 2) }, (): FixedStep => ({
    multiplier: signedNumbers(draw.between(1, 8), draw.pick([1, channels])),
    addend: signedNumbers(draw.between(1, 12), draw.pick([1, channels])),
    shift: draw.pick([0, 1, 2, 3, 5, 8, -1]),
    rounding: draw.pick(roundings),
    relu: draw.nextInt(2) === 0,
    overflow: draw.pick(['wrap', 'saturate']),
    result: { bits: draw.between(1, 8), signed: draw.nextInt(2) === 0 },
  }));
  const { bits, signed } = steps.at(-1)?.result ?? { bits: 1, signed: false };
  return { activation: { kind: 'fixed', steps }, output: { kind: 'int', bits, signed } };
}

const bitsOf = ({ min, max }: Range): number => {
  let bits = 1;
  while (-(2 ** (bits - 1)) > min || 2 ** (bits - 1) - 1 < max) bits++;
  return bits;
};

function activate(
  draw: Draw,
  channels: number,
  range: Range,
  mayBeNone: boolean,
): { activation: Activation; output: ElementType } {
  if (mayBeNone && draw.nextInt(2) === 0)
    return {
      activation: { kind: 'none' },
      output: { kind: 'int', bits: bitsOf(range) + draw.nextInt(4), signed: true },
    };
  return draw.nextInt(2) === 0 ? thresholds(draw, channels, range) : fixed(draw, channels);
}

const divisors = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
const sizes = [1, 2, 3, 4, 5, 6, 8, 9, 12, 15, 16, 20];

/** Equal seeds give equal cases. */
export function randomCase(seed: bigint, layers = 4): RandomCase {
  const draw = drawFrom(seed);
  const elements = draw.pick(sizes);
  const inputType = randomType(draw, 8);
  const stages: Stage[] = [];
  const folding: Record<string, { PE: number; SIMD: number; fifo?: number }> = {};
  let flow = { type: inputType, elements };
  if (draw.nextInt(4) === 0) {
    const [min, max] = valueRange(flow.type);
    const made = activate(draw, elements, { min, max }, false);
    stages.push({
      kind: 'elementwise',
      name: 'quantize',
      origin: '',
      inputs: elements,
      outputs: elements,
      input: flow.type,
      ...made,
    });
    flow = { type: made.output, elements };
  }
  const depth = draw.between(1, layers);
  for (let i = 0; i < depth; i++) {
    const name = `dense_${i}`;
    const outputs = draw.pick(sizes);
    const weight = randomType(draw, 5);
    const weights = randomWeights(draw, weight, outputs * flow.elements);
    const range = accumulator(weights, flow.elements, flow.type);
    const made = activate(draw, outputs, range, i === depth - 1 || (bitsOf(range) <= 16 && draw.nextInt(4) === 0));
    stages.push({
      kind: 'dense',
      name,
      origin: '',
      ...{ inputs: flow.elements, outputs, input: flow.type, weight, weights, accumulator: range },
      ...made,
    });
    folding[name] = {
      PE: draw.pick(divisors(outputs)),
      SIMD: draw.pick(divisors(flow.elements)),
      ...(draw.nextInt(2) === 0 ? { fifo: draw.pick([1, 2, 3, 5, 8]) } : {}),
    };
    flow = { type: made.output, elements: outputs };
  }
  if (flow.type.kind !== 'bipolar' && draw.nextInt(3) === 0) {
    const output: ElementType = { kind: 'int', bits: 8, signed: false };
    stages.push({
      kind: 'argmax',
      name: 'argmax',
      origin: '',
      inputs: flow.elements,
      outputs: 1,
      input: flow.type,
      output,
    });
    flow = { type: output, elements: 1 };
  }
  const samples = draw.between(2, 5);
  const [low, high] = codeRange(inputType);
  return {
    network: {
      name: `random_${seed}`,
      numerics: 'random',
      input: { shape: [elements], type: inputType, scale: 1, fixedByModel: true },
      stages,
      output: { shape: [flow.elements], type: flow.type, scale: [1], offset: [0] },
    },
    folding,
    portBits: draw.pick([32, 64, 96, 'full', 'full']),
    samples,
    codes: Float64Array.from({ length: samples * elements }, () => draw.between(low, high)),
  };
}
