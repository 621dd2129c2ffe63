/** `heddle explain-folding`: what PE and SIMD of a layer mean, cycle by cycle. */
import type { Argv, CommandModule } from 'yargs';
import { defaultPortBits } from '../../build/backend.js';
import { writeFileAtomic } from '../../base/files.js';
import { portBits, wholeNumber } from '../options.js';
import { type CommonOptions, say, writeJson, writing } from '../output.js';

interface ExplainFoldingArguments extends CommonOptions {
  readonly model: string;
  readonly layer: string;
  readonly numerics?: string | undefined;
  readonly folding?: string | undefined;
  readonly pe?: number | undefined;
  readonly simd?: number | undefined;
  readonly portBits?: number | 'full' | undefined;
  readonly svg?: string | undefined;
}

async function run(args: ExplainFoldingArguments): Promise<void> {
  const { model, numerics, layer, folding, pe, simd, svg } = args;
  // Loaded here, so that help and mistakes do not wait for the readers of models.
  const { explainModelFolding } = await import('../../build/explain-folding.js');
  const { foldingText } = await import('../../report/folding-text.js');
  const ports = args.portBits ?? defaultPortBits;
  const explained = await explainModelFolding({ model, numerics, layer, folding, PE: pe, SIMD: simd, portBits: ports });
  if (svg !== undefined) {
    const { foldingSvg } = await import('../../report/folding-svg.js');
    writing(svg, () => writeFileAtomic(svg, foldingSvg(explained)));
  }
  writeJson(args, explained);
  say(args, foldingText(explained));
  if (svg !== undefined) say(args, `\ndrawing -> ${svg}`);
}

export const explainFoldingCommand: CommandModule<CommonOptions, ExplainFoldingArguments> = {
  command: 'explain-folding <model>',
  describe: 'the PE and SIMD of a layer: circuit, allocation cycle by cycle, im2col, line buffer',
  builder: (yargs: Argv<CommonOptions>): Argv<ExplainFoldingArguments> =>
    yargs
      .positional('model', { type: 'string', demandOption: true, describe: 'model file' })
      .option('layer', { type: 'string', requiresArg: true, demandOption: true, describe: 'layer with weights' })
      .option('numerics', { type: 'string', requiresArg: true, describe: 'qkeras or an hls4ml YAML (Keras files)' })
      .option('folding', { type: 'string', requiresArg: true, describe: 'folding file (JSON)' })
      .option('pe', { type: 'string', requiresArg: true, coerce: wholeNumber('pe'), describe: 'rows at a time' })
      .option('simd', { type: 'string', requiresArg: true, coerce: wholeNumber('simd'), describe: 'columns at a time' })
      .option('port-bits', {
        type: 'string',
        requiresArg: true,
        coerce: portBits,
        describe: 'port width that the folding keeps up with (default 64)',
      })
      .option('svg', { type: 'string', requiresArg: true, describe: 'drawing to write' }),
  handler: run,
};
