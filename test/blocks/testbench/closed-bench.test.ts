/** Test benches inside the circuit: beats by an independent formula, checksums, stops, and every kind of mismatch found. */
import { describe, expect, it } from 'vitest';
import { Fifo, RegisterSlice, WidthConverter } from '../../../src/blocks/stream/index.js';
import {
  type AnyTemplate,
  closedBench,
  type ClosedBenchOptions,
  mismatchKinds,
  streamChecksum,
} from '../../../src/blocks/testbench/index.js';
import { type CircuitSimulation, createInterpreter, createSimulation } from '../../../src/simulator/index.js';
import { defects } from './faulty.js';

/** The beats of `tb_source`, from its description: word i sums word i - 1, word 0 the generator. */
function sourceBeats(W: number, FRAME: number, SEED: number, count: number): { tdata: bigint; tlast: boolean }[] {
  let state = SEED;
  const words = new Array<number>(Math.ceil(W / 32)).fill(SEED);
  return Array.from({ length: count }, (_, n) => {
    const tdata = BigInt.asUintN(
      W,
      words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
    );
    const before = [state, ...words];
    words.forEach((word, i) => (words[i] = (word + (before[i] ?? 0)) >>> 0));
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return { tdata, tlast: n % FRAME === FRAME - 1 };
  });
}

function ran(dut: AnyTemplate, options: ClosedBenchOptions, make = createSimulation as typeof createInterpreter) {
  const simulation = make(closedBench(dut, options));
  simulation.poke('aresetn', 0);
  simulation.tick();
  simulation.poke('aresetn', 1);
  const cycles = simulation.runUntil('stop', 100_000);
  simulation.settle();
  return { simulation, cycles, out: (name: string) => Number(simulation.peek(name)) };
}

const framed = (W: number, count: number, seed = 1) =>
  sourceBeats(W, 16, seed, count).map(({ tdata }) => ({ tdata, tlast: false }));

describe('closed bench', () => {
  it.each([1, 8, 32, 33, 70])('moves the beats of its formula through a FIFO of %i bits', (W) => {
    const { out, cycles } = ran(Fifo, { params: { W, DEPTH: 5 }, count: 200 });
    expect(out('m_axis_beats')).toBe(200);
    expect(out('m_axis_checksum')).toBe(streamChecksum(framed(W, 200)));
    expect(cycles).toBeGreaterThan(464);
    expect(cycles).toBeLessThan(1000);
  });
  it('has beats that do not depend on the pace, and a pace that depends on seed and stall', () => {
    const sums = [0, 40, 128, 250].map((stall) => ran(RegisterSlice, { params: { W: 16 }, count: 300, stall }));
    for (const { out } of sums) expect(out('m_axis_checksum')).toBe(streamChecksum(framed(16, 300)));
    const cycles = sums.map((each) => each.cycles);
    expect([...cycles].sort((a, b) => a - b)).toEqual(cycles);
    // 300 beats, a few cycles through the slice and the sink, 264 of silence.
    expect(cycles[0]).toBeLessThan(300 + 264 + 8);
    expect(ran(RegisterSlice, { params: { W: 16 }, count: 300, seed: 9 }).out('m_axis_checksum')).toBe(
      streamChecksum(framed(16, 300, 9)),
    );
  });
  it('keeps tlast', () => {
    const { out } = ran(defects.none, { count: 64, frame: 16 });
    expect(out('m_axis_frames')).toBe(4);
    expect(out('m_axis_checksum')).toBe(streamChecksum(sourceBeats(8, 16, 1, 64)));
  });
  it('is one in interpreter and WebAssembly', () => {
    const options = { params: { W: 12 }, count: 50, against: RegisterSlice };
    const [a, b] = [ran(RegisterSlice, options), ran(RegisterSlice, options, createInterpreter)];
    expect(a.cycles).toBe(b.cycles);
    for (const { name } of a.simulation.ports) expect([name, a.out(name)]).toEqual([name, b.out(name)]);
  });
  it('of a converter of widths against itself finds nothing', () => {
    const { out } = ran(WidthConverter, { count: 300, against: WidthConverter });
    expect(out('m_axis_mismatch')).toBe(0);
    expect(out('m_axis_beats')).toBe(200);
  });
});

describe('scoreboard', () => {
  it.each(Object.entries(defects))('names the defect: %s', (name, block) => {
    for (const seed of [1, 2, 3]) {
      const { out } = ran(block, { count: 60, seed, frame: 3, against: defects.none });
      const found = mismatchKinds[out('m_axis_kind')];
      expect(found).toBe(name);
      expect(out('m_axis_mismatch')).toBe(name === 'none' ? 0 : 1);
      expect(out('m_axis_index')).toBe({ none: 60, duplicate: 6 }[name] ?? 5);
    }
  });
  it('stops the run in the cycle of the stop, in steps too', () => {
    const stepped = (simulation: CircuitSimulation): number => {
      simulation.poke('aresetn', 0);
      simulation.tick();
      simulation.poke('aresetn', 1);
      for (let cycle = 0; ; cycle++) {
        simulation.settle();
        if (simulation.peek('stop') === 1n) return cycle;
        simulation.tick();
      }
    };
    const options = { count: 60, against: defects.none };
    expect(stepped(createInterpreter(closedBench(defects.loss, options)))).toBe(ran(defects.loss, options).cycles);
  });
});

describe('runUntil', () => {
  const design = () => closedBench(Fifo, { count: 10 });
  it.each([createSimulation, createInterpreter] as const)('has a limit', (make) => {
    const simulation = make(design());
    expect(simulation.runUntil('stop', 7)).toBe(7);
    expect(simulation.runUntil('stop', 0)).toBe(0);
    expect(simulation.runUntil('stop', -3)).toBe(0);
  });
  it.each([createSimulation, createInterpreter] as const)('refuses anything but an output of one bit', (make) => {
    const simulation = make(design());
    for (const name of ['aresetn', 'm_axis_beats']) {
      expect(() => simulation.runUntil(name, 7)).toThrow(`'${name}' is not an output of one bit`);
    }
    expect(() => simulation.runUntil('halt', 7)).toThrow("has no port 'halt'");
  });
  it('goes into a journal as well', () => {
    const simulation = createSimulation(design());
    const journal = simulation.journal();
    simulation.poke('aresetn', 0);
    simulation.tick();
    simulation.poke('aresetn', 1);
    const cycles = simulation.runUntil('stop', 10_000);
    expect(journal.end).toBe(cycles + 1);
    expect(simulation.runUntil('stop', 10_000)).toBe(0);
  });
});
