/** The cycle model of the whole engine and its circuit agree on every output in every cycle, with stalls and without. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { randomLayer, testEngines } from '../random-layer.js';
import { layerPackets } from '../rtl/core-bench.js';
import { compareForms, modelled, resultMasks, simulated } from './engine-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/engine/model/engine-model.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const layersEach = Number(process.env['HEDDLE_LAYERS'] ?? 2);
const design = buildDesign(EngineCore.dw);

describe('engine model', () => {
  it.each(testEngines.map((engine) => [engine.toString(), engine] as const))('%s', (_, engine) => {
    const sim = simulated('simulator', compile(elaborate(design, { params: engineValues(engine) })));
    const model = modelled(engine);
    for (let index = 0; index < layersEach; index++) {
      const layer = randomLayer(seed, 7000 + index, { engine, residual: index % 2 === 1 });
      const { passes, packets } = layerPackets(layer);
      const what = `layer ${7000 + index}, seed ${seed}`;
      try {
        const stream = randomStream(seed, `model ${index}`);
        const stalls = index % 2 === 0 ? 0 : 0.4;
        const masks = resultMasks(engine, passes, layer.layer.output);
        const run = compareForms([sim, model], engine, packets, passes.length, stream, stalls, masks);
        // What is compared is not nothing.
        expect(masks.filter((mask) => mask !== 0n).length, what).toBeGreaterThan(run.results.length / 4);
        expect(run.results.length, what).toBeGreaterThan(0);
      } catch (error) {
        throw new Error(`${what}: ${String(error)}`, { cause: error });
      }
    }
  });
});
