/** The directory of a build, Verilated as its flows have it, and its own `main.c` on a bare machine in front of that. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSoc } from './soc-bench.js';

/** Where a program that is not position independent has its data; all of that is memory of the accelerator. */
export const programMemory = { base: 0x400000n, memory: 0x800000 };

interface Settings {
  readonly top: string;
  readonly control: string;
  readonly streamsIn: readonly string[];
  readonly streamsOut: readonly string[];
  readonly masters: readonly string[];
  readonly rings: boolean;
  readonly base: number;
}

/** What `fpga/vivado/settings.tcl` says. */
function settingsOf(folder: string): Settings {
  const text = readFileSync(join(folder, 'fpga/vivado/settings.tcl'), 'utf8');
  const value = (name: string): string => new RegExp(`^set ${name} +(.*)$`, 'm').exec(text)?.[1] ?? '';
  const list = (name: string): string[] => [...value(name).matchAll(/\{(\w+) \d+\}/g)].map(([, prefix]) => prefix!);
  const { [0]: control } = list('controls');
  if (control === undefined) throw new Error(`${folder}: no control port`);
  return {
    ...{ top: value('top'), control, streamsIn: list('streams_in'), streamsOut: list('streams_out') },
    ...{ masters: list('masters'), rings: value('scatter_gather') === '1', base: Number(value('control_base')) },
  };
}

/** Names and bits of the ports of the shell. */
const portsOf = (shell: string): (readonly [string, number])[] =>
  [...shell.matchAll(/^ {2}(?:input|output) +wire (?:\[(\d+)-1:0\] )?(\w+),?$/gm)].map(
    ([, bits, name]) => [name!, Number(bits ?? 1)] as const,
  );

export interface BuiltSoc {
  readonly soc: string;
  /** The DMAs of `fpga/vivado` have scatter-gather. */
  readonly rings: boolean;
  /** Addresses that the block design gives: accelerator, then DMAs. */
  readonly windows: readonly number[];
}

/** `folder` has `rtl/`, `fpga/vivado/` and `firmware/`. */
export async function builtSoc(folder: string): Promise<BuiltSoc> {
  const settings = settingsOf(folder);
  const rtl = join(folder, 'rtl');
  const text = (name: string) => ({ name, text: readFileSync(join(rtl, name), 'utf8') });
  const files = readFileSync(join(rtl, 'files.f'), 'utf8').trim().split('\n').map(text);
  const images = readdirSync(rtl).filter((name) => name.endsWith('.mem')).map(text); // prettier-ignore
  const { streamsIn, streamsOut, base } = settings;
  const dmas = streamsIn.map((send, k) => [send, streamsOut[k] ?? ''] as const);
  const shell = files.find(({ name }) => name === `${settings.top}.v`);
  const soc = await buildSoc({
    ...{ files, images, top: settings.top, params: {}, ports: portsOf(shell?.text ?? '') },
    ...{ control: settings.control, masters: settings.masters, dmas },
  });
  const windows = [base + 0x10000 * dmas.length, ...dmas.map((_, k) => base + 0x10000 * k)];
  return { soc, rings: settings.rings, windows };
}

/** Compiles all sources that `fpga/vitis` chooses, unchanged; the path of the program. */
export function builtProgram(folder: string, { windows }: BuiltSoc, output: string): string {
  const firmware = join(folder, 'firmware');
  const sources = readdirSync(firmware).filter((name) => /^(?!heddle_(linux|cosim)).*\.c$/.test(name));
  const flags = ['-std=c99', '-O2', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fno-pie', '-no-pie', '-static'];
  const board = [`-I${join(import.meta.dirname, 'bsp')}`, `-DWINDOWS=${windows.join('u,')}u`];
  const { status, stderr } = spawnSync(
    'gcc',
    [...flags, ...board, ...sources, join(import.meta.dirname, 'bench_board.c'), '-o', output],
    { cwd: firmware, encoding: 'utf8' },
  );
  if (status !== 0 || stderr !== '') throw new Error(`${folder}: ${stderr}`);
  return output;
}
