import { describe, expect, it } from 'vitest';
import { runStreams, type Schedule } from '../../src/engine/functional.js';
import { inputDescriptor } from '../../src/engine/plan/input-descriptor.js';
import { planLayer } from '../../src/engine/plan/plan-layer.js';
import { decodeOutput, encodeInput, encodeWeights, pixelsOf } from '../../src/engine/streams.js';
import { placeTensor } from '../../src/engine/tensor-place.js';
import { integerLayer } from './integer-layer.js';
import { randomLayer, type RandomLayer } from './random-layer.js';

const seed = 20261121n;

/** A layer through the streams, out of m_axis_y. */
function runLayer({ engine, layer, input, residual }: RandomLayer, schedule: Schedule): number[] {
  const place = placeTensor(engine, layer.input, { base: 3, group0: 0, phases: layer.x.stride });
  const below = place.base + place.ring * place.rowStride;
  const other = residual && placeTensor(engine, layer.output, { base: below, group0: 0, phases: 1 });
  const passes = planLayer(engine, layer, {
    ...{ input: place, axis: true, tokens: other ? layer.output.height : 0 },
    ...(other ? { residual: other } : {}),
  });
  const pixels = [
    ...(residual && other
      ? [
          encodeInput(
            engine,
            inputDescriptor(engine, other, { row0: 0, rows: other.height }),
            0,
            layer.output,
            pixelsOf(layer.output, residual),
          ),
        ]
      : []),
    encodeInput(
      engine,
      inputDescriptor(engine, place, { row0: 0, rows: place.height, scatter: layer.input.width % 2 === 0 }),
      0,
      layer.input,
      pixelsOf(layer.input, input),
    ),
  ];
  const weights = passes.map((pass) => encodeWeights(engine, layer, pass));
  const { outputs } = runStreams(engine, { weights, pixels }, schedule);
  const image = new Float64Array(layer.output.height * layer.output.width * layer.output.channels);
  passes.forEach((pass, i) => decodeOutput(engine, pass, layer.output, outputs[i] ?? new Uint8Array(), image));
  return [...image];
}

describe('functional model', () => {
  it(`computes what the definition of a layer says (seed ${seed})`, () => {
    for (let index = 0; index < 520; index++) {
      const random = randomLayer(seed, index, { residual: index % 5 === 0 });
      const { layer, engine } = random;
      const what = `layer ${index}: ${engine.toString()} ${JSON.stringify({ ...layer, weights: undefined, residual: undefined })}`;
      let result: number[];
      try {
        result = runLayer(random, index % 2 === 0 ? 'pixels first' : 'passes first');
      } catch (error) {
        throw new Error(`${what}\n${String(error)}`, { cause: error });
      }
      expect(result, what).toEqual(integerLayer(layer, random.input, random.residual));
    }
  });
});
