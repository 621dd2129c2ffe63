import { expect, test } from 'vitest';
import type { NpyArray } from '../../src/base/npy.js';
import { decodeOutput, encodeInput, portForArray, realInput } from '../../src/network/ports.js';
import type { InputPort } from '../../src/network/stages.js';

const array = (dtype: NpyArray['dtype'], shape: number[], data: number[]): NpyArray => ({
  dtype,
  shape,
  data: Float64Array.from(data),
});
const pixels: InputPort = {
  shape: [1, 2],
  type: { kind: 'int', bits: 8, signed: false },
  scale: 1 / 255,
  fixedByModel: false,
};
const fixed: InputPort = { shape: [2], type: { kind: 'int', bits: 6, signed: true }, scale: 1 / 4, fixedByModel: true };

test('a port that no model fixes takes real values on its grid', () => {
  expect([...encodeInput(array('u1', [2, 1, 2], [0, 255, 7, 128]), pixels, 1 / 255).codes]).toEqual([0, 255, 7, 128]);
  const single = [0, 1, Math.fround(7 / 255), Math.fround(128 / 255)];
  expect(encodeInput(array('f4', [2, 1, 2], single), pixels)).toEqual({
    codes: Float64Array.of(0, 255, 7, 128),
    samples: 2,
  });
  expect(() => encodeInput(array('f4', [1, 1, 2], [0, 0.5]), pixels)).toThrow(
    /H3039.*element 1 is 0\.5, not a multiple/,
  );
  expect(() => encodeInput(array('u1', [1, 1, 2], [0, 255]), pixels)).toThrow(/H3039.*outside/);
  expect(() => encodeInput(array('f8', [1, 1, 2], [0, NaN]), pixels)).toThrow(/H3039/);
});

test('a port that the model fixes takes integers as codes and truncates real values', () => {
  expect([...encodeInput(array('i1', [1, 2], [-32, 31]), fixed).codes]).toEqual([-32, 31]);
  expect([...realInput(array('i1', [1, 2], [-32, 31]), fixed)]).toEqual([-8, 7.75]);
  expect([...encodeInput(array('f4', [1, 2], [-0.1, 0.7]), fixed).codes]).toEqual([-1, 2]);
  expect([...encodeInput(array('i1', [1, 2], [-4, 4]), fixed, 0.5).codes]).toEqual([-8, 8]);
  expect(() => encodeInput(array('i1', [1, 2], [-33, 0]), fixed)).toThrow(/H3039/);
});

test('shapes must be those of the model, axes of length 1 aside', () => {
  expect(() => encodeInput(array('i1', [2], [1, 2]), fixed)).toThrow(/H3015/);
  expect(() => encodeInput(array('i1', [1, 3], [1, 2, 3]), fixed)).toThrow(/H3015/);
  expect(encodeInput(array('i1', [1, 1, 2], [1, 2]), fixed).samples).toBe(1);
});

test('outputs: scale and offset per channel, softmax on the host', () => {
  const type = { kind: 'int', bits: 8, signed: true } as const;
  const port = { shape: [2], type, scale: [2, 4], offset: [1, 0] };
  expect([...decodeOutput(Float64Array.of(1, 2, 3, 4), port)]).toEqual([3, 8, 7, 16]);
  const soft = { shape: [2], type, scale: [1], offset: [0], tail: 'softmax' as const };
  expect([...decodeOutput(Float64Array.of(1, 1, 0, 100), soft)]).toEqual([0.5, 0.5, Math.exp(-100), 1]);
});

test('an integer array names the port it would like', () => {
  expect(portForArray({ dtype: 'i1' })).toEqual({ inputType: { kind: 'int', bits: 8, signed: true }, inputScale: 1 });
  expect(portForArray({ dtype: 'u2' }, 0.5)).toEqual({
    inputType: { kind: 'int', bits: 16, signed: false },
    inputScale: 0.5,
  });
  expect(portForArray({ dtype: 'f4' })).toBeUndefined();
  expect(portForArray({ dtype: 'i8' })).toBeUndefined();
});

test('a model of [C, H, W] sends its pixels row by row, channels innermost, and gets them back', () => {
  const type = { kind: 'int', bits: 8, signed: false } as const;
  const port = { ...pixels, scale: 1, shape: [2, 2, 3], streamOrder: [1, 2, 0] };
  // Samples 0 .. 11 and 20 .. 31: channel 0 first in the file.
  const data = Array.from({ length: 24 }, (_, at) => (at < 12 ? at : at + 8));
  const { codes } = encodeInput(array('f4', [2, 2, 2, 3], data), port);
  expect([...codes]).toEqual(
    [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]
      .flatMap((at) => [at])
      .concat([20, 26, 21, 27, 22, 28, 23, 29, 24, 30, 25, 31]),
  );
  const output = { shape: [2, 2, 3], streamOrder: [1, 2, 0], type, scale: [1, 10], offset: [0] };
  const reals = decodeOutput(codes, output);
  expect([...reals]).toEqual(data.map((value, at) => (at % 12 < 6 ? value : 10 * value)));
});
