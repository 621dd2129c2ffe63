/** Residual layers of every mode through the whole engine, with stalls on all ports, equal their definition. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { integerLayer } from '../integer-layer.js';
import { randomLayer, testEngines } from '../random-layer.js';
import { runLayer } from './core-bench.js';

// Another seed: HEDDLE_SEED=7 HEDDLE_LAYERS=50 npx vitest run test/engine/rtl/residual.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const layersEach = Number(process.env['HEDDLE_LAYERS'] ?? 5);
const design = buildDesign(EngineCore.dw);

describe('residual addition in the engine', () => {
  it.each(testEngines.map((engine) => [engine.toString(), engine] as const))('%s', (_, engine) => {
    const sim = compile(elaborate(design, { params: engineValues(engine) }));
    for (let index = 0; index < layersEach; index++) {
      const layer = randomLayer(seed, 6000 + index, { engine, residual: true });
      const what = `layer ${6000 + index}: ${JSON.stringify({ ...layer.layer, weights: undefined })}`;
      const stream = randomStream(seed, `residual ${index}`);
      const { image } = runLayer([sim], layer, stream, index % 2 === 0 ? 0 : 0.3);
      expect(image, what).toEqual(integerLayer(layer.layer, layer.input, layer.residual));
    }
  });
});
