/** engine_output against its cycle model; groups come only while there are credits. */
import { describe, expect, it } from 'vitest';
import { OutputModel } from '../../../src/engine/model/output.js';
import { EngineOutput } from '../../../src/engine/rtl/output.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EngineOutput);

describe('engine_output', () => {
  it.each([
    [32, 7, 4, 8, true],
    [8, 3, 4, 2, false],
    [8, 1, 8, 5, false],
  ])('UNIT %i, GROUP %i, BEAT %i, DEPTH %i', async (UNIT, GROUP, BEAT, DEPTH, verilator) => {
    let credits = DEPTH;
    const seen = await expectPortsAgree({
      ...{ design, params: { UNIT, GROUP, BEAT, DEPTH }, cycles: 900, verilator },
      model: () => new OutputModel({ UNIT, GROUP, BEAT }),
      drive: (random, cycle, outputs) => {
        if (cycle < 2) return { in_valid: 0n, m_axis_tready: 0n };
        if (outputs['credit'] === 1n) credits++;
        const fast = cycle % 300 < 150;
        const sends = credits > 0 && (fast || random.nextInt(3) === 0);
        if (sends) credits--;
        const end = random.nextInt(4) === 0;
        return {
          ...{ in_valid: sends ? 1n : 0n, in_data: random.nextBigInt(UNIT * GROUP), in_end: end ? 1n : 0n },
          in_last: end && random.nextInt(3) === 0 ? 1n : 0n,
          m_axis_tready: cycle % 200 < 100 || random.nextInt(3) === 0 ? 1n : 0n,
        };
      },
    });
    expect(seen.filter((outputs) => outputs['m_axis_tlast'] === 1n).length).toBeGreaterThan(5);
  });
});
