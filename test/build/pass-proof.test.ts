import { expect, it } from 'vitest';
import { placeIn, proofOfPasses } from '../../src/build/pass-proof.js';
import { type Graph, scalar } from '../../src/network/graph.js';
import { bytes, conv, graphOf, pipe, relu } from '../../src/network/layers/index.js';
import { streamlineSteps } from '../../src/network/passes/streamline.js';

const model = graphOf(
  'small',
  pipe(bytes({ height: 4, width: 5, channels: 2 }), conv(3, { kernel: 2, weightBits: 4 }), relu(4)),
);
const sample = Float64Array.from({ length: 40 }, (_, k) => (k * 53) % 256);

it('names the element of an array', () => {
  expect(placeIn([3, 4, 5], 59)).toEqual([2, 3, 4]);
  expect(placeIn([10], 7)).toEqual([7]);
});

it('finds the outputs equal behind every pass', () => {
  const proof = proofOfPasses(model, streamlineSteps(model), sample);
  expect(proof.length).toBeGreaterThan(5);
  for (const { pass, first } of proof) expect([pass, first]).toEqual([pass, undefined]);
});

it('names the first pass, channel and pixel that a wrong pass makes differ', () => {
  const steps = streamlineSteps(model);
  const wrong = (graph: Graph): Graph => {
    const [name, value] = [...graph.initializers].find(([key]) => key === 'conv_0_weight') ?? ['', scalar(0)];
    // One kernel of output channel 1 turned: channel 0 stays.
    const turned = { ...value, data: value.data.map((each, k) => (Math.floor(k / 8) === 1 ? -each : each)) };
    return { ...graph, initializers: new Map([...graph.initializers, [name, turned]]) };
  };
  const proof = proofOfPasses(
    model,
    steps.map(({ pass, graph }, k) => ({ pass, graph: k === 2 ? wrong(graph) : graph })),
    sample,
  );
  expect(proof.filter(({ first }) => first !== undefined).map(({ pass, first }) => [pass, first?.[0]])).toEqual([
    [steps[2]?.pass, 1],
  ]);
});
