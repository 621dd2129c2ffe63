/**
 * Prints what layers cost beside the formula of their compute part: `npm run -s bench:engine-overhead [ENGINE] [NETWORK]`. Every
 * layer of the tables runs on its own behind its weights and its input; the memories are as large as that takes.
 */
import { readFileSync } from 'node:fs';
import { Engine } from '../../src/engine/config.js';
import { networkTable } from '../../src/engine/table/network-table.js';
import { tableOverhead } from '../engine/model/table-overhead.js';

const engine = Engine.parse(process.argv[2] ?? 'P=7,G=3,M=32,D=4');
const tables = networkTable(JSON.parse(readFileSync('../shared/networks/networks.json', 'utf8')), 'networks.json');
console.log(`${engine.toString()}: cycles beside the formula, once a layer and once a weight tile behind the first`);
for (const [network, rows] of tables) {
  if (process.argv[3] !== undefined && process.argv[3] !== network) continue;
  const seen = rows.map((row) => tableOverhead(engine, row)).filter((each) => each !== undefined);
  const worst = (of: 'layer' | 'tile'): string => {
    const most = seen.reduce((a, b) => (b[of] > a[of] ? b : a));
    return `${most[of].toFixed(1)} (${most.name})`;
  };
  const left = rows.length - seen.length;
  console.log(
    `${network}: ${seen.length} layers, at most ${worst('layer')} and ${worst('tile')}` +
      (left === 0 ? '' : `; ${left} whose weights do not fit into a ring of 65536 words`),
  );
}
