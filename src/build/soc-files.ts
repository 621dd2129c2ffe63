/**
 * `soc/` of a dataflow build: the accelerator with registers and an interrupt, its samples as streams or in memory, with the
 * files of the flows and firmware. It is a directory of its own, for its modules are others than those of `rtl/`.
 */
import { numberedError } from '../base/diagnostics.js';
import type { Chain } from '../dataflow/chain.js';
import { isSigned } from '../dataflow/plan.js';
import { packSamples, unpackSamples } from '../dataflow/port-beats.js';
import type { FramedBeat } from '../dataflow/stages/frame.model.js';
import { addressMap } from '../dataflow/weights/address-map.js';
import { runStages } from '../network/run-stages.js';
import type { StageNetwork } from '../network/stages.js';
import { dataflowRegisters, type DataflowSide } from '../soc/dataflow-registers.js';
import { dataflowSide, dataflowTop, frameBytes, masterBytes } from '../soc/dataflow-top.js';
import { weightRecords } from '../soc/weight-image.js';
import type { TargetDesign } from '../target/design.js';
import { addressMapFile } from './address-map-file.js';
import { socFolder } from './build-place.js';
import { deployFiles, type DeployRequest } from './deploy-files.js';
import { firmwareFiles, firmwareName, firmwareReport, samplesThatFit } from './firmware-files.js';
import { hexBeats } from './hex-beats.js';
import { addressWrites, benchBase, memoryVectors, type SocBench, socScript } from './soc-bench.js';
import { type Soc, socControl, socFiles, type SocHardware, socHardware, socReport } from './soc-folder.js';
import { json } from './json-file.js';

type Beats = readonly FramedBeat[];

export interface SocRequest extends DeployRequest {
  readonly memory: DataflowSide['memory'];
  /** Weight images may have float32 numbers, which hardware casts. */
  readonly floats?: boolean;
  /** The stages that define the numerics. */
  readonly reference: StageNetwork;
  readonly inputBeats: Beats;
  readonly outputBeats: Beats;
  /** A technology: scripts for a chip as well. */
  readonly tech?: string | undefined;
}

/** The top of a chain. Throws H2601 where weights come through ports of their own. */
export function dataflowSocHardware(chain: Chain, side: DataflowSide, clockMhz: number): SocHardware {
  const table = dataflowRegisters(side);
  return socHardware({
    plain: dataflowTop(chain, side.memory, side.floats === true),
    ...{ table, buses: buses(chain, side), clockMhz },
    title: `${chain.name}, ${chain.nodes.length} stages, ${table.doc}`,
  });
}

/** Throws H2601 where weights come through ports of their own, H2603 where there are none to cast. */
export function makeSoc(request: SocRequest): Soc {
  const { chain, memory, floats = false, clockMhz } = request;
  const side = dataflowSide(chain, memory, floats);
  if (floats && side.floats !== true)
    throw numberedError('H2603', `${chain.name}: no layer has weights that can be changed, so none come as float32`, {
      fix: 'say "weights": "programmable" of a layer in the folding file, or leave --float-weights out',
    });
  const hardware = dataflowSocHardware(chain, side, clockMhz);
  const { table } = hardware;
  const bytes = { sample_bytes: frameBytes(chain.input), result_bytes: frameBytes(chain.output) };
  const bench = benchOf(request, side, hardware);
  const files = firmwareOf(request, side, hardware);
  const firmware = firmwareReport(request.board, `${socFolder}/firmware`, files);
  return {
    files: socFiles(hardware, request, bench, {
      ...files,
      ...weightMap(chain, hardware.target.top),
      ...deployFiles(request, { name: hardware.target.name, side: memory, table, build: hardware.build }),
    }),
    report: socReport(hardware, { ...side, ...bytes, firmware }),
  };
}

/** Where weights lie, for whoever makes an image of others; they come by images only, so the bus of the core is left out. */
function weightMap(chain: Chain, module: string): Readonly<Record<string, string>> {
  const map = addressMapFile(chain, module);
  return map === undefined ? {} : { 'address_map.json': json({ ...map, bus: undefined }) };
}

/** The samples that were simulated, all with one START; in memory they lie at addresses that no beat begins at. */
function benchOf(
  { chain, inputBeats, outputBeats }: SocRequest,
  { memory, programmable }: DataflowSide,
  { table, build }: SocHardware,
): SocBench {
  const { input, output } = chain;
  const frames = inputBeats.length / input.beats;
  const script = (addresses: readonly (readonly [string, number])[]): Readonly<Record<string, string>> => ({
    [`${socControl}.hex`]: socScript({ table, build, before: [['FRAMES', frames], ...addresses], frames }),
  });
  if (memory === 'stream')
    return {
      files: {
        'input.hex': hexBeats(inputBeats, input.bits),
        'output.hex': hexBeats(outputBeats, output.bits),
        ...script([]),
      },
      vectors: { s_axis: 'input.hex', m_axis: 'output.hex' },
      idle: programmable ? ['s_axis_wgt'] : [],
    };
  const samples = { at: 0x1003, data: bytesOf(inputBeats, input.bits) };
  const results = {
    at: 64 * Math.ceil((samples.at + samples.data.length) / 64) + 0x65,
    data: bytesOf(outputBeats, output.bits),
  };
  const { files, memory: found } = memoryVectors([samples], results);
  const address = (name: string, at: number) => addressWrites(name, benchBase + BigInt(at));
  const addresses = [...address('INPUT', samples.at), ...address('OUTPUT', results.at)];
  return { files: { ...files, ...script(addresses) }, vectors: {}, memory: found };
}

function buses(
  { input, output }: Chain,
  { memory, programmable }: DataflowSide,
): Pick<TargetDesign, 'streamsIn' | 'streamsOut' | 'masters'> {
  if (memory === 'stream')
    return {
      streamsIn: [
        { prefix: 's_axis', bits: input.bits },
        ...(programmable ? [{ prefix: 's_axis_wgt', bits: 32 }] : []),
      ],
      ...{ streamsOut: [{ prefix: 'm_axis', bits: output.bits }], masters: [] },
    };
  return {
    ...{ streamsIn: [], streamsOut: [] },
    masters: [
      { prefix: 'm_axi_ifm', bits: 8 * masterBytes(input.bits) },
      { prefix: 'm_axi_ofm', bits: 8 * masterBytes(output.bits) },
      ...(programmable ? [{ prefix: 'm_axi_wgt', bits: 32 }] : []),
    ],
  };
}

/** Beats as they lie in memory: lowest byte first. */
function bytesOf(beats: Beats, bits: number): Uint8Array {
  const width = bits / 8;
  const bytes = new Uint8Array(beats.length * width);
  beats.forEach(({ data }, beat) => {
    for (let k = 0; k < width; k++) bytes[beat * width + k] = Number((data >> BigInt(8 * k)) & 255n);
  });
  return bytes;
}

/** The weights of the build are in the hardware when it wakes up, so that nothing has to be loaded. */
function firmwareOf(
  { chain, reference, board, inputBeats, outputBeats }: SocRequest,
  side: DataflowSide,
  { build, target, table }: SocHardware,
): Readonly<Record<string, string>> {
  const { input, output } = chain;
  const [inputBytes, outputBytes] = [frameBytes(input), frameBytes(output)];
  const samples = samplesThatFit(inputBeats.length / input.beats, inputBytes + outputBytes);
  const beats = inputBeats.slice(0, samples * input.beats);
  const codes = unpackSamples(
    input,
    beats.map(({ data }) => data),
    isSigned(reference.input.type),
  );
  const map = addressMap(chain);
  const words =
    map === undefined ? 0 : weightRecords(map, ({ weights }) => Array.from({ length: weights.words }, () => 0n)).length;
  return firmwareFiles({
    design: {
      ...{ name: firmwareName(chain.name), side: side.memory, build, registers: table },
      ...{ inputBytes, outputBytes, weightBytes: 4 * words },
    },
    data: {
      ...{ samples, inputs: bytesOf(beats, input.bits), weights: new Uint8Array() },
      expected: bytesOf(packSamples(output, runStages(reference, codes).outputs), output.bits),
      computed: bytesOf(outputBeats.slice(0, samples * output.beats), output.bits),
    },
    ...{ board, target },
  });
}
