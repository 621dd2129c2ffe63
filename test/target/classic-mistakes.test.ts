/**
 * Mistakes that scripts of this kind are known for, one test each, over every script that a build gets: as text, and as the
 * calls that it makes when it runs. The numbers are those of the list that we keep of them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dirSync } from 'tmp';
import { beforeAll, describe, expect, it } from 'vitest';
import { asicFiles } from '../../src/target/asic.js';
import { type Board, findBoard } from '../../src/target/boards.js';
import { openAsicFiles, readOpenTechnology } from '../../src/target/open-asic.js';
import { openFpgaFiles } from '../../src/target/open-fpga.js';
import { readTechnology } from '../../src/target/technology.js';
import { vitisFiles } from '../../src/target/vitis.js';
import { vivadoFiles } from '../../src/target/vivado.js';
import { sampleDesign } from './designs.js';
import { type Call, positions, record, writeTree } from './recorder.js';
import * as vendor from './vendor-commands.js';

const asic = fileURLToPath(new URL('../../asic/', import.meta.url));
const python = fileURLToPath(new URL('../../fpga/python/', import.meta.url));
const board = (name: string): Board => findBoard(name)!;
const boards = ['pynq-z2', 'zcu104', 'arty-a7-100'];

/** The example with a second corner for hold, and a memory. */
const technology = (() => {
  const plain = readTechnology(join(asic, 'tech.example.json'));
  const [slow, fast] = Object.keys(plain.corners) as [string, string];
  return {
    ...plain,
    corners: { ...plain.corners, tt: { ...plain.corners[fast]!, libraries: ['/pdk/cells/tt.lib'] } },
    memories: [
      {
        ...{ module: 'sram', depth: 64, width: 32, lef: '/pdk/sram.lef', gds: '/pdk/sram.gds' },
        libraries: { [slow]: '/pdk/sram_ss.lib', [fast]: '/pdk/sram_ff.lib', tt: '/pdk/sram_tt.lib' },
        databases: { [slow]: '/pdk/sram_ss.db', [fast]: '/pdk/sram_ff.db', tt: '/pdk/sram_tt.db' },
      },
    ],
  };
})();

const texts = new Map<string, string>([
  ...boards.flatMap((name) =>
    [...vivadoFiles(sampleDesign, board(name)), ...vitisFiles(sampleDesign, board(name))].map(
      ([path, text]) => [`${name}/${path}`, text] as const,
    ),
  ),
  ...asicFiles(sampleDesign, technology, { rtlFolder: 'rtl', clockGating: true }),
  ...openAsicFiles(sampleDesign, readOpenTechnology(join(asic, 'sky130hd.json'))!, 'rtl_asic'),
  ...openFpgaFiles(sampleDesign, board('icebreaker')),
]);
const tcl = [...texts].filter(([path]) => path.endsWith('.tcl'));
const constraints = [...texts].filter(([path]) => /\.(sdc|xdc)$/.test(path));
/** Without remarks. */
const code = (text: string): string => text.replace(/^\s*(#|\/\/).*$/gm, '').replace(/\s;#.*$/gm, '');

/** Calls by script. */
const runs = new Map<string, readonly Call[]>();
const calls = (script: string): readonly Call[] => runs.get(script)!;

beforeAll(async () => {
  for (const name of boards) {
    const root = dirSync({ unsafeCleanup: true }).name;
    writeTree(root, vivadoFiles(sampleDesign, board(name)));
    const project = join(root, 'fpga/vivado/project/vivado');
    for (const path of [
      'digits.runs/impl_1/system_wrapper.bit',
      'digits.srcs/sources_1/bd/system/hw_handoff/system.hwh',
    ]) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), '');
    }
    for (const script of ['ooc.tcl', 'package_ip.tcl', 'project.tcl']) {
      const { calls: made, exitCode } = await record(join(root, 'fpga/vivado', script), vendor.vivado);
      expect([script, exitCode]).toEqual([script, 0]);
      runs.set(`${name} ${script}`, made);
    }
  }
  const root = dirSync({ unsafeCleanup: true }).name;
  writeTree(root, asicFiles(sampleDesign, technology, { rtlFolder: 'rtl', clockGating: true }));
  for (const end of ['v', 'sdc']) {
    mkdirSync(join(root, 'asic/genus/out'), { recursive: true });
    writeFileSync(join(root, `asic/genus/out/digits.${end}`), '');
  }
  for (const [script, commands] of [
    ['genus/synth.tcl', vendor.genus],
    ['dc/synth.tcl', vendor.designCompiler],
    ['innovus/common.tcl', vendor.innovusCommon],
    ['innovus/legacy.tcl', vendor.innovusLegacy],
  ] as const) {
    const { calls: made, exitCode } = await record(join(root, 'asic', script), commands);
    expect([script, exitCode]).toEqual([script, 0]);
    runs.set(script, made);
  }
}, 60_000);

describe('arithmetic and quoting', () => {
  it('1: no division of whole numbers: a period of 3.33 ns does not become 3', () => {
    for (const [path, text] of tcl) {
      for (const [, body = ''] of code(text).matchAll(/expr\s+(\{[^}]*\}|\S+)/g)) {
        if (body.includes('/')) expect([path, body]).toEqual([path, expect.stringMatching(/\d\.\d/)]);
      }
    }
    const clock = calls('pynq-z2 ooc.tcl');
    expect(clock.length).toBeGreaterThan(0);
    expect(texts.get('pynq-z2/constraints/ooc.xdc')).toContain('-period 6.666');
  });

  it('3: what a tool gets has been substituted: no $ and no open bracket is left in any argument', () => {
    for (const [script, made] of runs) {
      for (const { command, args } of made) {
        const left = args.filter((arg) => /\$\w|\$\{|\[\w+ /.test(arg));
        expect([script, command, left]).toEqual([script, command, []]);
      }
    }
  });

  it('no path of one machine, no command of one operating system', () => {
    for (const [path, text] of texts) {
      expect([path, /[A-Z]:[\\/]Users|\/home\/|\/opt\/|\/tools\//.test(text)]).toEqual([path, false]);
      if (path.endsWith('.tcl')) expect([path, /\bexec\s+(cp|mv|rm|mkdir|ln)\b/.test(text)]).toEqual([path, false]);
    }
  });
});

describe('constraints', () => {
  it('2: inputs without clock, with delays at both ends', () => {
    for (const [path, text] of constraints.filter(([, each]) => each.includes('set_input_delay'))) {
      expect([path, /all_inputs/.test(text)]).toEqual([path, false]);
      for (const kind of ['input', 'output']) {
        for (const end of ['max', 'min']) expect(text).toMatch(new RegExp(`set_${kind}_delay -${end} `));
      }
      expect(/set inputs \[get_ports \{([^}]*)\}/.exec(text)?.[1]).not.toMatch(/\baclk\b/);
    }
    expect(constraints.filter(([, each]) => each.includes('set_input_delay')).length).toBeGreaterThan(0);
  });

  it('8: a reset of the board is constrained, and a Zynq gets its clock once', () => {
    expect(texts.get('arty-a7-100/constraints/arty-a7-100.xdc')).toContain(
      'set_false_path -from [get_ports board_resetn]',
    );
    for (const name of ['pynq-z2', 'zcu104']) {
      expect(texts.has(`${name}/constraints/${name}.xdc`)).toBe(false);
      expect(positions(calls(`${name} project.tcl`), 'add_files constrs_1')).toHaveLength(0);
    }
  });
});

describe('chips', () => {
  const backends = ['innovus/common.tcl', 'innovus/legacy.tcl'] as const;

  it('4: no report overwrites another', () => {
    for (const [script, made] of runs) {
      const files = made.flatMap(({ command, args }) => {
        const name = (option: string): string => args[args.indexOf(option) + 1] ?? '';
        if (args.at(-2) === '>') return [args.at(-1) ?? ''];
        const option = ['-file', '-out_file', '-report', '-outfile'].find((each) => args.includes(each));
        if (option !== undefined && /^(report|check|verify|time)/.test(command)) return [name(option)];
        const prefix = ['-report_prefix', '-prefix'].find((each) => args.includes(each));
        if (prefix !== undefined && /^(time_design|timeDesign)$/.test(command))
          return [`${name(prefix)} ${args.filter((arg) => /^-(pre|post|hold)/.test(arg)).join(' ')}`];
        return [];
      });
      expect([script, new Set(files).size]).toEqual([script, files.length]);
    }
  });

  it('5: memories stand at the corner of the cells', () => {
    for (const script of ['genus/synth.tcl', ...backends]) {
      const sets = positions(calls(script), 'create_library_set').map((at) => calls(script)[at]!.args.join(' '));
      expect(sets).toHaveLength(3);
      for (const set of sets) {
        const corner = /cells\/(\w\w)/.exec(set)?.[1];
        expect(set).toContain(`/pdk/sram_${corner}.lib`);
      }
    }
  });

  it('6: every RC corner has extraction data and a temperature', () => {
    for (const script of ['genus/synth.tcl', ...backends]) {
      const corners = calls(script).filter(({ command }) => command === 'create_rc_corner');
      expect(corners.length).toBe(Object.keys(technology.rc).length);
      for (const { args } of corners) {
        expect(args.join(' ')).toMatch(/-(qrc_tech|qx_tech_file) \S+\.tch/);
        expect(args.join(' ')).toMatch(/-(temperature|T) -?\d+/);
      }
      const used = calls(script).filter(({ command }) => command === 'create_delay_corner');
      for (const { args } of used) expect(args[args.indexOf('-rc_corner') + 1]).toMatch(/^rc_(slow|fast)$/);
    }
  });

  it.each(backends)(
    '7: %s: layouts of cells in the GDS, filled rows, hold at every corner, clocks that arrive',
    (script) => {
      const made = calls(script);
      const stream = made.find(({ command }) => /^(write_stream|streamOut)$/.test(command))!.args.join(' ');
      expect(stream).toMatch(/-(map_file|mapFile) \S+\.map -merge \/pdk\/gds\/cells\.gds \/pdk\/sram\.gds/);
      for (const filled of [/^(add_fillers|addFiller)$/, /^(add_well_taps|addWellTap)$/, /^(add_endcaps|addEndCap)$/])
        expect(made.some(({ command }) => filled.test(command))).toBe(true);
      const ties = made.filter(({ command }) => /^(connect_global_net|globalNetConnect)$/.test(command));
      expect(ties.filter(({ args }) => args.some((arg) => /^tie_?(hi|lo)$/.test(arg)))).toHaveLength(2);
      const views = made.find(({ command }) => command === 'set_analysis_view')!.args;
      expect(views[views.indexOf('-hold') + 1]!.split(' ')).toEqual(['view_ff_0p99v_m40c', 'view_tt']);
      const names = made.map(({ command }) => command);
      expect(names.indexOf('set_propagated_clock')).toBeGreaterThan(names.indexOf('ccopt_design'));
      expect(made.filter(({ args }) => args.includes('-hold')).length).toBeGreaterThanOrEqual(4);
    },
  );
});

describe('Vivado', () => {
  it('8: every run is waited for without a limit, and looked at', () => {
    for (const name of boards) {
      const made = calls(`${name} project.tcl`);
      for (const run of ['synth_1', 'impl_1']) {
        const waits = positions(made, `wait_on_run ${run}`);
        expect(waits).toHaveLength(1);
        expect(made[waits[0]!]!.args).toEqual([run]);
        expect(positions(made, `get_property PROGRESS`).some((at) => at > waits[0]!)).toBe(true);
      }
    }
  });

  it('8: no version of an IP is written down', () => {
    for (const [path, text] of tcl.filter(([each]) => each.includes('/vivado/'))) {
      expect([path, [...code(text).matchAll(/xilinx\.com:(?:ip|inline_hdl):\w+:\d\S*/g)]]).toEqual([path, []]);
    }
  });

  it('8: generated files are looked for where old and new releases keep them', () => {
    // The folders of this test are those of a release up to 2020.1, of test/target/vivado.test.ts those of a newer one.
    for (const name of boards) expect(calls(`${name} project.tcl`).length).toBeGreaterThan(20);
    expect(texts.get('pynq-z2/fpga/vivado/project.tcl')).toContain('{gen,srcs}');
  });

  it('8: addresses reach the whole memory: 40 bits on UltraScale+', () => {
    for (const [name, bits] of [
      ['pynq-z2', '32'],
      ['zcu104', '40'],
    ] as const) {
      const made = calls(`${name} project.tcl`);
      const widths = made.flatMap(({ args }) => {
        const list = args.find((arg) => arg.includes('CONFIG.c_addr_width'))?.split(' ') ?? [];
        return list.length === 0 ? [] : [list[list.indexOf('CONFIG.c_addr_width') + 1]];
      });
      expect(new Set(widths)).toEqual(new Set([bits]));
    }
  });

  it('8: every reset comes from the block that belongs to the clock', () => {
    for (const name of boards) {
      const made = calls(`${name} project.tcl`);
      expect(positions(made, 'create_bd_cell proc_sys_reset')).toHaveLength(1);
      expect(positions(made, 'connect_bd_net resets/slowest_sync_clk')).toHaveLength(1);
    }
  });

  it('10: transfers of more than 16 KiB: a length register of 26 bits', () => {
    for (const name of boards) {
      const dmas = positions(calls(`${name} project.tcl`), 'create_bd_cell axi_dma');
      expect(positions(calls(`${name} project.tcl`), 'set_property c_sg_length_width 26')).toHaveLength(dmas.length);
    }
  });
});

describe('drivers', () => {
  const driver = readFileSync(join(python, 'driver.py'), 'utf8');

  it('10: the way back is open first, caches are cleaned, the clock is set behind loading, files belong together', () => {
    const order = (text: string, ...words: string[]): void => {
      const at = words.map((word) => text.indexOf(word));
      expect(at).not.toContain(-1);
      expect(at).toEqual([...at].sort((a, b) => a - b));
    };
    order(
      driver,
      'buffer_in.flush()',
      'recvchannel.transfer',
      'sendchannel.transfer',
      'recvchannel.wait',
      'self.collect(buffer_out',
    );
    order(driver.slice(driver.indexOf('def collect(')), 'buffer.invalidate()', 'np.array(buffer');
    order(driver, '.hwh', 'Overlay(bit)', 'Clocks.fclk0_mhz = io');
    expect(driver).toContain('if count * sample > limit');
  });
});
