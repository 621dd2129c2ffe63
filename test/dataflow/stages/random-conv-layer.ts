/** Convolution stages without activation, with random weights. */
import type { RandomStream } from '../../../src/base/random.js';
import type { Arithmetic } from '../../../src/dataflow/stages/arithmetic.js';
import type { ConvStage, ElementType, WindowGeometry } from '../../../src/network/stages.js';

export interface ConvSizes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly groups: number;
  /** Output channels. */
  readonly outputs: number;
  readonly X_W: number;
  readonly W_W: number;
  readonly y: Partial<WindowGeometry> & { readonly kernel: number };
  readonly x: Partial<WindowGeometry> & { readonly kernel: number };
  readonly padValue?: number;
  readonly productShift?: number;
}

const elementType = (letter: string | undefined, bits: number): ElementType =>
  letter === 'b' ? { kind: 'bipolar' } : { kind: 'int', bits, signed: letter === 's' };

function geometry(axis: ConvSizes['y'], size: number): WindowGeometry {
  const { kernel, stride = 1, dilation = 1, before = 0, after = 0 } = axis;
  const count = Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
  return { kernel, stride, dilation, before, after, count };
}

export function convLayer(arithmetic: Arithmetic, random: RandomStream, sizes: ConvSizes): ConvStage {
  const { height, width, channels, groups, outputs, X_W, W_W, padValue = 0, productShift = 0 } = sizes;
  const [x, w] = arithmetic.startsWith('xnor') ? ['b', 'b'] : arithmetic;
  const window = { y: geometry(sizes.y, height), x: geometry(sizes.x, width) };
  const value = (): number => {
    if (w === 'b') return 2 * random.nextInt(2) - 1;
    return random.nextInt(2 ** W_W) - (w === 's' ? 2 ** (W_W - 1) : 0);
  };
  return {
    ...{
      kind: 'conv',
      name: 'layer',
      origin: '',
      image: { height, width, channels },
      window,
      groups,
      channels: outputs,
    },
    ...{ inputs: height * width * channels, outputs: window.y.count * window.x.count * outputs },
    ...{ input: elementType(x, X_W), weight: elementType(w, W_W), output: { kind: 'int', bits: 52, signed: true } },
    weights: Int32Array.from({ length: outputs * sizes.y.kernel * sizes.x.kernel * (channels / groups) }, value),
    ...{ padValue, productShift, accumulator: { min: 0, max: 0 }, activation: { kind: 'none' } },
  };
}
