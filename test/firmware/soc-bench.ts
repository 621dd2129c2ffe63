/** A Verilated accelerator behind a socket (`sim/soc_bench.cpp`), and firmware that talks to it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { contentHash, defaultCacheFolder, ensureEntry } from '../../src/cosim/build-cache.js';
import { findToolchain, verilatorIncludes } from '../../src/cosim/toolchain.js';
import type { TextFile } from '../../src/cosim/verilator-build.js';
import { compilerFlags, ensureRuntime } from '../../src/cosim/verilator-runtime.js';

const root = join(import.meta.dirname, '..', '..');
const benchFiles = ['soc_bench.cpp', 'soc_model.h', 'soc_dma.h'].map((name) => join(root, 'sim', name));
const library = join(root, 'fpga', 'firmware');

export interface SocSpec {
  /** Sources in compile order, and memory images. */
  readonly files: readonly TextFile[];
  readonly images: readonly TextFile[];
  readonly top: string;
  /** Names and bits of all ports. */
  readonly ports: readonly (readonly [string, number])[];
  readonly params: Readonly<Record<string, number | bigint | string>>;
  /** Prefixes of the buses. */
  readonly control: string;
  readonly masters: readonly string[];
  /** Stream in and out of a DMA; '' where there is none. */
  readonly dmas: readonly (readonly [string, string])[];
}

function portsHeader({ ports, control, masters, dmas }: SocSpec): string {
  return [
    '#pragma once',
    '#include "Vsoc.h"',
    '#include "soc_model.h"',
    'using Top = Vsoc;',
    'struct DmaPorts { const char *send, *receive; };',
    'inline Ports portTable(Top &top) {',
    '  return Ports{{',
    ...ports.map(([name, bits]) => `    {"${name}", Port{&top.${name}, ${bits}}},`),
    '  }};',
    '}',
    `static const char *const controlPrefix = "${control}";`,
    `static const std::vector<const char *> masterPrefixes{${masters.map((name) => `"${name}"`).join(', ')}};`,
    `static const std::vector<DmaPorts> dmaPorts{${dmas.map(([s, r]) => `{"${s}", "${r}"}`).join(', ')}};`,
    '',
  ].join('\n');
}

/** Folder with the program `soc` and the memory images; from the cache where it was built before. */
export async function buildSoc(spec: SocSpec): Promise<string> {
  const cache = defaultCacheFolder();
  const toolchain = findToolchain();
  const includes = await verilatorIncludes(toolchain);
  const harness = benchFiles.map((path) => readFileSync(path, 'utf8'));
  const entry = await ensureEntry(cache, `soc-${contentHash([toolchain.identity, spec, harness])}`, async (folder) => {
    for (const { name, text } of [...spec.files, ...spec.images]) writeFileSync(join(folder, name), text);
    const names = spec.files.map(({ name }) => name);
    const params = Object.entries(spec.params).map(
      ([name, value]) => `-G${name}=${typeof value === 'string' ? `"${value}"` : value}`,
    );
    const flags = ['-O3', '--no-timing', '--x-assign', 'unique', '--x-initial', 'unique', '-Wno-fatal', '-Wno-lint'];
    const more = [
      '-Wno-style',
      '--unroll-count',
      '4096',
      '--prefix',
      'Vsoc',
      '--top-module',
      spec.top,
      '--Mdir',
      'obj',
    ];
    const [, runtime] = await Promise.all([
      execa(toolchain.verilator, ['--cc', ...flags, ...more, ...params, ...names], { cwd: folder }),
      ensureRuntime(cache, toolchain, includes, '-O1', false),
    ]);
    const object = join(folder, 'obj');
    writeFileSync(join(object, 'soc_ports.h'), portsHeader(spec));
    const generated = readdirSync(object).filter((name) => name.endsWith('.cpp'));
    const all = [...generated.sort(), ...benchFiles.slice(0, 1)].map((name) => `#include "${name}"\n`).join('');
    writeFileSync(join(object, 'all.cc'), all);
    const own = compilerFlags(includes, '-O1', false).filter((flag) => !flag.startsWith('-DVL_USER'));
    await execa(
      toolchain.compiler,
      [...own, '-Iobj', `-I${join(root, 'sim')}`, join('obj', 'all.cc'), join(includes, 'verilated.cpp')].concat([
        ...[join(includes, 'verilated_threads.cpp'), '-pthread', '-latomic', '-o', 'soc'],
      ]),
      { cwd: folder },
    );
    void runtime;
    rmSync(object, { recursive: true });
  });
  return entry.path;
}

/** Compiles a client and the library for this machine or another; the path of the program. */
export function buildFirmware(
  folder: string,
  files: Readonly<Record<string, string>>,
  compiler: string,
  flags: readonly string[],
  client: 'client' | 'weights_client' = 'client',
): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const core = [
    'heddle',
    'heddle_frame',
    'heddle_stream',
    'heddle_engine',
    'heddle_dma',
    'heddle_text',
    'heddle_cosim',
  ];
  const sources = core.map((name) => join(library, `${name}.c`));
  const program = join(folder, `${client}-${compiler}`);
  const main = join(import.meta.dirname, `${client}.c`);
  const args = ['-std=c99', '-O2', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', `-I${library}`, `-I${folder}`];
  const { status, stderr } = spawnSync(compiler, [...args, ...flags, main, ...sources, '-o', program], {
    encoding: 'utf8',
  });
  if (status !== 0 || stderr !== '') throw new Error(`${compiler}: ${stderr}`);
  return program;
}

export interface SocRun {
  readonly seed: number;
  /** Chance that a channel waits. */
  readonly stall: number;
  /** The DMAs have scatter-gather. */
  readonly rings?: boolean;
  /** Bus address of the memory; by default that of the client. */
  readonly base?: bigint;
  /** Bytes of memory; as many as the client has. */
  readonly memory?: number;
  /** What the firmware gets behind the socket and the seed. */
  readonly args: readonly string[];
}

/** Bus address of the memory; that of the client. */
const memoryBase = 0x10_0000_0000n;
/** What the client says where nothing else is asked for. */
const memoryBytes = 0x40000;

/** What the client is compiled with: bytes of memory, samples of the largest call, calls, microseconds of the longest, refused beats. */
export interface ClientSizes {
  readonly memory?: number;
  readonly most?: number;
  readonly calls?: number;
  readonly timeout?: number;
  readonly faults?: number;
  /** Samples of a call of which a beat is refused. */
  readonly refused?: number;
}

/** Flags of the compiler for them. */
export const clientFlags = ({ memory = memoryBytes, ...rest }: ClientSizes = {}): readonly string[] => [
  `-DHEDDLE_COSIM_MEMORY_BYTES=${memory}u`,
  ...Object.entries(rest).map(([name, value]) => `-D${name.toUpperCase()}=${value}u`),
];

/** Runs firmware against an accelerator; what the firmware printed. Throws with both outputs where either fails. */
export async function runSoc(soc: string, firmware: readonly string[], run: SocRun): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-soc-'));
  const socket = join(folder, 's');
  const rings = run.rings === true ? '1' : '0';
  const bench = spawn(
    join(soc, 'soc'),
    [socket, `${run.seed}`, `${run.stall}`, `${run.base ?? memoryBase}`, `${run.memory ?? memoryBytes}`, rings],
    { cwd: soc, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = { bench: '' };
  const ended = new Promise<number>((resolve) => bench.on('close', (code) => resolve(code ?? -1)));
  const ready = new Promise<void>((resolve) => {
    for (const stream of [bench.stdout, bench.stderr])
      stream.on('data', (data: Buffer) => {
        said.bench += data.toString();
        if (said.bench.includes('ready')) resolve();
      });
  });
  try {
    await Promise.race([ready, ended]);
    const [program = '', ...before] = firmware;
    const { exitCode, stdout, stderr } = await execa(program, [...before, socket, `${run.seed}`, ...run.args], {
      reject: false,
      env: { HEDDLE_SOCKET: socket },
      timeout: 1_200_000,
    });
    if (exitCode !== 0) bench.kill();
    const code = await ended;
    const what = `seed ${run.seed}, stall ${run.stall}, ${run.args.join(' ')}`;
    if (exitCode !== 0 || code !== 0) throw new Error(`${what}: ${stdout}\n${stderr}\n${said.bench}`);
    return stdout;
  } finally {
    bench.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
