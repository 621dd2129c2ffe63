/**
 * SystemVerilog text to a Verilated model that Node loads: Verilator, one C++ compilation, a cache by content.
 *
 * All generated C++ and the harness `sim/model_addon.cpp` are one translation unit behind a precompiled header, linked
 * with a runtime that is compiled once (`verilator-runtime.ts`). Memory images are read when a model is opened, so texts
 * that differ only in their images share a build.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { PortInfo } from '../simulator/simulation.js';
import { contentHash, defaultCacheFolder, ensureEntry } from './build-cache.js';
import { type PortLayout, layoutPorts, renderPortHeader } from './port-layout.js';
import { type Toolchain, findToolchain, verilatorIncludes } from './toolchain.js';
import { compilerFlags, ensureRuntime } from './verilator-runtime.js';
import { compilerFailure, verilatorFailure } from './verilator-errors.js';

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** How to build; every field has a default, and every field is part of the cache key. */
export interface BuildFlags {
  /** g++ optimisation; `-O1` unless told, which costs small models no build time (`-O3 -march=native` for benchmarks). */
  readonly optimize?: string;
  /**
   * `seeded` (the default): registers, memories and X start at zero, or at random when a model is opened with a seed.
   * `fast`: Verilator may choose; only for benchmarks.
   */
  readonly initial?: 'seeded' | 'fast';
  /** Writes VCD on demand; slower to build and run. */
  readonly trace?: boolean;
  /** Checks `assert` statements of the text. */
  readonly assertions?: boolean;
  /** More arguments for Verilator. */
  readonly extra?: readonly string[];
}

export interface VerilatorSpec {
  /** Sources in compile order. */
  readonly files: readonly TextFile[];
  readonly top: string;
  /** Every port but the clocks. */
  readonly ports: readonly PortInfo[];
  /** Clock ports, all driven together; none for a combinational module. */
  readonly clocks: readonly string[];
  /** Overrides of top-level parameters. */
  readonly params?: Readonly<Record<string, number | bigint | string>>;
  /** Files that `$readmemh` finds by these names. */
  readonly images?: readonly TextFile[];
  readonly flags?: BuildFlags;
}

/** A finished build; `openModel` makes instances of it. */
export interface VerilatorBuild {
  readonly top: string;
  readonly layout: PortLayout;
  readonly clocks: readonly string[];
  /** The `.node` file. */
  readonly addon: string;
  /** Folder in which `$readmemh` looks, or empty. */
  readonly imageFolder: string;
  /** False when the cache had it. */
  readonly built: boolean;
}

const harness = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'sim', 'model_addon.cpp');

function writeFiles(folder: string, files: readonly TextFile[]): void {
  for (const { name, text } of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function verilatorArguments(spec: VerilatorSpec, prefix: string): string[] {
  const { initial = 'seeded', trace = false, assertions = false, extra = [] } = spec.flags ?? {};
  const x = initial === 'seeded' ? 'unique' : 'fast';
  const overrides = Object.entries(spec.params ?? {}).map(
    ([name, value]) => `-G${name}=${typeof value === 'string' ? `"${value}"` : value}`,
  );
  return [
    ...['--cc', '-O3', '--no-timing', '--x-assign', x, '--x-initial', x, '-Wno-fatal', '-Wno-lint', '-Wno-style'],
    // Loops over vector registers must unroll, however long.
    ...['--unroll-count', '4096', '--unroll-stmts', '100000'],
    ...[assertions ? '--assert' : '--noassert'],
    ...(trace ? ['--trace', '--trace-structs'] : []),
    ...['--prefix', prefix, '--top-module', spec.top, '--Mdir', 'obj'],
    ...overrides,
    ...extra,
    ...spec.files.map(({ name }) => name),
  ];
}

async function compile(
  spec: VerilatorSpec,
  layout: PortLayout,
  toolchain: Toolchain,
  cache: string,
  prefix: string,
  folder: string,
): Promise<void> {
  const { optimize = '-O1', trace = false } = spec.flags ?? {};
  writeFiles(folder, spec.files);
  const includes = await verilatorIncludes(toolchain);
  const [translated, runtime] = await Promise.all([
    execa(toolchain.verilator, verilatorArguments(spec, prefix), { cwd: folder, reject: false, all: true }),
    ensureRuntime(cache, toolchain, includes, optimize, trace),
  ]);
  if (translated.exitCode !== 0) throw verilatorFailure(spec.top, translated.all);
  const object = join(folder, 'obj');
  const generated = readdirSync(object).filter((name) => name.endsWith('.cpp'));
  writeFileSync(join(object, 'model_ports.h'), renderPortHeader(layout, prefix, spec.clocks));
  writeFileSync(join(object, 'all.cc'), [...generated.sort(), harness].map((name) => `#include "${name}"\n`).join(''));
  const args = [
    ...compilerFlags(includes, optimize, trace),
    ...['-Iobj', '-include', runtime.header, '-shared', join('obj', 'all.cc'), ...runtime.objects],
    ...['-Wl,--exclude-libs,ALL', '-Wl,-Bsymbolic', '-fno-gnu-unique', '-o', 'model.node'],
  ];
  const compiled = await execa(toolchain.compiler, args, { cwd: folder, reject: false, all: true });
  if (compiled.exitCode !== 0) throw compilerFailure(spec.top, compiled.all);
  // Keep what a reader wants (sources, the header of ports); drop what only the compiler wanted.
  rmSync(object, { recursive: true });
}

/** The model of `spec`, from the cache when the same text, parameters and flags were built before. */
export async function buildModel(spec: VerilatorSpec, cache: string = defaultCacheFolder()): Promise<VerilatorBuild> {
  const toolchain = findToolchain();
  const layout = layoutPorts(spec.ports);
  const { files, top, clocks, params = {}, flags = {}, images = [] } = spec;
  const overrides = Object.entries(params).map(([name, value]) => [name, String(value)]);
  const rules = [readFileSync(harness, 'utf8'), renderPortHeader(layout, '', clocks), verilatorArguments(spec, '')];
  const key = contentHash([toolchain.identity, rules, files, top, overrides, flags]);
  const entry = await ensureEntry(cache, key, (folder) => compile(spec, layout, toolchain, cache, `H${key}`, folder));
  const imageFolder =
    images.length === 0
      ? ''
      : (
          await ensureEntry(cache, `images-${contentHash(images)}`, (folder) => {
            writeFiles(folder, images);
            return Promise.resolve();
          })
        ).path;
  return { top, layout, clocks, addon: join(entry.path, 'model.node'), imageFolder, built: entry.built };
}
