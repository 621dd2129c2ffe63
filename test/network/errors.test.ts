import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { explanations as ofFiles } from '../../src/import/errors.js';
import { explanations as ofNetwork } from '../../src/network/errors.js';

test('every number that the sources name has an explanation, and no number has two', () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url));
  const files = ['network', 'import', 'base'].flatMap((room) =>
    readdirSync(`${source}/${room}`, { recursive: true, encoding: 'utf8' }).map((file) => `${source}/${room}/${file}`),
  );
  const text = files.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(file, 'utf8'));
  const named = new Set(text.flatMap((content) => content.match(/\bH30[0-5]\d\b/g) ?? []));
  // The ends of the two ranges stand in comments only.
  ['H3029', 'H3059'].forEach((code) => named.delete(code));
  const explained = [...Object.keys(ofFiles), ...Object.keys(ofNetwork)];
  expect(new Set(explained).size).toBe(explained.length);
  expect([...named].sort()).toEqual(explained.sort());
});
