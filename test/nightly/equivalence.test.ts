/** Soft modules equal hard ones at every corner of the library, at least four a module. */
import { describe, expect, it } from 'vitest';
import { subjects } from '../equivalence/corners.js';
import { disproof } from '../equivalence/prove.js';

describe('soft and hard', () => {
  it.each(subjects.map(({ name, design, corners }) => [name, design, corners] as const))(
    '%s are equal at all corners',
    async (_, design, corners) => {
      expect(corners.length).toBeGreaterThanOrEqual(4);
      for (const values of corners) expect(await disproof(design, values), JSON.stringify(values)).toBe('');
    },
  );
});
