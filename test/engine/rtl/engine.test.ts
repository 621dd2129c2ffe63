/** The whole engine in the simulator: random layers of every mode with stalls on all ports equal their definition. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { skipWithoutVerilator } from '../../../src/cosim/verilator-available.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';
import { integerLayer } from '../integer-layer.js';
import { randomLayer, testEngines } from '../random-layer.js';
import { runLayer } from './core-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/engine/rtl/engine.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const design = buildDesign(EngineCore.dw);

describe('engine', () => {
  it.each(testEngines.map((engine) => [engine.toString(), engine] as const))('%s', (_, engine) => {
    const sim = compile(elaborate(design, { params: engineValues(engine) }));
    for (let index = 0; index < 6; index++) {
      const layer = randomLayer(seed, 3000 + index, { engine });
      const what = `layer ${3000 + index}: ${JSON.stringify({ ...layer.layer, weights: undefined })}`;
      const stream = randomStream(seed, `engine ${index}`);
      const { image } = runLayer([sim], layer, stream, index % 2 === 0 ? 0 : 0.3);
      expect(image, what).toEqual(integerLayer(layer.layer, layer.input, undefined));
    }
  });
});

describe('layers that were wrong once', () => {
  it('thresholds of one lane: a loop that counts to one was merged into the loop around it', () => {
    const engine = testEngines[2]!;
    const sim = compile(elaborate(design, { params: engineValues(engine) }));
    const layer = randomLayer(20261121n, 30001, { engine });
    const { image } = runLayer([sim], layer, randomStream(1n, 'once'), 0);
    expect(image).toEqual(integerLayer(layer.layer, layer.input, undefined));
  });
});

describe.skipIf(skipWithoutVerilator())('engine in Verilator', () => {
  it('does the same in every cycle', { timeout: 120_000 }, async () => {
    const engine = testEngines[1]!;
    const params = { ...engineValues(engine) };
    const { participants } = await designParticipants({ design, params, text: emitText(design) });
    const [, verilated] = participants;
    const sims = [compile(elaborate(design, { params })), verilated!.create()];
    for (let index = 0; index < 4; index++) {
      const layer = randomLayer(seed, 4000 + index, { engine, residual: index > 1 });
      const { image } = runLayer(sims, layer, randomStream(seed, `lockstep ${index}`), 0.3);
      expect(image, `layer ${4000 + index}`).toEqual(integerLayer(layer.layer, layer.input, layer.residual));
    }
  });
});
