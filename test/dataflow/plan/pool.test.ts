/** Random average pools with padding, ceil_mode and reductions: stages and circuits against a sum written from ONNX's definition. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { isSigned, planNetwork } from '../../../src/dataflow/plan.js';
import { packSamples } from '../../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../../src/dataflow/run-pipeline.js';
import { predictTiming } from '../../../src/dataflow/timing.js';
import { valueRange } from '../../../src/network/element-type.js';
import { scalar, type Attribute, type Graph } from '../../../src/network/graph.js';
import { lowerGraph } from '../../../src/network/lower.js';
import { toStream } from '../../../src/network/ports.js';
import { runStages } from '../../../src/network/run-stages.js';
import type { ElementType } from '../../../src/network/stages.js';
import { chainBench, runChain } from '../chain-bench.js';

interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly count: number;
}

interface PoolCase {
  readonly graph: Graph;
  readonly type: ElementType;
  readonly codes: Float64Array;
  /** Codes of the output, [pixels][channels]. */
  readonly expected: number[];
  readonly recipe: string;
}

/** x, average pool, quantizer of scale 1/2: codes are twice the mean, halves to even. */
function poolCase(seed: number): PoolCase {
  const random = randomStream(BigInt(seed), 'pool');
  const int = (low: number, high: number): number => low + random.nextInt(high - low + 1);
  const type: ElementType = { kind: 'int', bits: int(2, 6), signed: int(0, 1) === 1 };
  const [withPads, ceil] = [int(0, 2) === 0, int(0, 2) === 0];
  const axis = (): Axis => {
    const [size, stride] = [int(1, 7), int(1, 3)];
    const kernel = int(1, Math.min(5, size + 2));
    const [before, after] = [int(0, Math.min(2, kernel - 1)), int(0, Math.min(2, kernel - 1))];
    const steps = (size + before + after - kernel) / stride;
    const last = Math.ceil(steps);
    const count = ceil ? (last * stride >= size + before ? last : last + 1) : Math.floor(steps) + 1;
    return steps < 0 ? axis() : { size, kernel, stride, before, after, count };
  };
  const [y, x, channels] = [axis(), axis(), int(1, 3)];
  const { min, max } = valueRange(type);
  const codes = Float64Array.from({ length: channels * y.size * x.size }, () => int(min, max));
  const expected: number[] = [];
  for (let oy = 0; oy < y.count; oy++)
    for (let ox = 0; ox < x.count; ox++)
      for (let c = 0; c < channels; c++) {
        let [sum, count] = [0, 0];
        for (let iy = oy * y.stride - y.before; iy < oy * y.stride - y.before + y.kernel; iy++)
          for (let ix = ox * x.stride - x.before; ix < ox * x.stride - x.before + x.kernel; ix++) {
            const inside = iy >= 0 && iy < y.size && ix >= 0 && ix < x.size;
            if (inside) sum += codes[(c * y.size + iy) * x.size + ix] ?? 0;
            if (inside || (withPads && iy < y.size + y.after && ix < x.size + x.after)) count++;
          }
        const [double, rest] = [Math.floor((2 * sum) / count), (((2 * sum) % count) + count) % count];
        const up = 2 * rest > count || (2 * rest === count && double % 2 !== 0);
        expected.push(double + (up ? 1 : 0));
      }
  const attributes: Record<string, Attribute> = {
    ...{
      kernel_shape: [y.kernel, x.kernel],
      strides: [y.stride, x.stride],
      pads: [y.before, x.before, y.after, x.after],
    },
    ...{ count_include_pad: withPads ? 1 : 0, ceil_mode: ceil ? 1 : 0 },
  };
  const graph: Graph = {
    ...{ name: `pool_${seed}`, source: 'qonnx' },
    inputs: [{ name: 'x', shape: [1, channels, y.size, x.size] }],
    outputs: [{ name: 'q', shape: [1, channels, y.count, x.count] }],
    nodes: [
      { name: 'pool', op: 'AveragePool', domain: '', inputs: ['x'], outputs: ['mean'], attributes },
      {
        ...{ name: 'quant', op: 'Quant', domain: '', inputs: ['mean', 'scale', 'zero', 'bits'], outputs: ['q'] },
        attributes: { signed: 1, narrow: 0, rounding_mode: 'ROUND' },
      },
    ],
    initializers: new Map([
      ['scale', scalar(0.5)],
      ['zero', scalar(0)],
      ['bits', scalar(8)],
    ]),
  };
  return { graph, type, codes, expected, recipe: JSON.stringify({ ...attributes, size: [y.size, x.size], type }) };
}

const planned = ({ graph, type, codes }: PoolCase) => {
  const network = lowerGraph(graph, { inputType: type, inputScale: 1 });
  const stream = toStream(codes, network.input);
  return { network, stream, chain: planNetwork(network, { portBits: 'full' }).chain };
};

describe('average pools', () => {
  // One of them alone: npx vitest run test/dataflow/plan/pool.test.ts -t 'seed 8 '
  test.each(Array.from({ length: 80 }, (_, seed) => seed))('seed %i divides by what it counts', (seed) => {
    const one = poolCase(seed);
    const { network, stream, chain } = planned(one);
    expect([one.recipe, ...runStages(network, stream).outputs]).toEqual([one.recipe, ...one.expected]);
    const run = runPipelineModel(chain, stream, { signedOutput: isSigned(network.output.type) });
    expect([one.recipe, ...run.outputs]).toEqual([one.recipe, ...one.expected]);
    expect(predictTiming(chain, 1).cycles).toEqual(run.cycles);
  });

  const uneven = Array.from({ length: 80 }, (_, seed) => seed).filter((seed) =>
    planned(poolCase(seed)).chain.nodes.some(({ kind }) => kind === 'border_scale'),
  );
  test.each(uneven.slice(0, 3))('seed %i as a circuit, stalled', async (seed) => {
    const one = poolCase(seed);
    const { stream, chain } = planned(one);
    const stall = { source: { kind: 'bernoulli', p: 0.5 }, sink: { kind: 'bernoulli', p: 0.5 } } as const;
    const due = packSamples(chain.output, Float64Array.from(one.expected));
    expect(runChain(await chainBench(chain), stream, due, stall).failure).toBeUndefined();
  });

  test('refuses windows that have no common divisor below 2^53', () => {
    const graph = poolCase(0).graph;
    const pool = graph.nodes[0]!;
    const attributes = { kernel_shape: [41, 41], strides: [1, 1], pads: [20, 20, 20, 20] };
    const wide: Graph = {
      ...graph,
      inputs: [{ name: 'x', shape: [1, 1, 60, 60] }],
      outputs: [{ name: 'q', shape: [1, 1, 60, 60] }],
      nodes: [{ ...pool, attributes }, ...graph.nodes.slice(1)],
    };
    expect(() => lowerGraph(wide, { inputScale: 1 })).toThrow(/H3038.*less padding/s);
  });
});
