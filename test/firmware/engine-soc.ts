/** An engine with a network on it, Verilated with its memory side, and the headers of its firmware. */
import { engineHardware, engineProgram, readEngine } from '../../src/build/engine/engine-subject.js';
import { engineShellName } from '../../src/build/engine/engine-target.js';
import { loadModel } from '../../src/build/load-model.js';
import { designSpec } from '../../src/cosim/index.js';
import { storeTensor } from '../../src/engine/dram.js';
import { descriptorBytesOf, weightPacket, type EngineProgram } from '../../src/engine/program.js';
import { engineRegisters } from '../../src/engine/registers.js';
import { ProgramMemory, runProgram } from '../../src/engine/run-network.js';
import { engineMappedRegisters } from '../../src/soc/engine-registers.js';
import { engineMapped } from '../../src/soc/engine-top.js';
import { runStages } from '../../src/network/run-stages.js';
import { emitDesign } from '../../src/verilog/index.js';
import { engineLists } from '../../src/soc/engine-lists.js';
import { firmwareData, firmwareDesign } from '../../src/soc/firmware-design.js';
import { buildSoc } from './soc-bench.js';

/** Weights and descriptors, as they lie from address 0 on. */
function imageOf(program: EngineProgram): Uint8Array {
  const image = new Uint8Array(program.descriptors.address + program.descriptors.bytes);
  for (const pass of program.passes) image.set(weightPacket(program, pass), pass.weights.address);
  for (const load of program.loads) image.set(descriptorBytesOf(load), load.head.address);
  return image;
}

/** Bytes of the tensors of one side, from the first to the last. */
function spanOf({ regions }: EngineProgram, names: readonly string[]) {
  const list = names.map((name) => {
    const region = regions.get(name);
    if (region === undefined) throw new Error(`${name} is not in memory`);
    return region;
  });
  const from = Math.min(...list.map(({ address }) => address));
  return { from, bytes: Math.max(...list.map(({ address, bytes }) => address + bytes)) - from };
}

function streamTop({ engine }: EngineProgram) {
  const { design, sources, images, build } = engineHardware(engine);
  return { design, build, text: [...sources, ...images], top: engineShellName };
}

function mappedTop({ engine }: EngineProgram) {
  const design = engineMapped(engine);
  return { design, build: 0x1234567, text: emitDesign(design), top: design.top };
}

export async function engineSoc(
  request: { readonly model: string; readonly input: string; readonly inputScale?: number },
  engine: string,
  samples: number,
  side: 'stream' | 'mapped' = 'stream',
): Promise<{ readonly soc: string; readonly headers: Readonly<Record<string, string>>; readonly transfers: number }> {
  const { loaded, array } = await loadModel(request);
  if (array === undefined) throw new Error(request.input);
  const program = engineProgram(loaded.stageNetwork, readEngine(engine));
  const { codes: all, samples: there } = loaded.encodeInput(array, request.inputScale);
  const perSample = all.length / there;
  const frames = Array.from({ length: samples }, (_, k) => all.slice(k * perSample, (k + 1) * perSample));
  const parts = program.network.output.parts;
  const [input, output] = [spanOf(program, [program.plan.input]), spanOf(program, parts)];
  const cut = (memory: ProgramMemory, { from, bytes }: typeof input): number[] => [
    ...memory.bytes.subarray(from - program.tensors.address, from - program.tensors.address + bytes),
  ];
  const care = new Uint8Array(program.tensors.bytes);
  for (const part of parts) {
    const region = program.regions.get(part);
    if (region !== undefined)
      storeTensor(program.engine, region, () => 2 ** program.engine.XB - 1, care, program.tensors.address);
  }
  const careOf = [...care.subarray(output.from - program.tensors.address).subarray(0, output.bytes)];
  const before = frames.map((codes) => {
    const memory = new ProgramMemory(program);
    memory.input(codes);
    return memory;
  });
  const after = frames.map((codes) => {
    const memory = runProgram(program, codes);
    const due = runStages(loaded.referenceStages, codes).outputs;
    const found = memory.output();
    if (due.length !== found.length || due.some((code, k) => code !== found[k]))
      throw new Error(`${request.model}: the engine's program is not the network`);
    return memory;
  });
  const { design, text, top, build } = side === 'stream' ? streamTop(program) : mappedTop(program);
  const spec = designSpec({ design, params: side === 'stream' ? {} : { BUILD: build }, text });
  const soc = await buildSoc({
    ...{ files: spec.files, images: spec.images ?? [], top, params: spec.params ?? {} },
    ports: [
      ...spec.clocks.map((name) => [name, 1] as const),
      ...spec.ports.map(({ name, width }) => [name, width] as const),
    ],
    control: 's_axi_ctrl',
    masters: side === 'stream' ? [] : ['m_axi_wgt', 'm_axi_ifm', 'm_axi_ofm'],
    dmas:
      side === 'stream'
        ? [
            ['s_axis_x', 'm_axis_y'],
            ['s_axis_w', ''],
          ]
        : [],
  });
  const lists = engineLists(program);
  const weights = imageOf(program);
  const info = {
    ...{ name: 'soc', side, build, registers: side === 'stream' ? engineRegisters : engineMappedRegisters },
    ...{ inputBytes: input.bytes, outputBytes: output.bytes, weightBytes: weights.length },
    buffer: { bytes: lists.offset + 4 * lists.words.length, input: input.from, output: output.from, lists },
  };
  const expected = Uint8Array.from(after.flatMap((memory) => cut(memory, output)));
  const data = {
    ...{ samples, inputs: Uint8Array.from(before.flatMap((memory) => cut(memory, input))), weights },
    ...{ expected, computed: expected, care: Uint8Array.from(frames.flatMap(() => careOf)) },
  };
  return {
    ...{ soc, transfers: lists.words.length / 4 },
    headers: { 'soc_design.h': firmwareDesign(info), 'soc_data.h': firmwareData('soc', data) },
  };
}
