/** Pooling and upsampling of images. */
import type { Image } from '../../circuit/index.js';
import { valueRange } from '../../network/element-type.js';
import type { ImageShape, PoolStage, SumRange, UpsampleStage } from '../../network/stages.js';
import { signedBitsFor } from '../codes.js';
import type { PoolKind } from '../stages/pool-lanes.js';
import { onBits, planActivation } from './activation.js';
import { type ChainBuilder, divisorLanes, type Flow } from './builder.js';
import { planValues } from './joins.js';
import { planWindow } from './window.js';

/**
 * Lanes for a stage that has no folding of its own: those of the flow, or as many more as it takes to be done with
 * `pixels` pixels within `interval` cycles. They divide the channels.
 */
function lanesFor({ channels }: ImageShape, flow: Flow, pixels: number, interval: number): number {
  const least = divisorLanes(channels, flow.lanes);
  for (let lanes = least; lanes < channels; lanes++)
    if (channels % lanes === 0 && (pixels * channels) / lanes <= interval) return lanes;
  return channels;
}

/** Windows and a pool behind them, or a pool over the whole image. `interval`: cycles that a sample may take. */
export function planPool(chain: ChainBuilder, stage: PoolStage, given: Flow, interval: number): Flow {
  const { name, image, window, reduce, activation, factors } = stage;
  const { y, x } = window;
  const pixels = y.count * x.count;
  const taps = y.kernel * x.kernel;
  const lanes = lanesFor(image, given, Math.max(image.height * image.width, pixels * taps), interval);
  const even = chain.convert(name, given, lanes);
  const bits = stage.input.kind === 'bipolar';
  const flow = bits && reduce === 'sum' ? planValues(chain, name, even) : even;
  const pooling: PoolKind = { reduce, signed: flow.signed };
  const [PE, X_W, OUT_W] = [lanes, flow.width, resultWidth(stage, flow)];
  const folds = image.channels / lanes;
  const whole = taps === image.height * image.width && y.before + y.after + x.before + x.after === 0;
  const pooled = (from: Flow): string =>
    whole
      ? chain.add(
          `${name}_pool`,
          name,
          { kind: 'pool_global', pooling, params: { PE, FOLDS: folds, PIXELS: taps, X_W, OUT_W } },
          from,
        )
      : chain.add(`${name}_pool`, name, { kind: 'pool', pooling, params: { PE, K: taps, X_W, OUT_W } }, from);
  const pad = reduce === 'max' && flow.signed ? -(2 ** (X_W - 1)) : 0;
  const patches = whole
    ? flow
    : planWindow(chain, { name, image, window, order: 'groups', pad, patchCycles: taps * folds }, flow);
  const sums: Flow = { ...flow, stream: pooled(patches), width: OUT_W, elements: pixels * image.channels };
  const result = factors ? scaleBorders(chain, name, { factors, folds, most: stage.accumulator }, sums) : sums;
  const onCodes = bits && reduce === 'max' ? onBits(activation) : activation;
  // The range is one of values, which bipolar codes are not.
  const range = stage.input.kind === 'int' ? { range: stage.accumulator } : {};
  const about = { output: stage.output, channels: image.channels, ...range };
  return planActivation(chain, { stage: name, name }, onCodes, about, result);
}

/** A greatest value is as wide as the values, a sum as wide as its range; the range of a stage with factors is one behind them. */
function resultWidth({ reduce, accumulator, factors, window, input }: PoolStage, flow: Flow): number {
  if (reduce === 'max') return flow.width;
  const taps = window.y.kernel * window.x.kernel;
  const { min, max } = valueRange(input);
  return widthOf(factors ? { min: Math.min(0, taps * min), max: taps * max } : accumulator, flow);
}

function widthOf(range: SumRange, { width, signed }: Flow): number {
  const bits = signedBitsFor(range);
  return Math.max(width, signed ? bits : bits - 1);
}

/** Sums times the factors of their rows and columns. Rows whose factors are all equal share one word. */
function scaleBorders(
  chain: ChainBuilder,
  name: string,
  by: { readonly factors: NonNullable<PoolStage['factors']>; readonly folds: number; readonly most: SumRange },
  flow: Flow,
): Flow {
  const table = (axis: 'y' | 'x', file: string): Image => {
    const factors = by.factors[axis];
    const alike = axis === 'y' && factors.every((factor) => factor === factors[0]);
    const words = alike ? factors.slice(0, 1) : factors;
    const width = Math.max(...words).toString(2).length;
    return { file: `${name}_${file}.mem`, width, words: words.map(BigInt) };
  };
  const images = { ROW_FACTORS: table('y', 'row_factors'), COLUMN_FACTORS: table('x', 'column_factors') };
  const { ROW_FACTORS: y, COLUMN_FACTORS: x } = images;
  const params = {
    ...{ PE: flow.lanes, FOLDS: by.folds, ROWS: y.words.length, COLUMNS: x.words.length },
    ...{ X_W: flow.width, Y_FACTOR_W: y.width, X_FACTOR_W: x.width, OUT_W: widthOf(by.most, flow) },
  };
  const stream = chain.add(
    `${name}_border_scale`,
    name,
    { kind: 'border_scale', signed: flow.signed, params, images },
    flow,
  );
  return { ...flow, stream, width: params.OUT_W };
}

export function planUpsample(chain: ChainBuilder, stage: UpsampleStage, given: Flow, interval: number): Flow {
  const { name, image, factorY: FY, factorX: FX, outputs } = stage;
  const lanes = lanesFor(image, given, outputs / image.channels, interval);
  const flow = chain.convert(name, given, lanes);
  const params = { W: lanes * flow.width, FOLDS: image.channels / lanes, COLUMNS: image.width, FY, FX };
  return { ...flow, stream: chain.add(name, name, { kind: 'upsample', params }, flow), elements: outputs };
}
