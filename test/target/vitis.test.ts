/** Programs and boot images: the two ways of Vitis do the same, in an order that works; nothing here has run in Vitis. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { type Board, findBoard } from '../../src/target/boards.js';
import { vitisFiles } from '../../src/target/vitis.js';
import { havePrograms } from '../soc/programs.js';
import { sampleDesign } from './designs.js';
import { orderProblem, record, writeTree } from './recorder.js';
import { xsct } from './vendor-commands.js';

const board = (name: string): Board => findBoard(name)!;
const firmware = ['heddle.c', 'heddle.h', 'heddle_linux.c', 'heddle_cosim.h', 'main.c'];

/** A build folder with firmware and what Vivado leaves. */
function folder(on: Board): string {
  const { name } = dirSync({ unsafeCleanup: true });
  const files = new Map(vitisFiles(sampleDesign, on));
  for (const each of firmware) files.set(`firmware/${each}`, '');
  for (const end of ['xsa', 'bit']) files.set(`fpga/vivado/project/digits.${end}`, '');
  writeTree(name, files);
  return name;
}

/** What the tools leave in the workspace. */
function results(workspace: string): void {
  for (const path of ['app/Release/app.elf', 'platform/export/platform/platform.xpfm']) {
    mkdirSync(join(workspace, path, '..'), { recursive: true });
    writeFileSync(join(workspace, path), '');
  }
  mkdirSync(join(workspace, 'platform/export/platform/sw/boot'), { recursive: true });
  for (const each of ['fsbl.elf', 'pmufw.elf'])
    writeFileSync(join(workspace, 'platform/export/platform/sw/boot', each), '');
}

describe('boot images', () => {
  it('Zynq-7000: loader, bitstream, program', () => {
    expect(vitisFiles(sampleDesign, board('pynq-z2')).get('fpga/vitis/boot.bif')).toBe(
      'the_ROM_image:\n{\n  [bootloader] out/fsbl.elf\n  ../vivado/project/digits.bit\n  out/app.elf\n}\n',
    );
  });

  it('UltraScale+: the power management unit comes in front of the bitstream', () => {
    const lines = vitisFiles(sampleDesign, board('zcu104')).get('fpga/vitis/boot.bif')!.split('\n');
    expect(lines.map((line) => /^ {2}\[([^\]]*)\]/.exec(line)?.[1]).filter(Boolean)).toEqual([
      'bootloader, destination_cpu=a53-0',
      'pmufw_image',
      'destination_device=pl',
      'destination_cpu=a53-0, exception_level=el-3',
    ]);
  });

  it('a board whose flash begins with something else: no target writes there, and the way is told', () => {
    const text = vitisFiles(sampleDesign, board('kv260')).get('fpga/vitis/Makefile')!;
    expect(text).not.toContain('program_flash');
    expect(text).not.toContain('boots from it as it is');
    expect(text.match(/xmutil bootfw_update/g)).toHaveLength(2);
  });

  it.each([
    ['pynq-z2', 'zynq', 'program_flash -f out/BOOT.bin -offset 0 -flash_type qspi-x4-single -fsbl out/fsbl.elf'],
    ['zcu102', 'zynqmp', '-flash_type qspi-x8-dual_parallel'],
    ['ultra96-v2', 'zynqmp', 'SD card'],
  ])('%s: the commands of make', (name, arch, flash) => {
    for (const [tool, first] of [
      ['vitis', 'vitis -s vitis_build.py ../vivado/project/digits.xsa'],
      ['xsct', 'xsct xsct_build.tcl ../vivado/project/digits.xsa'],
    ] as const) {
      const args = ['-n', '-C', join(folder(board(name)), 'fpga/vitis'), `TOOL=${tool}`, 'flash'];
      const said = execFileSync('make', args, { encoding: 'utf8' });
      const at = [first, `bootgen -arch ${arch} -image boot.bif -o out/BOOT.bin -w on`, flash].map((text) =>
        said.indexOf(text),
      );
      expect(at).not.toContain(-1);
      expect(at).toEqual([...at].sort((a, b) => a - b));
    }
  });

  it('make chooses by the release that is on PATH', () => {
    const root = folder(board('pynq-z2'));
    for (const [release, tool] of [
      ['v2022.2', 'xsct '],
      ['v2023.2', 'vitis -s'],
      ['v2026.1', 'vitis -s'],
    ] as const) {
      writeFileSync(join(root, 'vitis'), `#!/bin/sh\necho "****** Vitis ${release} (64-bit)"\n`, { mode: 0o755 });
      const env = { ...process.env, PATH: `${root}:${process.env['PATH']}` };
      expect(execFileSync('make', ['-n', '-C', join(root, 'fpga/vitis')], { encoding: 'utf8', env })).toContain(tool);
    }
  });

  it('boards without a processor have none', () => {
    expect(vitisFiles(sampleDesign, board('arty-a7-100')).size).toBe(0);
  });
});

describe('xsct', () => {
  const run = async (root: string, change: (script: string) => string = (script) => script) => {
    const script = join(root, 'fpga/vitis/xsct_build.tcl');
    writeFileSync(script, change(readFileSync(script, 'utf8')));
    // setws makes the workspace, app build fills it.
    const build = { ...xsct['app']!, result: `if {[lindex $args 0] eq "build"} { heddle_results }` };
    const text = readFileSync(script, 'utf8');
    results(join(root, 'made'));
    writeFileSync(
      script,
      `proc heddle_results {} { file mkdir [file join ${root} fpga vitis workspace]; foreach each {app platform} { file copy ${root}/made/$each ${root}/fpga/vitis/workspace/ } }\n${text}`,
    );
    return record(script, { ...xsct, app: build });
  };

  it.each(['pynq-z2', 'zcu104'])('%s: runs to its end, platform in front of program', async (name) => {
    const root = folder(board(name));
    const { calls, exitCode, stderr } = await run(root);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const cpu = name === 'pynq-z2' ? 'ps7_cortexa9_0' : 'psu_cortexa53_0';
    expect(
      orderProblem(calls, [
        'setws workspace',
        `platform create digits.xsa ${cpu} standalone`,
        'platform generate',
        `app create platform ${cpu}`,
        'importsources app firmware',
        'app config build-config release',
        'app build app',
      ]),
    ).toBeUndefined();
    const out = join(root, 'fpga/vitis/out');
    expect(readdirSync(join(out, 'firmware')).sort()).toEqual(['heddle.c', 'heddle.h', 'main.c']);
    expect(existsSync(join(out, 'pmufw.elf'))).toBe(name === 'zcu104');
    for (const each of ['app.elf', 'fsbl.elf']) expect(existsSync(join(out, each))).toBe(true);
  });

  it('the recorder sees an option that xsct does not have', async () => {
    const { exitCode, stderr } = await run(folder(board('pynq-z2')), (text) =>
      text.replace('-os standalone\n', '-oss standalone\n'),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('platform has no option -oss');
  });
});

/** Stands in for the module of Vitis: writes down every call, and leaves what a build leaves. */
const fakeVitis = `import json, os, shutil
calls = []
def note(name, **given):
    calls.append([name, given])
    with open(os.environ["CALLS"], "w") as file:
        json.dump(calls, file)
class Component:
    def __init__(self, name): self.name = name
    def build(self):
        note(self.name + ".build")
        shutil.copytree(os.path.join(os.environ["MADE"], self.name), os.path.join(os.environ["WORKSPACE"], self.name))
    def import_files(self, from_loc, files, dest_dir_in_cmp):
        note("import_files", files=files, dest=dest_dir_in_cmp)
class Client:
    def set_workspace(self, path): note("set_workspace", path=path)
    def create_platform_component(self, name, HW, os, cpu, domain_name):
        note("create_platform_component", cpu=cpu, os=os, domain=domain_name)
        return Component(name)
    def create_app_component(self, name, platform, domain):
        note("create_app_component", platform=platform, domain=domain)
        return Component(name)
def create_client(): return Client()
def dispose(): note("dispose")
`;

describe.skipIf(!havePrograms('python3'))('Vitis in Python', () => {
  it.each([
    ['pynq-z2', 'hw_design', 'ps7_cortexa9_0'],
    ['zcu104', 'hw', 'psu_cortexa53_0'],
  ])('%s, where the platform takes %s', (name, word, cpu) => {
    const root = folder(board(name));
    results(join(root, 'made'));
    writeFileSync(join(root, 'vitis.py'), fakeVitis.replace('HW', word));
    const env = {
      ...{ PYTHONPATH: root, CALLS: join(root, 'calls.json'), MADE: join(root, 'made') },
      WORKSPACE: join(root, 'fpga/vitis/workspace'),
    };
    const { stdout } = execaSync('python3', [join(root, 'fpga/vitis/vitis_build.py')], { env, cwd: '/' });
    expect(stdout).toContain('RESULT {"elf": ');
    const calls = JSON.parse(readFileSync(env.CALLS, 'utf8')) as [string, Record<string, unknown>][];
    expect(calls.map(([each]) => each)).toEqual([
      ...['set_workspace', 'create_platform_component', 'platform.build', 'create_app_component'],
      ...['import_files', 'app.build', 'dispose'],
    ]);
    expect(calls[1]?.[1]).toEqual({ cpu, os: 'standalone', domain: `standalone_${cpu}` });
    expect(calls[4]?.[1]).toEqual({ files: ['heddle.c', 'heddle.h', 'main.c'], dest: 'src' });
    expect(existsSync(join(root, 'fpga/vitis/out/app.elf'))).toBe(true);
    expect(existsSync(join(root, 'fpga/vitis/out/pmufw.elf'))).toBe(name === 'zcu104');
  });

  it('says what is missing', () => {
    const root = folder(board('pynq-z2'));
    writeFileSync(join(root, 'vitis.py'), fakeVitis.replace('HW', 'hw'));
    const env = { PYTHONPATH: root };
    const run = execaSync('python3', [join(root, 'fpga/vitis/vitis_build.py'), 'no.xsa'], {
      env,
      cwd: '/',
      reject: false,
    });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('no.xsa is not there: run fpga/vivado/project.tcl first');
  });
});
