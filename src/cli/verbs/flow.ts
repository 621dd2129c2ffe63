/** `heddle flow`: runs the tool that is installed on the scripts of a build, and reads its reports. */
import type { Argv, CommandModule } from 'yargs';
import { commandOf, planFlow, runFlow } from '../../build/run-flow.js';
import { flows } from '../../target/flows.js';
import { type CommonOptions, say, writeJson } from '../output.js';

interface FlowArguments extends CommonOptions {
  readonly flow: string;
  readonly build: string;
  readonly liberty?: string | undefined;
  readonly clock?: number | undefined;
  readonly dryRun: boolean;
}

async function run(args: FlowArguments): Promise<void> {
  const request = { build: args.build, flow: args.flow, liberty: args.liberty, clockMhz: args.clock };
  if (args.dryRun) {
    const commands = planFlow(request).steps.map(commandOf);
    for (const line of [`cd ${args.build}`, ...commands]) say(args, line);
    writeJson(args, { flow: args.flow, build: args.build, commands, dry_run: true });
    return;
  }
  const quiet = args.quiet === true || args.json === '-';
  const result = await runFlow(request, (text) => {
    if (!quiet) process.stdout.write(text);
  });
  writeJson(args, { ...result, dry_run: false });
  say(args, `${result.flow}: ${JSON.stringify(result.figures)}`);
  say(args, `figures are in ${result.build}/report.json, the log in ${result.build}/${result.log}`);
}

export const flowCommand: CommandModule<CommonOptions, FlowArguments> = {
  command: 'flow <flow> <build>',
  describe: 'run a synthesis or layout tool on the scripts of a build and read its reports',
  builder: (yargs: Argv<CommonOptions>): Argv<FlowArguments> =>
    yargs
      .positional('flow', {
        type: 'string',
        demandOption: true,
        choices: flows.map(({ name }) => name),
        describe: flows.map(({ name, title }) => `${name}: ${title}`).join('; '),
      })
      .positional('build', { type: 'string', demandOption: true, describe: 'directory of a build, or its soc/' })
      .option('liberty', {
        type: 'string',
        requiresArg: true,
        describe: 'library of cells for yosys (.lib or .lib.gz)',
      })
      .option('clock', { type: 'number', requiresArg: true, describe: 'MHz for yosys (default that of the library)' })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'print the commands, run nothing',
      }) as unknown as Argv<FlowArguments>,
  handler: run,
};
