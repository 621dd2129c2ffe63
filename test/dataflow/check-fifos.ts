/** `npm run -s check:fifos`: the sized FIFOs of CNV and ResNet8, and what each loses with a place less. */
import { proveFifos } from '../../src/dataflow/fifo-proof.js';
import { fifoCases, lossText } from './fifo-cases.js';

for (const { name, load, plan } of fifoCases) {
  const network = await load();
  const start = process.cpuUsage();
  const { chain, fifos } = plan(network);
  const { user, system } = process.cpuUsage(start);
  const proofs = proveFifos(
    chain,
    fifos.map((fifo) => fifo.name),
  );
  process.stdout.write(
    `${name}: interval ${proofs.interval.toLocaleString('en-US')} cycles, planned in ${((user + system) / 1e6).toFixed(1)} s of CPU\n` +
      `  ${'FIFO'.padEnd(20)}${'depth'.padStart(7)}${'held'.padStart(7)}  with a place less\n`,
  );
  for (const { name: fifo, depth, held, loss } of proofs.fifos) {
    const counts = `${String(depth).padStart(7)}${String(held).padStart(7)}`;
    process.stdout.write(`  ${fifo.padEnd(20)}${counts}  ${lossText(loss, proofs.interval)}\n`);
  }
}
