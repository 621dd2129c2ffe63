/** The verbs around flows: tools in their place are scripts that leave fixtures of reports. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/base/hash.js';
import { toolVariable, type ToolName } from '../../src/base/tools.js';
import { heddleHere, root } from './run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-flow-'));
const build = join(work, 'build');
afterAll(() => rmSync(work, { recursive: true, force: true }));

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(build, path)), { recursive: true });
  writeFileSync(join(build, path), text);
};
put('manifest.json', '{ "schema": 1, "files": { "report.json": "" } }\n');
put('report.json', '{ "schema": 1, "backend": "dataflow" }\n');
for (const script of ['fpga/vivado/ooc', 'asic/genus/synth', 'asic/dc/synth', 'asic/innovus/common'])
  put(`${script}.tcl`, '');

const changed: string[] = [];
/** A program that stands in the place of a tool. */
function pretend(tool: ToolName, lines: readonly string[]): void {
  const path = join(work, tool);
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  process.env[toolVariable(tool)] = path;
  changed.push(toolVariable(tool));
}
afterEach(() => {
  for (const name of changed.splice(0)) delete process.env[name];
});

const fixtures = join(root, 'test/target/reports/fixtures');
const vivado = (release: string, exit = 0): void =>
  pretend('vivado', [
    'echo "called with $*"',
    'mkdir -p fpga/vivado/ooc',
    ...['timing', 'utilization', 'power'].map(
      (name) => `cp ${fixtures}/vivado_${release}_${name}.rpt fpga/vivado/ooc/${name}.rpt`,
    ),
    `exit ${exit}`,
  ]);

interface Reported {
  readonly flows: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
const report = (): Reported => JSON.parse(readFileSync(join(build, 'report.json'), 'utf8')) as Reported;

describe('flow', () => {
  it('streams what the tool says, keeps its log, and puts its figures into report.json', async () => {
    vivado('2023');
    const ended = await heddleHere(['flow', 'vivado', build]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const call = 'called with -mode batch -nojournal -notrace -source fpga/vivado/ooc.tcl';
    expect(ended.stdout).toContain(call);
    expect(readFileSync(join(build, 'log/flow_vivado.log'), 'utf8')).toContain(call);
    expect(report()).toMatchObject({
      backend: 'dataflow',
      flows: { vivado: { met: true, timing: { setupNs: 0.137 } } },
    });
    const { files } = JSON.parse(readFileSync(join(build, 'manifest.json'), 'utf8')) as {
      files: Record<string, string>;
    };
    expect(files['report.json']).toBe(sha256(readFileSync(join(build, 'report.json'))));
  });

  it('fails on negative slack, with the figures in the report, whatever the exit code of the script', async () => {
    for (const exit of [0, 1]) {
      vivado('2019', exit);
      const ended = await heddleHere(['flow', 'vivado', build]);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/H2507 {2}vivado: timing is not met .*-0\.412/);
      expect(report().flows['vivado']).toMatchObject({ met: false });
    }
  });

  it('knows the reports of Genus, Innovus and Design Compiler', async () => {
    pretend('genus', [
      'mkdir -p asic/genus/out',
      ...['timing', 'area', 'power'].map((name) => `cp ${fixtures}/genus_21_${name}.rpt asic/genus/out/${name}.rpt`),
    ]);
    expect(await heddleHere(['flow', 'genus', build])).toMatchObject({ code: 1 });
    expect(report().flows['genus']).toMatchObject({ met: false, timing: { slackNs: -0.112 } });
    const summary = (mode: string, wns: string): string =>
      `printf '|     ${mode} mode     |   all   | reg2reg |\\n+-----+\\n|           WNS (ns):|  ${wns}  |  0.200  |\\n'`;
    pretend('innovus', [summary('Setup', '-0.300'), summary('Setup', '0.013'), summary('Hold', '0.002')]);
    expect(await heddleHere(['flow', 'innovus', build])).toMatchObject({ code: 0, stderr: '' });
    expect(report().flows['innovus']).toMatchObject({ met: true, timing: { setupNs: 0.013, holdNs: 0.002 } });
    pretend('dc', [
      'mkdir -p asic/dc/out',
      "printf '  slack (MET)       0.12\\n  slack (VIOLATED)      -0.05\\n' > asic/dc/out/timing.rpt",
      "printf 'Total cell area:      1234.500000\\n' > asic/dc/out/area.rpt",
    ]);
    expect(await heddleHere(['flow', 'dc', build])).toMatchObject({ code: 1 });
    expect(report().flows['dc']).toMatchObject({ timing: { slackNs: -0.05 }, area: { cellArea: 1234.5 } });
  });

  it('tells a tool that fails, one that leaves no reports, one that is missing, and a build without scripts', async () => {
    pretend('dc', ['echo no licence; rm -rf asic/dc/out; exit 4']);
    const failed = await heddleHere(['flow', 'dc', build]);
    expect(failed.stderr).toMatch(/H2506 {2}dc: dc_shell -f asic\/dc\/synth.tcl: ended with 4/);
    pretend('dc', ['true']);
    expect((await heddleHere(['flow', 'dc', build])).stderr).toMatch(/H2506 {2}dc: ENOENT.*timing.rpt/);
    process.env[toolVariable('genus')] = join(work, 'nothing');
    changed.push(toolVariable('genus'));
    const missing = await heddleHere(['flow', 'genus', build]);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toMatch(/genus: not found.*[^]*install Cadence Genus/);
    const none = await heddleHere(['flow', 'ice40', build]);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/H2505.*Makefile is not there[^]*--board icebreaker/),
    ]);
  });

  it('works in soc/ of a build: figures under soc of the report; what only the core has is pointed to', async () => {
    const owner = join(work, 'with-soc');
    const [soc, gates] = [join(owner, 'soc'), join(work, 'gates.lib')];
    mkdirSync(join(soc, 'fpga/vivado'), { recursive: true });
    mkdirSync(join(owner, 'fpga/ice40'), { recursive: true });
    for (const path of [gates, join(soc, 'fpga/vivado/ooc.tcl'), join(owner, 'fpga/ice40/Makefile')])
      writeFileSync(path, '');
    writeFileSync(join(owner, 'manifest.json'), '{ "schema": 1, "files": {} }');
    const top = { memory: 'mapped', programmable: true };
    writeFileSync(join(owner, 'report.json'), JSON.stringify({ backend: 'dataflow', soc: top }));
    vivado('2023');
    expect(await heddleHere(['flow', 'vivado', soc])).toMatchObject({ code: 0, stderr: '' });
    const said = JSON.parse(readFileSync(join(owner, 'report.json'), 'utf8')) as { readonly soc: Reported };
    expect(said).toMatchObject({ backend: 'dataflow', soc: { ...top, flows: { vivado: { met: true } } } });
    const log = said.soc.flows['vivado']?.['log'];
    expect([log, readFileSync(join(owner, String(log)), 'utf8')]).toEqual([
      'soc/log/flow_vivado.log',
      expect.stringContaining('ooc.tcl'),
    ]);
    for (const flow of [
      ['ice40', soc],
      ['yosys', soc, '--liberty', gates],
    ]) {
      const { code, stderr } = await heddleHere(['flow', ...flow]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/H2505[^]*heddle -- flow \w+ .*with-soc /)]);
    }
    expect((await heddleHere(['registers', soc])).stdout).toMatch(/WEIGHTS_LO/);
    writeFileSync(join(owner, 'report.json'), JSON.stringify({ backend: 'engine', soc: top }));
    expect((await heddleHere(['registers', soc])).stdout).toMatch(/LIST_X/);
    const engine = await heddleHere(['flow', 'yosys', owner, '--liberty', gates]);
    expect(engine.stderr).toMatch(/H2505.*cores of the dataflow back end[^]*bench:area/);
    expect((await heddleHere(['flow', 'vivado', join(work, 'soc')])).stderr).toMatch(/H0003.*not a build directory/);
  });

  it('prints the commands and runs nothing with --dry-run', async () => {
    const { stdout, code } = await heddleHere(['flow', 'genus', build, '--dry-run']);
    expect([code, stdout]).toEqual([0, `cd ${build}\ngenus -no_gui -abort_on_error -files asic/genus/synth.tcl\n`]);
  });
});

describe('boards and registers', () => {
  it('lists the boards and shows one', async () => {
    const all = await heddleHere(['boards']);
    expect(all.stdout).toMatch(/^pynq-z2 +xc7z020clg400-1 +vivado +ps7 +53,200 +106,400 +140 +220 +64$/m);
    const one = await heddleHere(['boards', 'PYNQ-Z2', '--json', '-']);
    expect(JSON.parse(one.stdout)).toMatchObject({ name: 'pynq-z2', part: 'xc7z020clg400-1' });
    expect((await heddleHere(['boards', 'nowhere'])).stderr).toContain('H2004');
  });

  it('prints the registers of a top and of a build', async () => {
    const printed = async (...args: string[]): Promise<string> => (await heddleHere(['registers', ...args])).stdout;
    expect(await printed('engine')).toMatch(/\| .*ERROR_PLACE/);
    expect(await printed('dataflow_mapped_programmable', '--format', 'c')).toMatch(/#define .*WEIGHTS_LO/);
    expect(JSON.parse(await printed('engine', '--json', '-'))).toMatchObject({ name: 'engine' });
    expect((await heddleHere(['registers', build])).stderr).toMatch(/H2508.*streams only/);
    const engine = join(work, 'engine');
    mkdirSync(engine);
    writeFileSync(join(engine, 'manifest.json'), '{}');
    writeFileSync(join(engine, 'report.json'), '{ "backend": "engine" }');
    expect(await printed(engine, '--format', 'rdl')).toMatch(/ERROR_PLACE/);
  });
});
