/** Samples through the engine in the form that the user chose, compared with the reference executor. */
import { numberedError } from '../../base/diagnostics.js';
import { parseStall, renderFailure, readRtlFolder, type Participant } from '../../cosim/index.js';
import { randomStream } from '../../base/random.js';
import { driveProgram, runProgram } from '../../engine/run-network.js';
import type { EngineProgram } from '../../engine/program.js';
import type { LoadedNetwork } from '../../import/index.js';
import { runStages } from '../../network/run-stages.js';
import type { StageNetwork } from '../../network/stages.js';
import { compile, elaborate } from '../../simulator/index.js';
import { compareCodes } from '../compare.js';
import type { RunFigures } from '../figures.js';
import type { Hardware } from '../hardware.js';
import { simulatorParticipant, textParticipants } from '../participants.js';
import type { Via } from '../via.js';
import { engineLayerFigures, frameFigures, predictedFrames, type EngineLayerFigures } from './engine-figures.js';
import { locateLayer } from './engine-locate.js';
import { frameBeats, frameSpec, functionalFrames, lockstepFrame, simulatedFrames, type Frame } from './engine-run.js';
import { coreDesign, engineHardware, engineProgram, readEngine } from './engine-subject.js';

export interface EngineInferRequest {
  /** What `--engine` says. */
  readonly engine: string;
  /** Engines side by side that share the samples. */
  readonly engines?: number | undefined;
  readonly via: Exclude<Via, 'reference'>;
  readonly rtl?: string | undefined;
  readonly stall: string;
  readonly seed: bigint;
  /** Of the model file, for messages. */
  readonly subject: string;
}

export interface EngineInferred {
  readonly outputs: Float64Array;
  readonly mismatches: number;
  readonly first?: string;
  readonly cycles: RunFigures;
  readonly layers: readonly EngineLayerFigures[];
}

/** `codes` [samples] of the input port. */
export async function inferEngine(
  loaded: LoadedNetwork,
  name: string,
  codes: Float64Array,
  samples: number,
  request: EngineInferRequest,
): Promise<EngineInferred> {
  const stages: StageNetwork = { ...loaded.stageNetwork, name };
  const program = engineProgram(stages, readEngine(request.engine));
  const frames = await framesFor(program, codes, samples, request);
  const outputs = Float64Array.from(frames.flatMap((frame) => [...frame.codes]));
  const expected = runStages(loaded.referenceStages, codes).outputs;
  const { mismatches, first } = compareCodes(outputs, expected, expected.length / samples);
  const runs = frames.flatMap(({ run }) => (run === undefined ? [] : [run]));
  const timed = runs.map(({ cycles, firstOutput }) => ({ cycles, first: firstOutput }));
  const place = first === undefined ? undefined : locate(program, stages, codes, samples, first.sample, request.via);
  return {
    ...{ outputs, mismatches, layers: engineLayerFigures(program, runs[0]?.passes) },
    cycles: {
      predicted: sideBySide(predictedFrames(program, samples), request.engines ?? 1),
      simulated: timed.length === 0 ? null : sideBySide(timed, request.engines ?? 1),
    },
    ...(first === undefined ? {} : { first: place === undefined ? first.text : `${first.text}\n  ${place}` }),
  };
}

/** Engines side by side take the samples in turn: the one with the most to do decides. */
function sideBySide(frames: readonly { readonly cycles: number; readonly first: number }[], engines: number) {
  const lists = Array.from({ length: engines }, (_, engine) => frames.filter((__, k) => k % engines === engine));
  const all = lists.filter((list) => list.length > 0).map(frameFigures);
  const total = Math.max(...all.map((figures) => figures.total));
  const one = all[0] ?? frameFigures([]);
  const spacing = frames.length > 1 ? Math.max(0, total - one.first_sample) / (frames.length - 1) : null;
  return { ...one, total, steady_interval: spacing };
}

async function framesFor(
  program: EngineProgram,
  codes: Float64Array,
  samples: number,
  request: EngineInferRequest,
): Promise<readonly Frame[]> {
  if (request.via === 'model') return functionalFrames(program, codes, samples);
  // Full rate needs no registers: the core alone shows what its passes do.
  if (request.via === 'simulator' && request.stall === 'none')
    return simulatedFrames(program, coreDesign(program.engine), codes, samples);
  const hardware = engineHardware(program.engine);
  return stalledFrames(program, hardware, await participantFor(hardware, request), codes, samples, request);
}

async function participantFor(hardware: Hardware, { via, rtl }: EngineInferRequest): Promise<Participant> {
  if (via === 'simulator') return simulatorParticipant(hardware.design);
  const text = rtl === undefined ? hardware.sources : readRtlFolder(rtl);
  const [participant] = await textParticipants(hardware.design, hardware.top, text);
  if (participant === undefined) throw new Error('no Verilator model');
  return participant;
}

/** Behind stalling ports, or in Verilator: every sample under every pattern. */
function stalledFrames(
  program: EngineProgram,
  { design }: Hardware,
  participant: Participant,
  codes: Float64Array,
  samples: number,
  { stall, seed, subject }: EngineInferRequest,
): Frame[] {
  const size = codes.length / samples;
  const patterns = parseStall(stall, randomStream(seed, 'stall'));
  return Array.from({ length: samples }, (_, sample) => {
    const beats = frameBeats(program, codes.subarray(sample * size, (sample + 1) * size));
    const turns = patterns.map((pattern) => {
      const spec = frameSpec(design, beats, { participants: [participant], stall: pattern, seed });
      const turn = lockstepFrame(program, spec);
      if (turn.failure === undefined) return turn;
      const [message = '', ...details] = renderFailure(spec, turn.failure, { subject }).split('\n');
      throw numberedError('H4002', message, { places: [{ text: details.join('\n').trim() }], exitCode: 1 });
    });
    // A pattern with wrong results is shown before one with right ones.
    const shown = turns.find((turn) => turn.codes.some((code, k) => code !== beats.expected[k])) ?? turns[0];
    if (shown === undefined) throw new Error('no stall pattern');
    return { codes: shown.codes, memory: shown.memory };
  });
}

function locate(
  program: EngineProgram,
  stages: StageNetwork,
  codes: Float64Array,
  samples: number,
  sample: number,
  via: Via,
): string | undefined {
  const size = codes.length / samples;
  const own = codes.subarray(sample * size, (sample + 1) * size);
  if (via === 'model') return locateLayer(program, stages, own, (all, one) => runProgram(all, one));
  if (via !== 'simulator') return undefined;
  const sim = compile(elaborate(coreDesign(program.engine)));
  return locateLayer(program, stages, own, (all, one) => driveProgram(sim, all, one).memory);
}
