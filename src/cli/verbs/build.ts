/** `heddle build`: a model file to verified SystemVerilog, a report and test vectors. */
import { basename, extname, join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { boardFor, engineOption, portBitsFor } from '../../build/backend.js';
import { version } from '../../build/version.js';
import { type BuildOptions, stepNames } from '../../build/results.js';
import { buildHeader, layerTable, nextLines, resourceLine, throughputLine } from '../../report/build-face.js';
import { explainBuild } from '../../report/explain-build.js';
import { engineHeader, engineNext, engineRate, engineTable } from '../../report/engine-face.js';
import { usageError } from '../errors.js';
import { engineChoice, fraction, portBits, positive, seed, wholeNumber } from '../options.js';
import { asWriteError, type CommonOptions, progressFor, say, writeJson } from '../output.js';

interface BuildArguments extends CommonOptions {
  readonly model: string;
  readonly output?: string | undefined;
  readonly backend: string;
  readonly engine?: string | undefined;
  readonly board?: string | undefined;
  readonly tech?: string | undefined;
  readonly activity?: boolean | undefined;
  readonly memory?: string | undefined;
  readonly floatWeights?: boolean | undefined;
  readonly numerics?: string | undefined;
  readonly folding?: string | undefined;
  readonly targetFps?: number | undefined;
  readonly maxLatency?: number | undefined;
  readonly clock: number;
  readonly portBits?: number | 'full' | undefined;
  readonly input?: string | undefined;
  readonly inputScale?: number | undefined;
  readonly samples?: number | undefined;
  readonly seed: bigint;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly explain?: boolean | undefined;
}

function optionsOf(args: BuildArguments): BuildOptions {
  const goals = [args.folding, args.targetFps, args.maxLatency].filter((goal) => goal !== undefined);
  if (args.activity === true && args.tech === undefined)
    throw usageError('--activity is for scripts of a chip', 'add --tech FILE');
  if (args.activity === true && args.backend === 'engine')
    throw usageError('--activity: only the dataflow back end has it', 'leave it out');
  if (goals.length > 1) throw usageError('--folding, --target-fps and --max-latency exclude each other', 'give one');
  if (args.floatWeights === true && (args.backend !== 'dataflow' || !['stream', 'mapped'].includes(args.memory ?? '')))
    throw usageError('--float-weights is of a dataflow top with registers', 'give --memory stream or mapped');
  return {
    ...args,
    output: args.output ?? join('build', basename(args.model, extname(args.model))),
    portBits: args.portBits ?? portBitsFor(args.board),
    clockMhz: args.clock,
    memory: args.memory === 'stream' || args.memory === 'mapped' ? args.memory : undefined,
  };
}

async function run(args: BuildArguments): Promise<void> {
  const engine = engineOption(args);
  boardFor(args.board);
  const options = { ...optionsOf(args), engine };
  if (engine !== undefined) return runEngine(args, options);
  say(args, buildHeader(version(), options));
  const last = stepNames.findIndex((name) => name === options.to);
  const progress = progressFor(args, last < 0 ? stepNames.length : last + 1);
  // Loaded here, so that help and mistakes do not wait for the simulators.
  const { build } = await import('../../build/build.js');
  const { results } = await build(options, progress).catch((error: unknown) => {
    throw asWriteError(options.output, error);
  });
  writeJson(args, results.package?.report ?? { folding: results.plan?.folding ?? null });
  if (options.explain === true && results.import !== undefined) {
    say(args, `\n${explainBuild(results.import, join(options.output, 'graph'))}`);
  }
  if (results.simulate === undefined) return;
  const { layers, cycles } = results.simulate;
  say(args, `\n${layerTable(layers, cycles.steady_interval)}`);
  say(args, throughputLine(results, options.clockMhz));
  if (results.package !== undefined) say(args, resourceLine(results.package.report.resources));
  if (results.plan?.next !== undefined) say(args, `next step up: ${results.plan.next}`);
  say(args, nextLines(options));
}

async function runEngine(args: BuildArguments, options: BuildOptions): Promise<void> {
  say(args, engineHeader(version(), options));
  const last = stepNames.findIndex((name) => name === options.to);
  const progress = progressFor(args, last < 0 ? stepNames.length : last + 1);
  const { buildEngine } = await import('../../build/engine/engine-build.js');
  const { results } = await buildEngine(options, progress).catch((error: unknown) => {
    throw asWriteError(options.output, error);
  });
  writeJson(args, results.package?.report ?? { engine: results.plan?.plan ?? null });
  if (results.simulate !== undefined) say(args, `\n${engineTable(results.simulate.layers)}`);
  if (results.package === undefined) return;
  say(args, engineRate(results.package.report));
  say(args, engineNext(options));
}

export const buildCommand: CommandModule<CommonOptions, BuildArguments> = {
  command: 'build <model>',
  describe: 'make SystemVerilog of a network, simulate it, compare with the reference',
  builder: (yargs: Argv<CommonOptions>): Argv<BuildArguments> =>
    yargs
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'model file (.onnx, .h5, .json with weights beside it, .tflite)',
      })
      .option('output', { alias: 'o', type: 'string', requiresArg: true, describe: 'directory, default build/<model>' })
      .option('backend', {
        type: 'string',
        choices: ['dataflow', 'engine'],
        default: 'dataflow',
        describe: 'architecture',
      })
      .option('numerics', { type: 'string', requiresArg: true, describe: 'qkeras or an hls4ml YAML (Keras files)' })
      .option('folding', { type: 'string', requiresArg: true, describe: 'folding file (JSON)' })
      .option('target-fps', {
        type: 'string',
        requiresArg: true,
        coerce: positive('target-fps'),
        describe: 'samples a second',
      })
      .option('max-latency', {
        type: 'string',
        requiresArg: true,
        coerce: positive('max-latency'),
        describe: 'microseconds',
      })
      .option('board', {
        type: 'string',
        requiresArg: true,
        describe: 'board to stay within and to write a project for (pynq-z2; a budget only where given)',
      })
      .option('tech', {
        type: 'string',
        requiresArg: true,
        describe:
          'technology: tech.json writes scripts for Genus, Innovus and Design Compiler too, asic/nangate45.json for ORFS',
      })
      .option('activity', {
        type: 'boolean',
        describe: 'with --tech: what registers do while samples run (SAIF), for power in Genus and Design Compiler',
      })
      .option('memory', {
        type: 'string',
        choices: ['none', 'stream', 'mapped'],
        requiresArg: true,
        describe:
          'dataflow: a top with registers too (soc/), samples as streams or in memory; engine: mapped adds soc/ (none)',
      })
      .option('float-weights', {
        type: 'boolean',
        describe: 'with --memory: images of programmable weights may have float32 numbers, cast in hardware',
      })
      .option('clock', {
        type: 'string',
        requiresArg: true,
        default: '100',
        coerce: positive('clock'),
        describe: 'MHz',
      })
      .option('port-bits', {
        type: 'string',
        requiresArg: true,
        coerce: portBits,
        describe: 'port width, or full (default 64; 8 or 16 behind a serial line)',
      })
      .option('input', {
        type: 'string',
        requiresArg: true,
        describe: 'samples to simulate, .npy (default: random codes)',
      })
      .option('input-scale', {
        type: 'string',
        requiresArg: true,
        coerce: fraction('input-scale'),
        describe: 'factor on the input, 1/255',
      })
      .option('samples', {
        type: 'string',
        requiresArg: true,
        coerce: wholeNumber('samples'),
        describe: 'how many to simulate',
      })
      .option('seed', {
        type: 'string',
        requiresArg: true,
        default: '1',
        coerce: seed,
        describe: 'of samples and stalls',
      })
      .option('from', { type: 'string', requiresArg: true, describe: `first step to run: ${stepNames.join(' ')}` })
      .option('to', { type: 'string', requiresArg: true, describe: 'last step to run' })
      .option('explain', { type: 'boolean', describe: 'say what each pass did, and what the stages are' })
      .option('engine', engineChoice),
  handler: run,
};
