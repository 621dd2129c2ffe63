/** `heddle infer`: an array of samples through the network, in software, in the simulators or in the emitted text. */
import type { Argv, CommandModule } from 'yargs';
import { writeFileAtomic } from '../../base/files.js';
import { formatNpy } from '../../base/npy.js';
import { engineOption } from '../../build/backend.js';
import type { InferResult } from '../../build/infer.js';
import { type Via, vias } from '../../build/via.js';
import { enginesLine, figuresLine } from '../../report/lines.js';
import { usageError } from '../errors.js';
import { engineChoice, fraction, portBits, seed, wholeNumber } from '../options.js';
import { type CommonOptions, say, writeJson, writing } from '../output.js';

interface InferArguments extends CommonOptions {
  readonly model: string;
  readonly input: string;
  readonly output?: string | undefined;
  readonly backend: string;
  readonly engine?: string | undefined;
  readonly engines?: number | undefined;
  readonly numerics?: string | undefined;
  readonly via?: string | undefined;
  readonly rtl?: string | undefined;
  readonly folding?: string | undefined;
  readonly portBits?: number | 'full' | undefined;
  readonly inputScale?: number | undefined;
  readonly raw: boolean;
  readonly stall: string;
  readonly seed: bigint;
}

function viaOf({ via, rtl }: InferArguments): Via {
  if (rtl !== undefined && via !== undefined && via !== 'verilator') {
    throw usageError(`--rtl runs SystemVerilog text, --via ${via} does not`, 'leave --via out or give verilator');
  }
  return vias.find((each) => each === via) ?? (rtl === undefined ? 'simulator' : 'verilator');
}

/** The JSON form that `cli.md` fixes. */
function jsonOf({ samples, mismatches, via, cycles, layers }: InferResult): unknown {
  return { samples, mismatches, via, cycles, layers };
}

async function run(args: InferArguments): Promise<void> {
  const engine = engineOption(args);
  // Loaded here, so that help and mistakes do not wait for the simulators.
  const { infer } = await import('../../build/infer.js');
  const result = await infer({ ...args, engine, via: viaOf(args) });
  const { output } = args;
  if (output !== undefined) writing(output, () => writeFileAtomic(output, formatNpy(result.output)));
  writeJson(args, jsonOf(result));
  const { name, samples, via, mismatches, first } = result;
  const verdict = via === 'reference' ? '' : `, ${mismatches} mismatches`;
  say(args, `${name}: ${samples} samples via ${via}${verdict}`);
  const { simulated, predicted } = result.cycles;
  if (simulated !== null) say(args, `  ${figuresLine(simulated)}`);
  if (predicted !== null) say(args, `  predicted without stalls: ${figuresLine(predicted)}`);
  if (simulated !== null && args.engine !== undefined)
    say(args, `  ${enginesLine(result.samples, simulated, args.engines ?? 1)}`);
  if (first !== undefined)
    process.stderr.write(`error H4001  ${name}: the hardware differs from the reference; ${first}\n`);
  if (mismatches > 0) process.exitCode = 1;
}

export const inferCommand: CommandModule<CommonOptions, InferArguments> = {
  command: 'infer <model>',
  describe: 'run samples through the network and compare with the reference',
  builder: (yargs: Argv<CommonOptions>): Argv<InferArguments> =>
    yargs
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'model file (.onnx, .h5, .json with weights beside it, .tflite)',
      })
      .option('input', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'samples, .npy, batch first',
      })
      .option('output', { type: 'string', requiresArg: true, alias: 'o', describe: 'where the results go, .npy' })
      .option('backend', {
        type: 'string',
        choices: ['dataflow', 'engine'],
        default: 'dataflow',
        describe: 'architecture',
      })
      .option('numerics', { type: 'string', requiresArg: true, describe: 'qkeras or an hls4ml YAML (Keras files)' })
      .option('via', { type: 'string', choices: vias, describe: 'which form computes (default simulator)' })
      .option('rtl', {
        type: 'string',
        requiresArg: true,
        describe: 'run the SystemVerilog in this folder as it stands',
      })
      .option('folding', { type: 'string', requiresArg: true, describe: 'folding file (JSON)' })
      .option('port-bits', { type: 'string', requiresArg: true, coerce: portBits, describe: 'port width, or full' })
      .option('input-scale', {
        type: 'string',
        requiresArg: true,
        coerce: fraction('input-scale'),
        describe: 'factor on the input, 1/255',
      })
      .option('raw', { type: 'boolean', default: false, describe: 'write the integers of the output port' })
      .option('stall', { type: 'string', requiresArg: true, default: 'none', describe: 'stall pattern of both ports' })
      .option('seed', {
        type: 'string',
        requiresArg: true,
        default: '1',
        coerce: seed,
        describe: 'of the stall patterns',
      })
      .option('engine', engineChoice)
      .option('engines', {
        type: 'string',
        requiresArg: true,
        coerce: wholeNumber('engines'),
        describe: 'engines side by side that share the samples',
      }),
  handler: run,
};
