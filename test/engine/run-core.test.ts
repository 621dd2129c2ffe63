/** Jobs of several layers through the whole engine in the simulator. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/config.js';
import { layerBound } from '../../src/engine/cycles.js';
import { jobFeed, jobResults } from '../../src/engine/job-streams.js';
import { planJob } from '../../src/engine/plan/plan-job.js';
import { referenceLayer } from '../../src/engine/reference.js';
import { EngineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { runCoreJob } from '../../src/engine/run-core.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { randomLayer } from './random-layer.js';

const seed = 31n;
const engine = Engine.parse('P=3,G=2,M=4,D=2,XD=512,WD=400,XP=64,WP=64,YP=32,ADD=0');

describe('runCoreJob', () => {
  const jobs = Array.from({ length: 8 }, (_, index) => randomLayer(seed, index, { engine }));
  const plans = planJob(
    engine,
    jobs.map(({ layer }) => ({ layer })),
  );
  const images = jobs.map(({ input }) => input);
  const run = (bytesPerCycle?: number) => {
    const sim = compile(elaborate(buildDesign(EngineCore.dw), { params: engineValues(engine) }));
    return runCoreJob(
      sim,
      engine,
      jobFeed(engine, plans, images),
      bytesPerCycle === undefined ? {} : { bytesPerCycle },
    );
  };
  const free = run();

  it.each([
    ['at the full rate of the ports', free],
    ['behind a memory of one byte a cycle', run(1)],
  ])(
    `results equal the reference, and every cycle has its place: %s (seed ${seed})`,
    (_, { outputs, passes, beats, cycles }) => {
      jobResults(engine, plans, outputs).forEach((image, k) => {
        expect(image, `layer ${k}: ${JSON.stringify({ ...jobs[k]!.layer, weights: undefined })}`).toEqual(
          referenceLayer(jobs[k]!.layer, images[k]!),
        );
      });
      const sum = (of: (each: (typeof plans)[number]['traffic']) => number) =>
        plans.reduce((a, b) => a + of(b.traffic), 0);
      expect(beats).toEqual({
        weights: (8 * sum((t) => t.weights)) / engine.WP,
        pixels: (8 * sum((t) => t.pixels)) / engine.XP,
        results: (8 * sum((t) => t.results)) / engine.YP,
      });
      let end = -1;
      passes.forEach(({ gap, steps, stalls, end: last }) => {
        expect(last - end).toBe(gap + steps + Object.values(stalls).reduce((a, b) => a + b, 0));
        end = last;
      });
      expect(cycles).toBeGreaterThan(end);
      const steps = plans.map((plan) => layerBound(engine, plan.passes, 0).steps);
      expect(
        plans.map((plan) => passes.slice(plan.pass0, plan.pass0 + plan.passes.length).reduce((a, p) => a + p.steps, 0)),
      ).toEqual(steps);
    },
  );

  it('tells what the core reports', () => {
    const weights = [new Uint8Array(64).fill(255)];
    const core = compile(elaborate(buildDesign(EngineCore.dw), { params: engineValues(engine) }));
    for (const options of [{}, { bytesPerCycle: 64 }])
      expect(() => runCoreJob(core, engine, { weights, pixels: [], passes: 1, outputs: 1 }, options)).toThrow(
        /error_code, x_error, conflict are [1-9]\d*, 0, 0/,
      );
  });

  it('a slow memory costs cycles', () => expect(run(1).cycles).toBeGreaterThan(1.2 * free.cycles));
});
