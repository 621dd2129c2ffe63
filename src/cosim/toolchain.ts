/** The Verilator and the C++ compiler of this machine, with an identity that changes when either does. */
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { requireTool } from '../base/tools.js';

export interface Toolchain {
  readonly verilator: string;
  readonly compiler: string;
  /** Part of every cache key: real paths, sizes and dates of the two programs. */
  readonly identity: string;
}

function fingerprint(file: string): string {
  const real = realpathSync(file);
  const { size, mtimeMs } = statSync(real);
  return `${real}:${size}:${Math.round(mtimeMs)}`;
}

/** Finds both programs; throws H5001 or H5002 with the install command. */
export function findToolchain(environment: NodeJS.ProcessEnv = process.env): Toolchain {
  const verilator = requireTool('verilator', environment);
  const compiler = requireTool('compiler', environment);
  return { verilator, compiler, identity: `${fingerprint(verilator)} ${fingerprint(compiler)}` };
}

/** Folder of verilated.h; asks Verilator, so only a build calls it. */
export async function verilatorIncludes(toolchain: Toolchain): Promise<string> {
  const { stdout } = await execa(toolchain.verilator, ['--getenv', 'VERILATOR_ROOT']);
  return join(stdout.trim(), 'include');
}
