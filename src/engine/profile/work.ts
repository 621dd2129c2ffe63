/** Work of a layer: multiply-accumulates, counted from its shape. */
import type { Axis, EngineLayer } from '../layer.js';

/** Positions of an axis times kernel elements that meet a pixel of the input. */
function meetings(outputs: number, inputs: number, { kernel, stride, dilation, pad }: Axis): number {
  let count = 0;
  for (let at = 0; at < outputs; at++)
    for (let k = 0; k < kernel; k++) {
      const from = at * stride - pad + k * dilation;
      if (from >= 0 && from < inputs) count++;
    }
  return count;
}

/** Multiply-accumulates of a layer (for pooling: comparisons or additions): with those that meet padding, and without. */
export function layerMacs(layer: EngineLayer): { readonly all: number; readonly valid: number } {
  const { op, input, output, y, x, groups } = layer;
  const deep = output.channels * (op === 'dense' ? input.channels / groups : 1);
  return {
    all: output.height * output.width * y.kernel * x.kernel * deep,
    valid: meetings(output.height, input.height, y) * meetings(output.width, input.width, x) * deep,
  };
}
