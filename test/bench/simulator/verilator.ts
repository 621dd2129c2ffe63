/** Verilator's side of the benchmark: programs with a testbench in C++, built once and kept, driven over pipes. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { contentHash, defaultCacheFolder, ensureEntry } from '../../../src/cosim/build-cache.js';

const here = dirname(fileURLToPath(import.meta.url));

export interface PeerSpec {
  readonly top: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly testbench: string;
  readonly params?: Readonly<Record<string, number>>;
  readonly defines?: Readonly<Record<string, number>>;
  /** Writes every signal to an FST file. */
  readonly trace?: boolean;
}

const FLAGS = ['-O3', '--x-assign', 'fast', '--x-initial', 'fast', '--noassert'];
/**
 * Verilator's makefile puts an -Os of its own (OPT_FAST) behind the -O3 of -CFLAGS, so that the usual command does not give what it
 * asks for. With these the C++ compiler optimises fully: the text of the MAC array then runs several times as fast.
 */
const OPT_FAST = 'OPT_FAST=-O3 OPT_SLOW=-O3 OPT_GLOBAL=-O3';

/** The program of `spec`; from the cache when it was built before. `optFast` overrides the makefile's own optimisation level. */
export async function buildPeer(spec: PeerSpec, optFast = false): Promise<string> {
  const testbench = readFileSync(join(here, spec.testbench), 'utf8');
  const version = execFileSync('verilator', ['--version'], { encoding: 'utf8' });
  const key = `bench-${contentHash([spec, testbench, version, FLAGS, ...(optFast ? [OPT_FAST] : [])])}`;
  const { path } = await ensureEntry(defaultCacheFolder(), key, (folder) => {
    for (const { name, text } of spec.files) writeFileSync(join(folder, name), text);
    copyFileSync(join(here, spec.testbench), join(folder, 'tb.cpp'));
    const defines = Object.entries(spec.defines ?? {}).map(([k, v]) => ` -D${k}=${v}`);
    const args = [
      ...['--cc', '--exe', '--build', '-j', '1', ...FLAGS],
      ...['-Wno-fatal', '-Wno-lint', '-Wno-style', '--Mdir', 'obj', '--top-module', spec.top],
      ...(spec.trace === true ? ['--trace-fst'] : []),
      ...Object.entries(spec.params ?? {}).map(([k, v]) => `-G${k}=${v}`),
      ...['-CFLAGS', `-O3 -march=native${defines.join('')}${spec.trace === true ? ' -DTRACE' : ''}`],
      ...(optFast ? ['-MAKEFLAGS', OPT_FAST] : []),
      ...spec.files.map((f) => f.name),
      'tb.cpp',
    ];
    execFileSync('verilator', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    copyFileSync(join(folder, 'obj', `V${spec.top}`), join(folder, 'program'));
    rmSync(join(folder, 'obj'), { recursive: true });
    return Promise.resolve();
  });
  return join(path, 'program');
}

export interface RunResult {
  readonly seconds: number;
  readonly checksum: string;
}

/** A running program: asked for so many cycles, it says how long they took. */
export class Peer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;

  constructor(program: string, args: readonly string[] = ['0', '3', 'trace.fst']) {
    this.child = spawn(program, args);
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async run(cycles: number, duty: number): Promise<RunResult> {
    this.child.stdin.write(`${cycles} ${duty}\n`);
    const line = await this.answers.next();
    const [seconds, checksum] = String(line.value).split(' ');
    if (checksum === undefined) throw new Error('the Verilator program ended');
    return { seconds: Number(seconds), checksum };
  }

  close(): void {
    this.child.stdin.end();
  }
}
