/** `heddle explain CODE`: what an error means and what to do about it. */
import type { Argv, CommandModule } from 'yargs';
import { HeddleError } from '../../base/diagnostics.js';
import { allExplanations, exampleOf } from '../errors.js';
import { errorsPage } from '../errors-page.js';
import { type CommonOptions, say, writeJson } from '../output.js';

interface ExplainArguments extends CommonOptions {
  readonly code: string;
}

/** Breaks text at spaces so that no line is longer than `width`. */
export function wrap(text: string, width: number): string {
  const lines = text.split(' ').reduce<string[]>((done, word) => {
    const last = done.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) return [...done, word];
    return [...done.slice(0, -1), `${last} ${word}`];
  }, []);
  return lines.join('\n');
}

function run(args: ExplainArguments): void {
  if (args.code === 'all') {
    writeJson(args, Object.fromEntries(allExplanations()));
    say(args, errorsPage().trimEnd());
    return;
  }
  const code = args.code.toUpperCase();
  const explanation = allExplanations().get(code);
  if (explanation === undefined) {
    throw new HeddleError({
      code: 'H0002',
      message: `${args.code}: no such code`,
      places: [],
      fix: 'docs/errors.md lists all codes',
    });
  }
  const example = exampleOf(code);
  writeJson(args, { code, explanation, ...(example === undefined ? {} : { example }) });
  const shown = example === undefined ? '' : `\n\n${example.replace(/^/gm, '  ')}`;
  say(args, `${code}\n${wrap(explanation, 90)}${shown}`);
}

export const explainCommand: CommandModule<CommonOptions, ExplainArguments> = {
  command: 'explain <code>',
  describe: 'what an error code means',
  builder: (yargs: Argv<CommonOptions>): Argv<ExplainArguments> =>
    yargs.positional('code', { type: 'string', demandOption: true, describe: 'for example H2103, or all' }),
  handler: run,
};
