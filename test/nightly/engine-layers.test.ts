import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { Engine } from '../../src/engine/config.js';
import { runStreams } from '../../src/engine/functional.js';
import { planRow } from '../../src/engine/plan/plan-row.js';
import { jobFeed } from '../../src/engine/job-streams.js';
import { decodeOutput } from '../../src/engine/streams.js';
import { integerLayer } from '../engine/integer-layer.js';
import { randomLayer, type RandomLayer } from '../engine/random-layer.js';

const layers = 3000;
const seed = BigInt(process.env['HEDDLE_SEED'] ?? Date.now());

/** An X-RAM of a few rows and a small ring, so that strips and chunks are common. */
function tightEngine({ engine, layer }: RandomLayer, index: number): Engine {
  const words = Math.ceil(layer.input.width / engine.P) * layer.x.stride;
  const blocks = Math.ceil(layer.input.channels / engine.M);
  const XD = Math.max(8, 4 * words * blocks * layer.y.kernel);
  return new Engine({ ...engine.parameters, XD, WD: 200 + (index % 100) });
}

describe('layers on the functional engine', () => {
  it(`${layers} random layers, whole and in strips (repeat: HEDDLE_SEED=${seed})`, () => {
    let refused = 0;
    for (let index = 0; index < layers; index++) {
      const random = randomLayer(seed, index);
      const { layer, input } = random;
      const engine = index % 2 === 0 ? random.engine : tightEngine(random, index);
      const what = `layer ${index} of seed ${seed} on ${engine.toString()}`;
      try {
        const plan = planRow(engine, layer);
        const feed = jobFeed(engine, [plan], [input]);
        const streams = { weights: [...feed.weights], pixels: [...feed.pixels] };
        const { outputs } = runStreams(engine, streams, index % 3 === 0 ? 'passes first' : 'pixels first');
        const image = new Float64Array(layer.output.height * layer.output.width * layer.output.channels);
        plan.passes.forEach((pass, i) =>
          decodeOutput(engine, pass, layer.output, outputs[i] ?? new Uint8Array(), image),
        );
        expect([...image], what).toEqual(integerLayer(layer, input));
      } catch (error) {
        // Rings and banks of these sizes are too small for a few layers; those are refused by number.
        const codes = error instanceof HeddleError ? error.diagnostics.map(({ code }) => code) : [];
        if (codes.length === 0 || codes.some((code) => !['H2204', 'H2205', 'H2208'].includes(code)))
          throw new Error(what, { cause: error });
        refused++;
      }
    }
    expect(refused).toBeLessThan(layers / 20);
  });
});
