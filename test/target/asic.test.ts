import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { asicFiles, type AsicOptions } from '../../src/target/asic.js';
import { readTechnology, type Technology } from '../../src/target/technology.js';
import { sampleDesign } from './designs.js';
import { orderProblem, positions, record, writeTree } from './recorder.js';
import { designCompiler, genus, innovusCommon, innovusLegacy, type VendorCommand } from './vendor-commands.js';

const example = fileURLToPath(new URL('../../asic/tech.example.json', import.meta.url));
const plain = readTechnology(example);

/** The example with a memory macro. */
const withMemory: Technology = {
  ...plain,
  memories: [
    {
      ...{ module: 'sram_1024x32', depth: 1024, width: 32, lef: '/pdk/sram.lef', gds: '/pdk/sram.gds' },
      libraries: { ss_0p81v_125c: '/pdk/sram_ss.lib', ff_0p99v_m40c: '/pdk/sram_ff.lib' },
      databases: { ss_0p81v_125c: '/pdk/sram_ss.db', ff_0p99v_m40c: '/pdk/sram_ff.db' },
    },
  ],
};

const scripts: readonly (readonly [string, Readonly<Record<string, VendorCommand>>])[] = [
  ['genus/synth.tcl', genus],
  ['dc/synth.tcl', designCompiler],
  ['innovus/common.tcl', innovusCommon],
  ['innovus/legacy.tcl', innovusLegacy],
];

const genusReport = readFileSync(new URL('reports/fixtures/genus_21_timing.rpt', import.meta.url), 'utf8');
const holdPath = `Path 1: VIOLATED (-0.004 ns) Hold Check with Pin u/q_reg/CK->D
     Startpoint: (R) aresetn
       Endpoint: (F) u/q_reg/D
`;
/** The worst path is met, as where two groups are sorted each for itself. */
const legacyPaths = `Path 1: MET Setup Check with Pin u/q_reg/CK
Endpoint:   u/q_reg/D (^) checked with  leading edge of 'aclk'
= Slack Time                    0.010
Path 2: VIOLATED Late External Delay Assertion
Endpoint:   y[1]      (v) checked with  leading edge of 'aclk'
Beginpoint: u/a_reg/Q (v) triggered by  leading edge of 'aclk'
= Slack Time                   -0.295
`;

/** A build folder with what Genus leaves for Innovus. */
function folder(technology: Technology, options: Partial<AsicOptions> = {}): string {
  const { name } = dirSync({ unsafeCleanup: true });
  writeTree(name, asicFiles(sampleDesign, technology, { rtlFolder: 'rtl', clockGating: true, ...options }));
  for (const file of ['digits.v', 'digits.sdc']) {
    const path = join(name, 'asic/genus/out', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  return name;
}

const run = (root: string, script: string, commands: Readonly<Record<string, VendorCommand>>) =>
  record(join(root, 'asic', script), commands);

describe('scripts for chips', () => {
  for (const [what, technology] of [
    ['cells only', plain],
    ['with a memory', withMemory],
  ] as const) {
    it.each(scripts)(`${what}: %s runs to its end`, async (script, commands) => {
      const root = folder(technology, { activity: { file: 'activity.saif', instance: 'bench/dut' } });
      const { exitCode, stderr } = await run(root, script, commands);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    });
  }

  it.each([
    [
      'genus/synth.tcl',
      genus,
      'write_db',
      {},
      'timing.rpt: slack -112 ps from u_array/w_q_reg[0]/CK to u_array/acc_q_reg[31]/D',
    ],
    [
      'dc/synth.tcl',
      designCompiler,
      'write_sdf',
      {},
      'slack -0.112 from u_array/w_q_reg[0]/CK to u_array/acc_q_reg[31]/D',
    ],
    [
      'innovus/common.tcl',
      innovusCommon,
      'write_db',
      { 'hold.rpt': holdPath },
      'hold.rpt: slack -0.004 ns from aresetn to u/q_reg/D',
    ],
    [
      'innovus/legacy.tcl',
      innovusLegacy,
      'saveDesign',
      { 'setup.rpt': legacyPaths },
      'setup.rpt: slack -0.295 from u/a_reg/Q to y[1]',
    ],
  ] as const)(
    '%s: a violated path is said and ends with 1, behind everything else',
    async (script, commands, end, reports, path) => {
      const root = folder(plain);
      const properties = { SLACK: '-0.112', STARTPOINT: 'u_array/w_q_reg[0]/CK', ENDPOINT: 'u_array/acc_q_reg[31]/D' };
      const slow = { properties, reports: { 'timing.rpt': genusReport, ...reports } };
      const failed = await record(join(root, 'asic', script), commands, slow);
      expect(failed).toMatchObject({ exitCode: 1, stderr: `ERROR: timing is not met: ${path}` });
      expect(positions(failed.calls, end)).not.toEqual([]);
      const settings = join(root, 'asic/settings.tcl');
      writeFileSync(settings, readFileSync(settings, 'utf8').replace(/(slack_is_error +)true/, '$1false'));
      const allowed = await record(join(root, 'asic', script), commands, slow);
      expect(allowed).toMatchObject({ exitCode: 0, stderr: `WARNING: timing is not met: ${path}` });
    },
  );

  it.each([
    ['genus/synth.tcl', genus, 'timing.rpt has no path: the clock did not reach the design'],
    ['dc/synth.tcl', designCompiler, 'no timing path is constrained: the clock did not reach the design'],
  ] as const)('%s: a design without constrained paths has not met its timing', async (script, commands, words) => {
    const none = { properties: { SLACK: 'INFINITY' }, reports: { 'timing.rpt': 'No paths found' } };
    const { exitCode, stderr } = await record(join(folder(plain), 'asic', script), commands, none);
    expect([exitCode, stderr.includes(words)]).toEqual([1, true]);
  });

  it('Genus: gating is decided in front of elaboration, constraints are there in front of synthesis', async () => {
    const { calls } = await run(folder(withMemory), 'genus/synth.tcl', genus);
    expect(
      orderProblem(calls, [
        'set_db lp_insert_clock_gating true',
        'read_mmmc mmmc_common.tcl',
        'create_constraint_mode digits.sdc',
        'create_timing_condition',
        'create_delay_corner -timing_condition',
        'set_analysis_view view_ss_0p81v_125c view_ff_0p99v_m40c',
        'read_physical tech.lef',
        'read_hdl -language sv SYNTHESIS fifo.sv',
        'elaborate digits_top',
        'init_design',
        'check_design',
        'check_timing_intent',
        'set_db .dont_use true',
        'set_db ICGX4 .dont_use false',
        'set_db design:digits_top .lp_clock_gating_cell',
        'set_db .preserve size_ok',
        'syn_generic',
        'syn_map',
        'syn_opt',
        'add_tieoffs TIEHI TIELO',
        'write_hdl',
        'write_sdc',
        'write_sdf',
      ]),
    ).toBeUndefined();
  });

  it('Design Compiler: gates of the text are found behind the link, and the style is set in front of compiling', async () => {
    const { calls } = await run(folder(plain), 'dc/synth.tcl', designCompiler);
    expect(
      orderProblem(calls, [
        'elaborate digits_top',
        'link',
        'set_dont_use DLYX1',
        'remove_attribute */ICGX4 dont_use',
        'get_cells -hierarchical ICGX4',
        'set_preserve_clock_gate u_engine/u_column',
        'set_clock_gating_style latch integrated:ICGX4 before',
        'compile_ultra -gate_clock',
      ]),
    ).toBeUndefined();
  });

  it.each([
    ['a gate without a pin for tests', { cell: 'CKG', clock: 'CP', enable: 'E', output: 'Q' }, 'integrated:CKG none'],
    ['no gate named', undefined, 'integrated before'],
  ])('Design Compiler: %s', async (_, gate, words) => {
    const { clock_gate: __, clock_gates: ___, ...others } = plain.cells;
    const cells = { ...others, ...(gate === undefined ? {} : { clock_gate: gate }) };
    const root = folder({ ...plain, cells });
    const { calls, exitCode } = await run(root, 'dc/synth.tcl', designCompiler);
    expect(exitCode).toBe(0);
    expect(positions(calls, `set_clock_gating_style ${words}`)).toHaveLength(1);
    expect(positions(calls, 'set_preserve_clock_gate')).toHaveLength(gate === undefined ? 0 : 1);
    const innovus = await run(root, 'innovus/common.tcl', innovusCommon);
    expect(innovus.calls.find(({ args }) => args[0] === 'cts_clock_gating_cells')?.args[1]).toBe(gate?.cell);
  });

  it('activity of the text is read under its instance, behind elaboration and in front of gates', async () => {
    const root = folder(plain, { activity: { file: 'asic/activity.saif', instance: 'digits_top' } });
    const [cadence, synopsys] = [
      await run(root, 'genus/synth.tcl', genus),
      await run(root, 'dc/synth.tcl', designCompiler),
    ];
    expect(
      orderProblem(cadence.calls, [
        ...['elaborate', 'init_design', 'read_saif -instance digits_top /asic/activity.saif', 'syn_generic'],
        'report_power',
      ]),
    ).toBeUndefined();
    expect(positions(cadence.calls, 'read_stimulus')).toEqual([]);
    expect(
      orderProblem(synopsys.calls, [
        ...['saif_map -start', 'analyze', 'elaborate', 'link'],
        ...['read_saif -auto_map_names /asic/activity.saif -instance_name digits_top', 'compile_ultra', 'report_power'],
      ]),
    ).toBeUndefined();
    const vcd = folder(plain, { activity: { file: 'activity.vcd', instance: 'bench/dut' } });
    const { calls, exitCode } = await run(vcd, 'genus/synth.tcl', genus);
    expect(exitCode).toBe(0);
    expect(orderProblem(calls, ['syn_opt', 'read_stimulus activity.vcd bench/dut', 'report_power'])).toBeUndefined();
    expect(positions(calls, 'read_saif')).toEqual([]);
  });

  it.each(['genus/synth.tcl', 'dc/synth.tcl'])('%s: no report writes over another', async (script) => {
    const commands = script.startsWith('genus') ? genus : designCompiler;
    const { calls } = await run(folder(plain), script, commands);
    const written = calls.flatMap(({ args }) => (args.at(-2) === '>' ? [args.at(-1)] : []));
    expect(written.length).toBeGreaterThan(5);
    expect(new Set(written).size).toBe(written.length);
    expect(written.find((path) => path?.endsWith('power.rpt'))).toBeDefined();
  });

  it('memories stand at the same corner as the cells', async () => {
    const { calls } = await run(folder(withMemory), 'genus/synth.tcl', genus);
    const sets = positions(calls, 'create_library_set').map((index) => calls[index]?.args.join(' ') ?? '');
    expect(sets.map((set) => [set.includes('_ss.lib'), set.includes('_ff.lib')])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it.each([
    [
      'innovus/common.tcl',
      innovusCommon,
      [
        'connect_global_net tie_hi',
        'create_floorplan',
        'create_place_halo',
        'add_endcaps',
        'add_well_taps',
        'add_rings',
        'route_special',
        'edit_pin',
        'place_opt_design',
        'create_clock_tree_spec',
        'ccopt_design',
        'set_propagated_clock',
        'opt_design -post_cts -hold',
        'route_design',
        'opt_design -post_route -setup -hold',
        'add_fillers',
        'time_design -post_route -hold',
        'check_drc',
        'check_connectivity',
        'check_process_antenna',
        'write_stream -map_file -merge',
        'write_parasitics',
      ],
    ],
    [
      'innovus/legacy.tcl',
      innovusLegacy,
      [
        'globalNetConnect tiehi',
        'floorPlan',
        'addHaloToBlock',
        'addEndCap',
        'addWellTap',
        'addRing',
        'sroute',
        'editPin',
        'place_opt_design',
        'create_ccopt_clock_tree_spec',
        'ccopt_design',
        'set_propagated_clock',
        'optDesign -postCTS -hold',
        'routeDesign',
        'optDesign -postRoute -setup -hold',
        'addFiller',
        'timeDesign -postRoute -hold',
        'verify_drc',
        'verifyConnectivity',
        'verifyProcessAntenna',
        'streamOut -mapFile -merge',
        'rcOut',
      ],
    ],
  ] as const)('%s: floorplan, power, placement, clock, routing, checks, GDS', async (script, commands, order) => {
    const { calls } = await run(folder(withMemory), script, commands);
    expect(orderProblem(calls, order)).toBeUndefined();
    // The GDS of the cells and of the memories is merged in, or their layouts would be empty.
    const stream = calls.find(({ command }) => command === 'write_stream' || command === 'streamOut');
    expect(stream?.args.join(' ')).toContain('/pdk/gds/cells.gds /pdk/sram.gds');
  });

  it('the two user interfaces name corners in their own ways', async () => {
    const common = await run(folder(plain), 'innovus/common.tcl', innovusCommon);
    const legacy = await run(folder(plain), 'innovus/legacy.tcl', innovusLegacy);
    expect(positions(common.calls, 'create_rc_corner -qrc_tech -temperature')).toHaveLength(2);
    expect(positions(legacy.calls, 'create_rc_corner -qx_tech_file -T')).toHaveLength(2);
    expect(positions(legacy.calls, 'create_delay_corner -library_set')).toHaveLength(2);
  });

  it('a value that tech.json left out stops with its name', async () => {
    const { databases: _, ...corner } = plain.corners['ss_0p81v_125c'] as {
      databases: unknown;
    } & Technology['corners'][string];
    const without = { ...plain, corners: { ...plain.corners, ss_0p81v_125c: corner } };
    const { exitCode, stderr } = await run(folder(without), 'dc/synth.tcl', designCompiler);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('tech.json says nothing about corners.ss_0p81v_125c.databases');
  });

  it('no script holds a path of a PDK, a version of an IP, or an integer division', () => {
    for (const [path, text] of asicFiles(sampleDesign, plain, { rtlFolder: 'rtl', clockGating: false })) {
      if (path === 'asic/tech.tcl') continue;
      expect([path, /\/pdk|\/home|\/tools/.test(text)]).toEqual([path, false]);
      expect([path, /expr \{?\s*\d+\s*\//.test(text)]).toEqual([path, false]);
    }
  });
});

describe('golden files', () => {
  const files = asicFiles(sampleDesign, withMemory, { rtlFolder: 'rtl', clockGating: true });
  it.each(['asic/settings.tcl', 'asic/tech.tcl', 'constraints/digits.sdc'])('%s', async (path) => {
    await expect(files.get(path)).toMatchFileSnapshot(`golden/${path.split('/').at(-1)}`);
  });
});

describe('tech.json', () => {
  const broken = (change: (data: Record<string, never>) => void): string => {
    const data = JSON.parse(readFileSync(example, 'utf8')) as Record<string, never>;
    change(data);
    const path = join(dirSync({ unsafeCleanup: true }).name, 'tech.json');
    writeFileSync(path, JSON.stringify(data));
    return path;
  };

  it('tells everything that is wrong at once', () => {
    const path = broken((data: Record<string, unknown>) => {
      delete data['gds'];
      data['process'] = 7;
    });
    expect(() => readTechnology(path)).toThrow(/required property 'gds'[^]*additional properties: process/);
  });

  it('a corner without its RC data, a memory without its corner, no corner for hold', () => {
    const path = broken((data: Record<string, unknown>) => {
      const corners = data['corners'] as Record<string, { rc: string; use: string[] }>;
      Object.assign(corners['ss_0p81v_125c'] ?? {}, { rc: 'typical' });
      Object.assign(corners['ff_0p99v_m40c'] ?? {}, { use: ['setup'] });
      data['memories'] = [
        { ...{ module: 'm', depth: 4, width: 4, lef: 'l', gds: 'g' }, libraries: { ff_0p99v_m40c: 'x.lib' } },
      ];
    });
    expect(() => readTechnology(path)).toThrow(
      /there is no rc typical[^]*memory m: no library for corner ss_0p81v_125c[^]*no corner is used for hold/,
    );
  });
});
