/** Boards of the open tools: what is written, and that it works with an accelerator that adds one to every byte. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { type Board, findBoard } from '../../src/target/boards.js';
import type { TargetDesign } from '../../src/target/design.js';
import { openFpgaFiles } from '../../src/target/open-fpga.js';
import { havePrograms } from '../soc/programs.js';
import { haveTools } from '../verilog/tools.js';
import { sampleDesign } from './designs.js';
import { writeTree } from './recorder.js';

const board = (name: string): Board => findBoard(name)!;

/** Two bytes a beat in, one out: their sum. */
const adder: TargetDesign = {
  ...{ name: 'adder', title: 'adder', top: 'adder_top', sources: ['adder_top.v'], images: [], clockMhz: 100 },
  ports: (
    [
      ['aclk', 'input', 1],
      ['aresetn', 'input', 1],
      ['s_axis_tvalid', 'input', 1],
      ['s_axis_tready', 'output', 1],
      ['s_axis_tdata', 'input', 16],
      ['s_axis_tlast', 'input', 1],
      ['trim', 'input', 3],
      ['m_axis_tvalid', 'output', 1],
      ['m_axis_tready', 'input', 1],
      ['m_axis_tdata', 'output', 8],
      ['m_axis_tlast', 'output', 1],
    ] as const
  ).map(([name, direction, bits]) => ({ name, direction, bits })),
  streamsIn: [{ prefix: 's_axis', bits: 16 }],
  streamsOut: [{ prefix: 'm_axis', bits: 8 }],
  ...{ controls: [], masters: [], interrupts: [], version: '1.0' },
};

const adderText = `module adder_top (
  input  wire aclk, input wire aresetn,
  input  wire s_axis_tvalid, output wire s_axis_tready, input wire [15:0] s_axis_tdata, input wire s_axis_tlast,
  input  wire [2:0] trim,
  output wire m_axis_tvalid, input wire m_axis_tready, output wire [7:0] m_axis_tdata, output wire m_axis_tlast
);
  assign s_axis_tready = m_axis_tready;
  assign m_axis_tvalid = s_axis_tvalid;
  assign m_axis_tdata = s_axis_tdata[7:0] + s_axis_tdata[15:8] + {5'd0, trim};
  assign m_axis_tlast = 1'b1;
  wire unused = &{1'b0, aclk, aresetn, s_axis_tlast};
endmodule
`;

/** A build folder of the adder; `wrong` spoils the last result. */
function folder(on: Board, wrong = false): string {
  const { name } = dirSync({ unsafeCleanup: true });
  writeTree(name, openFpgaFiles(adder, on));
  const beats = [0x0102, 0xff01, 0x1080, 0x0000];
  mkdirSync(join(name, 'vectors'));
  mkdirSync(join(name, 'rtl'));
  writeFileSync(join(name, 'rtl/adder_top.v'), adderText);
  const hex = (value: number, digits: number): string => `${value.toString(16).padStart(digits, '0')} 1\n`;
  writeFileSync(join(name, 'vectors/input.hex'), beats.map((beat) => hex(beat, 4)).join(''));
  const sums = beats.map((beat, k) => ((beat & 255) + (beat >> 8) + (wrong && k === 3 ? 1 : 0)) & 255);
  writeFileSync(join(name, 'vectors/output.hex'), sums.map((sum) => hex(sum, 2)).join(''));
  return name;
}

const make = (root: string, family: string, ...args: string[]): string =>
  execFileSync('make', ['-C', join(root, 'fpga', family), ...args], { encoding: 'utf8', stdio: 'pipe' });

describe('files for the open tools', () => {
  it('pins come from the data of the board', () => {
    expect(openFpgaFiles(adder, board('icebreaker')).get('fpga/ice40/icebreaker.pcf')).toBe(
      '# Pins of the iCEBreaker\nset_io clock 35\nset_io rx 6\nset_io tx 9\nset_io reset_n 10\nset_io lost_led 11\n',
    );
    const lpf = openFpgaFiles(adder, board('ulx3s')).get('fpga/ecp5/ulx3s.lpf');
    expect(lpf).toContain('FREQUENCY PORT "clock" 25 MHZ;');
    expect(lpf).toContain('LOCATE COMP "rx" SITE "M1";\nIOBUF PORT "rx" IO_TYPE=LVCMOS33;');
  });

  it('a board without button and LED has no such ports, a board of Vivado no such files', () => {
    const { reset: _, alarm: __, ...bare } = board('icebreaker');
    const files = openFpgaFiles(adder, bare);
    const top = files.get('fpga/ice40/rtl/adder_board.v');
    expect(top).not.toMatch(/reset_n|lost_led|button/);
    expect(files.get('fpga/ice40/serial_bench.sv')).not.toMatch(/reset_n|lost_led/);
    expect(openFpgaFiles(adder, board('pynq-z2')).size).toBe(0);
  });

  it.each([
    [sampleDesign, {}, 'has dense_3_weights as well'],
    [{ ...adder, streamsOut: [{ prefix: 'm_axis', bits: 12 }] }, {}, 'm_axis has 12 bits'],
    [adder, { serial: undefined }, 'names no serial line'],
    [adder, { clock: { pin: '1', mhz: 3 } }, 'fewer than 4 cycles a bit'],
  ])('says why there is no system: %#', (design, change, reason) => {
    const files = openFpgaFiles(design, { ...board('icebreaker'), ...change } as Board);
    expect([...files.keys()]).toEqual(['fpga/ice40/README']);
    expect(files.get('fpga/ice40/README')).toContain(reason);
  });

  it.each([
    [
      'icebreaker',
      'ice40',
      ['yosys -q', 'nextpnr-ice40 -q', '--up5k --package sg48 --freq 12', 'icepack', 'icetime -d up5k'],
    ],
    ['ulx3s', 'ecp5', ['yosys -q', 'nextpnr-ecp5 -q', '--85k --package CABGA381 --freq 25', 'ecppack --compress']],
  ])('%s: the commands of make', (name, family, commands) => {
    const said = make(folder(board(name)), family, '-n');
    let from = 0;
    for (const command of commands) {
      const at = said.indexOf(command, from);
      expect(at, command).toBeGreaterThanOrEqual(0);
      from = name === 'icebreaker' && command === 'icepack' ? 0 : at;
    }
    expect(said).not.toMatch(/ -p "[^"]*\.\.\/\.\.\/rtl/);
  });
});

/** The board as a pseudo terminal: the sum of two bytes for every two that come. */
const fakeBoard = `import os, pty, subprocess, sys
master, slave = pty.openpty()
host = subprocess.Popen([sys.executable, "host.py", os.ttyname(slave)] + sys.argv[1:])
os.set_blocking(master, False)
got = b""
while host.poll() is None:
    try:
        got += os.read(master, 1)
    except BlockingIOError:
        continue
    if len(got) == 2:
        os.write(master, bytes([(got[0] + got[1]) % 256]))
        got = b""
sys.exit(host.returncode)
`;

describe.skipIf(!havePrograms('python3'))('the script for the computer', () => {
  it.each([false, true])('plays the vectors and compares, wrong: %s', (wrong) => {
    const cwd = join(folder(board('icebreaker'), wrong), 'fpga/ice40');
    writeFileSync(join(cwd, 'fake.py'), fakeBoard);
    const args = ['fake.py', '--in-bytes', '2', '--timeout', '20'];
    const { exitCode, stdout, stderr } = execaSync('python3', args, { cwd, reject: false });
    expect({ exitCode, stderr }).toEqual({ exitCode: wrong ? 1 : 0, stderr: '' });
    expect(stdout).toContain(wrong ? 'sample 3: 00, expected 01\n3 of 4 samples equal' : '4 of 4 samples equal');
  });
});

describe.skipIf(!haveTools('iverilog', 'verilator', 'yosys'))('the top of a board', () => {
  it.each([
    ['icebreaker', 'ice40'],
    ['ulx3s', 'ecp5'],
  ])('%s: results come back over the line, and the bench sees a wrong one', (name, family) => {
    expect(make(folder(board(name)), family, 'simulate', 'SIM=icarus', 'SAMPLES=0')).toContain('PASS: 4 samples equal');
    let output = '';
    try {
      make(folder(board(name), true), family, 'simulate', 'SIM=icarus', 'SAMPLES=0');
    } catch (error) {
      output = String((error as { stdout: string }).stdout);
    }
    expect(output).toContain('FAIL: 1 beats wrong in 4 samples');
  });

  it('has no warning in three readers', () => {
    const root = folder(board('icebreaker'));
    const files = [
      '../../rtl/adder_top.v',
      ...[...openFpgaFiles(adder, board('icebreaker')).keys()]
        .filter((path) => path.startsWith('fpga/ice40/rtl/'))
        .map((path) => path.slice('fpga/ice40/'.length)),
    ];
    const run = (command: string, ...args: string[]): string =>
      execFileSync(command, args, { cwd: join(root, 'fpga/ice40'), encoding: 'utf8', stdio: 'pipe' });
    expect(run('verilator', '--lint-only', '-Wall', '-Wno-DECLFILENAME', '--top-module', 'adder_board', ...files)).toBe(
      '',
    );
    expect(run('iverilog', '-g2012', '-Wall', '-s', 'adder_board', '-o', '/dev/null', ...files)).toBe('');
    expect(
      run(
        'yosys',
        '-q',
        '-p',
        `read_verilog -sv ${files.join(' ')}; hierarchy -check -top adder_board; proc; check -assert`,
      ),
    ).toBe('');
  });
});
