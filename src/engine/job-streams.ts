/** The streams of a job, packet by packet, and its results out of the packets that left. */
import type { Engine } from './config.js';
import type { LayerPlan } from './plan/plan-job.js';
import type { CoreFeed } from './run-core.js';
import { decodeOutput, encodeInput, encodeWeights, type PixelAt, pixelsOf } from './streams.js';

/** Packets of all passes and inputs, each made when it is asked for. `images[i]` is the input of plan i, if it has packets. */
export function jobFeed(
  engine: Engine,
  plans: readonly LayerPlan[],
  images: readonly (ArrayLike<number> | undefined)[],
): CoreFeed & { readonly pixels: Iterable<Uint8Array> } {
  const passes = plans.flatMap((plan) => plan.passes);
  return {
    weights: (function* () {
      for (const { layer, passes } of plans) for (const pass of passes) yield encodeWeights(engine, layer, pass);
    })(),
    pixels: (function* () {
      for (const [index, { layer, inputs, rowStep }] of plans.entries()) {
        const all = pixelsOf(layer.input, images[index] ?? []);
        const pixel: PixelAt = rowStep === 1 ? all : (row, column, channel) => all(row * rowStep, column, channel);
        for (const { descriptor, row0 } of inputs) yield encodeInput(engine, descriptor, row0, layer.input, pixel);
      }
    })(),
    passes: passes.length,
    outputs: passes.filter(({ header }) => header.dstAxis === 1).length,
  };
}

/** Results of every plan whose results left; undefined where they stayed. */
export function jobResults(
  engine: Engine,
  plans: readonly LayerPlan[],
  outputs: readonly Uint8Array[],
): (Int16Array | undefined)[] {
  let next = 0;
  return plans.map(({ layer, passes }) => {
    const { height, width, channels } = layer.output;
    const image = new Int16Array(height * width * channels);
    const sending = passes.filter(({ header }) => header.dstAxis === 1);
    for (const pass of sending) decodeOutput(engine, pass, layer.output, outputs[next++] ?? new Uint8Array(), image);
    return sending.length === 0 ? undefined : image;
  });
}
