import { describe, expect, it } from 'vitest';
import { packSamples, unpackSamples } from '../../src/dataflow/port-beats.js';

const port = { lanes: 3, laneBits: 8, elements: 5, beats: 2 };

describe('port beats', () => {
  it('have element 0 lowest, zeros at the end of a sample, and last on its last beat', () => {
    expect(packSamples(port, [1, -1, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual([
      { data: 0x03ff01n, last: false },
      { data: 0x000504n, last: true },
      { data: 0x080706n, last: false },
      { data: 0x000a09n, last: true },
    ]);
  });

  it('come back as codes', () => {
    const codes = [1, -1, 3, 4, -128, 6, 7, 127, 9, 10];
    const data = packSamples(port, codes).map((beat) => beat.data);
    expect([...unpackSamples(port, data, true)]).toEqual(codes);
    expect(unpackSamples(port, data, false)[1]).toBe(255);
    const wide = { lanes: 2, laneBits: 64, elements: 2, beats: 1 };
    const large = [-(2 ** 50), 3];
    const [beat] = packSamples(wide, large);
    expect([...unpackSamples(wide, [beat?.data ?? 0n], true)]).toEqual(large);
  });

  it('are whole samples', () => {
    expect(() => packSamples(port, [1, 2, 3])).toThrow('3 codes are not whole samples of 5 elements');
    expect(() => unpackSamples(port, [1n], false)).toThrow('1 beats are not whole samples of 2');
  });
});
