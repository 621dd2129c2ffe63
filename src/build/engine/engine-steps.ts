/** The steps of `build` for the engine back end, from the plan on: functions from plain data to plain data. */
import { numberedError } from '../../base/diagnostics.js';
import { randomStream } from '../../base/random.js';
import { crossStalls, formatStall, renderFailure } from '../../cosim/index.js';
import { beatsOf } from '../../engine/bit-stream.js';
import type { CycleFigures } from '../../dataflow/cycle-figures.js';
import type { EnginePlan } from '../../engine/plan/engine-plan.js';
import { lowerStages } from '../../engine/plan/lower-stages.js';
import { planNetwork } from '../../engine/plan/plan-network.js';
import { descriptorBytesOf, programOf, trafficOf, weightPacket, type EngineProgram } from '../../engine/program.js';
import { Engine } from '../../engine/config.js';
import { driveProgram, ProgramMemory } from '../../engine/run-network.js';
import { runStages } from '../../network/run-stages.js';
import { compareCodes } from '../compare.js';
import { randomCodes } from '../load-model.js';
import { simulatorParticipant } from '../participants.js';
import type { Imported } from '../steps/import.js';
import { dmaFile, type DmaFile } from './dma-file.js';
import { engineLayerFigures, frameFigures, predictedFrames, type EngineLayerFigures } from './engine-figures.js';
import { programLists, storedSamples } from './engine-firmware.js';
import { locateLayer } from './engine-locate.js';
import {
  engineModelParticipant,
  frameBeats,
  frameSpec,
  lockstepFrame,
  modelPays,
  simulatedFrames,
} from './engine-run.js';
import { coreDesign, type EngineHardware, engineHardware, readEngine } from './engine-subject.js';
import { frameScript } from './frame-accesses.js';
import { compile, elaborate } from '../../simulator/index.js';

export interface EnginePlanned {
  readonly plan: EnginePlan;
  readonly passes: number;
  readonly traffic: ReturnType<typeof trafficOf>;
  readonly dma: DmaFile;
}

export interface EngineSimulated {
  readonly samples: number;
  readonly equal: number;
  readonly cycles: CycleFigures;
  /** By the model without data. */
  readonly predicted: CycleFigures;
  readonly layers: readonly EngineLayerFigures[];
  /** Of the first frame by port: beats, `<hex tdata> <tlast>` a line, and the accesses of registers. */
  readonly vectors: Readonly<Record<'s_axis_w' | 's_axis_x' | 'm_axis_y' | 's_axi_ctrl', string>>;
  /** The first samples as they lie in memory, for firmware. */
  readonly stored: ReturnType<typeof storedSamples>;
  /** `modelled`: in step with the cycle model, which large engines are too slow for. */
  readonly stalled: { readonly stall: string; readonly cycles: number; readonly modelled: boolean };
}

/** The program of a plan that was stored. */
export function programFor({ network }: Imported, plan: EnginePlan): EngineProgram {
  return programOf(plan, lowerStages(Engine.fromJSON(plan.engine), network));
}

export function planEngineStep({ network }: Imported, text: string): EnginePlanned {
  const named = readEngine(text);
  const lowered = lowerStages(named.engine, network);
  const plan = named.plan ?? planNetwork(named.engine, lowered);
  const program = programOf(plan, lowered);
  return { plan, passes: program.passes.length, traffic: trafficOf(program), dma: dmaFile(program) };
}

export function describeEnginePlan({ plan, passes, traffic }: EnginePlanned): string {
  const mega = (traffic.total / 1e6).toFixed(2);
  return `${Engine.fromJSON(plan.engine).toString()}: ${plan.groups.length} groups, ${passes} passes, ${mega} MB a frame`;
}

export const generateEngineStep = ({ plan }: EnginePlanned): EngineHardware =>
  engineHardware(Engine.fromJSON(plan.engine));

const defaultSamples = 2;

/** Throws H4001 for wrong outputs and H4002 for a broken rule or a difference to the cycle model. */
export function simulateEngineStep(
  imported: Imported,
  { plan }: EnginePlanned,
  hardware: EngineHardware,
  { samples, seed }: { readonly samples?: number | undefined; readonly seed: bigint },
): EngineSimulated {
  const { network, reference, given } = imported;
  const program = programFor(imported, plan);
  const elements = network.input.shape.reduce((product, n) => product * n, 1);
  const codes =
    given?.slice(0, (samples ?? defaultSamples) * elements) ??
    randomCodes(network.input, samples ?? defaultSamples, randomStream(seed, 'samples'));
  const count = codes.length / elements;
  const core = coreDesign(program.engine);
  const frames = simulatedFrames(program, core, codes, count);
  const outputs = Float64Array.from(frames.flatMap((frame) => [...frame.codes]));
  const expected = runStages(reference, codes).outputs;
  const { equalSamples, first } = compareCodes(outputs, expected, expected.length / count);
  if (first !== undefined) {
    const sim = compile(elaborate(core));
    const own = codes.subarray(first.sample * elements, (first.sample + 1) * elements);
    const place = locateLayer(program, network, own, (all, one) => driveProgram(sim, all, one).memory);
    throw numberedError('H4001', `${network.name}: the simulated engine differs from the reference; ${first.text}`, {
      exitCode: 1,
      ...(place === undefined ? {} : { places: [{ text: place }] }),
    });
  }
  const runs = frames.flatMap(({ run }) => (run === undefined ? [] : [run]));
  return {
    ...{ samples: count, equal: equalSamples, layers: engineLayerFigures(program, runs[0]?.passes) },
    cycles: frameFigures(runs.map(({ cycles, firstOutput }) => ({ cycles, first: firstOutput }))),
    predicted: frameFigures(predictedFrames(program, count)),
    vectors: {
      ...vectorsOf(program, codes.subarray(0, elements), frames[0]?.memory),
      s_axi_ctrl: frameScript({ build: hardware.build, passes: program.passes.length }),
    },
    stored: storedSamples(program, codes, expected, frames),
    stalled: stalledFrame(imported, program, hardware, codes.subarray(0, elements), seed),
  };
}

/** The first sample once more under a random pair of stall patterns, circuit and cycle model compared every cycle. */
function stalledFrame(
  { network }: Imported,
  program: EngineProgram,
  hardware: EngineHardware,
  sample: Float64Array,
  seed: bigint,
): EngineSimulated['stalled'] {
  const random = randomStream(seed, 'stall');
  const pairs = crossStalls(random).filter(({ source, sink }) => source.kind !== 'none' && sink.kind !== 'none');
  const stall = pairs[random.nextInt(pairs.length)] ?? { source: { kind: 'bursty' }, sink: { kind: 'bursty' } };
  const modelled = modelPays(program);
  const { design } = hardware;
  const participants = [simulatorParticipant(design), ...(modelled ? [engineModelParticipant(program, hardware)] : [])];
  const beats = frameBeats(program, sample);
  const spec = frameSpec(design, beats, { participants, stall, seed });
  const { failure, cycles, codes } = lockstepFrame(program, spec);
  const fix = 'report this with the model';
  if (failure !== undefined) {
    const [message = '', ...details] = renderFailure(spec, failure, { subject: network.name }).split('\n');
    throw numberedError('H4002', message, { places: [{ text: details.join('\n').trim() }], fix, exitCode: 1 });
  }
  if (codes.some((code, k) => code !== beats.expected[k]))
    throw numberedError('H4002', `${network.name}: other results under stalls ${formatStall(stall)}`, {
      fix,
      exitCode: 1,
    });
  return { stall: formatStall(stall), cycles, modelled };
}

/** What the ports carry in the first frame; what came back from DRAM is what is there at its end. */
function vectorsOf(program: EngineProgram, sample: Float64Array, memory: ProgramMemory | undefined) {
  const { engine, passes, loads, tensors } = program;
  const seen = memory ?? new ProgramMemory(program);
  seen.input(sample);
  const lines = (packets: Iterable<Uint8Array>, bits: number): string => {
    const text: string[] = [];
    for (const packet of packets) {
      const list = beatsOf(packet, bits);
      list.forEach((beat, k) =>
        text.push(`${beat.toString(16).padStart(bits / 4, '0')} ${k === list.length - 1 ? 1 : 0}\n`),
      );
    }
    return text.join('');
  };
  const results = passes
    .filter((pass) => pass.results.length > 0)
    .map((pass) => {
      const packet = new Uint8Array(pass.results.reduce((sum, { bytes }) => sum + bytes, 0));
      let at = 0;
      for (const { address, bytes } of pass.results) {
        packet.set(seen.bytes.subarray(address - tensors.address, address - tensors.address + bytes), at);
        at += bytes;
      }
      return packet;
    });
  return {
    s_axis_w: lines(
      passes.map((pass) => weightPacket(program, pass)),
      engine.WP,
    ),
    s_axis_x: lines(
      loads.map((load) => seen.pixels(load)),
      engine.XP,
    ),
    m_axis_y: lines(results, engine.YP),
  };
}

export function describeEngineSimulation({ samples, cycles, equal }: EngineSimulated): string {
  return `${samples} samples, ${(cycles.total + 1).toLocaleString('en-US')} cycles, ${equal}/${samples} equal to the reference`;
}

/** What firmware puts to the addresses of dma.json: packets of weights, descriptors of pixels, lists of transfers. */
export function engineImages(
  program: EngineProgram,
): Readonly<Record<'weights.bin' | 'descriptors.bin', Uint8Array> & Partial<Record<'lists.bin', Uint8Array>>> {
  const lists = programLists(program);
  const join = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
  return {
    'weights.bin': join(program.passes.map((pass) => weightPacket(program, pass))),
    'descriptors.bin': join(program.loads.map(descriptorBytesOf)),
    ...(lists === undefined ? {} : { 'lists.bin': new Uint8Array(lists.words.buffer) }),
  };
}
