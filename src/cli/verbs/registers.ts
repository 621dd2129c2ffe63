/** `heddle registers`: the register table of a build or of a top, in the form that somebody needs. */
import type { Argv, CommandModule } from 'yargs';
import { registerTable, registerTables } from '../../build/register-tables.js';
import { registerFiles } from '../../soc/register-files.js';
import { registerJson } from '../../soc/register-json.js';
import { type CommonOptions, say, writeJson } from '../output.js';

const formats = { markdown: 'md', c: 'h', python: 'py', rdl: 'rdl', json: 'json' } as const;

interface RegisterArguments extends CommonOptions {
  readonly target: string;
  readonly format: keyof typeof formats;
}

function run(args: RegisterArguments): void {
  const registers = registerTable(args.target);
  writeJson(args, JSON.parse(registerJson(registers)) as unknown);
  const file = [...registerFiles(registers)].find(([path]) => path.endsWith(`.${formats[args.format]}`));
  if (file === undefined) throw new Error(`no printer for ${args.format}`);
  say(args, file[1].trimEnd());
}

export const registersCommand: CommandModule<CommonOptions, RegisterArguments> = {
  command: 'registers <target>',
  describe: 'the register table of a build or of a top as Markdown, C, Python, SystemRDL or JSON',
  builder: (yargs: Argv<CommonOptions>): Argv<RegisterArguments> =>
    yargs
      .positional('target', {
        type: 'string',
        demandOption: true,
        describe: `directory of a build, its soc/, or one of ${Object.keys(registerTables).join(' ')}`,
      })
      .option('format', {
        choices: Object.keys(formats) as (keyof typeof formats)[],
        default: 'markdown' as const,
        describe: 'what is printed',
      }),
  handler: run,
};
