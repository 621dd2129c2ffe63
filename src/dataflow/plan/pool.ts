/** Pooling and upsampling of images. */
import type { ImageShape, PoolStage, UpsampleStage } from '../../network/stages.js';
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
  const { name, image, window, reduce, activation } = stage;
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
  const result: Flow = { ...flow, stream: pooled(patches), width: OUT_W, elements: pixels * image.channels };
  const onCodes = bits && reduce === 'max' ? onBits(activation) : activation;
  // The range is one of values, which bipolar codes are not.
  const range = stage.input.kind === 'int' ? { range: stage.accumulator } : {};
  const about = { output: stage.output, channels: image.channels, ...range };
  return planActivation(chain, { stage: name, name }, onCodes, about, result);
}

/** A greatest value is as wide as the values, a sum as wide as its range. */
function resultWidth({ reduce, accumulator }: PoolStage, { width, signed }: Flow): number {
  if (reduce === 'max') return width;
  const bits = signedBitsFor(accumulator);
  return Math.max(width, signed ? bits : bits - 1);
}

export function planUpsample(chain: ChainBuilder, stage: UpsampleStage, given: Flow, interval: number): Flow {
  const { name, image, factorY: FY, factorX: FX, outputs } = stage;
  const lanes = lanesFor(image, given, outputs / image.channels, interval);
  const flow = chain.convert(name, given, lanes);
  const params = { W: lanes * flow.width, FOLDS: image.channels / lanes, COLUMNS: image.width, FY, FX };
  return { ...flow, stream: chain.add(name, name, { kind: 'upsample', params }, flow), elements: outputs };
}
