/** Conv against the definition of ONNX, written as seven loops. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { executeNode } from '../../../src/network/execute.js';
import { tensor, type GraphNode, type Tensor } from '../../../src/network/graph.js';

const node = (attributes: GraphNode['attributes']): GraphNode => ({
  name: 'conv',
  op: 'Conv',
  domain: '',
  inputs: ['x', 'w', 'b'],
  outputs: ['y'],
  attributes,
});

interface Geometry {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly group: number;
}

function direct(x: Tensor, w: Tensor, bias: Tensor, { strides, dilations, pads, group }: Geometry): Tensor {
  const [n = 0, c = 0, h = 0, width = 0] = x.shape;
  const [m = 0, inner = 0, kh = 0, kw = 0] = w.shape;
  const oh = Math.floor((h + pads[0] + pads[2] - dilations[0] * (kh - 1) - 1) / strides[0]) + 1;
  const ow = Math.floor((width + pads[1] + pads[3] - dilations[1] * (kw - 1) - 1) / strides[1]) + 1;
  const data: number[] = [];
  for (let s = 0; s < n; s++)
    for (let o = 0; o < m; o++)
      for (let oy = 0; oy < oh; oy++)
        for (let ox = 0; ox < ow; ox++) {
          let sum = bias.data[o] ?? 0;
          for (let i = 0; i < inner; i++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++) {
                const channel = Math.floor((o * group) / m) * inner + i;
                const iy = oy * strides[0] - pads[0] + ky * dilations[0];
                const ix = ox * strides[1] - pads[1] + kx * dilations[1];
                if (iy < 0 || ix < 0 || iy >= h || ix >= width) continue;
                const value = x.data[((s * c + channel) * h + iy) * width + ix] ?? NaN;
                sum += value * (w.data[((o * inner + i) * kh + ky) * kw + kx] ?? NaN);
              }
          data.push(sum + 0);
        }
  return tensor([n, m, oh, ow], data);
}

/** `npx vitest run test/network/ops/conv.test.ts` repeats them: the stream depends on the case number only. */
describe('Conv', () => {
  test.each(Array.from({ length: 60 }, (_, index) => index))('random case %i equals the definition', (index) => {
    const random = randomStream(7n, `conv ${index}`);
    const upTo = (most: number): number => 1 + random.nextInt(most);
    const group = upTo(3);
    const [kh, kw] = [upTo(5), upTo(5)];
    const geometry: Geometry = {
      strides: [upTo(3), upTo(3)],
      dilations: [upTo(2), upTo(2)],
      pads: [random.nextInt(3), random.nextInt(3), random.nextInt(3), random.nextInt(3)],
      group,
    };
    const integers = (shape: number[]): Tensor =>
      tensor(
        shape,
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.nextInt(255) - 127),
      );
    const inner = upTo(3);
    const outputs = group * upTo(4);
    const x = integers([upTo(2), group * inner, 9 + random.nextInt(6), 9 + random.nextInt(6)]);
    const w = integers([outputs, inner, kh, kw]);
    const bias = integers([outputs]);
    const attributes = { ...geometry, kernel_shape: [kh, kw] };
    const actual = executeNode(node(attributes), [x, w, bias])[0];
    expect(actual).toEqual(direct(x, w, bias, geometry));
  });

  test('rows of a large image are computed in blocks', () => {
    const random = randomStream(3n, 'blocks');
    const fill = (count: number): number[] => Array.from({ length: count }, () => random.nextInt(15) - 7);
    const x = tensor([1, 8, 70, 66], fill(8 * 70 * 66));
    const w = tensor([5, 8, 3, 3], fill(5 * 72));
    const bias = tensor([5], fill(5));
    const geometry: Geometry = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], group: 1 };
    expect(executeNode(node({ ...geometry }), [x, w, bias])[0]).toEqual(direct(x, w, bias, geometry));
  });

  test('one spatial axis', () => {
    const x = tensor([1, 1, 5], [1, 2, 3, 4, 5]);
    const w = tensor([2, 1, 3], [1, 0, -1, 1, 1, 1]);
    const actual = executeNode(node({ strides: [2], pads: [1, 0] }), [x, w, undefined])[0];
    expect(actual).toEqual(tensor([1, 2, 2], [-2, -2, 3, 9]));
  });

  test.each([
    ['SAME_UPPER', [3, 3]],
    ['SAME_LOWER', [3, 3]],
    ['VALID', [2, 2]],
  ])('auto_pad %s', (auto_pad, size) => {
    const x = tensor([1, 1, 5, 5], new Float64Array(25).fill(1));
    const w = tensor([1, 1, 2, 2], [1, 1, 1, 1]);
    const actual = executeNode(node({ auto_pad, strides: [2, 2] }), [x, w, undefined])[0];
    expect(actual?.shape.slice(2)).toEqual(size);
    // The one padded row and column lies behind (upper) or in front (lower).
    expect([actual?.data[0], actual?.data.at(-1)]).toEqual(
      auto_pad === 'SAME_UPPER' ? [4, 1] : auto_pad === 'SAME_LOWER' ? [1, 4] : [4, 4],
    );
  });

  test.each([
    [{ group: 2 }, [1, 3, 4, 4], [2, 1, 3, 3], '3 channels, 2 groups'],
    [{ kernel_shape: [2, 2] }, [1, 1, 4, 4], [1, 1, 3, 3], 'declares a kernel [2,2]'],
    [{}, [1, 1, 2, 4], [1, 1, 3, 3], 'a window of 3 on an axis of 2'],
    [{ pads: [1, 1] }, [1, 1, 4, 4], [1, 1, 3, 3], 'pads [1,1] do not fit'],
    [{ strides: [0, 1] }, [1, 1, 4, 4], [1, 1, 3, 3], 'not a positive integer'],
    [{ auto_pad: 'SOME' }, [1, 1, 4, 4], [1, 1, 3, 3], 'auto_pad SOME is unknown'],
  ])('refuses %j', (attributes, shape, kernel, message) => {
    const zeros = (of: number[]): Tensor => tensor(of, new Float64Array(of.reduce((a, b) => a * b, 1)));
    expect(() => executeNode(node(attributes as GraphNode['attributes']), [zeros(shape), zeros(kernel)])).toThrow(
      message,
    );
  });
});
