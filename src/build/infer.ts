/** Samples through a network in the form that the user chose, and how that compares with the reference executor. */
import { numberedError } from '../base/diagnostics.js';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { formatNpy, NpyArray } from '../base/npy.js';
import { randomStream } from '../base/random.js';
import {
  parseStall,
  type Participant,
  readRtlFolder,
  renderFailure,
  type StallPair,
  type TextFile,
} from '../cosim/index.js';
import type { CycleFigures } from '../dataflow/cycle-figures.js';
import { codeBits, isSigned, type Plan } from '../dataflow/plan.js';
import { runPipelineModel } from '../dataflow/run-pipeline.js';
import type { LoadedNetwork } from '../import/index.js';
import { runStages } from '../network/run-stages.js';
import type { ElementType } from '../network/stages.js';
import { defaultPortBits } from './backend.js';
import type { EngineLayerFigures } from './engine/engine-figures.js';
import { inferEngine } from './engine/engine-infer.js';
import { compareCodes, type Comparison } from './compare.js';
import { layerExits, layerFigures, type LayerFigures, type RunFigures } from './figures.js';
import { makeDesign, makeHardware } from './hardware.js';
import { loadModel, type ModelOptions } from './load-model.js';
import { locateVia } from './locate-via.js';
import { simulatorParticipant, textParticipants } from './participants.js';
import { planFor, type PlanRequest } from './plan-goal.js';
import { type HardwareRun, runHardware } from './run-hardware.js';
import type { Via } from './via.js';

export interface InferRequest extends ModelOptions, Pick<PlanRequest, 'folding'> {
  /** Default 64, or what the build of `rtl` has. */
  readonly portBits?: number | 'full' | undefined;
  readonly input: string;
  readonly via: Via;
  /** Folder of SystemVerilog to run as it stands; implies Verilator. */
  readonly rtl?: string | undefined;
  /** Integers of the output port instead of real values. */
  readonly raw: boolean;
  /** Stall pattern as the command line spells it. */
  readonly stall: string;
  readonly seed: bigint;
  /** What --engine says; the dataflow back end without it. */
  readonly engine?: string | undefined;
  /** Engines side by side; default 1. */
  readonly engines?: number | undefined;
}

export interface InferResult {
  readonly name: string;
  readonly samples: number;
  readonly mismatches: number;
  /** The first difference in words. */
  readonly first?: string;
  readonly via: Via;
  readonly cycles: RunFigures;
  readonly layers: readonly (LayerFigures | EngineLayerFigures)[];
  readonly output: Parameters<typeof formatNpy>[0];
}

/** The narrowest `.npy` type of raw codes. */
function rawDtype(type: ElementType): 'i1' | 'i2' | 'i4' | 'i8' | 'u1' | 'u2' | 'u4' {
  const bits = codeBits(type);
  if (isSigned(type)) return bits <= 8 ? 'i1' : bits <= 16 ? 'i2' : bits <= 32 ? 'i4' : 'i8';
  return bits <= 8 ? 'u1' : bits <= 16 ? 'u2' : bits <= 32 ? 'u4' : 'i8';
}

function shapeOf(samples: number, shape: readonly number[], length: number): number[] {
  const size = shape.reduce((product, n) => product * n, 1);
  return size * samples === length ? [samples, ...shape] : [samples, length / samples];
}

function rawOutput(loaded: LoadedNetwork, codes: Float64Array, samples: number): InferResult['output'] {
  const { type, shape } = loaded.outputCodes;
  return { dtype: rawDtype(type), shape: shapeOf(samples, shape, codes.length), data: codes };
}

/** Codes of the model's own output tensor where it fixes them behind a tail on the host, otherwise those of the port. */
function tensorCodes(loaded: LoadedNetwork, codes: Float64Array): Float64Array {
  const { hostCodes } = loaded.stageNetwork.output;
  if (hostCodes === undefined) return codes;
  return loaded.decodeOutput(codes).map((real) => Math.round(real / hostCodes.scale) + hostCodes.zeroPoint);
}

function realOutput(loaded: LoadedNetwork, reals: Float64Array, samples: number): InferResult['output'] {
  const shape = loaded.graph.outputs[0]?.shape.slice(1) ?? [];
  return { dtype: 'f8', shape: shapeOf(samples, shape, reals.length), data: reals };
}

interface Job {
  readonly loaded: LoadedNetwork;
  readonly name: string;
  readonly array: NpyArray;
}

export async function infer(request: InferRequest): Promise<InferResult> {
  const { loaded, name, array } = await loadModel(request);
  if (array === undefined) throw new Error('infer needs an input');
  const job = { loaded, name, array };
  if (request.via === 'reference') return inferReference(job, request);
  return request.engine === undefined ? inferHardware(job, request) : inferOnEngine(job, request, request.engine);
}

async function inferOnEngine(
  { loaded, name, array }: Job,
  request: InferRequest,
  engine: string,
): Promise<InferResult> {
  const { via, raw } = request;
  if (via === 'reference') throw new Error('the reference needs no engine');
  const { codes, samples } = loaded.encodeInput(array, request.inputScale);
  const { engines, rtl, stall, seed } = request;
  const options = { engine, engines, via, rtl, stall, seed, subject: basename(request.model) };
  const { outputs, ...result } = await inferEngine(loaded, name, codes, samples, options);
  return {
    ...{ name, samples, via, ...result },
    output: raw
      ? rawOutput(loaded, tensorCodes(loaded, outputs), samples)
      : realOutput(loaded, loaded.decodeOutput(outputs), samples),
  };
}

/** Needs no integer pipeline unless raw codes are asked for. */
function inferReference({ loaded, name, array }: Job, { raw, inputScale }: InferRequest): InferResult {
  const base = {
    name,
    mismatches: 0,
    via: 'reference' as const,
    cycles: { predicted: null, simulated: null },
    layers: [],
  };
  if (raw) {
    const { codes, samples } = loaded.encodeInput(array, inputScale);
    return { ...base, samples, output: rawOutput(loaded, loaded.referenceCodes(codes), samples) };
  }
  const reals = loaded.realInput(array, inputScale);
  const samples = array.shape[0] ?? 0;
  return { ...base, samples, output: realOutput(loaded, loaded.reference(reals), samples) };
}

/** What one pass through the hardware gives, whichever form it took. */
interface Pass {
  readonly outputs: Float64Array;
  readonly cycles: CycleFigures;
  readonly nodes: ReadonlyMap<string, CycleFigures>;
}
type Runner = (codes: Float64Array, stall: StallPair) => Pass;

async function inferHardware({ loaded, name, array }: Job, request: InferRequest): Promise<InferResult> {
  const network = { ...loaded.stageNetwork, name };
  const { codes, samples } = loaded.encodeInput(array, request.inputScale);
  const rtl = request.rtl === undefined ? undefined : rtlFolder(request.rtl);
  const plan = planFor(network, {
    portBits: request.portBits ?? rtl?.plan.portBits ?? defaultPortBits,
    folding: request.folding ?? rtl?.plan.folding,
    clockMhz: 100,
  });
  const run = await runnerFor(request, plan, isSigned(network.output.type), layerExits(plan.chain, network), rtl);
  const expected = runStages(loaded.referenceStages, codes).outputs;
  const passes = parseStall(request.stall, randomStream(request.seed, 'stall')).map((stall) => run(codes, stall));
  const perSample = plan.chain.output.elements;
  const compared = passes.map((pass) => compareCodes(pass.outputs, expected, perSample));
  const [first] = passes;
  if (first === undefined) throw new Error('no stall pattern');
  const firstBad = await explainFirst(compared, (sample) =>
    locateVia({
      ...{ via: request.via, chain: plan.chain, network, text: rtl?.text },
      codes: codes.slice(0, (sample + 1) * plan.chain.input.elements),
    }),
  );
  const { predicted, layers } = layerFigures(network, plan.chain, plan.folding, samples, first.nodes);
  return {
    name,
    samples,
    mismatches: compared.reduce((sum, each) => sum + each.mismatches, 0),
    ...(firstBad === undefined ? {} : { first: firstBad }),
    via: request.via,
    cycles: { predicted, simulated: first.cycles },
    layers,
    output: request.raw
      ? rawOutput(loaded, tensorCodes(loaded, first.outputs), samples)
      : realOutput(loaded, loaded.decodeOutput(first.outputs), samples),
  };
}

/** The first difference in words, with the place inside of the hardware where it begins. */
async function explainFirst(
  compared: readonly Comparison[],
  locate: (sample: number) => Promise<string | undefined>,
): Promise<string | undefined> {
  const first = compared.find((each) => each.first !== undefined)?.first;
  if (first === undefined) return undefined;
  const place = await locate(first.sample);
  return place === undefined ? first.text : `${first.text}\n  ${place}`;
}

async function runnerFor(
  request: InferRequest,
  plan: Plan,
  signedOutput: boolean,
  exits: ReadonlyMap<string, string>,
  rtl: RtlFolder | undefined,
): Promise<Runner> {
  const { chain } = plan;
  const { seed } = request;
  if (request.via === 'model') {
    return (codes, stalls) => {
      const { outputs, cycles, nodes } = runPipelineModel(chain, codes, { stalls, seed, signedOutput });
      return { outputs, cycles, nodes: new Map(nodes.map((node) => [node.name, node.cycles])) };
    };
  }
  const through = (participant: Participant, design: HardwareRequest['design'], watch: readonly string[]): Runner => {
    return (codes, stall) => {
      const run = runHardware({ chain, design, participant, codes, signedOutput, stall, seed, watch });
      return orThrow(run, request);
    };
  };
  if (request.via === 'simulator') {
    const design = makeDesign(chain);
    return through(simulatorParticipant(design), design, [...exits.values()]);
  }
  const hardware = makeHardware(chain);
  const text = rtl?.text ?? [...hardware.sources, ...hardware.images];
  const shell = rtl?.top ?? hardware.top;
  const top = text.some((file) => new RegExp(`\\bmodule\\s+${shell}\\b`).test(file.text)) ? shell : hardware.design.top;
  const [participant] = await textParticipants(hardware.design, top, text);
  if (participant === undefined) throw new Error('no Verilator model');
  return through(participant, hardware.design, []);
}
type HardwareRequest = Parameters<typeof runHardware>[0];

/** Wrong values are counted by the caller; a run that broke a rule or stopped is told at once. */
function orThrow(run: HardwareRun, request: InferRequest): HardwareRun {
  const { failure, spec } = run;
  if (failure === undefined) return run;
  const [message = '', ...details] = renderFailure(spec, failure, { subject: basename(request.model) }).split('\n');
  throw numberedError('H4002', message, {
    places: [{ text: details.join('\n').trim() }],
    fix: request.rtl === undefined ? 'report this with the model' : 'look at what was edited in the text',
    exitCode: 1,
  });
}

interface RtlFolder {
  readonly text: readonly TextFile[];
  /** Top of the text where a report beside it names one. */
  readonly top?: string;
  /** The plan that the text was made with, where the folder belongs to a build. */
  readonly plan: { readonly portBits?: number | 'full'; readonly folding?: string };
}

/** The text of a folder as it stands; where it lies in a build, with the plan of that build. */
function rtlFolder(directory: string): RtlFolder {
  const text = readRtlFolder(directory);
  const home = [resolve(directory), dirname(resolve(directory))].find((each) => existsSync(join(each, 'report.json')));
  if (home === undefined) return { text, plan: {} };
  const report = JSON.parse(readFileSync(join(home, 'report.json'), 'utf8')) as {
    readonly top?: { readonly module?: string };
    readonly port_bits?: number | 'full';
  };
  const folding = join(home, 'folding.json');
  return {
    text,
    ...(report.top?.module === undefined ? {} : { top: report.top.module }),
    plan: {
      ...(report.port_bits === undefined ? {} : { portBits: report.port_bits }),
      ...(existsSync(folding) ? { folding } : {}),
    },
  };
}
