/** Long runs of the models of the engine beside its circuit: many random layers, strips and rings, layers of the networks. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { randomStream } from '../../src/base/random.js';
import { Engine } from '../../src/engine/config.js';
import { timeFrame } from '../../src/engine/model/frame-timing.js';
import { planRow } from '../../src/engine/plan/plan-row.js';
import { EngineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { runCoreJob } from '../../src/engine/run-core.js';
import { encodeInput, encodeWeights, pixelsOf } from '../../src/engine/streams.js';
import { networkTable } from '../../src/engine/table/network-table.js';
import { randomInput, tableLayer } from '../../src/engine/table/table-layers.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { compareForms, modelled, resultMasks, simulated, timed } from '../engine/model/engine-bench.js';
import { randomLayer, testEngines } from '../engine/random-layer.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? Date.now());
const layersEach = Number(process.env['HEDDLE_LAYERS'] ?? 40);
const design = buildDesign(EngineCore.dw);

describe(`models and circuit in every cycle (repeat: HEDDLE_SEED=${seed})`, () => {
  it.each(testEngines.map((engine) => [engine.toString(), engine] as const))(
    `${layersEach} layers and ${layersEach} layers in strips: %s`,
    (_, base) => {
      let [done, refused] = [0, 0];
      const sims = new Map<string, ReturnType<typeof simulated>>();
      for (let index = 0; index < 2 * layersEach; index++) {
        const layer = randomLayer(seed, index, { engine: base });
        // Half of the layers on an X-RAM and a ring that are tight: rings of rows, strips, weights that stay.
        const tight = { XD: 24 + 8 * (index % 5), WD: 200, YD: Math.ceil((2 * base.M) / base.D) };
        const engine = index % 2 === 0 ? base : new Engine({ ...base.parameters, ...tight });
        const what = `layer ${index} of seed ${seed} on ${engine.toString()}`;
        try {
          const plan = planRow(engine, layer.layer);
          const weights = plan.passes.map((pass) => encodeWeights(engine, layer.layer, pass));
          const size = layer.layer.input;
          const pixels = plan.inputs.map(({ descriptor, row0 }) =>
            encodeInput(engine, descriptor, row0, size, pixelsOf(size, layer.input)),
          );
          const key = engine.toString();
          const sim =
            sims.get(key) ?? simulated('simulator', compile(elaborate(design, { params: engineValues(engine) })));
          sims.set(key, sim);
          const headers = plan.passes.map(({ header }) => header);
          const work = { headers, descriptors: plan.inputs.map(({ descriptor }) => descriptor) };
          const forms = [sim, timed(engine, work), ...(index % 4 < 2 ? [modelled(engine)] : [])];
          const stalls = index % 3 === 0 ? 0 : index % 3 === 1 ? 0.4 : { w: 0, x: 0.5, y: 0.2 };
          const masks = resultMasks(engine, plan.passes, layer.layer.output);
          const stream = randomStream(seed, `nightly ${index}`);
          compareForms(forms, engine, { weights, pixels }, plan.passes.length, stream, stalls, masks);
          done++;
        } catch (error) {
          const codes = error instanceof HeddleError ? error.diagnostics.map(({ code }) => code) : [];
          if (codes.length === 0 || codes.some((code) => !['H2204', 'H2205', 'H2208'].includes(code)))
            throw new Error(what, { cause: error });
          refused++;
        }
      }
      expect(done).toBeGreaterThan(layersEach);
      expect(refused).toBeLessThan(layersEach);
    },
  );
});

const networks = '../shared/networks/networks.json';

describe.skipIf(!existsSync(networks))('layers of the tables (needs ../shared/networks)', () => {
  const table = networkTable(existsSync(networks) ? JSON.parse(readFileSync(networks, 'utf8')) : { networks: {} }, '');
  const engine = Engine.parse('P=7,G=3,M=32,D=4,XD=1184,WD=1024');
  const most = Number(process.env['HEDDLE_CYCLES'] ?? 2_000_000);
  const sim = () => compile(elaborate(design, { params: engineValues(engine) }));
  it.each([...table.keys()])(`%s: every layer of up to ${most} cycles`, (network) => {
    const one = sim();
    for (const row of table.get(network) ?? []) {
      const layer = tableLayer(row, seed);
      const plan = planRow(engine, layer);
      const work = {
        headers: plan.passes.map(({ header }) => header),
        descriptors: plan.inputs.map(({ descriptor }) => descriptor),
      };
      const model = timeFrame(engine, work);
      if (model.cycles > most) continue;
      const pixel = pixelsOf(layer.input, randomInput(layer, seed));
      const run = runCoreJob(one, engine, {
        weights: plan.passes.map((pass) => encodeWeights(engine, layer, pass)),
        pixels: plan.inputs.map(({ descriptor, row0 }) => encodeInput(engine, descriptor, row0, layer.input, pixel)),
        passes: plan.passes.length,
        outputs: plan.passes.length,
      });
      one.poke('aresetn', 0);
      const ends = run.passes.map(({ end }) => end);
      expect({ cycles: run.cycles, ends }, row.name).toEqual({
        cycles: model.cycles + 1,
        ends: model.passes.map(({ last }) => last),
      });
    }
  });
});
