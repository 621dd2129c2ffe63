/** Requantize as fixed steps against the executor's operator, which computes it in halves of doubles. */
import { expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { executeNode } from '../../src/network/execute.js';
import { tensor, type Graph, type GraphNode } from '../../src/network/graph.js';
import { codesOf, requantizeSteps } from '../../src/network/lower-requantize.js';
import { fixedStep } from '../../src/network/run-stages.js';

const graphOf = (multiplier: number[], shift: number[]): Graph => ({
  ...{ name: 'g', source: 'tflite', inputs: [], outputs: [], nodes: [] },
  initializers: new Map([
    ['m', tensor([multiplier.length, 1], multiplier)],
    ['s', tensor([shift.length, 1], shift)],
  ]),
});
const nodeOf = (attributes: GraphNode['attributes']): GraphNode => ({
  ...{ name: 'r', op: 'Requantize', domain: 'heddle', inputs: ['x', 'm', 's'], outputs: ['y'], attributes },
});

test.each(Array.from({ length: 60 }, (_, index) => index))(
  'case %i: channels with their own factors, clamps',
  (index) => {
    const random = randomStream(21n, `requantize ${index}`);
    const int = (low: number, high: number): number => low + random.nextInt(high - low + 1);
    const channels = int(1, 4);
    const each = <T>(make: () => T): T[] => Array.from({ length: channels }, make);
    const multiplier = each(() => 2 ** 30 + random.nextInt(2 ** 30));
    const shift = each(() => int(-12, 2));
    const min = index % 2 ? -128 : int(-128, 0);
    const max = index % 3 ? 127 : int(1, 127);
    const attributes = { left_shift: 0, zero_point: int(-128, 127), min, max };
    const [graph, node] = [graphOf(multiplier, shift), nodeOf(attributes)];
    const scale = Float64Array.of(int(0, 1) * 2 - 1);
    const offset = Float64Array.from(each(() => int(-5000, 5000)));
    const range = { min: -100000, max: 100000 };
    const { steps, ranges } = requantizeSteps(
      graph,
      node,
      { scale, offset },
      each(() => range),
    );
    for (let count = 0; count < 200; count++) {
      // Mostly small sums, where the codes are not all at the clamps.
      const sums = each(() => int(-100000, 100000) >> int(0, 12));
      const inputs = sums.map((sum, c) => sum * (scale[0] ?? 1) + (offset[c] ?? 0));
      const constants = ['m', 's'].map((name) => graph.initializers.get(name));
      const expected = executeNode(node, [tensor([channels, 1], inputs), ...constants])[0];
      const actual = sums.map((sum, c) => Number(steps.reduce((x, step) => fixedStep(step, x, c), BigInt(sum))));
      expect([count, ...actual]).toEqual([count, ...(expected?.data ?? [])]);
    }
    expect(ranges.every((reached) => reached.min >= min && reached.max <= max)).toBe(true);
    expect(codesOf(node)).toEqual({ kind: 'int', bits: 8, signed: min < 0 });
  },
);

test('an accumulator that may leave 32 bits is refused', () => {
  const graph = graphOf([2 ** 30], [0]);
  const affine = { scale: Float64Array.of(1), offset: Float64Array.of(0) };
  const run = (max: number): unknown => requantizeSteps(graph, nodeOf({}), affine, [{ min: 0, max }]);
  expect(() => run(2 ** 31 - 1)).not.toThrow();
  expect(() => run(2 ** 31)).toThrow(/H3036/);
});
