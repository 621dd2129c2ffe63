/** Layers of `../shared/networks/networks.json` for plans. */
import { readFileSync } from 'node:fs';
import type { ChainedLayer } from '../../../src/engine/plan/chain-traffic.js';
import { networkTable } from '../../../src/engine/table/network-table.js';
import { tableLayer } from '../../../src/engine/table/table-layers.js';

const path = '../shared/networks/networks.json';

/** The layers of a network of the table; `convolutions`: without its matrices. */
export function tableLayers(network: string, convolutions: boolean): ChainedLayer[] {
  const rows = networkTable(JSON.parse(readFileSync(path, 'utf8')), path).get(network) ?? [];
  return rows
    .filter((row) => !convolutions || row.type !== 'fc')
    .map((row) => ({ layer: tableLayer(row, 1n), pool: row.fused_pool || 1, residual: row.residual > 0 }));
}
