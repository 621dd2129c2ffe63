import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { Engine, engineParameters } from '../../src/engine/config.js';

const codes = (make: () => unknown): string[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof HeddleError) return error.diagnostics.map(({ code, message }) => `${code} ${message}`);
    throw error;
  }
  return [];
};

describe('Engine', () => {
  it('has the sizes that follow from its parameters', () => {
    const engine = Engine.parse('P=7,G=3,M=32,D=4');
    expect(engine.processingElements).toBe(672);
    expect(engine.columns).toBe(96);
    expect(engine.lanes).toBe(28);
    expect(engine.bankGroups).toBe(8);
    expect(engine.groupBits).toBe(224);
    expect(engine.weightWordBits).toBe(768);
    expect(engine.YD).toBe(40);
    expect(engine.memories).toEqual({ xram: 229376, weights: 98304, psums: 28672, total: 356352 });
  });

  it('goes to JSON and to the short spelling and back', () => {
    const engine = new Engine({ P: 5, G: 1, M: 3, D: 1, XD: 99, frequencyMHz: 250 });
    expect(Engine.fromJSON(JSON.stringify(engine)).toJSON()).toEqual(engine.toJSON());
    expect(engine.toString()).toBe('P=5,G=1,M=3,D=1,XD=99');
    expect(Engine.parse(engine.toString()).parameters).toEqual(engine.parameters);
    expect(Engine.parse(' P=4, G=2,M = 4,D=2,frequencyMHz=62.5').frequencyMHz).toBe(62.5);
  });

  it('takes the names of DeepSoCFlow', () => {
    const engine = new Engine({ P: 4, G: 2, M: 4, D: 2, bitsInput: 4, bitsWeights: 2, bitsSum: 24, maxKernel: 7 });
    expect([engine.XB, engine.WB, engine.AB, engine.KMAX]).toEqual([4, 2, 24, 7]);
  });

  it('names every problem at once', () => {
    expect(codes(() => Engine.parse('P=7,G=3,Q=1,K=2'))).toEqual([
      'H2201 Q: no such parameter',
      'H2201 K: no such parameter',
      'H2201 M: not given: output channels that are computed side by side; also banks of the X-RAM',
      'H2201 D: not given: channels that leave the array in one cycle',
    ]);
    expect(codes(() => new Engine({ P: 0, G: 5, M: 4, D: 3, NTHR: 2, XP: 48 }))).toEqual([
      'H2202 P: 0 is outside of 1..64',
      'H2202 G: 5 slices would read one bank twice: there are M=4 banks',
      'H2202 D: 3 does not divide M=4',
      'H2202 NTHR: 2 is not 0, 1, 3, 7 or 15',
      'H2202 XP: 48 is not 32, 64, 128 or 256',
    ]);
    expect(codes(() => new Engine({ P: 4, G: 2, M: 8, D: 2, YD: 7 }))).toEqual(['H2202 YD: 7 is less than two tiles']);
    expect(codes(() => Engine.fromJSON('[1]'))).toEqual(['H2201 engine: not a JSON object']);
    expect(codes(() => Engine.fromJSON('{'))[0]).toMatch(/^H2201 engine: not JSON/);
    expect(codes(() => Engine.parse('P=7;G=3'))).toEqual(['H2201 engine: "P=7;G=3" is not NAME=NUMBER']);
    expect(codes(() => new Engine({ P: 4, G: 2, M: 8, D: 2, frequencyMHz: 0 }))).toHaveLength(1);
  });

  it('has a default within its limits for everything but P, G, M and D', () => {
    const { parameters } = Engine.parse('P=1,G=1,M=1,D=1');
    for (const [name, { min, max }] of Object.entries(engineParameters)) {
      const value = parameters[name as keyof typeof parameters];
      expect(value, name).toBeGreaterThanOrEqual(min);
      expect(value, name).toBeLessThanOrEqual(max);
    }
  });
});
