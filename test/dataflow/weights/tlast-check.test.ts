/** The check of tlast: beats as they are, an error exactly from the first beat on whose tlast is wrong. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { TlastCheck } from '../../../src/dataflow/weights/tlast-check.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';

const design = buildDesign(TlastCheck);

describe('tlast check', () => {
  it.each([
    [4, true],
    [1, false],
    [7, false],
  ])('frames of %i', async (FRAME, verilator) => {
    const params = { W: 8, FRAME };
    const text = verilator ? emitText(design) : undefined;
    const { participants } = await designParticipants({ design, params, text });
    const circuit = elaborate(design, { params });
    for (let wrong = -1; wrong < 3 * FRAME; wrong++) {
      const sims = [...participants.map((each) => each.create()), compile(circuit)];
      const random = randomStream(BigInt(wrong + 2), 'tlast');
      let beat = 0;
      let bad = false;
      for (let cycle = 0; beat < 3 * FRAME; cycle++) {
        const [valid, ready] = [random.nextInt(3) > 0, random.nextInt(3) > 0];
        const last = ((beat + 1) % FRAME === 0) !== (beat === wrong);
        const data = random.nextBigInt(8);
        for (const sim of sims) {
          sim.poke('aresetn', cycle > 0 ? 1 : 0);
          sim.poke('s_axis_tvalid', valid ? 1 : 0);
          sim.poke('s_axis_tdata', data);
          sim.poke('s_axis_tlast', last ? 1 : 0);
          sim.poke('m_axis_tready', ready ? 1 : 0);
          sim.settle();
          expect([sim.peek('m_axis_tvalid') === 1n, sim.peek('s_axis_tready') === 1n]).toEqual([valid, ready]);
          if (valid) expect(sim.peek('m_axis_tdata')).toBe(data);
          if (cycle > 0) expect(sim.peek('error') === 1n).toBe(bad);
          sim.tick();
        }
        if (cycle === 0 || !valid || !ready) continue;
        bad ||= beat === wrong;
        beat++;
      }
      expect(bad).toBe(wrong >= 0);
    }
  });
});
