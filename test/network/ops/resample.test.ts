/** Pad, Slice, Resize and Upsample by small cases worked out by hand. */
import { describe, expect, test } from 'vitest';
import { executeNode } from '../../../src/network/execute.js';
import { tensor, type GraphNode, type Tensor } from '../../../src/network/graph.js';

const run = (op: string, attributes: GraphNode['attributes'], inputs: (Tensor | undefined)[]): Tensor | undefined =>
  executeNode({ name: 'n', op, domain: '', inputs: inputs.map(String), outputs: ['y'], attributes }, inputs)[0];

const list = (...values: number[]): Tensor => tensor([values.length], values);
const square = tensor([1, 1, 2, 2], [1, 2, 3, 4]);

describe('Pad', () => {
  test('opset 2 attributes and opset 11 inputs', () => {
    const expected = tensor([1, 1, 3, 3], [9, 1, 2, 9, 3, 4, 9, 9, 9]);
    const pads = [0, 0, 0, 1, 0, 0, 1, 0];
    expect(run('Pad', { pads, value: 9, mode: 'constant' }, [square])).toEqual(expected);
    expect(run('Pad', {}, [square, list(...pads), list(9)])).toEqual(expected);
    expect(run('Pad', {}, [square, list(0, 1, 1, 0), list(9), list(2, -1)])).toEqual(expected);
  });

  test('negative pads crop; other modes are refused', () => {
    expect(run('Pad', { pads: [0, 0, -1, 0, 0, 0, 0, 0] }, [square])).toEqual(tensor([1, 1, 1, 2], [3, 4]));
    expect(() => run('Pad', { mode: 'reflect', pads: [] }, [square])).toThrow('mode reflect');
  });
});

describe('Slice', () => {
  test('steps, negative indices, ends behind the end', () => {
    const x = tensor([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(run('Slice', {}, [x, list(-3), list(1000), list(1), list(2)])).toEqual(tensor([2, 2], [2, 4, 6, 8]));
    expect(run('Slice', {}, [x, list(3), list(-1000), list(1), list(-2)])).toEqual(tensor([2, 2], [4, 2, 8, 6]));
    expect(run('Slice', { starts: [1], ends: [2] }, [x])).toEqual(tensor([1, 4], [5, 6, 7, 8]));
  });
});

describe('nearest', () => {
  const doubled = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];

  test('Upsample and Resize repeat pixels', () => {
    const scales = list(1, 1, 2, 2);
    const asymmetric = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor', mode: 'nearest' };
    expect(run('Upsample', { mode: 'nearest' }, [square, scales])?.data).toEqual(Float64Array.from(doubled));
    expect(run('Upsample', { mode: 'nearest', scales: [1, 1, 2, 2] }, [square])?.data).toEqual(
      Float64Array.from(doubled),
    );
    expect(run('Resize', asymmetric, [square, undefined, scales])?.data).toEqual(Float64Array.from(doubled));
    expect(run('Resize', {}, [square, undefined, scales])?.data).toEqual(Float64Array.from(doubled));
    expect(run('Resize', {}, [square, undefined, undefined, list(1, 1, 4, 4)])?.shape).toEqual([1, 1, 4, 4]);
  });

  test('shrinking by 2 with half_pixel rounds the tie down', () => {
    const row = tensor([1, 4], [1, 2, 3, 4]);
    expect(run('Resize', {}, [row, undefined, list(1, 0.5)])?.data).toEqual(Float64Array.of(1, 3));
    const up = { nearest_mode: 'round_prefer_ceil' };
    expect(run('Resize', up, [row, undefined, list(1, 0.5)])?.data).toEqual(Float64Array.of(2, 4));
  });

  test('refuses interpolation', () => {
    expect(() => run('Resize', { mode: 'linear' }, [square, undefined, list(1, 1, 2, 2)])).toThrow('mode linear');
    expect(() => run('Resize', {}, [square])).toThrow('neither scales nor sizes');
  });
});
