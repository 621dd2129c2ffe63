import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readRtlFolder } from '../../src/cosim/rtl-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'heddle-rtl-'));
const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, 'rtl'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('reading text from a folder', () => {
  it('follows files.f, takes images, and looks into rtl/', () => {
    for (const name of ['a.sv', 'b.sv', 'c.v', 'rom.mem']) put(join('rtl', name), name);
    put('rtl/files.f', '// order\n+incdir+.\nb.sv\nc.v  // plain\n\na.sv\n');
    expect(readRtlFolder(folder).map(({ name }) => name)).toEqual(['b.sv', 'c.v', 'a.sv', 'rom.mem']);
  });
  it('puts packages first without a list', () => {
    for (const name of ['b.sv', 'a.sv', 'z_pkg.sv']) put(name, '');
    expect(readRtlFolder(folder).map(({ name }) => name)).toEqual(['z_pkg.sv', 'a.sv', 'b.sv']);
  });
  it('says what is missing', () => {
    expect(() => readRtlFolder(join(folder, 'nowhere'))).toThrow(/H5013/);
    expect(() => readRtlFolder(folder)).toThrow(/no SystemVerilog/);
    put('a.sv', '');
    put('files.f', 'a.sv\nb.sv\n');
    expect(() => readRtlFolder(folder)).toThrow(/b\.sv: listed in files\.f/);
  });
});
