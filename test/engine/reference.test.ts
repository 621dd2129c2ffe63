import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { referenceLayer } from '../../src/engine/reference.js';
import { type EngineLayer, plainRequant } from '../../src/engine/layer.js';
import { integerLayer } from './integer-layer.js';
import { randomLayer } from './random-layer.js';

const seed = 7n;

describe('referenceLayer', () => {
  it(`equals the definition on big integers: 300 random layers of every mode (seed ${seed})`, () => {
    for (let index = 0; index < 300; index++) {
      const { layer, input, residual } = randomLayer(seed, index, { residual: index % 3 === 0 });
      const what = `layer ${index}: ${JSON.stringify({ ...layer, weights: undefined })}`;
      expect([...referenceLayer(layer, input, residual)], what).toEqual(integerLayer(layer, input, residual));
    }
  });

  it('takes weights in blocks where there are many', () => {
    const random = randomStream(seed, 'blocks');
    const bytes = (length: number): Int8Array => Int8Array.from({ length }, () => random.nextInt(256) - 128);
    const axis = { kernel: 1, stride: 1, dilation: 1, pad: 0 };
    // 1.6 MB of weights with 16 bits each, in two blocks; an odd number of pixels.
    const layer: EngineLayer = {
      ...{ name: 'blocks', op: 'dense', groups: 1, padValue: 0, unsigned: false, y: axis, x: axis },
      input: { height: 1, width: 3, channels: 4099 },
      output: { height: 1, width: 3, channels: 197 },
      weights: bytes(197 * 4099),
      requant: { ...plainRequant, shift: [13] },
    };
    const input = bytes(3 * 4099);
    expect([...referenceLayer(layer, input)]).toEqual(integerLayer(layer, input));
  });
});
