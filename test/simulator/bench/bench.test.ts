/** Coroutines once a cycle: order, ends, answers within a cycle, and failures that show their cycle and its waves. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Bench, BenchError, type BenchIo, type Coroutine } from '../../../src/simulator/index.js';
import { fifo, type Maker, makers } from './fixtures.js';

function* resetting(io: BenchIo): Coroutine {
  const reset = io.port('aresetn');
  reset.setNumber(0);
  yield;
  reset.setNumber(1);
}

/** Sends bytes with a pause after each, keeping valid until the beat has moved. */
const sending = (bytes: readonly number[], pause: number) =>
  function* (io: BenchIo): Coroutine {
    const [valid, ready, data] = ['tvalid', 'tready', 'tdata'].map((name) => io.port(`s_axis_${name}`));
    yield;
    for (const byte of bytes) {
      valid!.setNumber(1);
      data!.setNumber(byte);
      do yield;
      while (ready!.getNumber() === 0);
      valid!.setNumber(0);
      for (let k = 0; k < pause; k++) yield;
    }
  };
/** Takes bytes, ready every `every` cycles. */
const taking = (into: number[], count: number, every: number) =>
  function* (io: BenchIo): Coroutine {
    const [valid, ready, data] = ['tvalid', 'tready', 'tdata'].map((name) => io.port(`m_axis_${name}`));
    yield;
    for (let cycle = 0; into.length < count; cycle++) {
      const open = cycle % every === 0;
      ready!.setNumber(open ? 1 : 0);
      yield;
      if (open && valid!.getNumber() === 1) into.push(data!.getNumber());
    }
    ready!.setNumber(0);
  };

const bytes = Array.from({ length: 40 }, (_, k) => (k * 37 + 5) & 255);

function moved(make: Maker, order: 'sender first' | 'taker first') {
  const got: number[] = [];
  const bench = new Bench(fifo(make)).process('reset', resetting);
  const add = [
    () => bench.process('sender', sending(bytes, 1)),
    () => bench.process('taker', taking(got, bytes.length, 3)),
  ];
  if (order === 'taker first') add.reverse();
  for (const each of add) each();
  return { cycles: bench.run(1000), got, bench };
}

describe.each(makers)('a %s bench', (_, make) => {
  it('moves beats between coroutines, whatever their order', () => {
    const [a, b] = [moved(make, 'sender first'), moved(make, 'taker first')];
    expect(a.got).toEqual(bytes);
    expect(b.got).toEqual(bytes);
    expect(a.cycles).toBe(b.cycles);
    // One beat every third cycle; reset, fall-through and the phase of the taker before them.
    expect(a.cycles).toBeGreaterThanOrEqual(3 * bytes.length - 2);
    expect(a.cycles).toBeLessThan(3 * bytes.length + 8);
  });
  it('ends when the last coroutine in the foreground returns, or by stop', () => {
    let seen = 0;
    const bench = new Bench(fifo(make)).process(
      'for ever',
      function* () {
        for (;;) {
          seen++;
          yield;
        }
      },
      { background: true },
    );
    expect(bench.run(12)).toBe(12);
    bench.process('short', function* () {
      yield;
      yield;
    });
    expect(bench.run(1000)).toBe(2);
    bench.process('stopper', function* (io) {
      yield;
      io.stop();
      for (;;) yield;
    });
    expect(bench.run(1000)).toBe(2);
    // Resumed once a cycle, and once in the cycle in which `short` ended.
    expect(seen).toBe(12 + 2 + 1 + 2);
    expect(() => bench.run(5)).toThrow(/cycle 20, the run: stopper not done after 5 cycles/);
  });
  it('answers within a cycle after settling', () => {
    const got: [number, number][] = [];
    const bench = new Bench(fifo(make)).process('reset', resetting).process('echo', function* (io) {
      const [sReady, sValid, sData] = ['s_axis_tready', 's_axis_tvalid', 's_axis_tdata'].map((name) => io.port(name));
      const [mReady, mValid, mData] = ['m_axis_tready', 'm_axis_tvalid', 'm_axis_tdata'].map((name) => io.port(name));
      yield;
      sValid!.setNumber(1);
      for (let k = 0; k < 20; k++) {
        sData!.setNumber(k);
        yield 'settle';
        // Ready answers the valid of this very cycle.
        mReady!.setNumber(mValid!.getNumber() === 1 && mData!.getNumber() % 3 !== 1 ? 1 : 0);
        yield 'settle';
        if (mReady!.getNumber() === 1) got.push([io.cycle, mData!.getNumber()]);
        if (sReady!.getNumber() === 0) mReady!.setNumber(1);
        yield;
      }
    });
    bench.run(100);
    expect(got.length).toBeGreaterThan(0);
    expect(got.every(([, data]) => data % 3 !== 1)).toBe(true);
    expect(() =>
      new Bench(fifo(make))
        .process('chaser', function* () {
          for (;;) yield 'settle';
        })
        .run(3),
    ).toThrow('still not settled after 64 rounds');
  });
});

describe('a failure', () => {
  const failing = (options: ConstructorParameters<typeof Bench>[1] = {}) => {
    const bench = new Bench(fifo(makers[0][1]), options).process('reset', resetting);
    bench.process('sender', sending(bytes, 0));
    bench.monitor('level', (io) => {
      if (io.port('level').getNumber() > 2) throw new Error('more than two beats');
    });
    try {
      bench.run(100);
    } catch (error) {
      return error as BenchError;
    }
    throw new Error('nothing failed');
  };
  it('carries the cycle and a waveform that ends there', () => {
    const error = failing();
    expect(error).toBeInstanceOf(BenchError);
    expect([error.cycle, error.who, error.exitCode]).toEqual([4, 'level', 1]);
    expect(error.message).toContain('error H1122  fifo: cycle 4, level: more than two beats');
    const lines = error.message.split('\n').map((line) => line.trimEnd());
    expect(lines.find((line) => line.startsWith('cycle '))).toMatch(/^cycle +0 +1 +2 +3 +4$/);
    expect(lines.find((line) => line.startsWith('level '))).toMatch(/^level +0 +\. +1 +2 +3$/);
    expect(lines.find((line) => line.startsWith('aresetn'))).toMatch(/^aresetn +▁+▔+$/);
    expect((error.cause as Error).message).toBe('more than two beats');
  });
  it('of a coroutine is of the cycle that it has seen', () => {
    const bench = new Bench(fifo(makers[0][1])).process('watch', function* (io) {
      for (let k = 0; k < 7; k++) yield;
      throw new Error(`in cycle ${io.cycle}`);
    });
    expect(() => bench.run(100)).toThrow('cycle 6, watch: in cycle 7');
  });
  it('writes a window for a viewer where asked', () => {
    const work = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
    try {
      const vcd = join(work, 'failed.vcd');
      const error = failing({ vcd, window: 3 });
      expect(error.message).toContain(vcd);
      const text = readFileSync(vcd, 'utf8');
      expect(text).toContain('level_q');
      expect(text.match(/^#\d+$/gm)?.map((line) => Number(line.slice(1)) / 10)).toEqual([2, 2.5, 3, 3.5, 4, 4.5, 5]);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
  it('has no waves without a history', () => {
    const error = failing({ history: false });
    expect(error.message).not.toContain('waves');
    expect(error.cycle).toBe(4);
  });
});
