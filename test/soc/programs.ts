/** Programs that tests of software need: compilers, an emulator, Python. */
import { spawnSync } from 'node:child_process';

/**
 * True where every program runs; says once which one is missing, and fails on it under HEDDLE_REQUIRE_TOOLS=1.
 */
export function havePrograms(...names: readonly string[]): boolean {
  const missing = names.filter((name) => {
    return spawnSync(name, ['--version']).status !== 0;
  });
  if (missing.length === 0) return true;
  if (process.env['HEDDLE_REQUIRE_TOOLS'] === '1') throw new Error(`programs are missing: ${missing.join(', ')}`);
  console.log(`skipped: ${missing.join(', ')} not installed`);
  return false;
}

/** A Python with numpy, that of the path or Debian's; undefined where there is none, which fails under HEDDLE_REQUIRE_TOOLS=1. */
export function numpyPython(): string | undefined {
  const found = ['python3', '/usr/bin/python3'].find((each) => spawnSync(each, ['-c', 'import numpy']).status === 0);
  if (found !== undefined) return found;
  if (process.env['HEDDLE_REQUIRE_TOOLS'] === '1') throw new Error('a Python with numpy is missing');
  console.log('skipped: a Python with numpy is not installed');
  return undefined;
}
