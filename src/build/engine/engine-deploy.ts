/** `deploy/BOARD` of an engine with its data in memory: what `fpga/python/engine_driver.py` reads. */
import { formatNpy } from '../../base/npy.js';
import { codeBits } from '../../dataflow/plan.js';
import { loadTensor, tensorPlaces } from '../../engine/dram.js';
import type { EngineProgram } from '../../engine/program.js';
import { ProgramMemory } from '../../engine/run-network.js';
import type { RegisterTable } from '../../blocks/registers/index.js';
import type { StageNetwork } from '../../network/stages.js';
import type { Board } from '../../target/boards.js';
import { boardFolder, codesArray, inputScale, outputScale, shapeData } from '../deploy-files.js';
import { type EngineFirmware, inputSpan, loadedImage, outputSpan, programLists, regionOf } from './engine-firmware.js';

export interface EngineDeploy {
  readonly name: string;
  readonly network: StageNetwork;
  readonly board: Board;
  readonly clockMhz: number;
  readonly samplesPerSecond: number;
  readonly registers: { readonly table: RegisterTable; readonly build: number };
  readonly samples: EngineFirmware['samples'];
  readonly images: EngineFirmware['images'];
}

/** Files by path; none where the board has no Python or a frame no lists. */
export function engineDeploy(
  program: EngineProgram,
  request: EngineDeploy,
): Readonly<Record<string, string | Uint8Array>> {
  const { name, network, board, clockMhz, samplesPerSecond, registers, samples, images } = request;
  const lists = programLists(program);
  if (lists === undefined) return {};
  const { engine, tensors } = program;
  const [input, output] = [inputSpan(program), outputSpan(program)];
  const span = ({ from, bytes }: typeof input) => ({ at: from, bytes, element_bits: engine.XB });
  const inputRegion = regionOf(program, program.plan.input);
  const each = Array.from({ length: samples.samples }, (_, k) => {
    const memory = new ProgramMemory(program);
    memory.bytes.set(
      samples.expected.subarray(k * output.bytes, (k + 1) * output.bytes),
      output.from - tensors.address,
    );
    const given = samples.inputs.subarray(k * input.bytes, (k + 1) * input.bytes);
    return { codes: loadTensor(engine, inputRegion, given, input.from), results: memory.output() };
  });
  const codes = Float64Array.from(each.flatMap((sample) => [...sample.codes]));
  const results = Float64Array.from(each.flatMap((sample) => [...sample.results]));
  const [elements, outputs] = [codes.length / each.length, results.length / each.length];
  const parts = program.network.output.parts.map((part) => tensorPlaces(engine, regionOf(program, part), output.from));
  const places = (shape: readonly number[], list: readonly Float64Array[]): Uint8Array =>
    formatNpy({ dtype: 'i4', shape, data: join(list) });
  return boardFolder({
    ...{ name, board, clockMhz, samplesPerSecond, registers, scripts: ['engine_driver.py'] },
    io: {
      ...{ kind: 'engine', side: 'mapped' },
      buffer: {
        ...{ bytes: lists.offset + 4 * lists.words.length, lists: lists.offset },
        ...{ LIST_W: lists.w, LIST_X: lists.x, LIST_Y: lists.y },
      },
      ports: {
        input: { ...span(input), elements, ...shapeData(network.input), ...inputScale(network.input) },
        output: { ...span(output), elements: outputs, ...shapeData(network.output), ...outputScale(network.output) },
      },
    },
    data: {
      'input.npy': codesArray(codes, elements, network.input, engine.XB),
      'expected.npy': codesArray(results, outputs, network.output, codeBits(network.output.type)),
      'input_places.npy': places([elements], [tensorPlaces(engine, inputRegion, input.from)]),
      'output_places.npy': places([parts.length, outputs], parts),
      'memory.bin': loadedImage(program, images),
      'lists.bin': new Uint8Array(lists.words.buffer),
    },
  });
}

const join = (list: readonly Float64Array[]): Float64Array => Float64Array.from(list.flatMap((part) => [...part]));
