/** A dataflow accelerator of a model, Verilated with its memory side, and the headers of its firmware. */
import { designSpec } from '../../src/cosim/index.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { planFor } from '../../src/build/plan-goal.js';
import { loadModel } from '../../src/build/load-model.js';
import { runStages } from '../../src/network/run-stages.js';
import { isSigned } from '../../src/dataflow/plan.js';
import { registerFile } from '../../src/soc/register-json.js';
import { dataflowSide, dataflowTop } from '../../src/soc/dataflow-top.js';
import { dataflowRegisters } from '../../src/soc/dataflow-registers.js';
import { firmwareData, firmwareDesign } from '../../src/soc/firmware-design.js';
import { emitDesign, imageFiles } from '../../src/verilog/index.js';
import { buildSoc } from './soc-bench.js';

/** Beats as they lie in memory: lowest byte first. */
function bytesOf(beats: readonly { readonly data: bigint }[], bits: number): Uint8Array {
  const width = bits / 8;
  return Uint8Array.from(
    beats.flatMap(({ data }) => Array.from({ length: width }, (_, k) => Number((data >> BigInt(8 * k)) & 255n))),
  );
}

/** What BUILD reads as in these tests. */
const build = 0x1234567;

export async function dataflowSoc(
  request: { readonly model: string; readonly input: string; readonly inputScale?: number },
  memory: 'stream' | 'mapped',
  samples = 8,
): Promise<{
  readonly soc: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the Python driver: io.json, with samples and results. */
  readonly io: string;
}> {
  const { loaded, array, name } = await loadModel(request);
  if (array === undefined) throw new Error(request.input);
  // Names inside of model files are none of SystemVerilog.
  const network = { ...loaded.stageNetwork, name };
  const { chain } = planFor(network, { portBits: 64, folding: undefined, clockMhz: 100 });
  const all = loaded.encodeInput(array, request.inputScale).codes;
  const codes = all.slice(0, samples * chain.input.elements);
  const results = runStages(network, codes).outputs;
  const side = dataflowSide(chain, memory);
  const design = dataflowTop(chain, memory);
  const inputs = bytesOf(packSamples(chain.input, codes), chain.input.bits);
  const expected = bytesOf(packSamples(chain.output, results), chain.output.bits);
  const text = [...emitDesign(design), ...imageFiles(design).map(({ name, text: image }) => ({ name, text: image }))];
  const spec = designSpec({ design, params: { BUILD: build }, text });
  const soc = await buildSoc({
    ...{ files: spec.files, images: spec.images ?? [], top: spec.top, params: spec.params ?? {} },
    ports: [
      ...spec.clocks.map((name) => [name, 1] as const),
      ...spec.ports.map(({ name, width }) => [name, width] as const),
    ],
    control: 's_axi_ctrl',
    masters: memory === 'mapped' ? ['m_axi_ifm', 'm_axi_ofm'] : [],
    dmas: memory === 'stream' ? [['s_axis', 'm_axis']] : [],
  });
  const info = {
    ...{ name: 'soc', side: memory, build, registers: dataflowRegisters(side), weightBytes: 0 },
    ...{ inputBytes: inputs.length / samples, outputBytes: expected.length / samples },
  };
  const data = { samples, inputs, expected, computed: expected, weights: new Uint8Array(0) };
  const port = ({ bits, beats, lanes, laneBits, elements }: typeof chain.input, signed: boolean) => ({
    ...{ bits, beats, elements_per_beat: lanes, element_bits: laneBits, elements, shape: [elements], signed },
  });
  const ports = {
    input: port(chain.input, isSigned(network.input.type)),
    output: port(chain.output, isSigned(network.output.type)),
  };
  const registers = registerFile(info.registers);
  const io = JSON.stringify({
    ...{ schema: 1, name, side: memory, build, dma_bytes: 2 ** 26, registers, ports },
    ...{ samples: [...codes], expected: [...results] },
  });
  return { soc, io, headers: { 'soc_design.h': firmwareDesign(info), 'soc_data.h': firmwareData('soc', data) } };
}
