import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vivadoPower, vivadoTiming, vivadoUtilization } from '../../../src/target/reports/vivado.js';

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

describe('reports of Vivado', () => {
  it('utilization of a 7-series part, release 2019', () => {
    expect(vivadoUtilization(fixture('vivado_2019_utilization.rpt'))).toEqual({
      ...{ lut: 12345, ff: 15678, bram36: 29.5, uram: 0, dsp: 165 },
      available: { lut: 53200, ff: 106400, bram36: 140, dsp: 220 },
    });
  });

  it('utilization of an UltraScale+ part, release 2023, with its new column', () => {
    expect(vivadoUtilization(fixture('vivado_2023_utilization.rpt'))).toEqual({
      ...{ lut: 98765, ff: 87654, bram36: 168, uram: 12, dsp: 1232 },
      available: { lut: 230400, ff: 460800, bram36: 312, dsp: 1728 },
    });
  });

  it('timing met, missed, and not constrained', () => {
    expect(vivadoTiming(fixture('vivado_2023_timing.rpt'))).toEqual({
      ...{ setupNs: 0.137, holdNs: 0.011, failingSetup: 0, failingHold: 0, met: true },
    });
    expect(vivadoTiming(fixture('vivado_2019_timing.rpt'))).toEqual({
      ...{ setupNs: -0.412, holdNs: 0.018, failingSetup: 187, failingHold: 0, met: false },
    });
    const blank = fixture('vivado_2019_timing.rpt')
      .replace(/-0\.412/, '    NA')
      .replace(/0\.018/, '   NA');
    expect(vivadoTiming(blank)).toMatchObject({ met: false });
    expect(vivadoTiming(blank).setupNs).toBeUndefined();
  });

  it('power of both releases', () => {
    expect(vivadoPower(fixture('vivado_2019_power.rpt'))).toEqual({
      ...{ totalW: 1.842, dynamicW: 1.69, staticW: 0.152, junctionC: 46.2, confidence: 'Low' },
    });
    expect(vivadoPower(fixture('vivado_2023_power.rpt'))).toMatchObject({ totalW: 12.305, confidence: 'Medium' });
  });

  it.each([
    [vivadoUtilization, 'vivado_2023_utilization.rpt', 'dsp not found'],
    [vivadoTiming, 'vivado_2023_timing.rpt', 'wns not found'],
    [vivadoPower, 'vivado_2023_power.rpt', 'junctionC not found'],
  ] as const)('a report that was cut off is an error, not zeros', (parse, name, message) => {
    const whole = fixture(name);
    expect(() => parse(whole.slice(0, Math.floor(whole.length * 0.6)))).toThrow(message);
    expect(() => parse('')).toThrow('H2510');
  });
});
