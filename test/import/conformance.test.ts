/** The node tests of ONNX itself: one operator a model, inputs and outputs made by the ONNX reference. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { conformanceText, haveNodeTests, runNodeTests } from './conformance.js';

describe.skipIf(!haveNodeTests)('ONNX node tests', () => {
  const outcomes = haveNodeTests ? runNodeTests() : [];

  test('none fails: each passes or is refused by operator or type', () => {
    expect(outcomes.filter(({ result }) => result === 'FAILS')).toEqual([]);
    expect(outcomes.filter(({ result }) => result === 'passes').length).toBeGreaterThan(185);
  });

  test('only what float64 without types cannot carry is refused', () => {
    const allowed = /wraps around|training mode|block_size|FLOAT8|FLOAT4|INT2/;
    expect(outcomes.filter(({ result, reason }) => result === 'refused' && !allowed.test(reason))).toEqual([]);
  });

  test('docs/conformance.md is what npm run conformance prints', () => {
    const text = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
    expect(text).toBe(conformanceText(outcomes));
  });
});
