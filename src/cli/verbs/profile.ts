/** `heddle profile`: what every layer of a network takes on an engine, and what bounds it. */
import type { Argv, CommandModule } from 'yargs';
import { usageError } from '../errors.js';
import { positive, seed, wholeNumber } from '../options.js';
import { type CommonOptions, progressFor, say, writeJson } from '../output.js';

const vias = ['formula', 'model', 'simulator', 'verilator'] as const;

interface ProfileArguments extends CommonOptions {
  readonly file: string;
  readonly name?: string | undefined;
  readonly layers: 'conv' | 'all' | 'conv-net' | 'net';
  readonly engine?: string | undefined;
  readonly search?: string | undefined;
  readonly finalists?: number | undefined;
  readonly clock?: number | undefined;
  readonly portBits?: readonly number[] | undefined;
  readonly dramGbs?: number | undefined;
  readonly via: (typeof vias)[number];
  readonly numerics?: string | undefined;
  readonly seed: bigint;
}

/** One width for all ports, or those of weights, pixels and results. */
function widths(text: string): number[] {
  const parts = text.split(',');
  if (parts.length > 3) throw usageError(`--port-bits ${text}: at most three widths`);
  return parts.map(wholeNumber('port-bits'));
}

async function search(args: ProfileArguments & { readonly search: string }): Promise<void> {
  const { searchFile, searchJson } = await import('../../build/search.js');
  const { searchText } = await import('../../report/search-text.js');
  const result = await progressFor(args, 1).run(
    'search',
    (step) => searchFile({ ...args, progress: (detail) => step.update(detail) }),
    ({ judged, found }) => `${judged} shapes, ${found.length} by the cycle model`,
  );
  writeJson(args, searchJson(result));
  say(args, searchText(result));
}

async function run(args: ProfileArguments): Promise<void> {
  const { search: budget } = args;
  if (budget !== undefined) return search({ ...args, search: budget });
  if (args.engine === undefined) throw usageError('profile needs --engine', 'P=7,G=3,M=32,D=4, or --search pes=672');
  if (args.dramGbs !== undefined && (args.via === 'formula' || args.via === 'model'))
    throw usageError('--dram-gbs needs --via simulator', 'formula and model count the full rate of the ports');
  // Loaded here, so that help and mistakes do not wait for the simulator.
  const { engineOf, profileAny, profileJson } = await import('../../build/profile.js');
  const { profileText } = await import('../../report/profile-text.js');
  const engine = engineOf(args.engine, args);
  const result = await progressFor(args, 1).run(
    'profile',
    (step) => profileAny({ ...args, engine, progress: (detail) => step.update(detail) }),
    ({ network, layers }) => `${network}: ${layers.length} layers via ${args.via}`,
  );
  writeJson(args, profileJson(result));
  say(args, profileText(result));
  if ((result.mismatches ?? 0) === 0) return;
  const first = result.layers.find(({ mismatches }) => (mismatches ?? 0) > 0);
  process.stderr.write(
    `error H4001  ${result.network}: the hardware differs from the reference, first in layer ${first?.name ?? ''}\n`,
  );
  process.exitCode = 1;
}

export const profileCommand: CommandModule<CommonOptions, ProfileArguments> = {
  command: 'profile <file>',
  describe: 'what every layer takes on an engine, and what bounds it',
  builder: (yargs: Argv<CommonOptions>): Argv<ProfileArguments> =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'table of layers (networks.json) or a model file',
      })
      .option('name', { type: 'string', requiresArg: true, describe: 'network of the file' })
      .option('layers', {
        choices: ['conv', 'all', 'conv-net', 'net'] as const,
        default: 'all' as const,
        describe: 'rows of convolutions, all rows; -net: connected, with pools, means and (ADD=1) additions',
      })
      .option('engine', {
        type: 'string',
        requiresArg: true,
        describe: 'P=7,G=3,M=32,D=4,... or a JSON file; with --search what is given',
      })
      .option('search', {
        type: 'string',
        requiresArg: true,
        describe:
          'the best shape under pes=672,dsp=900,um2=900000,kib=384 (any of them) for --name A,B or all networks',
      })
      .option('finalists', {
        type: 'string',
        requiresArg: true,
        coerce: wholeNumber('finalists'),
        describe: 'shapes of a search that the cycle model runs (default 4)',
      })
      .option('clock', { type: 'string', requiresArg: true, coerce: positive('clock'), describe: 'MHz (default 100)' })
      .option('port-bits', {
        type: 'string',
        requiresArg: true,
        coerce: widths,
        describe: 'bits of the ports: all, or weights,pixels,results',
      })
      .option('dram-gbs', {
        type: 'string',
        requiresArg: true,
        coerce: positive('dram-gbs'),
        describe: 'bandwidth of the memory behind the ports, 10^9 bytes a second',
      })
      .option('via', { choices: vias, default: 'simulator' as const, describe: 'how cycles are found' })
      .option('numerics', { type: 'string', requiresArg: true, describe: 'qkeras or an hls4ml YAML (Keras files)' })
      .option('seed', {
        type: 'string',
        requiresArg: true,
        default: '1',
        coerce: seed,
        describe: 'of weights and inputs',
      }),
  handler: run,
};
