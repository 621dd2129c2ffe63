/** Random layers of every mode with random images, small enough for any model, and the engines to run them on. */
import { randomStream, type RandomStream } from '../../src/base/random.js';
import { Engine, type EngineOptions } from '../../src/engine/config.js';
import type { Axis, EngineLayer, Requant, Residual } from '../../src/engine/layer.js';

/** Static configurations that the tests go through: two with odd sizes, ports of every width. */
export const testEngines: readonly Engine[] = (
  [
    { P: 5, G: 1, M: 3, D: 1, XP: 32, WP: 32, YP: 32 },
    { P: 3, G: 4, M: 8, D: 2, XP: 64, WP: 256, YP: 64, HQ: 3, PQ: 4 },
    { P: 4, G: 2, M: 4, D: 2 },
    { P: 7, G: 3, M: 8, D: 4, WD: 192, XP: 256, YP: 256, HQ: 15, PQ: 8 },
    { P: 2, G: 3, M: 6, D: 3, WD: 176, PD: 512, PQ: 16, KMAX: 32 },
    { P: 8, G: 2, M: 2, D: 1, WP: 64 },
    { P: 2, G: 1, M: 4, D: 4, HQ: 7, KMAX: 13, TMAX: 29 },
  ] as const satisfies readonly EngineOptions[]
).map((options) => new Engine({ NTHR: 7, XD: 2048, ...options }));

export interface RandomLayer {
  readonly engine: Engine;
  readonly layer: EngineLayer;
  /** Row by row, channels innermost. */
  readonly input: Int16Array;
  /** Image of the residual, where the layer has one. */
  readonly residual?: Int16Array;
}

const pick = <T>(random: RandomStream, list: readonly T[]): T => list[random.nextInt(list.length)] as T;
const between = (random: RandomStream, least: number, most: number): number => least + random.nextInt(most - least + 1);

const modes = ['shift', 'mult', 'single', 'fixed'] as const;
const rounds = ['floor', 'half-up', 'half-away', 'half-even', 'to-zero'] as const;

/** A requantization that brings sums of up to `reach` to the range of the results. */
function randomRequant(random: RandomStream, channels: number, reach: number, unsigned: boolean): Requant {
  const count = (): number => (random.nextInt(3) === 0 ? 1 : channels);
  const list = (length: number, value: () => number): number[] => Array.from({ length }, value);
  const bits = Math.max(0, Math.ceil(Math.log2(reach + 1)) - 7);
  const mode = pick(random, modes);
  const [lo, hi] = unsigned ? [0, between(random, 128, 255)] : [between(random, -128, 0), between(random, 0, 127)];
  const common = {
    ...{ mode, round: pick(random, rounds), zeroPoint: between(random, -20, 20), lo, hi },
    wrap: !unsigned && random.nextInt(5) === 0,
  };
  const bias = (): number => between(random, -reach, reach);
  if (mode === 'shift') {
    const leaky = random.nextInt(4) === 0 ? Math.min(bits, between(random, 0, 3)) : 0;
    return {
      ...{ ...common, leaky, bias: list(count(), bias), mult: [0], leftShift: list(count(), () => random.nextInt(3)) },
      shift: list(count(), () => bits + random.nextInt(3)),
    };
  }
  const base = { ...common, leaky: 0, leftShift: [0] };
  const mult = (): number => between(random, 2 ** 30, 2 ** 31 - 1);
  if (mode === 'mult')
    return {
      ...{ ...base, bias: list(count(), bias), mult: list(count(), mult) },
      shift: list(count(), () => bits + random.nextInt(2)),
    };
  const small = (): number => between(random, mode === 'fixed' ? -(2 ** 20) : 2 ** 19, 2 ** 20);
  return {
    ...{ ...base, mult: list(count(), small), shift: list(count(), () => 20 + bits) },
    bias: list(count(), mode === 'fixed' ? () => between(random, -(2 ** 31), 2 ** 31) * 2 ** random.nextInt(12) : bias),
  };
}

function randomResidual(random: RandomStream): Residual {
  const [up, drop] = [random.nextInt(21), random.nextInt(16)];
  const factor = between(random, 2 ** 29, 2 ** 31 - 1) * (random.nextInt(8) === 0 ? -1 : 1);
  const reach = 255 * 2 ** up + 2 ** (29 - drop);
  const second = { ...randomRequant(random, 1, reach, random.nextInt(4) === 0), leaky: 0, leftShift: [0] };
  const bias = second.mode === 'fixed' ? [between(random, -(2 ** 31), 2 ** 31 - 1)] : second.bias;
  const scale = { scalesOwn: random.nextInt(2) === 1, up, drop, factor, zero: between(random, -128, 127) };
  return { ...scale, unsigned: random.nextInt(4) === 0, second: { ...second, bias } };
}

/** The image is never smaller than the window; about `area` pixels. */
function randomAxis(random: RandomStream, big: boolean): { axis: Axis; size: number; count: number } {
  const kernel = big ? between(random, 1, 11) : pick(random, [1, 1, 2, 3, 3, 3, 5]);
  const stride = pick(random, [1, 1, 2, 3, 4]);
  const dilation = kernel > 1 && kernel < 4 && random.nextInt(6) === 0 ? 2 : 1;
  const reach = (kernel - 1) * dilation + 1;
  const pad = random.nextInt(Math.floor(reach / 2) + 1);
  const behind = random.nextInt(Math.floor(reach / 2) + 1);
  const size = Math.max(1, reach - pad - behind) + random.nextInt(random.nextInt(8) === 0 ? 1 : 12);
  return {
    axis: { kernel, stride, dilation, pad },
    size,
    count: Math.floor((size + pad + behind - reach) / stride) + 1,
  };
}

/** Layer number `index` of seed `seed`; equal arguments give the same layer. `options` narrows what is drawn. */
export function randomLayer(
  seed: bigint,
  index: number,
  options: { readonly engine?: Engine; readonly residual?: boolean } = {},
): RandomLayer {
  const random = randomStream(seed, `layer ${index}`);
  const engine = options.engine ?? pick(random, testEngines);
  const op = pick(random, ['dense', 'dense', 'dense', 'dw', 'max', 'sum'] as const);
  const big = random.nextInt(6) === 0;
  let [y, x] = [randomAxis(random, big), randomAxis(random, big)];
  const pool = op === 'max' || op === 'sum';
  // Gaps between the taps of a pool have no mode, and the engine's smallest words reach only so far.
  const gaps = (axis: Axis): boolean => axis.dilation > 1 || (axis.pad > 0 && axis.stride > 1);
  while (pool && (gaps(x.axis) || y.axis.dilation > 1)) [y, x] = [randomAxis(random, big), randomAxis(random, big)];
  const groups = op === 'dense' && random.nextInt(5) === 0 ? between(random, 2, 3) : 1;
  const inner = random.nextInt(8) === 0 ? 1 : between(random, 1, big ? 5 : 14);
  const inputs = groups * inner;
  const outputs = op === 'dense' ? groups * between(random, 1, random.nextInt(8) === 0 ? 1 : 11) : inputs;
  const unsigned = random.nextInt(5) === 0;
  const [low, high] = unsigned ? [0, 255] : [-128, 127];
  const pixel = (): number => between(random, low, high);
  const taps = y.axis.kernel * x.axis.kernel;
  const perChannelWeights = op === 'dense' ? inner : 1;
  const weights = pool
    ? undefined
    : Int8Array.from({ length: outputs * taps * perChannelWeights }, () => between(random, -128, 127));
  const reach = op === 'max' ? 255 : op === 'sum' ? taps * 255 : taps * perChannelWeights * 4000;
  const withThresholds = random.nextInt(6) === 0;
  const outUnsigned = random.nextInt(5) === 0;
  const requant: Requant = withThresholds
    ? thresholdRequant(random, outputs, reach)
    : randomRequant(random, outputs, reach, outUnsigned);
  const lut = random.nextInt(6) === 0 ? { lut: Array.from({ length: 256 }, () => between(random, 0, 255)) } : {};
  const residual = options.residual === true ? { residual: randomResidual(random) } : {};
  const layer: EngineLayer = {
    ...{ name: `layer_${index}`, op, groups: op === 'dense' ? groups : 1, y: y.axis, x: x.axis },
    input: { height: y.size, width: x.size, channels: inputs },
    output: { height: y.count, width: x.count, channels: outputs },
    ...(weights ? { weights } : {}),
    padValue: pool || random.nextInt(2) === 0 ? 0 : between(random, unsigned ? 0 : -128, 127),
    ...{ unsigned, requant: { ...requant, ...lut }, ...residual },
  };
  const input = Int16Array.from({ length: y.size * x.size * inputs }, pixel);
  const from = layer.residual?.unsigned === true ? 0 : -128;
  const other = Int16Array.from({ length: y.count * x.count * outputs }, () => between(random, from, from + 255));
  return { engine, layer, input, ...(layer.residual ? { residual: other } : {}) };
}

function thresholdRequant(random: RandomStream, channels: number, reach: number): Requant {
  const levels = pick(random, [1, 3, 7]);
  const rows = random.nextInt(2) === 0 ? 1 : channels;
  const table = Array.from({ length: rows }, () =>
    Array.from({ length: levels }, () => between(random, -reach, reach)).sort((a, b) => a - b),
  ).flat();
  return {
    ...{ mode: 'shift', round: 'floor', bias: [0], mult: [0], shift: [0], leftShift: [0], zeroPoint: 0 },
    ...{ lo: -(levels >> 1) - 1, hi: 127, wrap: false, leaky: 0, thresholds: { levels, table } },
  };
}
