/** Samples through a planned network on the functional model, tensors that leave the chip coming back from a memory. */
import type { Engine } from './config.js';
import type { DrivenCore } from './driven-core.js';
import { loadTensor, storeTensor, type DramPiece } from './dram.js';
import { engineError } from './errors.js';
import { runStreams, type FunctionalObserver } from './functional.js';
import type { EnginePlan } from './plan/engine-plan.js';
import type { EngineNetwork, NetworkOutput } from './plan/lower-stages.js';
import { descriptorBytesOf, programOf, weightPacket, type EngineProgram, type ProgramLoad } from './program.js';
import { runCoreJob, type CoreOptions, type CoreRun } from './run-core.js';
import { pixelsOf } from './streams.js';

/** The tensors of a program in DRAM, for one frame. */
export class ProgramMemory {
  readonly bytes: Uint8Array;

  constructor(readonly program: EngineProgram) {
    this.bytes = new Uint8Array(program.tensors.bytes);
  }

  #slice({ address, bytes }: DramPiece): Uint8Array {
    const from = address - this.program.tensors.address;
    return this.bytes.subarray(from, from + bytes);
  }

  /** Writes the input of the network; `codes` row by row, channels innermost. */
  input(codes: ArrayLike<number>): void {
    const { engine, plan, regions, tensors } = this.program;
    const region = regions.get(plan.input);
    if (region === undefined) throw engineError('H2209', plan.input, 'the input has no region in DRAM');
    storeTensor(engine, region, pixelsOf(region.size, codes), this.bytes, tensors.address);
  }

  /** The packet of s_axis_x as it is now. */
  pixels(load: ProgramLoad): Uint8Array {
    const rows = this.#slice(load.rows);
    const packet = new Uint8Array(load.head.bytes + rows.length);
    packet.set(descriptorBytesOf(load));
    packet.set(rows, load.head.bytes);
    return packet;
  }

  /** Takes a packet of m_axis_y to where its pass says. */
  results(pieces: readonly DramPiece[], packet: Uint8Array, what: string): void {
    let from = 0;
    for (const piece of pieces) {
      this.#slice(piece).set(packet.subarray(from, from + piece.bytes));
      from += piece.bytes;
    }
    if (from !== packet.length)
      throw engineError('H2210', what, `a packet of ${packet.length} bytes where ${from} are due`);
  }

  /** A tensor that was written to DRAM, row by row, channels innermost. */
  tensor(name: string): Float64Array {
    const { engine, regions, tensors } = this.program;
    const region = regions.get(name);
    if (region === undefined) throw engineError('H2209', name, 'has no region in DRAM');
    return loadTensor(engine, region, this.bytes, tensors.address);
  }

  /** Codes of the output port. */
  output(): Float64Array {
    const { engine, network } = this.program;
    return assembled(engine, network.output, new Map(network.output.parts.map((part) => [part, this.tensor(part)])));
  }
}

/** Codes of the output port from the images of its parts, cut to the bits of the port. */
function assembled(
  engine: Engine,
  { parts, type }: NetworkOutput,
  images: ReadonlyMap<string, Float64Array>,
): Float64Array {
  const [first = ''] = parts;
  const lowest = images.get(first);
  if (lowest === undefined) throw engineError('H2209', first, 'the output does not leave the chip');
  const unit = 2 ** engine.XB;
  const bits = type.kind === 'int' ? type.bits : 1;
  const signed = type.kind === 'int' && type.signed;
  return lowest.map((_, index) => {
    const bytes = parts.map((part) => (((images.get(part)?.[index] ?? 0) % unit) + unit) % unit);
    const code = bytes.reduce((sum, byte, k) => sum + byte * unit ** k, 0) % 2 ** bits;
    return signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;
  });
}

/** One frame on the functional model; `codes` of the input port. The memory holds what went through DRAM. */
export function runProgram(
  program: EngineProgram,
  codes: ArrayLike<number>,
  observer: Pick<FunctionalObserver, 'pass'> = {},
): ProgramMemory {
  const memory = new ProgramMemory(program);
  memory.input(codes);
  const sending = program.passes.filter(({ pass }) => pass.header.dstAxis === 1);
  const streams = { weights: weightPackets(program), pixels: latePackets(program, memory) };
  runStreams(program.engine, streams, 'pixels first', {
    ...observer,
    output: (index, packet) => {
      const pass = sending[index];
      memory.results(pass?.results ?? [], packet, pass?.pass.layer ?? `packet ${index}`);
    },
  });
  return memory;
}

/** One frame through a simulation of `engine_core`; resets it. */
export function driveProgram(
  sim: DrivenCore,
  program: EngineProgram,
  codes: ArrayLike<number>,
  options: CoreOptions = {},
): { readonly memory: ProgramMemory; readonly run: CoreRun } {
  const memory = new ProgramMemory(program);
  memory.input(codes);
  const sending = program.passes.filter(({ results }) => results.length > 0);
  const run = runCoreJob(
    sim,
    program.engine,
    {
      ...{ weights: weightPackets(program), pixels: latePackets(program, memory) },
      ...{ passes: program.passes.length, outputs: sending.length },
      takes: (packet, index) => {
        const pass = sending[index];
        memory.results(pass?.results ?? [], packet, pass?.pass.layer ?? `packet ${index}`);
      },
    },
    options,
  );
  return { memory, run };
}

/** Made when they are asked for: the weights of a whole network are large. */
function* weightPackets(program: EngineProgram): Generator<Uint8Array> {
  for (const pass of program.passes) yield weightPacket(program, pass);
}

function* latePackets({ loads }: EngineProgram, memory: ProgramMemory) {
  for (const load of loads) yield { after: load.after, bytes: () => memory.pixels(load) };
}

/** Codes of the output port for every sample of `codes`. */
export function runNetwork(
  plan: EnginePlan,
  network: EngineNetwork,
  codes: Float64Array,
  samples: number,
): Float64Array {
  const program = programOf(plan, network);
  const perSample = codes.length / samples;
  const results = Array.from({ length: samples }, (_, sample) =>
    runProgram(program, codes.subarray(sample * perSample, (sample + 1) * perSample)).output(),
  );
  return Float64Array.from(results.flatMap((result) => [...result]));
}
