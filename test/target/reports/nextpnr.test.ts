import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { icetimeReport, nextpnrReport } from '../../../src/target/reports/nextpnr.js';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

describe('nextpnr', () => {
  const text = fixture('nextpnr_ice40.json');

  it('clocks and cells', () => {
    const { clocks, cells, met } = nextpnrReport(text);
    expect(Object.values(clocks)).toEqual([{ reachedMhz: expect.closeTo(32.33, 2) as number, wantedMhz: 12 }]);
    expect(cells['ICESTORM_LC']).toEqual({ used: 3289, available: 5280 });
    expect(cells['ICESTORM_RAM']).toEqual({ used: 24, available: 30 });
    expect(met).toBe(true);
  });

  it('a slow clock and no clock at all are not met', () => {
    expect(nextpnrReport(text.replace(/"constraint": 12\b/, '"constraint": 48')).met).toBe(false);
    expect(nextpnrReport('{"fmax": {}, "utilization": {}}').met).toBe(false);
  });

  it.each(['', text.slice(0, 900), '{"fmax": {"clk": {}}, "utilization": {}}', '{}'])(
    'a part of a report: %#',
    (part) => {
      expect(() => nextpnrReport(part)).toThrow('H2510');
    },
  );
});

describe('icetime', () => {
  const text = fixture('icetime_up5k.rpt');

  it('longest path and verdict', () => {
    expect(icetimeReport(text)).toEqual({ delayNs: 31.41, reachedMhz: 31.84, wantedMhz: 12, met: true });
    expect(icetimeReport(text.replace('PASSED', 'FAILED')).met).toBe(false);
    expect(icetimeReport(text.replace(/.*clock constraint.*/, ''))).toEqual({ delayNs: 31.41, reachedMhz: 31.84 });
    expect(() => icetimeReport(text.slice(0, 200))).toThrow('H2510');
  });
});
