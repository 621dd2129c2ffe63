/** `heddle wave`: text, value change dumps, windows, own files, build directories, mistakes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseVcd, valueAtTime } from '../simulator/vcd-parser.js';
import { digits, heddle, heddleHere, root } from './run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-wave-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const at = (name: string): string => join(work, name);

const own = `import { bool, defineModule, input, natParam, output, uint } from '${root}/src/hdl/index.js';
export const Toggle = defineModule({
  name: 'toggle',
  doc: 'counts while enabled',
  params: { W: natParam({ default: 4, min: 1 }) },
  ports: ({ W }) => ({ en: input(bool()), count: output(uint(W)) }),
  body(b, { en, count }, { W }) {
    const total = b.reg('total', uint(W).reset(0));
    b.when(en, () => b.next(total, total.inc()));
    b.assign(count, total);
  },
});
`;

describe('wave', () => {
  it('prints the ports as text, sixteen cycles side by side', async () => {
    const ended = heddle(['wave', 'fifo', '--param', 'W=8', 'DEPTH=3', '--cycles', '0:20']);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const lines = ended.stdout.split('\n');
    expect(lines[0]).toMatch(/^cycle +0 +1 .* 15$/);
    expect(lines.filter((line) => line.startsWith('m_axis_tdata '))).toHaveLength(2);
    expect(lines.find((line) => line.startsWith('cycle          16'))).toMatch(/19$/);
    expect((await heddleHere(['wave', 'fifo', '--param', 'W=8', 'DEPTH=3', '--cycles', '0:20'])).stdout).toBe(
      ended.stdout,
    );
    expect(
      (await heddleHere(['wave', 'fifo', '--seed', '2', '--param', 'W=8', 'DEPTH=3', '--cycles', '0:20'])).stdout,
    ).not.toBe(ended.stdout);
  });
  it('writes a window of all signals, in which beats do what a FIFO does', async () => {
    const file = at('fifo.vcd');
    const ended = await heddleHere([
      'wave',
      'fifo',
      '--cycles',
      '40:240',
      '--stall',
      'bursty/0.5',
      '-o',
      file,
      '--json',
      '-',
    ]);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(JSON.parse(ended.stdout)).toMatchObject({ target: 'fifo', top: 'fifo', from: 40, to: 240, file });
    const { variables, end } = parseVcd(readFileSync(file, 'utf8'));
    expect(end).toBe(2400);
    const value = (path: string, cycle: number): number => {
      const variable = variables.find((each) => each.path === `fifo.${path}`);
      return Number(`0b${(variable && valueAtTime(variable, cycle * 10)) ?? ''}`);
    };
    let moved = 0;
    for (let cycle = 40; cycle < 239; cycle++) {
      const push = value('s_axis.tvalid', cycle) & value('s_axis.tready', cycle);
      const pop = value('m_axis.tvalid', cycle) & value('m_axis.tready', cycle);
      expect([cycle, value('level', cycle + 1)]).toEqual([cycle, value('level', cycle) + push - pop]);
      moved += pop;
    }
    expect(moved).toBeGreaterThan(30);
  });
  it('chooses signals by pattern', async () => {
    const ended = await heddleHere(['wave', 'register_slice', '--signals', '*_valid_q,out_?', '--cycles', '4']);
    const names = ended.stdout.split('\n').map((line) => line.split(' ')[0]);
    expect(names.slice(0, 4)).toEqual(['cycle', 'out_valid_q', 'out_q', 'hold_valid_q']);
  });
  it('shows a module of a file of the user', () => {
    writeFileSync(at('toggle.mts'), own);
    const ended = heddle(['wave', at('toggle.mts'), '--param', 'W=6', '--cycles', '30']);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).toMatch(/^count +00 /m);
    expect(heddle(['wave', `${at('toggle.mts')}#Other`])).toMatchObject({ code: 2, stdout: '' });
    writeFileSync(at('toggle.ts'), own);
    expect(heddle(['wave', at('toggle.ts')]).stderr).toContain('call it .mts');
  });
  it('shows what a build directory holds', async () => {
    expect(
      (await heddleHere(['build', digits('digits_w4a4.onnx'), '-o', at('w4'), '--to', 'generate', '-q'])).code,
    ).toBe(0);
    const ended = await heddleHere(['wave', at('w4'), '-o', at('w4.vcd'), '--cycles', '200:210']);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(parseVcd(readFileSync(at('w4.vcd'), 'utf8')).variables.length).toBeGreaterThan(100);
  });
  it.each([
    [['wave', 'fifi'], 'H2010', 'register_slice fifo'],
    [['wave', 'fifo', '--param', 'DEPTH=0'], 'H1102', 'DEPTH = 0'],
    [['wave', 'fifo', '--cycles', '9:3'], 'H0001', 'A < B'],
    [['wave', 'fifo', '--signals', 'zz*'], 'H0005', 'signals: aresetn'],
    [['wave', 'fifo', '--stall', 'often'], 'H5020', 'not a stall pattern'],
    [['wave', 'src/blocks/stream/index.ts'], 'H0004', '#Fifo'],
    [['wave', 'nowhere.ts'], 'H0004', 'no such file'],
    [['wave', 'fifo', '-o', '/dev/null/x.vcd'], 'H0011', 'cannot be written'],
  ])('tells what is wrong with %s', async (args, code, text) => {
    const ended = await heddleHere(args);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(`error ${code}`);
    expect(ended.stderr).toContain(text);
  });
});
