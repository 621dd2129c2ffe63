import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reachedClock } from '../../src/engine/reached-clock.js';

const folder = mkdtempSync(join(tmpdir(), 'heddle-clock-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('reachedClock', () => {
  it('is what the bench left, or nothing', () => {
    const file = join(folder, 'engine.json');
    expect(reachedClock(file)).toBeUndefined();
    const report = { engine: 'P=4,G=2,M=4,D=1', flow: 'Yosys', pathNs: 2.5, clockMHz: 400 };
    writeFileSync(file, JSON.stringify({ ...report, area: 1 }));
    expect(reachedClock(file)).toEqual(report);
  });

  it('refuses a file that is no report', () => {
    const file = join(folder, 'other.json');
    for (const text of ['{}', '{"engine":"P=4","flow":"","pathNs":0,"clockMHz":400}']) {
      writeFileSync(file, text);
      expect(() => reachedClock(file)).toThrow(/no report/);
    }
  });
});
