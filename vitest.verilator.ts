import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Environment of the tests: Verilator's own program in place of the Perl script in front of it, which costs ten times as
 * much as the lint of a small module. Nothing where the program does not know its folder without the script, or where
 * HEDDLE_VERILATOR says which to take.
 */
export function quickVerilator(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  if (environment['HEDDLE_VERILATOR'] !== undefined) return {};
  const ask = (command: string, ...args: string[]): string =>
    spawnSync(command, args, { encoding: 'utf8', env: environment }).stdout?.trim() ?? '';
  const path = ask('sh', '-c', 'command -v verilator_bin');
  const sameFolder = path !== '' && path === `${ask('sh', '-c', 'command -v verilator')}_bin`;
  return sameFolder && existsSync(ask(path, '--getenv', 'VERILATOR_ROOT')) ? { HEDDLE_VERILATOR: path } : {};
}
