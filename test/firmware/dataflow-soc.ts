/** A dataflow accelerator of a model, Verilated with its memory side, and the headers of its firmware. */
import { designSpec } from '../../src/cosim/index.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { loadModel } from '../../src/build/load-model.js';
import { runStages } from '../../src/network/run-stages.js';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import type { Chain } from '../../src/dataflow/chain.js';
import { weightImage } from '../../src/dataflow/images.js';
import { addressMap } from '../../src/dataflow/weights/address-map.js';
import type { DenseStage, StageNetwork } from '../../src/network/stages.js';
import { weightRecords } from '../../src/soc/weight-image.js';
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

export interface DataflowSocOptions {
  readonly samples?: number;
  /** Cycles a sample may take; by default as few as the ports allow. */
  readonly interval?: number;
  /** All weights can be changed; `other_data.h` then has another image, and what comes of the samples with it. */
  readonly programmable?: boolean;
}

/** The layer with its rows turned by one: sums stay in the range that was planned. */
const turned = (layer: DenseStage): DenseStage => ({
  ...layer,
  weights: Int32Array.from([...layer.weights.slice(layer.inputs), ...layer.weights.slice(0, layer.inputs)]),
});

/** A weight image of a network, as it lies in memory. */
function weightBytesOf(chain: Chain, { stages }: StageNetwork): Uint8Array {
  const words = weightRecords(addressMap(chain)!, ({ stage, weights }) => {
    const layer = stages.find(({ name }) => name === stage) as DenseStage;
    return weightImage(layer, weights.packing.PE, weights.packing.SIMD, weights.packing.bits).words;
  });
  return new Uint8Array(words.buffer);
}

export async function dataflowSoc(
  request: { readonly model: string; readonly input: string; readonly inputScale?: number },
  memory: 'stream' | 'mapped',
  { samples = 8, interval, programmable = false }: DataflowSocOptions = {},
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
  const goal = { portBits: 64, ...(interval === undefined ? {} : { interval }) };
  const fixed = planNetwork(network, goal);
  const folding = Object.fromEntries(
    Object.entries(fixed.folding).map(([stage, layer]) => [stage, { ...layer, weights: 'programmable' as const }]),
  );
  const { chain } = programmable ? planNetwork(network, { ...goal, folding }) : fixed;
  const all = loaded.encodeInput(array, request.inputScale).codes;
  const codes = all.slice(0, samples * chain.input.elements);
  const results = runStages(loaded.referenceStages, codes).outputs;
  const side = dataflowSide(chain, memory);
  const design = dataflowTop(chain, memory);
  const inputs = bytesOf(packSamples(chain.input, codes), chain.input.bits);
  const bytesOfResults = (codes: Float64Array): Uint8Array =>
    bytesOf(packSamples(chain.output, codes), chain.output.bits);
  const expected = bytesOfResults(results);
  const text = [...emitDesign(design), ...imageFiles(design).map(({ name, text: image }) => ({ name, text: image }))];
  const spec = designSpec({ design, params: { BUILD: build }, text });
  const soc = await buildSoc({
    ...{ files: spec.files, images: spec.images ?? [], top: spec.top, params: spec.params ?? {} },
    ports: [
      ...spec.clocks.map((name) => [name, 1] as const),
      ...spec.ports.map(({ name, width }) => [name, width] as const),
    ],
    control: 's_axi_ctrl',
    masters: memory === 'mapped' ? ['m_axi_ifm', 'm_axi_ofm', ...(programmable ? ['m_axi_wgt'] : [])] : [],
    dmas: memory === 'stream' ? [['s_axis', 'm_axis'], ...(programmable ? [['s_axis_wgt', ''] as const] : [])] : [],
  });
  const weights = programmable ? weightBytesOf(chain, network) : new Uint8Array(0);
  const info = {
    ...{ name: 'soc', side: memory, build, registers: dataflowRegisters(side), weightBytes: weights.length },
    ...{ inputBytes: inputs.length / samples, outputBytes: expected.length / samples },
  };
  const data = { samples, inputs, expected, computed: expected, weights };
  const port = ({ bits, beats, lanes, laneBits, elements }: typeof chain.input, signed: boolean) => ({
    ...{ bits, beats, elements_per_beat: lanes, element_bits: laneBits, elements, shape: [elements], signed },
  });
  const ports = {
    input: port(chain.input, isSigned(network.input.type)),
    output: port(chain.output, isSigned(network.output.type)),
  };
  const registers = registerFile(info.registers);
  const io = {
    ...{ schema: 1, name, side: memory, build, dma_bytes: 2 ** 26, registers, ports },
    ...{ samples: [...codes], expected: [...results] },
  };
  const headers = { 'soc_design.h': firmwareDesign(info), 'soc_data.h': firmwareData('soc', data) };
  if (!programmable) return { soc, io: JSON.stringify(io), headers };
  const other: StageNetwork = {
    ...network,
    stages: network.stages.map((stage) => (stage.kind === 'dense' ? turned(stage) : stage)),
  };
  const otherResults = runStages(other, codes).outputs;
  const changed = bytesOfResults(otherResults);
  const otherData = { ...data, expected: changed, computed: changed, weights: weightBytesOf(chain, other) };
  const images = [weights, otherData.weights].map((image) => [...new Uint32Array(image.buffer)]);
  return {
    soc,
    io: JSON.stringify({ ...io, images, changed: [...otherResults] }),
    headers: { ...headers, 'other_data.h': firmwareData('other', otherData) },
  };
}
