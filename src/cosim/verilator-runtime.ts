/**
 * Verilator's runtime library and its precompiled header, compiled once per compiler and flag set and then shared by
 * every model: most of the time of a small build would otherwise go here.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { execa } from 'execa';
import { contentHash, ensureEntry } from './build-cache.js';
import type { Toolchain } from './toolchain.js';

export interface Runtime {
  /** Object files to link with a model. */
  readonly objects: readonly string[];
  /** Header to include first; its precompiled form lies beside it. */
  readonly header: string;
}

/** Folder of node_api.h. */
export function nodeHeaders(): string {
  const main = createRequire(import.meta.url).resolve('node-api-headers');
  return join(dirname(main), 'include');
}

/** Flags that a precompiled header and its users must share. */
export function compilerFlags(includes: string, optimize: string, trace: boolean): string[] {
  return [
    '-std=gnu++17',
    ...optimize.split(' '),
    '-fPIC',
    '-fvisibility=hidden',
    '-w',
    `-DVM_TRACE=${trace ? 1 : 0}`,
    `-DVM_TRACE_VCD=${trace ? 1 : 0}`,
    '-DVL_USER_FINISH',
    '-DVL_USER_STOP',
    '-DVL_USER_FATAL',
    '-DVL_USER_WARN',
    `-I${includes}`,
    `-I${join(includes, 'vltstd')}`,
    `-I${nodeHeaders()}`,
  ];
}

const headerText = '#include <node_api.h>\n#include "verilated.h"\n';
const sources = ['verilated', 'verilated_threads'];
const traceSources = ['verilated_vcd_c'];

export async function ensureRuntime(
  cache: string,
  toolchain: Toolchain,
  includes: string,
  optimize: string,
  trace: boolean,
): Promise<Runtime> {
  const flags = compilerFlags(includes, optimize, trace);
  const names = trace ? [...sources, ...traceSources] : sources;
  const key = `runtime-${contentHash([toolchain.identity, flags, headerText, names])}`;
  const { path } = await ensureEntry(cache, key, async (folder) => {
    writeFileSync(join(folder, 'model_first.h'), headerText);
    const compile = (args: readonly string[]): Promise<unknown> =>
      execa(toolchain.compiler, [...flags, ...args], { cwd: folder });
    // The library is never the bottleneck of a model: no optimisation beyond the small.
    const library = names.map((name) => compile(['-O1', '-c', join(includes, `${name}.cpp`), '-o', `${name}.o`]));
    await Promise.all([...library, compile(['-x', 'c++-header', 'model_first.h', '-o', 'model_first.h.gch'])]);
  });
  return { objects: names.map((name) => join(path, `${name}.o`)), header: join(path, 'model_first.h') };
}
