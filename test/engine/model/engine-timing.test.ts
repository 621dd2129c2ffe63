/** The model without data and the circuit of the engine agree in every cycle, with stalls on all ports and without. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { Engine } from '../../../src/engine/config.js';
import { type EngineLayer, plainRequant } from '../../../src/engine/layer.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { randomLayer, testEngines } from '../random-layer.js';
import { layerPackets } from '../rtl/core-bench.js';
import { compareForms, simulated, timed } from './engine-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/engine/model/engine-timing.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const layersEach = Number(process.env['HEDDLE_LAYERS'] ?? 6);
const design = buildDesign(EngineCore.dw);

describe('engine without data', () => {
  it.each(testEngines.map((engine) => [engine.toString(), engine] as const))('%s', (_, engine) => {
    const sim = simulated('simulator', compile(elaborate(design, { params: engineValues(engine) })));
    let steps = 0;
    for (let index = 0; index < layersEach; index++) {
      const layer = randomLayer(seed, 5000 + index, { engine, residual: index % 3 === 2 });
      const { passes, packets, descriptors } = layerPackets(layer);
      const model = timed(engine, {
        headers: passes.map(({ header }) => header),
        taps: passes.map(({ taps }) => taps),
        descriptors,
      });
      const what = `layer ${5000 + index}, seed ${seed}`;
      try {
        const stream = randomStream(seed, `timing ${index}`);
        const run = compareForms([sim, model], engine, packets, passes.length, stream, index % 2 === 0 ? 0 : 0.4);
        steps += run.steps;
      } catch (error) {
        throw new Error(`${what}: ${String(error)}`, { cause: error });
      }
    }
    expect(steps).toBeGreaterThan(100);
  });

  it('words that a chunk has freed and that came anew count as well', () => {
    // A ring whose depth is no power of two, and a port that brings a word a cycle.
    const engine = new Engine({ P: 5, G: 1, M: 3, D: 1, XD: 256, WD: 200, XP: 32, WP: 32, YP: 32 });
    const axis = { kernel: 3, stride: 1, dilation: 1, pad: 1 };
    const layer: EngineLayer = {
      ...{
        name: 'ring',
        op: 'dense',
        groups: 1,
        y: { ...axis, pad: 0 },
        x: axis,
        padValue: 0,
        unsigned: false,
        requant: plainRequant,
      },
      ...{ input: { height: 6, width: 5, channels: 10 }, output: { height: 4, width: 5, channels: 12 } },
      weights: Int8Array.from({ length: 12 * 90 }, (_, k) => (k % 7) - 3),
    };
    const input = Int16Array.from({ length: 300 }, (_, k) => (k % 11) - 5);
    const { passes, packets, descriptors } = layerPackets({ engine, layer, input });
    const work = { headers: passes.map(({ header }) => header), descriptors };
    const forms = [
      simulated('simulator', compile(elaborate(design, { params: engineValues(engine) }))),
      timed(engine, work),
    ];
    const { steps } = compareForms(forms, engine, packets, passes.length, randomStream(1n, 'ring'));
    expect(steps).toBe(4 * 4 * 90);
  });
});
