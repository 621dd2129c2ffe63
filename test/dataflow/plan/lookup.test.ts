import { describe, expect, it } from 'vitest';
import { lookupFor } from '../../../src/dataflow/plan/lookup.js';
import type { Activation, ElementType, FixedStep } from '../../../src/network/stages.js';

const int = (bits: number, signed: boolean): ElementType => ({ kind: 'int', bits, signed });
const flow = (width: number, signed: boolean) => ({ lanes: 3, width, signed });
const step: FixedStep = {
  ...{ multiplier: [3n], addend: [1n], shift: 1, rounding: 'floor', relu: false, overflow: 'saturate' },
  result: { bits: 6, signed: true },
};
const thresholds = (levels: number): Activation => ({
  ...{ kind: 'thresholds', levels, perChannel: false },
  table: Array.from({ length: levels }, (_, k) => 16 * k - 100),
});

describe('activations as tables', () => {
  it('hold the code of every value, negative ones in the upper half', () => {
    const found = lookupFor('l', { kind: 'fixed', steps: [step] }, int(6, true), flow(5, true));
    expect(found?.signed).toBe(true);
    expect(found?.module.params).toEqual({ PE: 3, ENTRIES: 32, OUT_W: 6 });
    const code = (x: number): bigint =>
      BigInt.asUintN(6, BigInt(Math.max(-32, Math.min(31, Math.floor((3 * x + 1) / 2)))));
    const values = [...Array.from({ length: 16 }, (_, x) => x), ...Array.from({ length: 16 }, (_, x) => x - 16)];
    expect(found?.module.images.TABLE.words).toEqual(values.map(code));
  });

  it('count thresholds from the least code on', () => {
    const found = lookupFor('l', thresholds(15), int(4, true), flow(8, true));
    expect(found?.module.images.TABLE.words[0]).toBe(BigInt.asUintN(4, BigInt(-8 + 7)));
    expect(found?.module.images.TABLE.words[128]).toBe(8n);
  });

  it('are made where they are smaller and one table serves all channels', () => {
    expect(lookupFor('l', thresholds(1), { kind: 'bipolar' }, flow(8, true))).toBeUndefined();
    expect(lookupFor('l', thresholds(15), int(4, true), flow(9, true))).toBeUndefined();
    const each: Activation = { kind: 'thresholds', levels: 15, perChannel: true, table: new Array<number>(45).fill(1) };
    expect(lookupFor('l', each, int(4, true), flow(8, true))).toBeUndefined();
    const apart: Activation = { kind: 'fixed', steps: [{ ...step, addend: [1n, 2n] }] };
    expect(lookupFor('l', apart, int(6, true), flow(5, true))).toBeUndefined();
    const alike: Activation = { kind: 'fixed', steps: [{ ...step, addend: [2n, 2n] }] };
    expect(lookupFor('l', alike, int(6, true), flow(5, true))).toBeDefined();
  });
});
