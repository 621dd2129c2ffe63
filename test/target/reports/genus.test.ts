import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { genusArea, genusPower, genusTiming } from '../../../src/target/reports/genus.js';

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

describe('reports of Genus', () => {
  it('area with instances, release 19', () => {
    expect(genusArea(fixture('genus_19_area.rpt'))).toEqual({
      ...{ cells: 5120, cellArea: 10234.56, netArea: 512.3, totalArea: 10746.86, corner: 'ss_0p81v_125c' },
      instances: {
        u_core: { cells: 5100, cellArea: 10200 },
        'u_core/u_dense_0': { cells: 2100, cellArea: 4100.25 },
        'u_core/u_dense_1': { cells: 1900, cellArea: 3900 },
      },
    });
  });

  it('area of one flat module, release 21', () => {
    expect(genusArea(fixture('genus_21_area.rpt'))).toMatchObject({
      cells: 91234,
      totalArea: 181234.125,
      instances: {},
    });
  });

  it('paths with slack, check and end', () => {
    expect(genusTiming(fixture('genus_19_timing.rpt'))).toEqual([
      { slackNs: 0.027, met: true, check: 'setup', endpoint: 'u_core/u_dense_0/total_q_reg[13]/CK' },
    ]);
    expect(genusTiming(fixture('genus_21_timing.rpt'))).toEqual([
      { slackNs: -0.112, met: false, check: 'setup', endpoint: 'u_array/acc_q_reg[31]/CK' },
      { slackNs: -0.003, met: false, check: 'late external delay', endpoint: 'm_axis_y_tdata[0]' },
    ]);
  });

  it('power in W, whatever the unit of the report', () => {
    const first = genusPower(fixture('genus_19_power.rpt'));
    expect(first.totalW).toBeCloseTo(5.531e-3, 9);
    expect(first.memoryW).toBe(0);
    const second = genusPower(fixture('genus_21_power.rpt'));
    expect(second.totalW).toBeCloseTo(13e-3, 9);
    expect(second.memoryW).toBeCloseTo(2.6e-3, 9);
  });

  it.each([genusArea, genusTiming, genusPower])('%o: another file is an error', (parse) => {
    expect(() => parse('nothing of the kind\n')).toThrow('H2510');
  });
});
