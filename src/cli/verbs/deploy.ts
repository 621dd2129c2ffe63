/** `heddle deploy`: a build and its bitstream to a board over ssh, and its test there. */
import { readFileSync } from 'node:fs';
import type { Argv, CommandModule } from 'yargs';
import { numberedError } from '../../base/diagnostics.js';
import { requireTool } from '../../base/tools.js';
import { type DeployCommand, deployPlan, type DeployRun } from '../../build/deploy.js';
import { type CommonOptions, say, writeJson } from '../output.js';

interface DeployArguments extends CommonOptions {
  readonly build: string;
  readonly host: string;
  readonly remote?: string | undefined;
  readonly run: DeployRun;
  readonly dryRun: boolean;
}

/** A command as a person would type it. */
const shown = (command: DeployCommand): string =>
  command.map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');

async function run(args: DeployArguments): Promise<void> {
  const plan = deployPlan(args);
  const report = { board: plan.board, host: args.host, remote: plan.remote, commands: plan.commands.map(shown) };
  if (args.dryRun) {
    for (const line of report.commands) say(args, line);
    writeJson(args, { ...report, dry_run: true });
    return;
  }
  const { execa } = await import('execa');
  for (const command of plan.commands) {
    const [program, ...rest] = command;
    say(args, shown(command));
    // Passwords and host keys are asked for at the terminal; what the board says is shown as it comes.
    const quiet = args.quiet === true || args.json === '-';
    const stdout = quiet ? 'ignore' : 'inherit';
    const { exitCode } = await execa(requireTool(program), rest, {
      ...{ reject: false, stdin: 'inherit', stdout, stderr: 'inherit' },
    });
    if (exitCode !== 0) {
      throw numberedError('H2504', `${shown(command)}: ended with ${exitCode ?? 'a signal'}`, {
        fix: 'see what it said above; --dry-run prints all commands, to be tried one by one',
        exitCode: 1,
      });
    }
  }
  const measured =
    plan.result === undefined ? {} : { throughput: JSON.parse(readFileSync(plan.result, 'utf8')) as unknown };
  writeJson(args, { ...report, dry_run: false, ...measured });
}

export const deployCommand: CommandModule<CommonOptions, DeployArguments> = {
  command: 'deploy <build>',
  describe: 'copy a build and its bitstream to a board over ssh, and test it there',
  builder: (yargs: Argv<CommonOptions>): Argv<DeployArguments> =>
    yargs
      .positional('build', { type: 'string', demandOption: true, describe: 'directory of a build' })
      .option('host', { type: 'string', demandOption: true, requiresArg: true, describe: 'board, as ssh takes it' })
      .option('remote', { type: 'string', requiresArg: true, describe: 'folder on the board (default heddle/NAME)' })
      .option('run', {
        choices: ['validate', 'throughput', 'none'] as const,
        default: 'validate' as const,
        describe: 'what to run there',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'print the commands only',
      }) as unknown as Argv<DeployArguments>,
  handler: run,
};
