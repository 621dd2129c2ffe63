import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/config.js';
import { mapActivation, type ActivationContext } from '../../../src/engine/plan/map-activation.js';
import type { Activation, FixedStep } from '../../../src/network/stage-types.js';

const engine = Engine.parse('P=4,G=2,M=4,D=2,NTHR=3');
const byte = { kind: 'int', bits: 8, signed: true } as const;
const context: ActivationContext = {
  ...{ engine, output: byte, subject: 'layer' },
  ranges: [
    { min: -20000, max: 20000 },
    { min: -5000, max: 9000 },
  ],
};
const step = (part: Partial<FixedStep>): Extract<Activation, { kind: 'fixed' }> => ({
  kind: 'fixed',
  steps: [
    {
      ...{ multiplier: [1n], addend: [0n], shift: 0, rounding: 'floor', relu: false, overflow: 'saturate' },
      result: { bits: 8, signed: true },
      ...part,
    },
  ],
});

describe('mapActivation', () => {
  it('powers of two are shifts, with the addend as the bias', () => {
    const requant = mapActivation(
      step({ multiplier: [4n], addend: [400n, -80n], shift: 9, rounding: 'half-even' }),
      context,
    );
    expect(requant).toMatchObject({ mode: 'shift', bias: [100, -20], shift: [7], leftShift: [0], round: 'half-even' });
  });

  it('an addend below the step of the multiplier needs the fixed mode', () =>
    expect(mapActivation(step({ multiplier: [4n], addend: [3n], shift: 9 }), context)).toMatchObject({
      ...{ mode: 'fixed', bias: [3], mult: [4], shift: [9] },
    }));

  it('a relu raises the least result; without the fixed mode a multiplication is refused', () => {
    const activation = step({ multiplier: [19n, 7n], addend: [5000n, -1n], shift: 11, relu: true });
    expect(mapActivation(activation, context)).toMatchObject({ mode: 'fixed', lo: 0, hi: 127 });
    const plain = { ...context, engine: { ...engine.parameters, FIXED: 0 } };
    expect(() => mapActivation(activation, plain)).toThrow(/H2207 {2}layer: .*FIXED=1/);
  });

  it('bits are dropped only where they can be missed', () => {
    expect(mapActivation(step({ shift: 8, overflow: 'wrap' }), context)).toMatchObject({ wrap: false, lo: -128 });
    expect(mapActivation(step({ shift: 5, overflow: 'wrap' }), context)).toMatchObject({ wrap: true });
    const narrow = step({ shift: 5, overflow: 'wrap', result: { bits: 6, signed: true } });
    expect(() => mapActivation(narrow, { ...context, output: { ...byte, bits: 6 } })).toThrow(/H2207.*drop bits to 6/);
    expect(mapActivation(narrow, { ...context, output: { ...byte, bits: 6 }, hostCuts: true }).wrap).toBe(true);
  });

  it('the three steps of TFLite are its multiplier mode', () => {
    const tflite: Activation = {
      kind: 'fixed',
      steps: [
        ...step({
          ...{ multiplier: [1242405367n], addend: [1242405367n * -460n], shift: 31, rounding: 'half-up' },
          result: { bits: 30, signed: true },
        }).steps,
        ...step({ multiplier: [2n], shift: 8, rounding: 'half-away', result: { bits: 12, signed: true } }).steps,
        ...step({ addend: [-17n] }).steps,
      ],
    };
    expect(mapActivation(tflite, context)).toMatchObject({
      ...{ mode: 'mult', bias: [-460], mult: [1242405367], shift: [7], round: 'half-away' },
      ...{ zeroPoint: -17, lo: -128, hi: 127 },
    });
  });

  it('thresholds beyond NTHR must be even steps', () => {
    const output = { kind: 'int', bits: 4, signed: false } as const;
    const even = Array.from({ length: 15 }, (_, k) => 100 * k - 300);
    const few: Activation = { kind: 'thresholds', levels: 3, table: [-5, 0, 9], perChannel: false };
    expect(mapActivation(few, { ...context, output: { ...output, bits: 2 } }).thresholds?.levels).toBe(3);
    const table = (values: readonly number[]): Activation => ({
      ...{ kind: 'thresholds', levels: 15, perChannel: false },
      table: values,
    });
    const steps = mapActivation(table(even), { ...context, output });
    expect(steps.thresholds).toBeUndefined();
    const uneven = even.map((value) => (value === 100 ? 190 : value));
    expect(() => mapActivation(table(uneven), { ...context, output })).toThrow(/H2207.*NTHR is 3/);
  });
});
