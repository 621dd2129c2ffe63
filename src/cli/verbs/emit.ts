/** `heddle emit`: the SystemVerilog of a library block. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { writeDirectoryAtomic } from '../../base/files.js';
import type { EmittedBlock } from '../../build/emit-block.js';
import { usageError } from '../errors.js';
import { assignments, lastOf } from '../options.js';
import { asWriteError, type CommonOptions, say, writeJson } from '../output.js';

interface EmitArguments extends CommonOptions {
  readonly block?: string | undefined;
  readonly param: readonly string[];
  readonly output?: string | undefined;
  readonly list: boolean;
}

/** What the directory holds; tells one that may be replaced. */
const marker = 'block.json';

async function run(args: EmitArguments): Promise<void> {
  // Loaded here, so that help and mistakes do not wait for the kit.
  const { emitBlock, listBlocks } = await import('../../build/emit-block.js');
  if (args.list) {
    const families = listBlocks();
    writeJson(args, families);
    for (const { family, summary, params } of families) say(args, `${family}\n  ${summary}\n  ${params.join(' ')}`);
    return;
  }
  if (args.block === undefined) throw usageError('a block is needed', 'emit --list lists them');
  const emitted = emitBlock(args.block, assignments(args.param));
  if (args.output === undefined) print(args, emitted);
  else await write(args, emitted, args.output);
}

function print(args: EmitArguments, { block, sources }: EmittedBlock): void {
  const { name, doc, params } = block;
  writeJson(args, { block: name, doc, params, files: sources });
  const text = sources.map((file) => file.text).join('\n');
  say(args, text.trimEnd());
}

/** Files of the block, memories and `files.f`; the directory is whole or as it was. */
async function write(args: EmitArguments, { block, sources, memories }: EmittedBlock, output: string): Promise<void> {
  const { name, doc, params } = block;
  const images = memories();
  const files = [...sources, ...images.map(({ file }) => file)];
  const listed = { name: 'files.f', text: sources.map((file) => `${file.name}\n`).join('') };
  const names = files.map((file) => file.name);
  const manifest = { schema: 1, block: name, params, files: names };
  try {
    await writeDirectoryAtomic(output, { marker }, async (folder) => {
      const all = [...files, listed, { name: marker, text: `${JSON.stringify(manifest, undefined, 2)}\n` }];
      await Promise.all(all.map((file) => writeFile(join(folder, file.name), file.text)));
    });
  } catch (error) {
    throw asWriteError(output, error);
  }
  writeJson(args, { block: name, doc, params, files: names });
  say(args, `${name}: ${names.join(' ')} -> ${output}`);
  for (const { param, file } of images) say(args, `  ${param} = "${file.name}": random words, an example`);
}

export const emitCommand: CommandModule<CommonOptions, EmitArguments> = {
  command: 'emit [block]',
  describe: 'SystemVerilog of a library block with live parameters',
  builder: (yargs: Argv<CommonOptions>): Argv<EmitArguments> =>
    yargs
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('block', { type: 'string', describe: 'module name, for example fifo' })
      .option('param', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'defaults of parameters, NAME=VALUE ...',
      })
      .option('output', {
        type: 'string',
        alias: 'o',
        requiresArg: true,
        describe: 'directory for the files and memory images (else the text is printed)',
      })
      .option('list', { type: 'boolean', default: false, describe: 'list all blocks with their parameters' }),
  handler: (args) => run({ ...args, output: lastOf(args.output), json: lastOf(args.json) }),
};
