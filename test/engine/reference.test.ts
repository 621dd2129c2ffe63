import { describe, expect, it } from 'vitest';
import { referenceLayer } from '../../src/engine/reference.js';
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
});
