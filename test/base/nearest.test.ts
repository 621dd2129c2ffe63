import { expect, it } from 'vitest';
import { nearest } from '../../src/base/nearest.js';

const names = ['fifo', 'frame', 'upsizer', 'downsizer', 'matvec_ss', 'matvec_su', 'DEPTH', 'requantize_s_floor_wrap'];

it.each([
  ['fifoo', ['fifo']],
  ['fiof', ['fifo']],
  ['depth', ['DEPTH']],
  ['matvec_s', ['matvec_ss', 'matvec_su']],
  ['upsize', ['upsizer']],
  ['requantize', ['requantize_s_floor_wrap']],
  ['q', []],
  ['something else', []],
])('%s', (name, near) => {
  expect(nearest(name, names)).toEqual(near);
});

it('gives three at most, the closest first', () => {
  expect(nearest('ab', ['abcd', 'abc', 'ab', 'b', 'a'])).toEqual(['ab', 'a', 'abc']);
});
