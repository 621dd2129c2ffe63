/** Runs the three open tools on emitted text, where they are installed. HEDDLE_REQUIRE_TOOLS=1 makes a missing one a failure. */
import { execa } from 'execa';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import tmp from 'tmp';
import { findTool, type ToolName } from '../../src/base/tools.js';

tmp.setGracefulCleanup();

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}
export type Overrides = Readonly<Record<string, number>>;

/** True where every tool is there; says once which one is missing. */
export function haveTools(...names: ToolName[]): boolean {
  const missing = names.filter((name) => findTool(name) === undefined);
  if (missing.length === 0) return true;
  if (process.env['HEDDLE_REQUIRE_TOOLS'] === '1') throw new Error(`tools are missing: ${missing.join(', ')}`);
  console.log(`skipped: ${missing.join(', ')} not installed`);
  return false;
}

/** Path of a tool, or the name under which it would be found. */
export const toolPath = (name: ToolName): string => findTool(name) ?? name;

/** A new folder with the files in it; goes when the process ends. */
export async function folderWith(files: readonly SourceFile[]): Promise<string> {
  const { name } = tmp.dirSync({ unsafeCleanup: true, prefix: 'heddle-verilog-' });
  await Promise.all(files.map((file) => writeFile(join(name, file.name), file.text)));
  return name;
}

/** Output of a command, both streams; its exit code is part of it when it fails. A minute is enough for any of them. */
export async function outputOf(command: string, args: readonly string[], cwd: string): Promise<string> {
  const result = await execa(command, args, { cwd, reject: false, all: true, timeout: 60_000 });
  const failure = result.exitCode === 0 ? '' : `\n${command} ended with ${result.exitCode ?? result.message}`;
  return `${result.all}${failure}`.trim();
}

/** Everything that Verilator, Yosys and Icarus say about a design; empty when it is clean. */
export async function lint(
  files: readonly SourceFile[],
  top: string,
  overrides: readonly Overrides[],
): Promise<string> {
  const folder = await folderWith(files);
  const sources = files.map((file) => file.name).filter((name) => name.endsWith('.sv'));
  const runs: Promise<string>[] = [];
  for (const values of overrides.length === 0 ? [{}] : overrides) {
    const given = Object.entries(values);
    const generics = given.map(([name, value]) => `-G${name}=${value}`);
    runs.push(
      outputOf(toolPath('verilator'), ['--lint-only', '-Wall', '--top-module', top, ...generics, ...sources], folder),
    );
    const parameters = given.map(([name, value]) => `-P${top}.${name}=${value}`);
    runs.push(
      outputOf('iverilog', ['-g2012', '-Wall', '-s', top, ...parameters, '-o', '/dev/null', ...sources], folder),
    );
    const set = given.length === 0 ? '' : `chparam ${given.map(([n, v]) => `-set ${n} ${v}`).join(' ')} ${top};`;
    const script = `read_verilog -sv ${sources.join(' ')}; ${set} hierarchy -check -top ${top}; proc; check -assert`;
    runs.push(outputOf('yosys', ['-q', '-p', script], folder));
  }
  return (await Promise.all(runs)).filter((text) => text !== '').join('\n');
}
