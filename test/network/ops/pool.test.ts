/** Pooling by small cases worked out by hand; the ONNX node tests (conformance) cover the attributes one by one. */
import { describe, expect, test } from 'vitest';
import { executeNode } from '../../../src/network/execute.js';
import { tensor, type GraphNode, type Tensor } from '../../../src/network/graph.js';

const run = (op: string, attributes: GraphNode['attributes'], x: Tensor, outputs = ['y']): Tensor | undefined =>
  executeNode({ name: 'pool', op, domain: '', inputs: ['x'], outputs, attributes }, [x])[0];

const counting = tensor(
  [1, 2, 3, 3],
  Array.from({ length: 18 }, (_, index) => (index < 9 ? index + 1 : -index)),
);

describe('MaxPool', () => {
  test('a padded window takes no zero from the padding', () => {
    const y = run('MaxPool', { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 0, 0] }, counting);
    expect(y).toEqual(tensor([1, 2, 2, 2], [1, 3, 7, 9, -9, -10, -12, -13]));
  });

  test('ceil_mode keeps the partial last window', () => {
    const y = run('MaxPool', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }, counting);
    expect(y).toEqual(tensor([1, 2, 2, 2], [5, 6, 8, 9, -9, -11, -15, -17]));
  });

  test('one spatial axis', () =>
    expect(run('MaxPool', { kernel_shape: [2], strides: [2] }, tensor([1, 1, 4], [1, 4, 3, 2]))).toEqual(
      tensor([1, 1, 2], [4, 3]),
    ));

  test('refuses column-major order, indices, and a window of padding alone', () => {
    expect(() => run('MaxPool', { kernel_shape: [2, 2], storage_order: 1 }, counting)).toThrow('storage_order');
    expect(() => run('MaxPool', { kernel_shape: [2, 2] }, counting, ['y', 'at'])).toThrow('indices');
    expect(() => run('MaxPool', { kernel_shape: [1, 1], pads: [1, 0, 0, 0] }, counting)).toThrow('padding alone');
    expect(() => run('MaxPool', {}, counting)).toThrow('no kernel_shape');
  });
});

describe('AveragePool', () => {
  test('the padding counts only where asked', () => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 0, 0] };
    const x = tensor([1, 1, 3, 3], [4, 8, 8, 8, 4, 4, 8, 4, 4]);
    expect(run('AveragePool', attributes, x)?.data).toEqual(Float64Array.of(4, 8, 8, 4));
    expect(run('AveragePool', { ...attributes, count_include_pad: 1 }, x)?.data).toEqual(Float64Array.of(1, 4, 4, 4));
  });
});

describe('global pooling', () => {
  test('keeps the axes', () => {
    expect(run('GlobalAveragePool', {}, counting)).toEqual(tensor([1, 2, 1, 1], [5, -13]));
    expect(run('GlobalMaxPool', {}, counting)).toEqual(tensor([1, 2, 1, 1], [9, -9]));
  });
});
