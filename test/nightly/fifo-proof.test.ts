/** No sized FIFO of CNV and ResNet8 can lose a place: `npm run -s check:fifos` prints the table. */
import { describe, expect, it } from 'vitest';
import { proveFifos } from '../../src/dataflow/fifo-proof.js';
import { fifoCases, lossText } from '../dataflow/fifo-cases.js';
import { haveModels } from '../network/shared.js';

describe.skipIf(!haveModels).each(fifoCases)('$name', ({ load, plan }) => {
  it('has FIFOs that are sized in 30 s, and slower with a place less', async () => {
    const network = await load();
    const start = process.cpuUsage();
    const { chain, fifos } = plan(network);
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(30);
    const names = fifos.map(({ name }) => name);
    const proofs = proveFifos(chain, names);
    expect(proofs.fifos.map(({ name }) => name)).toEqual(names);
    for (const { name, depth, held, loss } of proofs.fifos) {
      // Every place is used, and where there is only one there can be no fewer.
      expect([name, held]).toEqual([name, depth]);
      const text = lossText(loss, proofs.interval);
      expect([name, text, loss.kind]).toEqual([
        name,
        text,
        depth === 1 ? 'least' : expect.stringMatching(/slower|deadlock/),
      ]);
    }
  }, 600_000);
});
