/** `heddle cosim`: all forms of one design in step under random stalls. */
import { numberedError } from '../../base/diagnostics.js';
import type { Argv, CommandModule } from 'yargs';
import { engineOption } from '../../build/backend.js';
import { engineChoice, fraction, portBits, seed, wholeNumber } from '../options.js';
import { type CommonOptions, progressFor, say, writeJson } from '../output.js';

interface CosimArguments extends CommonOptions {
  readonly target: string;
  readonly backend: string;
  readonly engine?: string | undefined;
  readonly seeds: number;
  readonly seed: bigint;
  readonly stall?: string | undefined;
  readonly samples?: number | undefined;
  readonly resets?: number | undefined;
  readonly numerics?: string | undefined;
  readonly folding?: string | undefined;
  readonly portBits?: number | 'full' | undefined;
  readonly inputScale?: number | undefined;
}

/** The target and what decides its hardware, as they must be typed again. */
function wordsOf({ target, engine, numerics, folding, portBits: bits, inputScale }: CosimArguments): string {
  const option = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  return [
    target,
    ...option('backend', engine === undefined ? undefined : 'engine'),
    ...option('engine', engine),
    ...option('numerics', numerics),
    ...option('folding', folding),
    ...option('port-bits', bits),
    ...option('input-scale', inputScale),
  ].join(' ');
}

async function run(args: CosimArguments): Promise<void> {
  // Loaded here, so that help and mistakes do not wait for the simulators.
  const engine = engineOption(args);
  const { cosim } = await import('../../build/cosim.js');
  const result = await cosim({ ...args, engine, words: wordsOf(args) }, progressFor(args, 3));
  const { participants, samples, runs, cycles, failure } = result;
  writeJson(args, { target: args.target, participants, samples, runs, cycles, failure: failure ?? null });
  if (failure === undefined) {
    const forms = participants.join(', ');
    say(
      args,
      `${args.target}: ${runs} runs of ${samples} samples; ${forms} agree in all ${cycles.toLocaleString('en-US')} cycles`,
    );
    return;
  }
  const [message = '', ...details] = failure.split('\n');
  throw numberedError('H4002', message, { places: [{ text: details.join('\n').trim() }], exitCode: 1 });
}

export const cosimCommand: CommandModule<CommonOptions, CosimArguments> = {
  command: 'cosim <target>',
  describe: 'simulator, cycle model and Verilator in step under random stalls',
  builder: (yargs: Argv<CommonOptions>): Argv<CosimArguments> =>
    yargs
      .positional('target', {
        type: 'string',
        demandOption: true,
        describe: 'model file, build directory, its soc/ or library block',
      })
      .option('seeds', {
        type: 'string',
        requiresArg: true,
        default: '5',
        coerce: wholeNumber('seeds'),
        describe: 'how many seeds',
      })
      .option('seed', { type: 'string', requiresArg: true, default: '1', coerce: seed, describe: 'the first seed' })
      .option('stall', { type: 'string', requiresArg: true, describe: 'stall pattern (default: another one a seed)' })
      .option('samples', {
        type: 'string',
        requiresArg: true,
        coerce: wholeNumber('samples'),
        describe: 'samples of a run',
      })
      .option('resets', { type: 'number', requiresArg: true, describe: 'resets in mid-stream' })
      .option('backend', {
        type: 'string',
        choices: ['dataflow', 'engine'],
        default: 'dataflow',
        describe: 'architecture of a model file',
      })
      .option('engine', engineChoice)
      .option('numerics', { type: 'string', requiresArg: true, describe: 'qkeras or an hls4ml YAML (Keras files)' })
      .option('folding', { type: 'string', requiresArg: true, describe: 'folding file (JSON)' })
      .option('port-bits', { type: 'string', requiresArg: true, coerce: portBits, describe: 'port width, or full' })
      .option('input-scale', {
        type: 'string',
        requiresArg: true,
        coerce: fraction('input-scale'),
        describe: 'factor on the input, 1/255',
      }),
  handler: run,
};
