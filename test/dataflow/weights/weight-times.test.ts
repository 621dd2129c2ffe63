/** The equations of units with weight streams and of weight readers are what their cycle models do, at random offers and stalls. */
import { describe, expect, it } from 'vitest';
import { noRequest, noResponse } from '../../../src/blocks/axi/access-port.model.js';
import { fromStream, MatvecModel } from '../../../src/dataflow/stages/matvec.model.js';
import { WeightStoreStreamModel } from '../../../src/dataflow/weights/weight-store-stream.model.js';
import { StreamedUnitTimes, WordTimes } from '../../../src/dataflow/weights/weight-times.js';
import type { Times } from '../../../src/dataflow/times.js';
import { channel } from '../../../src/simulator/index.js';
import { expectEqualTimes, type TimesCase } from '../times-bench.js';

const seeds = Array.from({ length: 25 }, (_, i) => BigInt(i + 1));

function unit(MH: number, MW: number, PE: number, SIMD: number): TimesCase {
  const sizes = { MH, MW, PE, SIMD, X_W: 1, W_W: 2, ACC_W: 8 };
  const vectors = 8;
  return {
    model: ([input, words], [output]) => new MatvecModel(input!, output!, 'us', sizes, fromStream(words!)),
    times: (inputs, [output]) => new StreamedUnitTimes(inputs as [Times, Times], output!, MW / SIMD, MH / PE),
    // More words than the beats are for, as behind a port that brings them again and again.
    inputs: [(vectors * MW) / SIMD, (vectors * MW * MH) / SIMD / PE + 5],
    outputs: 1,
  };
}

function words(WORDS: number, turns: number): TimesCase {
  const sizes = { W: 4, WORDS, FRAME: WORDS * turns };
  const images = { WEIGHTS: { file: 'w.mem', width: 4, words: [] } };
  return {
    model: ([token], [output]) =>
      new WeightStoreStreamModel(token!, output!, channel(noRequest), channel(noResponse), sizes, images),
    times: ([times], [output]) => new WordTimes(output!, { times: times!, frame: sizes.FRAME }),
    inputs: [9],
    outputs: 1,
  };
}

describe('times of weights', () => {
  it.each([
    [1, 1, 1, 1],
    [4, 6, 2, 2],
    [6, 1, 1, 1],
    [2, 12, 2, 3],
  ])('at a unit for %i x %i, PE %i, SIMD %i', (MH, MW, PE, SIMD) => {
    for (const seed of seeds) expectEqualTimes(unit(MH, MW, PE, SIMD), seed);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 4],
    [7, 2],
  ])('of frames of %i words %i times', (WORDS, turns) => {
    for (const seed of seeds) expectEqualTimes(words(WORDS, turns), seed);
  });

  it('are not those of a unit with more groups', () => {
    const wrong = { ...unit(4, 6, 2, 2), times: unit(6, 6, 2, 2).times };
    expect(() => expectEqualTimes(wrong, 1n)).toThrow();
  });
});
