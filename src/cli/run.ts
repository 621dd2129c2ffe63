/** The command line as a function: parses, hands over to a verb, and turns errors into exit codes. */
import yargs from 'yargs';
import { HeddleError } from '../base/diagnostics.js';
import { version } from '../build/version.js';
import { usageError } from './errors.js';
import { boardsCommand } from './verbs/boards.js';
import { buildCommand } from './verbs/build.js';
import { cosimCommand } from './verbs/cosim.js';
import { deployCommand } from './verbs/deploy.js';
import { doctorCommand } from './verbs/doctor.js';
import { emitCommand } from './verbs/emit.js';
import { explainCommand } from './verbs/explain.js';
import { explainFoldingCommand } from './verbs/explain-folding.js';
import { flowCommand } from './verbs/flow.js';
import { inferCommand } from './verbs/infer.js';
import { profileCommand } from './verbs/profile.js';
import { registersCommand } from './verbs/registers.js';
import { topsCommand } from './verbs/tops.js';
import { waveCommand } from './verbs/wave.js';

/** Text of an error on a terminal, and the exit code of the process. */
export function verdict(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof HeddleError) return { text: error.message, exitCode: error.exitCode };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `this is a bug in Heddle, please report it with the command and this text:\n${stack}`, exitCode: 1 };
}

async function parse(argv: readonly string[]): Promise<void> {
  const parser = yargs(argv as string[])
    .scriptName('heddle')
    .usage('$0 VERB ...\n\nTrained, quantized networks to SystemVerilog, simulated cycle by cycle.')
    .option('quiet', { alias: 'q', type: 'boolean', describe: 'say nothing but errors' })
    .option('json', {
      type: 'string',
      requiresArg: true,
      describe: 'write the results as JSON to a file, or - for standard output',
    })
    .command(buildCommand)
    .command(inferCommand)
    .command(cosimCommand)
    .command(profileCommand)
    .command(waveCommand)
    .command(emitCommand)
    .command(flowCommand)
    .command(deployCommand)
    .command(boardsCommand)
    .command(registersCommand)
    .command(topsCommand)
    .command(doctorCommand)
    .command(explainCommand)
    .command(explainFoldingCommand)
    .completion('completion', 'print a completion script for bash or zsh')
    .demandCommand(1, 'a verb is needed')
    .strict()
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .version(version())
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      if (error instanceof HeddleError) throw error;
      if (error !== undefined && error.name !== 'YError') throw error;
      throw usageError(message ?? error?.message ?? 'the command line is not understood', 'see --help');
    });
  await parser.parseAsync();
}

/** Runs one command line, prints what it says, and sets the exit code of the process. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await parse(argv);
  } catch (error) {
    const { text, exitCode } = verdict(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}
