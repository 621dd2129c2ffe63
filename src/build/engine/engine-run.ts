/** Samples through an engine: on its functional model, in the simulator with a memory behind the ports, or in lockstep. */
import { randomStream } from '../../base/random.js';
import type { Design } from '../../circuit/index.js';
import {
  type Beat,
  type Failure,
  type LockstepSpec,
  type Observer,
  type Participant,
  axiLiteStreams,
  runLockstep,
  type StallPair,
} from '../../cosim/index.js';
import { beatsOf, packetOf } from '../../engine/bit-stream.js';
import { passCycles } from '../../engine/cycles.js';
import { EngineTopModel } from '../../engine/model/engine-top-model.js';
import { PortSimulation } from '../../engine/model/port-simulation.js';
import { weightPacket, type EngineProgram } from '../../engine/program.js';
import type { CoreRun } from '../../engine/run-core.js';
import { engineRegisters } from '../../engine/registers.js';
import { driveProgram, ProgramMemory, runProgram } from '../../engine/run-network.js';
import { compile, elaborate, portInfos } from '../../simulator/index.js';
import { portsOf } from '../hardware.js';
import { controlPrefix } from './engine-target.js';
import type { EngineHardware } from './engine-subject.js';
import { frameStart, readableOffsets } from './frame-accesses.js';

/** A frame: codes of the output port; cycles where there are any. */
export interface Frame {
  readonly codes: Float64Array;
  readonly memory: ProgramMemory;
  readonly run?: CoreRun;
}

const samplesOf = (codes: Float64Array, samples: number): Float64Array[] => {
  const size = codes.length / samples;
  return Array.from({ length: samples }, (_, k) => codes.subarray(k * size, (k + 1) * size));
};

/** On the functional model: integers, no cycles. */
export function functionalFrames(program: EngineProgram, codes: Float64Array, samples: number): Frame[] {
  return samplesOf(codes, samples).map((sample) => {
    const memory = runProgram(program, sample);
    return { memory, codes: memory.output() };
  });
}

/** In the simulator, on the core; every sample begins with a reset, the weights come anew. */
export function simulatedFrames(program: EngineProgram, design: Design, codes: Float64Array, samples: number): Frame[] {
  const sim = compile(elaborate(design));
  return samplesOf(codes, samples).map((sample) => {
    const { memory, run } = driveProgram(sim, program, sample);
    return { memory, run, codes: memory.output() };
  });
}

/** Products of cycles and PEs up to which the cycle model of the whole engine goes along: about a minute. */
const modelWork = 1e7;

/** Whether the cycle model of the whole engine gets through a frame in reasonable time. */
export function modelPays({ engine, passes }: EngineProgram): boolean {
  const cycles = passes.reduce((sum, { pass }) => sum + passCycles(engine, pass.header), 0);
  return cycles * engine.processingElements <= modelWork;
}

/** The cycle model of the whole engine as a form of its top. */
export function engineModelParticipant({ engine }: EngineProgram, { design, build }: EngineHardware): Participant {
  const ports = portInfos(elaborate(design));
  const create = (): PortSimulation => new PortSimulation(new EngineTopModel(engine, build), ports);
  return { name: 'model', compare: 'handshake', create };
}

/** Streams of a frame as beats; what comes back from DRAM is what the functional model left there. */
export interface FrameBeats {
  readonly inputs: Readonly<Record<'s_axis_w' | 's_axis_x', readonly Beat[]>>;
  readonly expected: Float64Array;
}

const beats = (packets: Iterable<Uint8Array>, bits: number): Beat[] => {
  const list: Beat[] = [];
  for (const packet of packets)
    for (const [k, tdata] of beatsOf(packet, bits).entries())
      list.push({ tdata, tlast: (k + 1) * (bits / 8) === packet.length ? 1n : 0n });
  return list;
};

export function frameBeats(program: EngineProgram, sample: Float64Array): FrameBeats {
  const { engine, passes, loads } = program;
  const memory = runProgram(program, sample);
  const s_axis_w = beats(
    passes.map((pass) => weightPacket(program, pass)),
    engine.WP,
  );
  const s_axis_x = beats(
    loads.map((load) => memory.pixels(load)),
    engine.XP,
  );
  return { inputs: { s_axis_w, s_axis_x }, expected: memory.output() };
}

export interface LockstepFrame {
  readonly participants: readonly Participant[];
  readonly stall: StallPair;
  readonly seed: bigint;
  readonly resets?: number;
}

/** A frame as lockstep takes it: the top is started over its registers, under the same patterns as the streams. */
export function frameSpec(design: Design, { inputs }: FrameBeats, request: LockstepFrame): LockstepSpec {
  const { participants, stall, seed, resets = 0 } = request;
  const { streams, reset } = portsOf(design);
  return {
    participants,
    streams: [...streams, ...controlStreams],
    inputs: { ...inputs, ...startBeats, [readAddresses]: randomReads(seed) },
    // Reads are spread over the frame.
    stallOf: { [readAddresses]: { kind: 'bernoulli', p: 0.9 } },
    stall,
    seed,
    reset,
    resets,
    patience: 20_000,
    capacity: 64,
  };
}

const controlStreams = axiLiteStreams(controlPrefix, engineRegisters.addressBits);
const startBeats: LockstepSpec['inputs'] = {
  [`${controlPrefix}_aw`]: frameStart.map(([offset]) => ({ awaddr: BigInt(offset), awprot: 0n })),
  [`${controlPrefix}_w`]: frameStart.map(([, value]) => ({ wdata: BigInt(value), wstrb: 15n })),
};

const readAddresses = `${controlPrefix}_ar`;

/** A processor that looks at the registers while a frame runs. */
function randomReads(seed: bigint): readonly Beat[] {
  const random = randomStream(seed, 'reads');
  return Array.from({ length: 50 }, () => ({
    araddr: BigInt(readableOffsets[random.nextInt(readableOffsets.length)] ?? 0),
    arprot: 0n,
  }));
}

/** Packets of m_axis_y that are due, and the cycles that are watched behind the last. */
const afterlife = 64;

/** A frame in lockstep: its codes, or why it failed. */
export function lockstepFrame(
  program: EngineProgram,
  spec: LockstepSpec,
): Frame & { readonly cycles: number; readonly failure?: Failure } {
  const sending = program.passes.filter(({ results }) => results.length > 0);
  let [packets, after] = [0, 0];
  const observe: Observer = (_, [sim], failure) => {
    if (failure !== undefined || sim === undefined) return false;
    if (sim.peek('aresetn') === 0n) packets = 0;
    else if (
      sim.peek('m_axis_y_tvalid') === 1n &&
      sim.peek('m_axis_y_tready') === 1n &&
      sim.peek('m_axis_y_tlast') === 1n
    )
      packets++;
    return packets < sending.length || ++after < afterlife;
  };
  // With resets to come the end of a first turn is not the end.
  const { failure, outputs, cycles } = (spec.resets ?? 0) > 0 ? runLockstep(spec) : runLockstep(spec, observe);
  const memory = new ProgramMemory(program);
  let [packet, index]: [bigint[], number] = [[], 0];
  for (const { tdata = 0n, tlast = 0n } of outputs['m_axis_y'] ?? []) {
    packet.push(tdata);
    if (tlast === 0n) continue;
    const pass = sending[index++];
    if (pass !== undefined) memory.results(pass.results, packetOf(packet, program.engine.YP), pass.pass.layer);
    packet = [];
  }
  return { codes: memory.output(), memory, cycles, ...(failure === undefined ? {} : { failure }) };
}
