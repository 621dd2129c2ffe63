/** Prints the plan of the convolutions of AlexNet, VGG16 and ResNet-50: `npm run -s bench:engine-plan [ENGINE]`. */
import { Engine } from '../../src/engine/config.js';
import { chainTraffic, totalTraffic } from '../../src/engine/plan/chain-traffic.js';
import { tableLayers } from '../engine/plan/table-layers.js';

const engine = Engine.parse(process.argv[2] ?? 'P=7,G=3,M=32,D=4,XD=1184,WD=1024,frequencyMHz=400');
const kib = (bytes: number): string => (bytes / 1024).toFixed(1);
const { xram, weights, psums, total } = engine.memories;
console.log(
  `${engine.toString()}: ${kib(total)} KiB (X-RAM ${kib(xram)}, weights ${kib(weights)}, sums ${kib(psums)})`,
);
for (const network of ['AlexNet', 'VGG16', 'ResNet50']) {
  const rows = chainTraffic(engine, tableLayers(network, true));
  console.log(`\n${network}`);
  for (const { name, traffic: t, bound, note } of rows) {
    const megabytes = [t.weights, t.pixels, t.results, t.residual].map((bytes) => (bytes / 1e6).toFixed(2).padStart(6));
    console.log(`${name.padEnd(12)}${megabytes.join('')}${String(bound.cycles).padStart(10)}  ${bound.by}; ${note}`);
  }
  const cycles = rows.reduce((sum, { bound }) => sum + bound.cycles, 0);
  const fps = (engine.frequencyMHz * 1e6) / cycles;
  console.log(
    `${network}: ${(totalTraffic(rows) / 1e6).toFixed(2)} MB a frame; at least ${cycles} cycles, at most ${fps.toFixed(2)} fps at ${engine.frequencyMHz} MHz`,
  );
}
