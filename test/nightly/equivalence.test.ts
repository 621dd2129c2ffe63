/** Soft modules have one text for all values and equal hard ones at every corner of the library, at least four a module. */
import { describe, expect, it } from 'vitest';
import { subjects } from '../equivalence/corners.js';
import { textAtDefaults, textAtWitness, textOf } from '../equivalence/identity.js';
import { disproof } from '../equivalence/prove.js';

describe('text at other values', () => {
  it.each(subjects.map(({ name, template, design, corners }) => [name, template, design, corners] as const))(
    'of %s is the same',
    (_, template, design, corners) => {
      const text = textOf(design);
      for (const set of [0, 1, 2, 3]) expect(textAtWitness(template, set)).toBe(text);
      const plain = textAtDefaults(design, {});
      for (const defaults of corners) expect(textAtDefaults(design, defaults)).toBe(plain);
    },
  );
});

describe('soft and hard', () => {
  it.each(subjects.map(({ name, design, corners }) => [name, design, corners] as const))(
    '%s are equal at all corners',
    async (_, design, corners) => {
      expect(corners.length).toBeGreaterThanOrEqual(4);
      for (const values of corners) expect(await disproof(design, values), JSON.stringify(values)).toBe('');
    },
  );
});
