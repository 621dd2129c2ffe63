import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { descriptorTable } from '../../src/engine/descriptor.js';
import { fieldMarkdown, parameterMarkdown } from '../../src/engine/describe.js';
import { headerTable } from '../../src/engine/header.js';
import { tapTable } from '../../src/engine/tap.js';

/** Spaces that a formatter puts into tables do not count. */
const plain = (text: string): string =>
  text
    .replace(/ +/g, ' ')
    .replace(/-+/g, '-')
    .replace(/\| ?(?=-)/g, '|')
    .replace(/- \|/g, '-|');

describe('docs/engine.md', () => {
  const text = plain(readFileSync('docs/engine.md', 'utf8'));
  it.each([
    ['static parameters', parameterMarkdown()],
    ['header', fieldMarkdown(headerTable)],
    ['descriptor', fieldMarkdown(descriptorTable)],
    ['tap entry', fieldMarkdown(tapTable)],
  ])('has the table of the %s as it is in the source', (_, table) => {
    for (const row of table.split('\n')) expect(text).toContain(plain(row));
  });
});
