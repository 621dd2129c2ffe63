/** `heddle emit`: the SystemVerilog of a library block. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { writeDirectoryAtomic } from '../../base/files.js';
import { usageError } from '../errors.js';
import { asWriteError, type CommonOptions, say, writeJson } from '../output.js';

interface EmitArguments extends CommonOptions {
  readonly block?: string | undefined;
  readonly param: readonly string[];
  readonly output?: string | undefined;
  readonly list: boolean;
}

/** What the directory holds; tells one that may be replaced. */
const marker = 'block.json';

/** `K=V` pairs; whether names and values suit the block is the block's affair. */
export function assignments(texts: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const text of texts) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw usageError(`--param ${text}: not of the form NAME=VALUE`);
    if (name in given) throw usageError(`--param ${text}: ${name} is given twice`);
    given[name] = value;
  }
  return given;
}

/** Repeated options come as lists here, for the sake of --param; of the others the last one counts, as in every verb. */
const lastOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'object' ? value.at(-1) : value;

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
  const { block, sources, images } = emitBlock(args.block, assignments(args.param));
  const { name, doc, params } = block;
  const { output } = args;
  const memories = output === undefined ? [] : images();
  if (output === undefined)
    say(
      args,
      sources
        .map(({ text }) => text)
        .join('\n')
        .trimEnd(),
    );
  else await writeFiles(output, { block: name, params }, sources, memories);
  const files = output === undefined ? sources : [...sources, ...memories];
  writeJson(args, { block: name, doc, params, files: files.map((file) => (output === undefined ? file : file.name)) });
  if (output === undefined) return;
  say(args, `${name}: ${files.map((file) => file.name).join(' ')} -> ${output}`);
  if (memories.length > 0) say(args, '  the words of the .mem files are random, to be replaced');
}

interface TextFile {
  readonly name: string;
  readonly text: string;
}

async function writeFiles(
  output: string,
  what: { readonly block: string; readonly params: Readonly<Record<string, number>> },
  sources: readonly TextFile[],
  images: readonly TextFile[],
): Promise<void> {
  const listed = { name: 'files.f', text: sources.map(({ name }) => `${name}\n`).join('') };
  const files = [...sources, ...images, listed];
  const manifest = { schema: 1, ...what, files: files.map(({ name }) => name) };
  try {
    await writeDirectoryAtomic(output, { marker }, async (folder) => {
      const all = [...files, { name: marker, text: `${JSON.stringify(manifest, undefined, 2)}\n` }];
      await Promise.all(all.map(({ name, text }) => writeFile(join(folder, name), text)));
    });
  } catch (error) {
    throw asWriteError(output, error);
  }
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
