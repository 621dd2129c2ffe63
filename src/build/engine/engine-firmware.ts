/** What firmware gets of an engine build: where things lie in its buffer, and samples in the form that they have there. */
import { type DramRegion, storeTensor } from '../../engine/dram.js';
import type { EngineProgram } from '../../engine/program.js';
import { engineRegisters } from '../../engine/registers.js';
import { ProgramMemory } from '../../engine/run-network.js';
import { engineMappedRegisters } from '../../soc/engine-registers.js';
import { engineLists, type EngineLists } from '../../soc/engine-lists.js';
import type { FirmwareSamples } from '../../soc/firmware-design.js';
import type { Board } from '../../target/boards.js';
import type { TargetDesign } from '../../target/design.js';
import { firmwareFiles, firmwareName, samplesThatFit } from '../firmware-files.js';

/** A run of bytes of the buffer. */
interface Span {
  readonly from: number;
  readonly bytes: number;
}

/** Transfers wait for packets of results by a number of 16 bits; a frame with more has no lists. */
export const programLists = (program: EngineProgram): EngineLists | undefined =>
  program.loads.some(({ after }) => after > 0xffff) ? undefined : engineLists(program);

/** From the first to the last byte of some tensors. */
function spanOf(program: EngineProgram, names: readonly string[]): Span {
  const regions = names.map((name) => regionOf(program, name));
  const from = Math.min(...regions.map(({ address }) => address));
  return { from, bytes: Math.max(...regions.map(({ address, bytes }) => address + bytes)) - from };
}

export function regionOf({ regions }: EngineProgram, name: string): DramRegion {
  const region = regions.get(name);
  if (region === undefined) throw new Error(`${name} is not in memory`);
  return region;
}

/** Where samples lie, and where results do. */
export const inputSpan = (program: EngineProgram): Span => spanOf(program, [program.plan.input]);
export const outputSpan = (program: EngineProgram): Span => spanOf(program, program.network.output.parts);

/** Codes of the output port as they lie in memory, and ones where bits are theirs. */
function storedOutput(program: EngineProgram, codes: ArrayLike<number>): { bytes: Uint8Array; care: Uint8Array } {
  const { engine, network } = program;
  const { parts, type } = network.output;
  const span = outputSpan(program);
  const [bytes, care] = [new Uint8Array(span.bytes), new Uint8Array(span.bytes)];
  const unit = 2 ** (type.kind === 'int' ? type.bits : 1);
  const part = 2 ** engine.XB;
  const cut = (code: number, k: number): number => Math.floor((((code % unit) + unit) % unit) / part ** k) % part;
  for (const [k, name] of parts.entries()) {
    const region = regionOf(program, name);
    const { width, channels } = region.size;
    const pixel = (row: number, column: number, channel: number): number =>
      cut(codes[(row * width + column) * channels + channel] ?? 0, k);
    storeTensor(engine, region, pixel, bytes, span.from);
    storeTensor(engine, region, () => cut(unit - 1, k), care, span.from);
  }
  return { bytes, care };
}

/** The first samples of a simulation: `expected` are codes of the reference, `frames` the memories that it left. */
export function storedSamples(
  program: EngineProgram,
  codes: Float64Array,
  expected: Float64Array,
  frames: readonly { readonly memory: ProgramMemory }[],
): Omit<FirmwareSamples, 'weights'> {
  const [input, output] = [inputSpan(program), outputSpan(program)];
  const samples = samplesThatFit(frames.length, input.bytes + output.bytes);
  const cut = ({ bytes }: ProgramMemory, span: Span): Uint8Array => {
    const from = span.from - program.tensors.address;
    return bytes.subarray(from, from + span.bytes);
  };
  const inside = (all: Float64Array, k: number): Float64Array => {
    const size = all.length / frames.length;
    return all.subarray(k * size, (k + 1) * size);
  };
  const each = Array.from({ length: samples }, (_, k) => {
    const before = new ProgramMemory(program);
    before.input(inside(codes, k));
    const { bytes, care } = storedOutput(program, inside(expected, k));
    const memory = frames[k]?.memory ?? before;
    return { inputs: cut(before, input), expected: bytes, care, computed: cut(memory, output) };
  });
  const join = (key: 'inputs' | 'expected' | 'care' | 'computed'): Uint8Array =>
    new Uint8Array(Buffer.concat(each.map((sample) => sample[key])));
  const [inputs, stored, computed, care] = [join('inputs'), join('expected'), join('computed'), join('care')];
  return { samples, inputs, expected: stored, computed, care };
}

export interface EngineFirmware {
  readonly network: string;
  /** What register BUILD reads as. */
  readonly build: number;
  readonly board: Board;
  readonly target: TargetDesign;
  readonly samples: Omit<FirmwareSamples, 'weights'>;
  /** Files of `dram/`. */
  readonly images: Readonly<Record<'weights.bin' | 'descriptors.bin', Uint8Array>>;
  /** How the data come: as streams, or by the engine itself. */
  readonly side: 'stream' | 'mapped';
}

/** Weights and descriptors as they lie from the begin of the buffer on. */
export function loadedImage({ descriptors }: EngineProgram, images: EngineFirmware['images']): Uint8Array {
  const image = new Uint8Array(descriptors.address + descriptors.bytes);
  image.set(images['weights.bin']);
  image.set(images['descriptors.bin'], descriptors.address);
  return image;
}

/** `firmware/` by path; empty where a frame has no lists. */
export function engineFirmware(program: EngineProgram, request: EngineFirmware): Readonly<Record<string, string>> {
  const { network, build, board, target, samples, images, side } = request;
  const lists = programLists(program);
  if (lists === undefined) return {};
  const weights = loadedImage(program, images);
  const [input, output] = [inputSpan(program), outputSpan(program)];
  return firmwareFiles({
    design: {
      ...{ name: firmwareName(network), side, build },
      registers: side === 'stream' ? engineRegisters : engineMappedRegisters,
      ...{ inputBytes: input.bytes, outputBytes: output.bytes, weightBytes: weights.length },
      buffer: { bytes: lists.offset + 4 * lists.words.length, input: input.from, output: output.from, lists },
    },
    ...{ data: { ...samples, weights }, board, target },
    image: `dram/weights.bin goes there, dram/descriptors.bin 0x${program.descriptors.address.toString(16)} bytes behind`,
  });
}
