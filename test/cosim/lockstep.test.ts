import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { modelParticipant } from '../../src/cosim/channel-model.js';
import { runLockstep } from '../../src/cosim/lockstep.js';
import type { LockstepSpec } from '../../src/cosim/lockstep-spec.js';
import { measureCapacity, measureLatency, measureThroughput, validWithoutReady } from '../../src/cosim/measure.js';
import { type Participant, verilatorParticipant } from '../../src/cosim/participant.js';
import { combinationalPaths } from '../../src/cosim/paths.js';
import { renderFailure, repeatOptions } from '../../src/cosim/report.js';
import { shrink } from '../../src/cosim/shrink.js';
import { crossStalls } from '../../src/cosim/stalls.js';
import type { Beat } from '../../src/cosim/streams.js';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { buildModel } from '../../src/cosim/verilator-build.js';
import { VerilatorModel } from '../../src/cosim/verilator-model.js';
import { registerSlice, sliceModel, sliceSpec, sliceStreams } from './fixtures.js';

const width = 12;
const half = { kind: 'bernoulli', p: 0.5 } as const;
const streams = sliceStreams(width);
const model = modelParticipant(() => sliceModel(width), 'aresetn');
const random = randomStream(1n, 'beats');
const beatList = (count: number): Beat[] =>
  Array.from({ length: count }, (_, i) => ({ tdata: random.nextBigInt(width), tlast: i % 7 === 6 ? 1n : 0n }));
const beats = beatList(150).slice(0, 147);

function specOf(participants: readonly Participant[], more: Partial<LockstepSpec> = {}): LockstepSpec {
  return {
    ...{ participants, streams, inputs: { s_axis: beats }, expected: { m_axis: beats }, seed: 7n, reset: 'aresetn' },
    stall: { source: { kind: 'bursty' }, sink: { kind: 'bernoulli', p: 0.5 } },
    packet: { s_axis: 7, m_axis: 7 },
    capacity: 2,
    ...more,
  };
}
const mutant = async (from: string, to: string): Promise<Participant> => {
  expect(registerSlice).toContain(from);
  const build = await buildModel(sliceSpec(width, registerSlice.replace(from, to)));
  return { ...verilatorParticipant(build), name: 'mutant' };
};

describe.skipIf(skipWithoutVerilator())('lockstep', () => {
  let verilator: Participant;
  let scrambled: Participant;
  beforeAll(async () => {
    const build = await buildModel(sliceSpec(width));
    verilator = verilatorParticipant(build);
    scrambled = verilatorParticipant(build, 99);
  });

  it('agrees over all 144 pairs of patterns', () => {
    for (const stall of crossStalls(randomStream(3n, 'cross'))) {
      expect(runLockstep(specOf([model, verilator, scrambled], { stall })).failure).toBeUndefined();
    }
  });

  it('agrees under resets in mid-stream', () => {
    const result = runLockstep(specOf([verilator, model, scrambled], { resets: 50 }));
    expect(result.failure).toBeUndefined();
    expect(result.outputs['m_axis']).toEqual(beats);
    expect(result.transfers['s_axis']).toHaveLength(beats.length);
  });

  it('repeats itself exactly', () => {
    const first = runLockstep(specOf([verilator]));
    expect(runLockstep(specOf([verilator]))).toEqual(first);
    expect(runLockstep(specOf([verilator], { seed: 8n })).cycles).not.toBe(first.cycles);
  });

  it('catches a seeded bug, shrinks it, and prints a report to act on', async () => {
    const bug = await mutant('hold_valid_q ? hold_q', "hold_valid_q ? hold_q ^ 13'd4");
    const spec = specOf([verilator, bug, model], { resets: 3, seed: 0x123456789abcn });
    const { failure } = runLockstep(spec);
    expect(failure).toMatchObject({ kind: 'difference', ports: [{ port: 'm_axis_tdata' }] });
    if (failure === undefined) return;
    const small = shrink(spec, failure);
    expect(small.spec.inputs['s_axis']?.length).toBeLessThanOrEqual(3);
    expect(small.spec).toMatchObject({ resets: 0, stall: { source: { kind: 'none' } } });
    expect(small.spec.seed).toBeLessThan(8n);
    const text = renderFailure(small.spec, small.failure, {
      subject: 'register_slice',
      repeat: (each) => `npm run -s heddle -- cosim register_slice ${repeatOptions(each)}`,
    });
    expect(text).toMatch(/^register_slice: DIFFERENCE in cycle \d+: participants differ on m_axis_tdata$/m);
    expect(text).toMatch(/m_axis_tdata: verilator 0x\w+ {3}mutant 0x\w+ {3}model 0x\w+/);
    expect(text).toMatch(/^ {2}cycle +.* \*\d+/m);
    expect(text).toMatch(/repeat: npm run -s heddle -- cosim register_slice --seed \d+ --stall /);
  });

  it('finds in blocks of cycles what it finds cycle by cycle', async () => {
    const rare = await mutant('hold_valid_q ? hold_q', "hold_valid_q ? hold_q ^ {12'd0, hold_q[6:0] == 7'd99}");
    const falls = await mutant(
      'assign m_axis_tvalid = out_valid_q',
      'assign m_axis_tvalid = out_valid_q && s_axis_tvalid',
    );
    const many = beatList(600);
    const kinds: string[] = [];
    const cycles: number[] = [];
    for (let seed = 1n; seed <= 24n; seed++) {
      const others = [verilator, scrambled, seed % 2n === 0n ? rare : verilator];
      const participants = seed % 3n === 0n ? [falls, ...others] : [model, ...others];
      const work = { inputs: { s_axis: many }, expected: { m_axis: many }, packet: {}, seed };
      const spec = specOf(participants, { ...work, resets: Number(seed % 5n), maxCycles: 2500 });
      const inBlocks = runLockstep(spec);
      // Somebody looks on, so all participants go side by side.
      expect(runLockstep(spec, (_cycle, _sims, failure) => failure === undefined)).toEqual(inBlocks);
      kinds.push(inBlocks.failure?.kind ?? 'none');
      cycles.push(inBlocks.cycles);
    }
    expect(new Set(kinds)).toEqual(new Set(['difference', 'none']));
    expect(Math.max(...cycles)).toBeGreaterThan(1000);
    expect(kinds.filter((kind, k) => kind === 'difference' && (cycles[k] ?? 0) > 130).length).toBeGreaterThan(3);
  });

  it('names the values of all participants, also of those compared in blocks', () => {
    const wrong: Participant = {
      ...model,
      create: () => {
        const sim = model.create();
        const peek = (port: string): bigint => sim.peek(port) ^ (port === 'm_axis_tdata' ? 4n : 0n);
        return {
          ports: sim.ports,
          peek,
          poke: sim.poke.bind(sim),
          settle: sim.settle.bind(sim),
          tick: sim.tick.bind(sim),
        };
      },
    };
    const { failure } = runLockstep(specOf([model, wrong, verilator], { expected: {} }));
    const [first] = beats;
    const right = Number(first?.['tdata']);
    expect(failure?.ports).toEqual([{ port: 'm_axis_tdata', values: [right, right ^ 4, right] }]);
  });

  it.each([
    [
      'AXI4STREAM_ERRM_TVALID_STABLE',
      'assign m_axis_tvalid = out_valid_q',
      'assign m_axis_tvalid = out_valid_q && s_axis_tvalid',
    ],
    ['AXI4STREAM_ERRM_TDATA_STABLE', 'if (advance) out_q <=', 'out_q <='],
    [
      'AXI4STREAM_ERRM_TVALID_RESET',
      "if (!aresetn) begin\n      out_valid_q  <= 1'b0;",
      'if (!aresetn) begin\n      out_valid_q  <= out_valid_q;',
    ],
    ['LOSS', 'end else if (accept) begin', 'end else if (accept && s_axis_tdata[1:0] != 3) begin'],
    ['LAST', 'hold_q : {s_axis_tlast', "hold_q : {1'b0"],
    ['STUCK', 'assign s_axis_tready = !hold_valid_q', "assign s_axis_tready = !hold_valid_q && s_axis_tdata != 12'd77"],
    [
      'INVENTION',
      'out_valid_q  <= accept || hold_valid_q',
      'out_valid_q  <= accept || hold_valid_q || (out_valid_q && out_q[3:0] == 5)',
    ],
  ])('names a broken %s', async (rule, from, to) => {
    const inputs = { s_axis: [...beats.slice(0, 20), { tdata: 77n, tlast: 1n }] };
    const spec = specOf([await mutant(from, to)], {
      ...(rule === 'STUCK' ? { inputs, expected: { m_axis: inputs.s_axis } } : {}),
      ...(rule === 'LAST' ? { packet: {} } : {}),
      resets: rule === 'AXI4STREAM_ERRM_TVALID_RESET' ? 5 : 0,
      ...(rule === 'INVENTION' ? { stall: { source: half, sink: half } } : {}),
    });
    const { failure } = runLockstep(spec);
    expect([rule, rule === 'INVENTION' ? 'DUPLICATE' : rule]).toContain(failure?.rule);
  });

  it('measures latency, full rate, capacity and independence from ready', () => {
    const many = beatList(1001).slice(0, 1001);
    for (const participant of [verilator, model]) {
      const bench = { participant, streams, inputs: { s_axis: many }, reset: 'aresetn' };
      expect(measureLatency(bench, 's_axis', 'm_axis')).toBe(1);
      expect(measureThroughput(bench, 'm_axis')).toEqual({ beats: 1001, bubbles: 0 });
      expect(measureCapacity(bench, 's_axis')).toBe(2);
      expect(validWithoutReady(bench, 'm_axis')).toBe(true);
    }
  });

  it('finds a valid that waits for ready', async () => {
    const participant = await mutant(
      'assign m_axis_tvalid = out_valid_q',
      'assign m_axis_tvalid = out_valid_q && m_axis_tready',
    );
    const bench = { participant, streams, inputs: { s_axis: beats }, reset: 'aresetn' };
    expect(validWithoutReady(bench, 'm_axis')).toBe(false);
    const paths = combinationalPaths(participant.create(), { reset: 'aresetn' });
    expect([...paths]).toEqual(['m_axis_tready -> m_axis_tvalid']);
    expect([...combinationalPaths(verilator.create(), { reset: 'aresetn' })]).toEqual([]);
  });

  it('is quick', async () => {
    const build = await buildModel(sliceSpec(width));
    const many = beatList(20_000);
    const spec = specOf([model, verilator], {
      ...{ inputs: { s_axis: many }, expected: { m_axis: many }, packet: {} },
      stall: { source: { kind: 'none' }, sink: { kind: 'bernoulli', p: 0.25 } },
    });
    const perCycle = (each: LockstepSpec): number => {
      const start = performance.now();
      const { cycles, failure } = runLockstep(each);
      expect(failure).toBeUndefined();
      return Math.round(((performance.now() - start) / cycles) * 1e6);
    };
    const alone = new VerilatorModel(build);
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) {
      alone.settle();
      alone.tick();
    }
    const bare = Math.round((performance.now() - start) * 10);
    console.log(
      `ns/cycle: bare ${bare}, one ${perCycle({ ...spec, participants: [verilator] })}, two+model ${perCycle({ ...spec, participants: [verilator, model, verilator] })}`,
    );
  });
});
