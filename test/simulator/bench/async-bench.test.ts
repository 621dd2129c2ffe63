/** The asynchronous bench: beats in and out, full rate, stalls from a seed, time-outs, tasks, always the same cycles. */
import { describe, expect, it } from 'vitest';
import { buildDesign } from '../../../src/hdl/index.js';
import { AsyncBench, findStreams, runBench } from '../../../src/simulator/index.js';
import { defects } from '../../blocks/testbench/faulty.js';
import { fifo, makers } from './fixtures.js';

const words = Array.from({ length: 50 }, (_, k) => (k * 91 + 3) & 255);

describe.each(makers)('an async bench, %s', (_, make) => {
  it('sends and receives at full rate', async () => {
    const cycles = await runBench(fifo(make), async (tb) => {
      await tb.reset(3);
      const sent = tb.sender('s_axis').send(words);
      const beats = await tb.receiver('m_axis').receive(words.length);
      await sent;
      expect(beats.map(({ tdata }) => Number(tdata))).toEqual(words);
    });
    // Three of reset, one through the FIFO.
    expect(cycles).toBe(3 + words.length + 1);
  });
  it('sends a long queue in order, added to while it moves', async () => {
    const many = Array.from({ length: 5000 }, (_, k) => (k * 7) & 255);
    const cycles = await runBench(fifo(make), async (tb) => {
      const [s, m] = [tb.sender('s_axis'), tb.receiver('m_axis')];
      await tb.reset(1);
      void s.send(many.slice(0, 3000));
      const first = await m.receive(2600);
      const sent = s.send(many.slice(3000));
      const rest = await m.receive(many.length - 2600);
      await sent;
      expect([...first, ...rest].map(({ tdata }) => Number(tdata))).toEqual(many);
    });
    expect(cycles).toBe(1 + many.length + 1);
  });
  it('has no gap between two sends or two receives', async () => {
    const cycles = await runBench(fifo(make), async (tb) => {
      const [s, m] = [tb.sender('s_axis'), tb.receiver('m_axis')];
      await tb.reset(1);
      const sending = (async () => {
        for (const word of words) await s.send(word);
      })();
      for (const word of words) expect(await m.receive(1)).toEqual([{ tdata: BigInt(word) }]);
      await sending;
    });
    expect(cycles).toBe(1 + words.length + 1);
  });
  it('is the same in every run, and another with another seed', async () => {
    const run = async (seed: bigint): Promise<string> => {
      const log: string[] = [];
      await runBench(
        fifo(make),
        async (tb) => {
          const [s, m] = [tb.sender('s_axis', { stall: 0.4 }), tb.receiver('m_axis', { stall: 0.3 })];
          await tb.reset();
          const task = tb.spawn('sender', async () => {
            for (const word of words) {
              await s.send(word);
              log.push(`sent ${word} ${tb.cycle}`);
            }
          });
          for (const word of words) {
            const [beat] = await m.receive(1);
            log.push(`got ${beat?.tdata} ${tb.cycle}`);
            expect(beat?.tdata).toBe(BigInt(word));
            if (word % 5 === 0) await tb.clock(word % 7);
          }
          await task;
        },
        { seed },
      );
      return log.join('\n');
    };
    const first = await run(1n);
    expect(await run(1n)).toBe(first);
    expect(await run(2n)).not.toBe(first);
  });
  it('waits for conditions and counts cycles', async () => {
    await runBench(fifo(make), async (tb) => {
      await tb.reset(2);
      expect(tb.cycle).toBe(2);
      await tb.clock(0);
      expect(tb.cycle).toBe(2);
      await tb.clock();
      expect(tb.cycle).toBe(3);
      const level = tb.port('level');
      void tb.sender('s_axis').send([1, 2, 3]);
      await tb.until(() => level.getNumber() === 2);
      // Beats enter in cycles 3 and 4: the level is 2 in cycle 5, which has ended.
      expect(tb.cycle).toBe(6);
      await tb.clock(3);
      expect(level.getNumber()).toBe(3);
    });
  });
});

const compiled = makers[0][1];

describe('failures', () => {
  it('time out with what is missing, and show waves', async () => {
    const run = runBench(fifo(compiled), async (tb) => {
      await tb.reset(1);
      void tb.sender('s_axis').send([1, 2]);
      await tb.receiver('m_axis').receive(3, { timeout: 20 });
    });
    await expect(run).rejects.toThrow(/cycle 20, the bench: receive of 3 beats on m_axis: 2 came within 20 cycles/);
    await expect(run).rejects.toThrow(/m_axis_tdata +/);
  });
  it('time out on a full block', async () => {
    const run = runBench(
      fifo(compiled),
      async (tb) => {
        await tb.reset(1);
        await tb.sender('s_axis').send([1, 2, 3, 4, 5, 6]);
      },
      { timeout: 30 },
    );
    await expect(run).rejects.toThrow('send of 6 beats on s_axis: 4 moved within 30 cycles');
  });
  it('of a task fail the bench', async () => {
    const run = runBench(fifo(compiled), async (tb) => {
      void tb.spawn('checker', async () => {
        await tb.clock(9);
        throw new Error('no more');
      });
      await tb.clock(1000);
    });
    await expect(run).rejects.toThrow('cycle 8, checker: no more');
  });
  it('of a wait can be caught, and the bench goes on', async () => {
    await runBench(fifo(compiled), async (tb) => {
      await tb.reset(1);
      const m = tb.receiver('m_axis');
      await expect(m.receive(1, { timeout: 5 })).rejects.toThrow('0 came within 5 cycles');
      await tb.sender('s_axis').send(7);
      expect(await m.receive(1)).toEqual([{ tdata: 7n }]);
    });
  });
  it('name streams and fields that are there', async () => {
    const bench = new AsyncBench(fifo(compiled));
    expect(() => bench.sender('m_axis')).toThrow("fifo has no stream 'm_axis' into it; there are: s_axis");
    expect(() => bench.sender('s_axis').send({ tlast: 1 })).toThrow("s_axis has no field 'tlast'; fields: tdata");
    await bench.run(() => Promise.resolve());
  });
});

describe('framed streams', () => {
  it('have tlast on the last beat of a send', async () => {
    await runBench(compiled(buildDesign(defects.none)), async (tb) => {
      await tb.reset();
      const sent = tb.sender('s_axis').send([4, { tdata: 5, tlast: 1 }, 6], { last: true });
      const beats = await tb.receiver('m_axis').receive(3);
      expect(beats.map(({ tdata, tlast }) => [tdata, tlast])).toEqual([
        [4n, 0n],
        [5n, 1n],
        [6n, 1n],
      ]);
      await sent;
    });
  });
  it('are found by the names of their ports', () => {
    const port = (name: string, dir: 'input' | 'output', width = 1) => ({ name, dir, width, signed: false });
    const ports = [
      port('s_tvalid', 'input'),
      port('s_tready', 'output'),
      port('s_tdata', 'input', 9),
      port('s_b_tvalid', 'output'),
      port('s_b_tready', 'input'),
      port('s_b_tdata', 'output', 40),
      port('s_b_tlast', 'output'),
      port('lanes_tvalid', 'output', 3),
      port('lanes_tready', 'input', 3),
    ];
    expect(findStreams(ports)).toEqual([
      { name: 's', role: 'sink', fields: [{ name: 'tdata', port: 's_tdata', width: 9 }] },
      {
        name: 's_b',
        role: 'source',
        fields: [
          { name: 'tdata', port: 's_b_tdata', width: 40 },
          { name: 'tlast', port: 's_b_tlast', width: 1 },
        ],
      },
    ]);
  });
});
