/**
 * `soc/` of a dataflow build: the accelerator with registers and an interrupt, its samples as streams or in memory, with the
 * files of the flows and firmware. It is a directory of its own, for its modules are others than those of `rtl/`.
 */
import type { Design } from '../circuit/index.js';
import type { Chain } from '../dataflow/chain.js';
import { isSigned } from '../dataflow/plan.js';
import { packSamples, unpackSamples } from '../dataflow/port-beats.js';
import { addressMap } from '../dataflow/weights/address-map.js';
import { runStages } from '../network/run-stages.js';
import type { StageNetwork } from '../network/stages.js';
import { elaborate, portInfos } from '../simulator/index.js';
import { dataflowRegisters, type DataflowSide } from '../soc/dataflow-registers.js';
import { dataflowSide, dataflowTop, frameBytes, masterBytes } from '../soc/dataflow-top.js';
import { registerFiles } from '../soc/register-files.js';
import { packagedRegisters } from '../soc/register-json.js';
import { weightRecords } from '../soc/weight-image.js';
import type { Board } from '../target/boards.js';
import type { TargetDesign } from '../target/design.js';
import { ipXact } from '../target/ip-xact.js';
import { packageFiles } from '../target/packages.js';
import { verilogShell } from '../target/shell.js';
import { vitisFiles } from '../target/vitis.js';
import { vivadoFiles } from '../target/vivado.js';
import { emitDesign, imageFiles } from '../verilog/index.js';
import { buildHash } from './engine/engine-target.js';
import { firmwareFiles, firmwareName, samplesThatFit } from './firmware-files.js';
import { withDefaults } from './library-block.js';

export const socFolder = 'soc';
/** Prefix of the AXI4-Lite port. */
const controlPrefix = 's_axi_ctrl';

type Beats = readonly { readonly data: bigint }[];

export interface SocRequest {
  readonly chain: Chain;
  readonly memory: DataflowSide['memory'];
  /** The stages that define the numerics. */
  readonly reference: StageNetwork;
  readonly clockMhz: number;
  readonly board: Board;
  /** Beats of the simulated samples and of their results. */
  readonly inputBeats: Beats;
  readonly outputBeats: Beats;
}

/** `soc` of `report.json`. */
export interface SocReport {
  readonly folder: typeof socFolder;
  readonly module: string;
  readonly memory: DataflowSide['memory'];
  /** True where weights can be changed. */
  readonly programmable: boolean;
  /** What register BUILD reads as. */
  readonly build: number;
  readonly control: { readonly prefix: string; readonly protocol: 'axi4-lite'; readonly address_bits: number };
  readonly interrupt: 'irq';
  readonly streams: readonly { readonly prefix: string; readonly bits: number }[];
  readonly masters: readonly { readonly prefix: string; readonly bits: number }[];
  /** Bytes of a sample and of a result in memory. */
  readonly sample_bytes: number;
  readonly result_bytes: number;
}

export interface Soc {
  readonly report: SocReport;
  /** Files by path below the directory of the build. */
  readonly files: Readonly<Record<string, string>>;
}

/** Throws H2601 where weights come through ports of their own. */
export function makeSoc(request: SocRequest): Soc {
  const { chain, memory, board, clockMhz } = request;
  const side = dataflowSide(chain, memory);
  const table = dataflowRegisters(side);
  const plain = dataflowTop(chain, memory);
  const images = imageFiles(plain).map(({ name, text }) => ({ name, text }));
  const build = buildHash([...emitDesign(plain), ...images]);
  const design = withDefaults(plain, { BUILD: build });
  const sources = emitDesign(design);
  const shell = `${design.top}_top`;
  const target: TargetDesign = {
    ...{ name: design.top, title: `${chain.name}, ${chain.nodes.length} stages, ${table.doc}`, top: shell },
    sources: [...sources.map(({ name }) => name), `${shell}.v`],
    images: images.map(({ name }) => name),
    ...{ clockMhz, ports: topPorts(design), ...buses(chain, side) },
    controls: [{ prefix: controlPrefix, addressBits: table.addressBits }],
    ...{ interrupts: ['irq'], registers: packagedRegisters(table), version: '1.0' },
  };
  const doc = [`s_axi_ctrl   AXI4-Lite: ${table.doc} (docs/soc.md)`, 'irq          high until software clears ISR'];
  const text = [...sources, ...images, { name: `${shell}.v`, text: verilogShell(target, { core: design.top, doc }) }];
  const files = {
    ...Object.fromEntries(text.map((file) => [`rtl/${file.name}`, file.text])),
    'rtl/files.f': target.sources.map((name) => `${name}\n`).join(''),
    ...Object.fromEntries([...packageFiles(target, board), ['component.xml', ipXact(target)], ...registerFiles(table)]),
    ...Object.fromEntries([
      ...vitisFiles(target, board),
      ...(board.flow === 'vivado' ? vivadoFiles(target, board) : []),
    ]),
    ...firmwareOf(request, { side, build, target }),
  };
  return {
    files: Object.fromEntries(Object.entries(files).map(([path, data]) => [`${socFolder}/${path}`, data])),
    report: {
      ...{ folder: socFolder, module: shell, memory, programmable: side.programmable, build },
      control: { prefix: controlPrefix, protocol: 'axi4-lite', address_bits: table.addressBits },
      ...{ interrupt: 'irq', streams: [...target.streamsIn, ...target.streamsOut], masters: target.masters },
      ...{ sample_bytes: frameBytes(chain.input), result_bytes: frameBytes(chain.output) },
    },
  };
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

const topPorts = (design: Design): TargetDesign['ports'] => [
  { name: 'aclk', direction: 'input', bits: 1 },
  { name: 'aresetn', direction: 'input', bits: 1 },
  ...portInfos(elaborate(design))
    .filter(({ name }) => name !== 'aresetn')
    .map(({ name, dir, width }) => ({ name, direction: dir, bits: width })),
];

/** Beats as they lie in memory: lowest byte first. */
function bytesOf(beats: Beats, bits: number): Uint8Array {
  const width = bits / 8;
  const bytes = new Uint8Array(beats.length * width);
  beats.forEach(({ data }, beat) => {
    for (let k = 0; k < width; k++) bytes[beat * width + k] = Number((data >> BigInt(8 * k)) & 255n);
  });
  return bytes;
}

interface Built {
  readonly side: DataflowSide;
  readonly build: number;
  readonly target: TargetDesign;
}

/** The weights of the build are in the hardware when it wakes up, so that nothing has to be loaded. */
function firmwareOf(
  { chain, reference, board, inputBeats, outputBeats }: SocRequest,
  { side, build, target }: Built,
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
      ...{ name: firmwareName(chain.name), side: side.memory, build, registers: dataflowRegisters(side) },
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
