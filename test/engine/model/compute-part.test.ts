/** What a layer costs beside the formula of its compute part: constants, measured on layers of every kind. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/config.js';
import { computePart, overheadOf } from '../../../src/engine/model/compute-part.js';
import { rowsOfPass } from '../../../src/engine/model/pass-rows.js';
import { planRow } from '../../../src/engine/plan/plan-row.js';
import { networkTable } from '../../../src/engine/table/network-table.js';
import { tableLayer } from '../../../src/engine/table/table-layers.js';
import { randomLayer } from '../random-layer.js';
import { tableOverhead } from './table-overhead.js';

/** Most cycles beside the formula: of a layer, and of every weight tile. */
const limits = { layer: 64, tile: 8 };
const networks = '../shared/networks/networks.json';

describe('compute part', () => {
  it.skipIf(!existsSync(networks))('layers of small networks of the table (needs ../shared/networks)', () => {
    const table = networkTable(JSON.parse(readFileSync(networks, 'utf8')), networks);
    const engine = Engine.parse('P=7,G=3,M=32,D=4');
    const names = ['ResNet8_CIFAR10', 'AD_autoencoder', 'DSCNN_KWS'];
    const seen = names.flatMap((name) => table.get(name) ?? []).map((row) => tableOverhead(engine, row));
    expect(seen).toHaveLength(30);
    for (const each of seen) {
      expect(each?.layer, each?.name).toBeLessThanOrEqual(limits.layer);
      expect(each?.tile, each?.name).toBeLessThanOrEqual(limits.tile);
      // A layer cannot be done before its last result has come through the pipeline.
      expect(each?.layer, each?.name).toBeGreaterThan(30);
    }
  });

  it('random layers whose rows are long enough', () => {
    const seen = { layer: 0, tile: 0, count: 0 };
    for (let index = 0; index < 150; index++) {
      const { engine, layer } = randomLayer(11n, index);
      const wide = new Engine({ ...engine.parameters, XD: 65536, WD: 65536, PD: 65536 });
      const plan = planRow(wide, layer);
      const header = plan.passes[0]!.header;
      // The row behind is prepared in SH + 4 cycles: rows of fewer steps wait for it, which the formula leaves out.
      const rows = [...rowsOfPass({ header, taps: [] }, wide)];
      if (rows.some(({ steps }) => header.XT * steps < header.SH + 4)) continue;
      const descriptors = plan.inputs.map(({ descriptor }) => descriptor);
      const { layer: once, tile } = overheadOf(wide, header, descriptors);
      const what = `layer ${index} on ${wide.toString()}`;
      expect(once, what).toBeLessThanOrEqual(limits.layer);
      expect(tile, what).toBeLessThanOrEqual(limits.tile);
      Object.assign(seen, {
        layer: Math.max(seen.layer, once),
        tile: Math.max(seen.tile, tile),
        count: seen.count + 1,
      });
    }
    expect(seen.count).toBeGreaterThan(50);
  });

  it('the output FIFO does not slow tiles down that leave in as many cycles as they take steps', () => {
    const engine = new Engine({ P: 7, G: 3, M: 32, D: 4, XD: 4096, WD: 4096, XP: 256, WP: 256, YP: 256 });
    const row = { name: 'first', type: 'conv', H: 8, W: 70, Ci: 3, Co: 32, KH: 3, KW: 3, S: 1, groups: 1 } as const;
    const rest = { padT: 1, padL: 1, Ho: 8, Wo: 70, valid_macs: 0, residual: 0, fused_pool: 0 };
    const plan = planRow(engine, tableLayer({ ...row, ...rest }, 1n));
    const descriptors = plan.inputs.map(({ descriptor }) => descriptor);
    const beside = (YD: number): number => {
      const fifo = new Engine({ ...engine.parameters, YD });
      const { cycles, formula } = computePart(fifo, plan.passes[0]!.header, descriptors, true);
      return cycles - formula;
    };
    expect(beside(engine.YD)).toBeLessThanOrEqual(limits.layer);
    expect(beside(engine.YD - 8)).toBeGreaterThan(limits.layer);
  });
});
