/** Gearbox: circuit, cycle model and Verilator in lockstep under random handshakes and drops; frames by reference. */
import { describe, expect, it } from 'vitest';
import { Gearbox } from '../../../src/blocks/stream/index.js';
import { GearboxModel } from '../../../src/blocks/stream/gearbox.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { createSimulation } from '../../../src/simulator/index.js';
import { expectPortsAgree } from '../../engine/rtl/ports-bench.js';

const design = buildDesign(Gearbox);

describe('gearbox', () => {
  it.each([
    [8, 3, 2, true],
    [32, 7, 4, false],
    [4, 1, 1, false],
    [7, 1, 5, false],
    [3, 8, 1, false],
  ])('UNIT %i, IN %i, OUT %i', async (UNIT, IN, OUT, verilator) => {
    let held: Readonly<Record<string, bigint>> | undefined;
    await expectPortsAgree({
      ...{ design, params: { UNIT, IN, OUT }, cycles: 600, resets: [200, 201], verilator },
      model: () => new GearboxModel({ UNIT, IN, OUT }),
      drive: (random, cycle, outputs) => {
        const busy = cycle % 100 < 50;
        // A beat stays until it was taken.
        if (held?.['s_axis_tvalid'] !== 1n || outputs['s_axis_tready'] === 1n)
          held = {
            s_axis_tvalid: busy || random.nextInt(3) === 0 ? 1n : 0n,
            s_axis_tdata: random.nextBigInt(UNIT * IN),
            ...{ s_axis_tlast: random.nextInt(4) === 0 ? 1n : 0n, s_axis_tuser: random.nextBigInt(1) },
          };
        const drop = random.nextInt(8) === 0 ? 1n : 0n;
        return { ...held, m_axis_tready: busy || random.nextInt(2) === 0 ? 1n : 0n, drop };
      },
    });
  });

  it.each([
    [3, 2],
    [2, 3],
    [7, 4],
    [1, 4],
  ])('moves a beat every cycle at the narrower side, %i : %i, and fills up the last beat', (IN, OUT) => {
    const sim = createSimulation(design, { params: { UNIT: 4, IN, OUT } });
    const beats = 3 * OUT + 1;
    const units = Array.from({ length: beats * IN }, (_, k) => BigInt((5 * k + 3) % 16));
    const pack = (list: readonly bigint[]) => list.reduceRight((word, unit) => word * 16n + unit, 0n);
    sim.poke('aresetn', 0);
    sim.tick();
    for (const name of ['aresetn', 'm_axis_tready', 's_axis_tvalid']) sim.poke(name, 1);
    const out: bigint[] = [];
    let [sent, cycles, done] = [0, 0, false];
    while (!done) {
      sim.poke('s_axis_tvalid', sent < beats ? 1 : 0);
      sim.poke('s_axis_tdata', pack(units.slice(sent * IN, (sent + 1) * IN)));
      sim.poke('s_axis_tlast', sent === beats - 1 ? 1 : 0);
      sim.settle();
      if (sim.peek('m_axis_tvalid') === 1n) {
        out.push(sim.peek('m_axis_tdata'));
        done = sim.peek('m_axis_tlast') === 1n;
      }
      if (sent < beats && sim.peek('s_axis_tready') === 1n) sent++;
      sim.tick();
      cycles++;
    }
    const expected = Array.from({ length: Math.ceil((beats * IN) / OUT) }, (_, k) =>
      pack(units.slice(k * OUT, (k + 1) * OUT)),
    );
    expect(out).toEqual(expected);
    expect(cycles).toBeLessThanOrEqual(Math.max(expected.length + Math.ceil(OUT / IN), beats + 2));
  });
});
