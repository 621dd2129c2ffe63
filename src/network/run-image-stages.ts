/** Windows, sums and moves of image stages on the values of one sample. Part of the integer executor. */
import type { AddStage, ConcatStage, ConvStage, PoolStage, UpsampleStage, Window } from './image-stages.js';
import { activationFunction } from './run-activation.js';

/**
 * Sums of a convolution in the order of its output stream, one sample: for each pixel the patch (ky, kx, c), then one product
 * per output channel with the part of the patch that belongs to its group.
 */
export function convolutionSums(stage: ConvStage, values: Float64Array): Float64Array {
  const { image, window, groups, channels, weights, padValue, productShift = 0 } = stage;
  const { y, x } = window;
  const taps = y.kernel * x.kernel;
  const inner = image.channels / groups;
  const perGroup = channels / groups;
  const patch = new Float64Array(taps * image.channels);
  // Without groups a whole patch is one run of elements; with groups there is one run per tap.
  const [runs, length] = groups === 1 ? [1, taps * inner] : [taps, inner];
  const sums = new Float64Array(y.count * x.count * channels);
  const unit = 2 ** productShift;
  let at = 0;
  for (let oy = 0; oy < y.count; oy++) {
    for (let ox = 0; ox < x.count; ox++) {
      gatherPatch(stage, values, oy, ox, patch);
      for (let channel = 0; channel < channels; channel++) {
        const first = Math.floor(channel / perGroup) * inner;
        let sum = 0;
        let weight = channel * taps * inner;
        for (let run = 0; run < runs; run++) {
          const base = run * image.channels + first;
          if (productShift === 0)
            for (let i = 0; i < length; i++) sum += (weights[weight++] ?? 0) * (patch[base + i] ?? padValue);
          else
            for (let i = 0; i < length; i++)
              sum += Math.floor(((weights[weight++] ?? 0) * (patch[base + i] ?? padValue)) / unit);
        }
        sums[at++] = sum + 0;
      }
    }
  }
  return sums;
}

function gatherPatch(stage: ConvStage, values: Float64Array, oy: number, ox: number, patch: Float64Array): void {
  const { image, window, padValue } = stage;
  const { y, x } = window;
  for (let ky = 0; ky < y.kernel; ky++) {
    const iy = oy * y.stride - y.before + ky * y.dilation;
    for (let kx = 0; kx < x.kernel; kx++) {
      const ix = ox * x.stride - x.before + kx * x.dilation;
      const to = (ky * x.kernel + kx) * image.channels;
      const from = (iy * image.width + ix) * image.channels;
      if (iy < 0 || iy >= image.height || ix < 0 || ix >= image.width) patch.fill(padValue, to, to + image.channels);
      else patch.set(values.subarray(from, from + image.channels), to);
    }
  }
}

/** Greatest or summed values of each window and channel, sums times their factors, in the order of the output stream. */
export function pooledValues(stage: PoolStage, values: Float64Array): Float64Array {
  const { image, window, reduce, factors } = stage;
  const { y, x } = window;
  const out = new Float64Array(y.count * x.count * image.channels).fill(reduce === 'max' ? -Infinity : 0);
  eachTap(window, image, (pixel, source) => {
    for (let channel = 0; channel < image.channels; channel++) {
      const to = pixel * image.channels + channel;
      const value = values[source * image.channels + channel] ?? 0;
      const old = out[to] ?? 0;
      out[to] = reduce === 'max' ? Math.max(old, value) : old + value;
    }
  });
  if (!factors) return out;
  return out.map((sum, at) => {
    const pixel = Math.floor(at / image.channels);
    return sum * (factors.y[Math.floor(pixel / x.count)] ?? 1) * (factors.x[pixel % x.count] ?? 1) + 0;
  });
}

/** Every pair of an output pixel and an input pixel inside of the image that its window looks at. */
function eachTap(
  { y, x }: Window,
  image: { readonly height: number; readonly width: number },
  visit: (pixel: number, source: number) => void,
): void {
  for (let oy = 0; oy < y.count; oy++)
    for (let ox = 0; ox < x.count; ox++)
      for (let ky = 0; ky < y.kernel; ky++)
        for (let kx = 0; kx < x.kernel; kx++) {
          const iy = oy * y.stride - y.before + ky * y.dilation;
          const ix = ox * x.stride - x.before + kx * x.dilation;
          const inside = iy >= 0 && iy < image.height && ix >= 0 && ix < image.width;
          if (inside) visit(oy * x.count + ox, iy * image.width + ix);
        }
}

/** Sums of an addition: each operand goes through its own activation first. */
export function addedValues(stage: AddStage, operands: readonly Float64Array[]): Float64Array {
  const { channels } = stage.image;
  const sums = new Float64Array(stage.outputs);
  stage.operands.forEach((operand, k) => {
    const scale = activationFunction(operand.activation, { kind: 'int', bits: 53, signed: true });
    operands[k]?.forEach((value, at) => (sums[at] = (sums[at] ?? 0) + scale(value, at % channels)));
  });
  return sums;
}

export function concatenatedValues(stage: ConcatStage, operands: readonly Float64Array[]): Float64Array {
  const { height, width, channels } = stage.image;
  const out = new Float64Array(height * width * channels);
  let first = 0;
  stage.operands.forEach((operand, k) => {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const part = operands[k]?.subarray(pixel * operand.channels, (pixel + 1) * operand.channels);
      if (part) out.set(part, pixel * channels + first);
    }
    first += operand.channels;
  });
  return out;
}

export function upsampledValues(stage: UpsampleStage, values: Float64Array): Float64Array {
  const { image, factorY, factorX } = stage;
  const { channels } = image;
  const [height, width] = [image.height * factorY, image.width * factorX];
  const out = new Float64Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / factorY) * image.width + Math.floor(x / factorX)) * channels;
      out.set(values.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return out;
}
