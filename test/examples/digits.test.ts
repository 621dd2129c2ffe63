/** The networks of vectors/digits, made by examples/digits/train.ts: still reproducible, still reading well. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawSet } from '../../examples/digits/draw.js';
import { bestDigit, designs, accuracy, trainNetwork } from '../../examples/digits/network.js';
import { graphOf } from '../../examples/digits/graph.js';
import { seed, shippedDrawings } from '../../examples/digits/train.js';
import { readNpy } from '../../src/base/npy.js';
import { loadNetwork } from '../../src/import/index.js';
import { executeSamples } from '../../src/network/execute.js';
import { batchFree } from '../../src/network/passes/batch-free.js';
import { runStages } from '../../src/network/run-stages.js';

const shipped = (name: string): string => join(import.meta.dirname, '..', '..', 'vectors', 'digits', name);
const samples = readNpy(shipped('samples.npy'));
const labels = readNpy(shipped('labels.npy'));

describe('drawings', () => {
  it('come out again bit for bit', () => {
    const again = shippedDrawings();
    expect([samples.dtype, samples.shape]).toEqual(['u1', [again.count, 1, 28, 28]]);
    expect([labels.dtype, labels.shape]).toEqual(['u1', [again.count]]);
    expect(Buffer.compare(Buffer.from(again.pixels), Buffer.from(samples.data))).toBe(0);
    expect([...again.labels]).toEqual([...labels.data]);
  });
  it('show every digit, and differ from the ones trained on', () => {
    expect(new Set(labels.data).size).toBe(10);
    expect(drawSet(seed, 'train', 1).pixels).not.toEqual(drawSet(seed, 'held-out', 1).pixels);
  });
});

describe.each(Object.values(designs))('$name', ({ name, widths }) => {
  it('reads at least 95 % of the shipped drawings, with the reference and with integers alike', async () => {
    const network = await loadNetwork(shipped(`${name}.onnx`));
    const scores = network.reference(network.realInput(samples));
    const right = labels.data.filter((label, row) => bestDigit(scores, row) === label).length;
    expect(right / labels.data.length).toBeGreaterThanOrEqual(0.95);
    const { stages } = network.stageNetwork;
    const dense = stages.filter((stage) => stage.kind === 'dense');
    expect([dense[0]?.inputs, ...dense.map((stage) => stage.outputs)]).toEqual(widths);
    const { codes } = network.encodeInput(samples);
    expect(network.decodeOutput(runStages(network.stageNetwork, codes).outputs)).toEqual(scores);
  });
});

describe('training', () => {
  const drawings = drawSet(seed, 'short', 1500);
  const plan = { seed, epochs: 3, batch: 50, rate: 0.01 };
  it('learns, repeats itself bit for bit, and exports what it trained', () => {
    const train = () => trainNetwork(designs.w4a4, drawings, plan, () => undefined);
    const network = train();
    const fresh = drawSet(seed, 'short-test', 200);
    expect(accuracy(network, fresh)).toBeGreaterThan(0.8);
    const graph = graphOf(network);
    expect(graphOf(train())).toEqual(graph);
    const scores = executeSamples(batchFree(graph), Float64Array.from(fresh.pixels));
    const right = [...fresh.labels].filter((label, row) => bestDigit(scores, row) === label).length;
    // Exported batch norms are rounded to float32: a drawing at a threshold may flip.
    expect(Math.abs(right / fresh.count - accuracy(network, fresh))).toBeLessThanOrEqual(0.01);
  });
});
