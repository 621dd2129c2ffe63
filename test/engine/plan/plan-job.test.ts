import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/config.js';
import { runStreams } from '../../../src/engine/functional.js';
import { jobFeed, jobResults } from '../../../src/engine/job-streams.js';
import { planJob, trafficOf } from '../../../src/engine/plan/plan-job.js';
import { integerLayer } from '../integer-layer.js';
import { randomLayer, testEngines } from '../random-layer.js';

const seed = 815n;

describe('planJob', () => {
  it(`layers back to back on one X-RAM: whole and in rings, rows loaded ahead (seed ${seed})`, () => {
    let ahead = 0;
    for (let index = 0; index < 24; index++) {
      const base = testEngines[index % testEngines.length]!;
      const jobs = Array.from({ length: 4 }, (_, k) => randomLayer(seed, 4 * index + k, { engine: base }));
      // Room for two of the inputs at most, so that later ones wait for earlier ones.
      const words = jobs.map(({ layer }) => {
        const wide = layer.x.stride * Math.ceil(layer.input.width / base.P / layer.x.stride + 1);
        const rows = (layer.y.kernel - 1) * layer.y.dilation + 1 + (index % 4);
        return wide * Math.ceil(layer.input.channels / base.M) * rows;
      });
      const engine = new Engine({ ...base.parameters, XD: Math.max(8, ...words) * 2, WD: 400 });
      const plans = planJob(
        engine,
        jobs.map(({ layer }) => ({ layer })),
      );
      const feed = jobFeed(
        engine,
        plans,
        jobs.map(({ input }) => input),
      );
      const streams = { weights: [...feed.weights], pixels: [...feed.pixels] };
      const run = runStreams(engine, streams, index % 2 === 0 ? 'pixels first' : 'passes first');
      expect(run.outputs).toHaveLength(feed.outputs);
      jobResults(engine, plans, run.outputs).forEach((image, k) => {
        const { layer, input } = jobs[k]!;
        const what = `job ${index}, layer ${k}: ${engine.toString()}, ${plans[k]!.note}`;
        expect([...image!], what).toEqual(integerLayer(layer, input));
        expect(plans[k]!.traffic).toEqual(trafficOf(engine, plans[k]!.passes, plans[k]!.inputs));
        if (k > 0 && plans[k]!.inputs[0]!.descriptor.waitDone < plans[k]!.pass0) ahead++;
      });
    }
    expect(ahead).toBeGreaterThan(10);
  });

  it('results stay where input and results fit beside each other', () => {
    const engine = Engine.parse('P=4,G=2,M=4,D=2,XD=80,WD=400');
    const { layer: model, input } = randomLayer(3n, 0, { engine });
    const size = { height: 6, width: 6, channels: 4 };
    const axis = { kernel: 3, stride: 1, dilation: 1, pad: 1 };
    const layer = (name: string, seedOf: number) => {
      const weights = Int8Array.from({ length: 4 * 9 * 4 }, (_, i) => ((i + 1) * seedOf) % 7);
      return {
        ...{ ...model, name, op: 'dense' as const, input: size, output: size, y: axis, x: axis, groups: 1, weights },
        ...{ padValue: 0, unsigned: false },
        requant: { ...model.requant, mode: 'shift' as const, bias: [3], shift: [4], leftShift: [0], lo: -128, hi: 127 },
      };
    };
    const layers = [layer('a', 3), layer('b', 5), layer('c', 2)];
    const plans = planJob(
      engine,
      layers.map((each, k) => ({ layer: each, chained: k > 0 })),
    );
    expect(plans.map(({ stays }) => stays)).toEqual([true, true, false]);
    expect(plans.map(({ inputs }) => inputs.length)).toEqual([1, 0, 0]);
    const image = Int16Array.from({ length: 144 }, (_, i) => (input[i % input.length] ?? 0) & 127);
    const feed = jobFeed(engine, plans, [image]);
    const run = runStreams(engine, { weights: [...feed.weights], pixels: [...feed.pixels] });
    const expected = layers.reduce<ArrayLike<number>>((value, each) => integerLayer(each, value), image);
    const results = jobResults(engine, plans, run.outputs);
    expect(results.slice(0, 2)).toEqual([undefined, undefined]);
    expect([...results[2]!]).toEqual(expected);
  });
});
