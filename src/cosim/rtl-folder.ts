/** SystemVerilog from a folder as it stands, for `--rtl DIR`: a user may have edited what was emitted. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { HeddleError } from '../base/diagnostics.js';
import type { TextFile } from './verilator-build.js';

/** Source paths of a file list, relative to the folder; options (`+incdir+`, `-y`) are not ours to follow. */
function listedFiles(folder: string, list: string): string[] {
  return readFileSync(list, 'utf8')
    .split('\n')
    .map((line) => line.replace(/(\/\/|#).*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('+') && !line.startsWith('-'))
    .map((line) => relative(folder, join(dirname(list), line)));
}

/**
 * Sources in compile order and memory images (`*.mem`) of a folder. The order is that of `files.f`; without one, packages
 * first and then by name. `DIR/rtl` is taken when DIR itself has no sources.
 */
export function readRtlFolder(directory: string): TextFile[] {
  const missing = (message: string): HeddleError =>
    new HeddleError({
      code: 'H5013',
      message,
      places: [{ file: directory }],
      fix: 'give the folder that holds files.f',
    });
  const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
  if (!isFolder(directory)) throw missing(`${directory}: no such folder`);
  const sources = (path: string): string[] => readdirSync(path).filter((name) => /\.s?v$/.test(name));
  const inner = join(directory, 'rtl');
  const folder = sources(directory).length === 0 && isFolder(inner) ? inner : directory;
  const list = join(folder, 'files.f');
  const rank = (name: string): number => (/_pkg\.s?v$/.test(name) ? 0 : 1);
  const names = existsSync(list)
    ? listedFiles(folder, list)
    : sources(folder).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const absent = names.find((name) => !existsSync(join(folder, name)));
  if (absent !== undefined) throw missing(`${absent}: listed in files.f, but not there`);
  if (names.length === 0) throw missing(`${directory}: no SystemVerilog in it`);
  const images = readdirSync(folder).filter((name) => name.endsWith('.mem'));
  const all = [...new Set([...names, ...images])];
  return all.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}
