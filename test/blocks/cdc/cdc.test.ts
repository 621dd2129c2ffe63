/** Blocks between clocks: all forms under random sets of edges, random initial state included, and no value lost. */
import { describe, expect, it } from 'vitest';
import { AsyncFifoModel } from '../../../src/blocks/cdc/async-fifo.model.js';
import { AsyncFifo, BitSynchronizer, ResetSynchronizer } from '../../../src/blocks/cdc/index.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { runRandomLockstep } from '../../../src/cosim/random-lockstep.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, createSimulation, elaborate, instants } from '../../../src/simulator/index.js';
import { emitText } from '../emit-text.js';
import { haveTools } from '../../verilog/tools.js';
import { bindModel } from '../module-bench.js';

const fifo = buildDesign(AsyncFifo);
const clocks = ['s_axis_aclk', 'm_axis_aclk'];
const resets = ['s_axis_aresetn', 'm_axis_aresetn'];

describe('async_fifo', () => {
  it.each([
    { W: 8, DEPTH: 16, STAGES: 2 },
    { W: 1, DEPTH: 2, STAGES: 3 },
    { W: 33, DEPTH: 4, STAGES: 2 },
    { W: 7, DEPTH: 32, STAGES: 4 },
  ])('agrees in interpreter, wasm, model and Verilator at W $W, DEPTH $DEPTH, STAGES $STAGES', async (params) => {
    const { participants, streams } = await designParticipants({
      design: fifo,
      params,
      model: (bound) => bindModel(bound, (input, output) => new AsyncFifoModel(input, output, params)),
      text: params.STAGES === 3 ? undefined : emitText(fifo),
      scrambles: [1, 2],
    });
    const verilator =
      params.STAGES !== 3 && haveTools('verilator') ? ['verilator', 'verilator-x1', 'verilator-x2'] : [];
    expect(participants.map(({ name }) => name)).toEqual(['simulator', 'model', ...verilator]);
    const circuit = elaborate(fifo, { params });
    const wasm = { name: 'wasm', compare: 'exact', create: () => compile(circuit) } as const;
    for (let seed = 1n; seed <= 4n; seed++) {
      const spec = { participants: [...participants, wasm], streams, seed, cycles: 600, reset: resets, clocks };
      expect(runRandomLockstep(spec), `seed ${seed}`).toBeUndefined();
    }
  });

  it('refuses a depth that is no power of two', () => {
    expect(() => elaborate(fifo, { params: { DEPTH: 12 } })).toThrow('DEPTH is a power of two');
  });

  it.each([
    [{ period: 3 }, { period: 5, phase: 1 }],
    [{ period: 7 }, { period: 2 }],
    [{ period: 4 }, { period: 4, phase: 3 }],
    [{ period: 10 }, { period: 11 }],
  ])('keeps every beat in order and runs at the slower clock: %o to %o', (write, read) => {
    const sim = createSimulation(fifo, { params: { W: 16, DEPTH: 8, STAGES: 2 }, init: { seed: 3 } });
    for (const reset of resets) sim.poke(reset, 0);
    sim.tick();
    for (const reset of resets) sim.poke(reset, 1);
    sim.poke('s_axis_tvalid', 1);
    sim.poke('m_axis_tready', 1);
    const taken: bigint[] = [];
    let sent = 0n;
    let end = 0;
    for (const { time, clocks: due } of instants({ s_axis_aclk: write, m_axis_aclk: read })) {
      sim.poke('s_axis_tdata', sent);
      sim.settle();
      const push = due.includes('s_axis_aclk') && sim.peek('s_axis_tready') === 1n;
      if (due.includes('m_axis_aclk') && sim.peek('m_axis_tvalid') === 1n) taken.push(sim.peek('m_axis_tdata'));
      sim.tick(due);
      if (push) sent++;
      end = time;
      if (taken.length === 300) break;
    }
    expect(taken).toEqual(Array.from({ length: 300 }, (_, k) => BigInt(k)));
    // A few edges of each clock until the first beat is through.
    expect(end).toBeLessThan(306 * Math.max(write.period, read.period));
  });
});

describe('bit_synchronizer', () => {
  it.each([2, 3, 5])('brings a bit over in %i edges', (STAGES) => {
    const sim = createSimulation(buildDesign(BitSynchronizer), { params: { STAGES } });
    sim.poke('aresetn', 1);
    sim.poke('d', 1);
    const seen = Array.from({ length: STAGES + 1 }, () => {
      sim.settle();
      const q = sim.peek('q');
      sim.tick();
      return Number(q);
    });
    expect(seen).toEqual([...Array.from({ length: STAGES }, () => 0), 1]);
  });
});

describe('reset_synchronizer', () => {
  it('falls at once and rises after its edges', () => {
    const sim = createSimulation(buildDesign(ResetSynchronizer), { params: { STAGES: 2 } });
    const out = (): bigint => {
      sim.settle();
      return sim.peek('synced_resetn');
    };
    sim.poke('aresetn', 0);
    expect(out()).toBe(0n);
    sim.poke('aresetn', 1);
    expect(out()).toBe(0n);
    sim.tick();
    expect(out()).toBe(0n);
    sim.tick();
    expect(out()).toBe(1n);
    sim.poke('aresetn', 0);
    expect(out()).toBe(0n);
  });
});
