import { expect, it } from 'vitest';
import { readmeText } from '../../src/build/readme-file.js';

const facts = { title: 'digits: an accelerator', clockMhz: 100 };

it('names what is there and nothing else', () => {
  const text = readmeText({ ...facts, paths: ['rtl/files.f', 'sim/Makefile', 'report.json'] });
  expect(text).toMatch(/^digits: an accelerator, for 100 MHz\./);
  for (const name of ['rtl/', 'sim/, vectors/', 'report.json']) expect(text).toContain(`\n${name}\n`);
  for (const name of ['vivado', 'genus', 'soc/', 'deploy/', 'firmware/', 'fpga/']) expect(text).not.toContain(name);
});

it('every file that a command names is one of those that make its row stand', () => {
  const folders = ['sim/Makefile', 'fpga/vitis/Makefile', 'fpga/ice40/Makefile', 'fpga/ecp5/Makefile'];
  const scripts = [
    ...['ooc', 'package_ip', 'project'].map((name) => `fpga/vivado/${name}.tcl`),
    ...['genus/synth', 'innovus/common', 'innovus/legacy', 'dc/synth'].map((name) => `asic/${name}.tcl`),
    ...['asic/orfs/config.mk', 'asic/librelane/config.json'],
  ];
  const text = readmeText({ ...facts, paths: [...folders, ...scripts] });
  const commands = text.split('\n').filter((line) => line.startsWith('    '));
  const named = commands.flatMap((line) => line.match(/(?:fpga|asic)\/[\w/]+\.(?:tcl|mk|json)/g) ?? []);
  expect(new Set(named)).toEqual(new Set(scripts));
  const made = commands
    .flatMap((line) => /^ {4}make -C (\S+)/.exec(line)?.[1] ?? [])
    .filter((at) => at !== 'ORFS/flow');
  expect(new Set(made.map((at) => `${at}/Makefile`))).toEqual(new Set(folders));
});
