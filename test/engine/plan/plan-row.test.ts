import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/config.js';
import { layerBound } from '../../../src/engine/cycles.js';
import { runStreams } from '../../../src/engine/functional.js';
import { planRow } from '../../../src/engine/plan/plan-row.js';
import { jobFeed } from '../../../src/engine/job-streams.js';
import { decodeOutput } from '../../../src/engine/streams.js';
import { integerLayer } from '../integer-layer.js';
import { randomLayer, testEngines } from '../random-layer.js';

const seed = 4711n;

describe('planRow', () => {
  it(`random layers on small X-RAMs: strips, rings, kept weights; traffic and steps as announced (seed ${seed})`, () => {
    const notes = new Map<string, number>();
    for (let index = 0; index < 120; index++) {
      const base = testEngines[index % testEngines.length]!;
      const { layer, input } = randomLayer(seed, index, { engine: base });
      const words = layer.x.stride * Math.ceil(layer.input.width / base.P / layer.x.stride + 1);
      const reach = (layer.y.kernel - 1) * layer.y.dilation + 1;
      const XD = Math.max(8, words * Math.ceil(layer.input.channels / base.M) * (reach + (index % 5)));
      const engine = new Engine({ ...base.parameters, XD, WD: 400 });
      const plan = planRow(engine, layer);
      const kind = plan.note.replace(/\d+ /, '');
      notes.set(kind, (notes.get(kind) ?? 0) + 1);
      const feed = jobFeed(engine, [plan], [input]);
      const [weights, pixels] = [[...feed.weights], [...feed.pixels]];
      const run = runStreams(engine, { weights, pixels }, index % 2 === 0 ? 'pixels first' : 'passes first');
      const image = new Float64Array(layer.output.height * layer.output.width * layer.output.channels);
      plan.passes.forEach((pass, i) => decodeOutput(engine, pass, layer.output, run.outputs[i]!, image));
      const what = `layer ${index}: ${engine.toString()}, ${plan.note}`;
      expect([...image], what).toEqual(integerLayer(layer, input));
      const size = (packets: readonly Uint8Array[]): number => packets.reduce((sum, packet) => sum + packet.length, 0);
      const traffic = { weights: size(weights), pixels: size(pixels), results: size(run.outputs) };
      expect(plan.traffic, what).toEqual(traffic);
      const bound = layerBound(engine, plan.passes, (8 * traffic.pixels) / engine.XP);
      expect(bound.steps, what).toBe(run.steps.reduce((a, b) => a + b, 0));
      expect(bound.cycles).toBeGreaterThanOrEqual(bound.compute);
    }
    expect([...notes.keys()].sort()).toEqual([
      'strips; all weights stay in the ring',
      'strips; weights come again for each',
      'the input is on the chip as a whole',
    ]);
  });
});
