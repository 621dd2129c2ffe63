/** The dataflow tops behind their registers: frames, errors, resets, weights, on both memory sides. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { DATAFLOW_ID } from '../../src/soc/dataflow-registers.js';
import { frameBytes, masterBytes } from '../../src/soc/dataflow-top.js';
import { emitDesign, imageFiles } from '../../src/verilog/index.js';
import { haveTools, lint } from '../verilog/tools.js';
import { Accelerator, expected, imageOf, load, memories, seed, subject } from './accelerator.js';

describe.each(memories)('weights that are changed, %s', (memory) => {
  const s = subject(seed * 50n, memory, true);
  const many = 12 * s.samples;
  const codes = Float64Array.from({ length: 12 * s.codes.length }, (_, k) => s.codes[k % s.codes.length]!);
  const [old, now] = [s.network, s.changed].map((each) => expected(each, codes)) as [number[], number[]];
  const size = old.length / many;

  it('count from one sample on in all layers, whenever they come', () => {
    const switched = new Set<boolean>();
    const random = randomStream(seed, 'when');
    const a = new Accelerator(s, 'reload');
    let [before, after] = [old, now];
    for (let turn = 0; turn < 8; turn++) {
      a.bench.results.length = 0;
      a.give(codes, many);
      a.bench.write('CTRL', 1);
      for (let k = random.nextInt(300); k > 0; k--) a.bench.step();
      load(a, imageOf(s, before === old ? s.changed : s.network));
      a.bench.until(() => a.bench.see('irq') === 1, 60_000, `frame ${turn}`);
      a.bench.write('ISR', a.bench.read('ISR'));
      const got = a.results(many);
      // The first sample from which on all have the results of the new weights; those before it must have the old ones.
      let first = many;
      while (
        first > 0 &&
        after.slice((first - 1) * size, first * size).every((v, k) => v === got[(first - 1) * size + k])
      )
        first--;
      expect([turn, got.slice(0, first * size)]).toEqual([turn, before.slice(0, first * size)]);
      switched.add(first > 0 && first < many);
      a.bench.until(() => a.bench.field('STATUS.WEIGHTS_PENDING') === 0, 20_000, 'the weights');
      [before, after] = [after, before];
    }
    expect(switched).toContain(true);
    expect(a.bench.violations).toEqual([]);
  });

  it('survive a reset, and a wrong image changes nothing', () => {
    const a = new Accelerator(s, 'survive');
    load(a, imageOf(s, s.changed));
    a.bench.until(() => a.bench.field('STATUS.WEIGHTS_PENDING') === 1, 100, 'the load');
    a.bench.until(() => a.bench.field('STATUS.WEIGHTS_PENDING') === 0, 20_000, 'the weights');
    for (const wrong of [
      [0x7ffffff0, 1, 5],
      [4, 2, 9],
      [8, 1, 1],
      // Of float32 numbers, and this hardware has no cast.
      [9, 1, 0, 1, 0],
    ]) {
      load(a, Uint32Array.from(wrong), 0x7000);
      a.bench.until(() => a.bench.see('irq') === 1, 3000, 'the error');
      const fields = ['STATUS.STATE', 'ERROR.CODE', 'ERROR.PORT'].map((name) => a.bench.field(name));
      expect([a.bench.read('ISR'), ...fields]).toEqual([4, 3, 13, 1]);
      a.reset();
      a.give(s.codes, s.samples);
      a.run('behind the error');
      expect(a.results(s.samples)).toEqual(now.slice(0, s.samples * size));
    }
    expect(a.bench.violations).toEqual([]);
  });
});

describe('errors of memory', () => {
  const s = subject(seed * 50n, 'mapped', true);
  it('stop the frame with code, port and address, and the next frame is right', () => {
    const a = new Accelerator(s, 'errors');
    const random = randomStream(seed, 'errors');
    const seen = new Set<string>();
    const [input, output] = [frameBytes(s.chain.input) * s.samples, frameBytes(s.chain.output) * s.samples];
    for (let turn = 0; turn < 16; turn++) {
      const kind = turn % 2 === 0 ? ('read' as const) : ('write' as const);
      const [from, bytes] = kind === 'read' ? [0x1003, input] : [0x9ffd, output];
      const width = masterBytes(kind === 'read' ? s.chain.input.bits : s.chain.output.bits);
      const bad = Math.floor((from + random.nextInt(bytes)) / width) * width;
      const code = 2 + random.nextInt(2);
      let failed = -1;
      a.bench.response = (address, which) => {
        const beats = which === 'write' ? address <= bad && bad - address < 16 * width : address === bad;
        if (which !== kind || !beats) return 0;
        if (failed < 0) failed = address;
        return code;
      };
      a.give(s.codes, s.samples);
      a.bench.write('CTRL', 1);
      a.bench.until(() => a.bench.see('irq') === 1, 60_000, `error ${turn}`);
      expect(a.bench.read('ISR'), `turn ${turn}`).toBe(4);
      a.bench.write('ISR', 4);
      const [at, port] = [a.bench.read('ERROR_ADDR_LO'), a.bench.field('ERROR.PORT')];
      expect([a.bench.field('ERROR.CODE'), port, at]).toEqual([
        (kind === 'read' ? 7 : 9) + code,
        kind === 'read' ? 2 : 3,
        failed,
      ]);
      seen.add(`${kind} ${code}`);
      a.bench.until(() => a.bench.field('STATUS.BUS_BUSY') === 0, 2000, 'the end of the bursts');
      a.bench.response = undefined;
      a.reset();
      a.give(s.codes, s.samples);
      a.run(`behind error ${turn}`);
      expect(a.results(s.samples)).toEqual(expected(s.network, s.codes));
    }
    expect(seen.size).toBe(4);
    expect(a.bench.violations).toEqual([]);
  });

  it('and a source that gives nothing is one for the watchdog', () => {
    const a = new Accelerator(subject(seed * 50n, 'stream', false), 'watchdog');
    a.bench.write('WATCHDOG', 300);
    a.bench.write('CTRL', 1);
    a.bench.until(() => a.bench.see('irq') === 1, 2000, 'the watchdog');
    expect([a.bench.read('ISR'), a.bench.field('ERROR.CODE'), a.bench.field('ERROR.PORT')]).toEqual([4, 8, 0]);
  });
});

describe.each(memories.flatMap((memory) => [false, true].map((programmable) => [memory, programmable] as const)))(
  'dataflow, %s, programmable weights %s',
  (memory, programmable) => {
    const s = subject(seed * 50n, memory, programmable);

    it('says what it is, computes frames, and counts them', () => {
      const a = new Accelerator(s, 'frames');
      expect(a.bench.read('ID')).toBe(DATAFLOW_ID);
      expect(a.bench.read('SAMPLE_BYTES')).toBe(frameBytes(s.chain.input));
      for (const turn of [0, 1]) {
        a.bench.results.length = 0;
        a.give(s.codes, s.samples, 0x1003 + 5 * turn, 0x8ffd + 3 * turn);
        a.run(`frame ${turn}`);
        expect(a.results(s.samples, 0x8ffd + 3 * turn)).toEqual(expected(s.network, s.codes));
      }
      a.bench.write('COMMAND', 2);
      expect([a.bench.read('FRAMES_LO'), a.bench.read('BEATS_INPUT_LO'), a.bench.read('BEATS_RESULTS_LO')]).toEqual([
        2 * s.samples,
        2 * s.samples * s.chain.input.beats,
        2 * s.samples * s.chain.output.beats,
      ]);
      expect(a.bench.violations).toEqual([]);
    });

    it('is brought back by a reset in the middle of a frame', () => {
      const a = new Accelerator(s, 'resets');
      const random = randomStream(seed, 'when');
      for (let turn = 0; turn < 6; turn++) {
        a.give(s.codes, s.samples);
        a.bench.write('CTRL', 1);
        for (let k = random.nextInt(300); k > 0; k--) a.bench.step();
        a.reset();
        for (let k = 0; k < 30; k++) a.bench.step();
        a.bench.results.length = 0;
        a.bench.write('ISR', a.bench.read('ISR'));
        a.give(s.codes, s.samples);
        a.run(`behind reset ${turn}`);
        expect(a.results(s.samples)).toEqual(expected(s.network, s.codes));
      }
      expect(a.bench.violations).toEqual([]);
    });
  },
);

describe.skipIf(!haveTools('verilator', 'yosys', 'iverilog'))('readers of the text', () => {
  it.each([
    ['stream', false],
    ['mapped', true],
  ] as const)('have nothing to say, %s, programmable weights %s', async (memory, programmable) => {
    const { design } = subject(seed * 50n, memory, programmable);
    const files = [...emitDesign(design), ...imageFiles(design).map(({ name, text }) => ({ name, text }))];
    expect(await lint(files, design.top, [{}])).toBe('');
  });
});
