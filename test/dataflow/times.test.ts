import { describe, expect, it } from 'vitest';
import { Times } from '../../src/dataflow/times.js';

describe('times', () => {
  it('grow, and are infinite where nothing is known', () => {
    for (const room of [0, 1, 5000]) {
      const times = new Times(room);
      expect([times.length, times.at(0)]).toEqual([0, Infinity]);
      for (let k = 0; k < 1000; k++) times.push(3 * k);
      expect([times.length, times.at(0), times.at(999), times.at(1000)]).toEqual([1000, 0, 2997, Infinity]);
      expect([...times.known()]).toEqual(Array.from({ length: 1000 }, (_, k) => 3 * k));
    }
  });

  it('are exact above 2^32', () => {
    const times = new Times();
    times.push(2 ** 40 + 1);
    expect(times.at(0)).toBe(2 ** 40 + 1);
  });
});
