/** Configurations for open PDKs, parsed back: by make itself, and as JSON. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { openAsicFiles, readOpenTechnology } from '../../src/target/open-asic.js';
import { sampleDesign } from './designs.js';
import { writeTree } from './recorder.js';

const asic = fileURLToPath(new URL('../../asic/', import.meta.url));
const files = (platform: string) =>
  openAsicFiles(sampleDesign, readOpenTechnology(join(asic, `${platform}.json`))!, 'rtl_asic');

/** A build folder with the sources. */
function folder(platform: string): string {
  const { name } = dirSync({ unsafeCleanup: true });
  writeTree(name, files(platform));
  mkdirSync(join(name, 'rtl_asic'));
  for (const source of sampleDesign.sources) writeFileSync(join(name, 'rtl_asic', source), '');
  return name;
}

describe.each(['nangate45', 'sky130hd'])('%s', (platform) => {
  it('config.mk gives ORFS what it reads, from any directory', () => {
    const root = folder(platform);
    const names = ['DESIGN_NAME', 'PLATFORM', 'VERILOG_FILES', 'SDC_FILE', 'SYNTH_HDL_FRONTEND', 'CORE_UTILIZATION'];
    const makefile = `include ${root}/asic/orfs/config.mk\nall:\n${names.map((name) => `\t@echo "${name}=$$${name}"\n`).join('')}`;
    writeFileSync(join(root, 'print.mk'), makefile);
    const said = execFileSync('make', ['-s', '-f', join(root, 'print.mk')], { cwd: '/', encoding: 'utf8' });
    const values = Object.fromEntries(
      said
        .trim()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    );
    expect(values).toMatchObject({ DESIGN_NAME: 'digits_top', PLATFORM: platform, SYNTH_HDL_FRONTEND: 'slang' });
    const sources = values['VERILOG_FILES']!.split(/\s+/);
    expect(sources).toEqual(sampleDesign.sources.map((source) => join(root, 'rtl_asic', source)));
    // The constraints carry the clock, in ns, and leave it out of the inputs.
    const sdc = readFileSync(values['SDC_FILE']!, 'utf8');
    expect(sdc).toContain('create_clock -name aclk -period 6.666 [get_ports aclk]');
    expect(sdc).toMatch(/set_driving_cell -lib_cell \S+ -pin \S+ \$inputs/);
    expect(sdc).not.toMatch(/all_inputs/);
  });
});

describe('LibreLane', () => {
  it('config.json names files that are there', () => {
    const root = folder('sky130hd');
    const path = join(root, 'asic/librelane/config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect(config).toMatchObject({
      DESIGN_NAME: 'digits_top',
      CLOCK_PORT: 'aclk',
      CLOCK_PERIOD: 6.666,
      PDK: 'sky130A',
    });
    const named = [
      ...(config['VERILOG_FILES'] as string[]),
      config['PNR_SDC_FILE'],
      config['SIGNOFF_SDC_FILE'],
    ] as string[];
    for (const each of named) {
      expect(each).toMatch(/^dir::/);
      expect(() => readFileSync(resolve(dirname(path), each.slice('dir::'.length)))).not.toThrow();
    }
  });

  it('is not written where it does not know the PDK', () => {
    expect(files('nangate45').has('asic/librelane/config.json')).toBe(false);
  });
});

describe('the file of an open technology', () => {
  it('is told from a tech.json, and checked', () => {
    expect(readOpenTechnology(join(asic, 'tech.example.json'))).toBeUndefined();
    const path = join(dirSync({ unsafeCleanup: true }).name, 'made.json');
    writeFileSync(path, JSON.stringify({ name: 'x', platform: 'asap7', utilization_percent: 40 }));
    expect(() => readOpenTechnology(path)).toThrow(/H2502[^]*platform/);
  });
});
