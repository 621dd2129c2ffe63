/** Writes of single lanes: both simulators, Verilator and a list of numbers agree; tools see the enables of a RAM. */
import { describe, expect, it } from 'vitest';
import { LaneRam } from '../../../src/blocks/memory/lane-ram.js';
import { randomStream } from '../../../src/base/random.js';
import { designSpec } from '../../../src/cosim/design-participants.js';
import { type Participant, verilatorParticipant } from '../../../src/cosim/participant.js';
import { runRandomLockstep } from '../../../src/cosim/random-lockstep.js';
import { buildModel } from '../../../src/cosim/verilator-build.js';
import { bool, buildDesign, defineModule, input, uint, vec } from '../../../src/hdl/index.js';
import { createInterpreter, createSimulation } from '../../../src/simulator/index.js';
import { emitDesign } from '../../../src/verilog/index.js';
import { haveTools, lint } from '../../verilog/tools.js';

const design = buildDesign(LaneRam);
const sets = [
  { LANES: 1, W: 1, DEPTH: 2 },
  { LANES: 7, W: 8, DEPTH: 12 },
  { LANES: 14, W: 9, DEPTH: 5 },
];

const simulated = (params: Readonly<Record<string, number>>): Participant[] => [
  { name: 'interpreted', compare: 'exact', create: () => createInterpreter(design, { params }) },
  { name: 'compiled', compare: 'exact', create: () => createSimulation(design, { params }) },
];

describe('lane_ram', () => {
  it.each(sets)('keeps the lanes that are not written, at %o', ({ LANES, W, DEPTH }) => {
    const simulation = createSimulation(design, { params: { LANES, W, DEPTH } });
    const random = randomStream(7n, 'lanes');
    const words = Array.from({ length: DEPTH }, () => Array.from({ length: LANES }, () => 0n));
    const pack = (lanes: readonly bigint[], width: number): bigint =>
      lanes.reduceRight((sum, lane) => (sum << BigInt(width)) | lane, 0n);
    let shown: bigint | undefined;
    for (let t = 0; t < 400; t++) {
      const [at, from] = [random.nextInt(DEPTH), random.nextInt(DEPTH)];
      const lanes = Array.from({ length: LANES }, () => BigInt(random.nextInt(2)));
      const data = Array.from({ length: LANES }, () => BigInt(random.nextInt(2 ** W)));
      simulation.settle();
      if (shown !== undefined) expect([t, BigInt(simulation.peek('rd_data'))]).toEqual([t, shown]);
      simulation.poke('wr_lanes', pack(lanes, 1));
      const writes = random.nextInt(4) > 0;
      simulation.poke('wr_en', writes ? 1n : 0n);
      simulation.poke('wr_addr', BigInt(at));
      simulation.poke('wr_data', pack(data, W));
      simulation.poke('rd_en', 1n);
      simulation.poke('rd_addr', BigInt(from));
      shown = pack(words[from] ?? [], W);
      words[at] = (words[at] ?? []).map((old, k) => (writes && lanes[k] === 1n ? (data[k] ?? 0n) : old));
      simulation.tick();
    }
  });

  it.runIf(haveTools('verilator'))('is the same in Verilator', async () => {
    for (const params of sets.slice(1)) {
      const build = await buildModel(designSpec({ design, params, text: emitDesign(design) }));
      const participants = [...simulated(params), verilatorParticipant(build)];
      expect(runRandomLockstep({ participants, seed: 1n, cycles: 1000 })).toBeUndefined();
    }
  });

  it.runIf(haveTools('verilator', 'yosys', 'iverilog'))('is clean text', async () => {
    expect(await lint(emitDesign(design), design.top, [{}, ...sets])).toBe('');
  });

  it('has the form that tools read as the enables of a RAM', () => {
    expect(emitDesign(design)[0]?.text).toContain('if (wr_lanes[k]) store[wr_addr][k*W +: W] <= wr_data[k*W +: W];');
  });

  it('is refused where lanes do not make up a word', () => {
    const refused =
      (lanes: number, parts: number): (() => void) =>
      () =>
        void buildDesign(
          defineModule({
            name: 'm',
            doc: 'm',
            params: {},
            ports: () => ({ at: input(uint(2)), data: input(vec(parts, uint(8))), on: input(vec(lanes, bool())) }),
            body: (b, io) => b.memory('store', uint(24), 4).writeLanes(io.at, io.data, io.on),
          }),
        );
    expect(refused(3, 4)).toThrow('write: widths differ');
    expect(refused(4, 3)).toThrow('write (element count): widths differ');
    expect(refused(3, 3)).not.toThrow('widths differ');
  });
});
