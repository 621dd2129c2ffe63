import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { HeddleError } from '../../../src/base/diagnostics.js';
import { networkTable } from '../../../src/engine/table/network-table.js';

const networks = '../shared/networks/networks.json';

describe('networkTable', () => {
  it.skipIf(!existsSync(networks))('reads networks.json (needs ../shared/networks)', () => {
    const table = networkTable(JSON.parse(readFileSync(networks, 'utf8')), 'networks.json');
    expect(table.size).toBe(8);
    const macs = (name: string) => (table.get(name) ?? []).reduce((sum, row) => sum + row.valid_macs, 0);
    expect(table.get('VGG16')).toHaveLength(16);
    expect(macs('VGG16')).toBe(14_969_824_000);
  });

  it('names every problem of a file', () => {
    const good = { type: 'conv', H: 4, W: 4, Ci: 2, Co: 4, KH: 1, KW: 1, S: 1, groups: 1, Ho: 4, Wo: 4 };
    const json = {
      networks: { net: [{ name: 'a', ...good }, { name: 'b', ...good, H: 0, type: 'pool' }, 3], other: 1 },
    };
    try {
      networkTable(json, 'x.json');
      expect.unreachable();
    } catch (error) {
      const { diagnostics } = error as HeddleError;
      expect(diagnostics.map(({ code }) => code)).toEqual(diagnostics.map(() => 'H2211'));
      const text = diagnostics.map(({ message }) => message);
      expect(text).toContain('net[1] b: type pool is not conv, dw or fc');
      expect(text).toContain('net[1] b: H is not a whole number from 1 on');
      expect(text).toContain('net[2]: has no name');
      expect(text).toContain('other: is not a list of layers');
    }
  });

  it('says when it is something else', () => expect(() => networkTable([], 'x.json')).toThrow('H2211'));
});
