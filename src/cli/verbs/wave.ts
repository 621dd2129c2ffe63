/** `heddle wave`: a circuit under random traffic, as a value change dump or as text. */
import type { Argv, CommandModule } from 'yargs';
import { writeFileAtomic } from '../../base/files.js';
import type { Trace } from '../../simulator/index.js';
import { usageError } from '../errors.js';
import { assignments, lastOf, seed as parseSeed } from '../options.js';
import { type CommonOptions, say, writeJson, writing } from '../output.js';

interface WaveArguments extends CommonOptions {
  readonly target: string;
  readonly param: readonly string[];
  readonly cycles?: string | undefined;
  readonly signals?: string | undefined;
  readonly seed: string;
  readonly stall: string;
  readonly output?: string | undefined;
}

/** `A:B`, or `B` alone for `0:B`. */
function window(text: string): readonly [from: number, to: number] {
  const [, from = '0', to = ''] = /^(?:(\d+):)?(\d+)$/.exec(text) ?? [];
  if (to !== '' && Number(from) < Number(to) && Number.isSafeInteger(Number(to))) return [Number(from), Number(to)];
  throw usageError(`--cycles ${text}: not of the form A:B with A < B`);
}

/** Cycles that stand side by side on a terminal. */
const page = 16;

async function run(args: WaveArguments): Promise<void> {
  const { target, output } = args;
  const [from, to] = window(args.cycles ?? (output === undefined ? '0:32' : '0:1000'));
  const patterns = args.signals?.split(',').filter((text) => text !== '');
  const signals = patterns ?? (output === undefined ? undefined : ['*']);
  const params = assignments(args.param);
  const seed = parseSeed(args.seed);
  // Loaded here, so that help and mistakes do not wait for the simulator.
  const { traceWaves } = await import('../../build/wave.js');
  const { renderWave, writeVcd } = await import('../../simulator/index.js');
  const trace = await traceWaves({ target, params, from, to, signals, seed, stall: args.stall });
  if (output !== undefined) writing(output, () => writeFileAtomic(output, writeVcd(trace)));
  const names = trace.signals.map(({ path }) => path);
  writeJson(args, {
    target,
    top: trace.top,
    from,
    to,
    signals: names,
    ...(output === undefined ? {} : { file: output }),
  });
  if (output === undefined) say(args, pages(trace, renderWave));
  else say(args, `${trace.top}: ${names.length} signals, cycles ${from} to ${to - 1} -> ${output}`);
}

function pages(trace: Trace, render: (trace: Trace, window: { from: number; to: number }) => string): string {
  const parts: string[] = [];
  for (let from = 0; from < trace.cycles; from += page) {
    parts.push(render(trace, { from, to: Math.min(from + page, trace.cycles) }));
  }
  return parts.join('\n\n');
}

export const waveCommand: CommandModule<CommonOptions, WaveArguments> = {
  command: 'wave <target>',
  describe: 'waves of a block under random traffic, as text or as VCD for GTKWave and Surfer',
  builder: (yargs: Argv<CommonOptions>): Argv<WaveArguments> =>
    yargs
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('target', {
        type: 'string',
        demandOption: true,
        describe: 'library block (emit --list), TypeScript file that exports a module, or build directory',
      })
      .option('param', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'values of parameters, NAME=VALUE ...',
      })
      .option('cycles', { type: 'string', requiresArg: true, describe: 'window A:B (default 0:32, with -o 0:1000)' })
      .option('signals', {
        type: 'string',
        requiresArg: true,
        describe: 'names with * and ?, separated by commas (default: the ports, with -o all)',
      })
      .option('seed', {
        type: 'string',
        requiresArg: true,
        default: '1',
        describe: 'seed of data, stalls, initial state',
      })
      .option('stall', { type: 'string', requiresArg: true, default: '0.3', describe: 'stall pattern of both sides' })
      .option('output', { type: 'string', alias: 'o', requiresArg: true, describe: 'value change dump to write' }),
  handler: (args) =>
    run({
      ...args,
      cycles: lastOf(args.cycles),
      signals: lastOf(args.signals),
      seed: lastOf(args.seed) ?? '1',
      stall: lastOf(args.stall) ?? '0.3',
      output: lastOf(args.output),
      json: lastOf(args.json),
    }),
};
