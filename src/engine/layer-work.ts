/** How much a layer computes. */
import type { EngineLayer } from './layer.js';

/** Multiplications of a weight and a pixel that exists; pooling has none. */
export function layerWork({ op, input, output, y, x, groups }: EngineLayer): number {
  if (op === 'max' || op === 'sum') return 0;
  /** Taps of all positions of an axis that lie inside of the image. */
  const inside = (count: number, size: number, axis: typeof y): number => {
    let taps = 0;
    for (let position = 0; position < count; position++)
      for (let k = 0; k < axis.kernel; k++) {
        const at = position * axis.stride - axis.pad + k * axis.dilation;
        if (at >= 0 && at < size) taps++;
      }
    return taps;
  };
  const perPixel = output.channels * (op === 'dw' ? 1 : input.channels / groups);
  return perPixel * inside(output.height, input.height, y) * inside(output.width, input.width, x);
}
