/**
 * A top with registers as a directory of its own in a build, `soc/`: text with a shell around it, files of the flows,
 * registers. What is the same for both back ends; each adds firmware and samples.
 */
import type { RegisterTable } from '../blocks/registers/index.js';
import { bindImages, type Design } from '../circuit/index.js';
import type { TextFile } from '../cosim/index.js';
import { elaborate, portInfos } from '../simulator/index.js';
import { registerFiles } from '../soc/register-files.js';
import { packagedRegisters } from '../soc/register-json.js';
import type { Board } from '../target/boards.js';
import type { TargetDesign } from '../target/design.js';
import { verilogShell } from '../target/shell.js';
import { emitDesign, imageFiles } from '../verilog/index.js';
import { buildHash } from './engine/engine-target.js';
import type { FirmwareReport } from './firmware-files.js';
import { flowFiles } from './flow-files.js';
import { socFolder } from './build-place.js';
import { readmeText } from './readme-file.js';
import type { SocBench } from './soc-bench.js';
import { withDefaults } from './library-block.js';

/** Prefix of the AXI4-Lite port. */
export const socControl = 's_axi_ctrl';

type Buses = Pick<TargetDesign, 'streamsIn' | 'streamsOut' | 'masters'>;

export interface SocTop {
  /** The circuit; its parameter BUILD is still open. */
  readonly plain: Design;
  readonly title: string;
  readonly table: RegisterTable;
  readonly buses: Buses;
  readonly clockMhz: number;
  /** Sources that are not of the circuit. */
  readonly beside?: readonly TextFile[];
}

/** The top with its build hash, as text and as the flows see it. */
export interface SocHardware {
  readonly design: Design;
  /** What register BUILD reads as. */
  readonly build: number;
  readonly target: TargetDesign;
  readonly table: RegisterTable;
  /** Sources in the order of compilation, the shell last. */
  readonly sources: readonly TextFile[];
  readonly images: readonly TextFile[];
  /** The same with the contents of ROMs in the text. */
  readonly chipSources: () => readonly TextFile[];
}

export function socHardware({ plain, title, table, buses, clockMhz, beside = [] }: SocTop): SocHardware {
  const images = imageFiles(plain).map(({ name, text }) => ({ name, text }));
  const build = buildHash([...emitDesign(plain), ...beside, ...images]);
  const design = withDefaults(plain, { BUILD: build });
  const sources = [...emitDesign(design), ...beside];
  const shell = `${design.top}_top`;
  const target: TargetDesign = {
    ...{ name: design.top, title, top: shell },
    sources: [...sources.map(({ name }) => name), `${shell}.v`],
    images: images.map(({ name }) => name),
    ...{ clockMhz, ports: topPorts(design), ...buses },
    controls: [{ prefix: socControl, addressBits: table.addressBits }],
    ...{ interrupts: ['irq'], registers: packagedRegisters(table), version: '1.0' },
  };
  const doc = [`s_axi_ctrl   AXI4-Lite: ${table.doc} (docs/soc.md)`, 'irq          high until software clears ISR'];
  const top = { name: `${shell}.v`, text: verilogShell(target, { core: design.top, doc }) };
  const chipSources = (): readonly TextFile[] => [...emitDesign(bindImages(design)), ...beside, top];
  return { design, build, target, table, sources: [...sources, top], images, chipSources };
}

const topPorts = (design: Design): TargetDesign['ports'] => [
  { name: 'aclk', direction: 'input', bits: 1 },
  { name: 'aresetn', direction: 'input', bits: 1 },
  ...portInfos(elaborate(design))
    .filter(({ name }) => name !== 'aresetn')
    .map(({ name, dir, width }) => ({ name, direction: dir, bits: width })),
];

/** `soc` of `report.json`. */
export interface SocReport {
  readonly folder: typeof socFolder;
  readonly module: string;
  readonly memory: 'stream' | 'mapped';
  /** True where software can change weights. */
  readonly programmable: boolean;
  /** True where images of them may have float32 numbers; else absent. */
  readonly floats?: boolean;
  /** What register BUILD reads as. */
  readonly build: number;
  readonly control: { readonly prefix: string; readonly protocol: 'axi4-lite'; readonly address_bits: number };
  readonly interrupt: 'irq';
  readonly streams: readonly { readonly prefix: string; readonly bits: number }[];
  readonly masters: readonly { readonly prefix: string; readonly bits: number }[];
  readonly firmware: FirmwareReport;
  /** Bytes of a sample and of a result in memory. */
  readonly sample_bytes: number;
  readonly result_bytes: number;
}

export function socReport(
  { target, table, build }: SocHardware,
  facts: Pick<SocReport, 'memory' | 'programmable' | 'floats' | 'firmware' | 'sample_bytes' | 'result_bytes'>,
): SocReport {
  const { memory, programmable, floats, firmware, sample_bytes, result_bytes } = facts;
  return {
    ...{ folder: socFolder, module: target.top, memory, programmable, ...(floats === true ? { floats } : {}), build },
    control: { prefix: socControl, protocol: 'axi4-lite', address_bits: table.addressBits },
    ...{ interrupt: 'irq', streams: [...target.streamsIn, ...target.streamsOut], masters: target.masters },
    ...{ firmware, sample_bytes, result_bytes },
  };
}

export interface Soc {
  readonly report: SocReport;
  /** Files by path below the directory of the build. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

export interface SocFlows {
  readonly board: Board;
  /** Path of a `tech.json`. */
  readonly tech?: string | undefined;
}

/** The folder; `more` are files of the back end by path below it. */
export function socFiles(
  { target, table, sources, images, design, chipSources }: SocHardware,
  { board, tech }: SocFlows,
  { files: vectors, ...bench }: SocBench,
  more: Readonly<Record<string, string | Uint8Array>>,
): Soc['files'] {
  const files = {
    ...Object.fromEntries([...sources, ...images].map(({ name, text }) => [`rtl/${name}`, text])),
    'rtl/files.f': target.sources.map((name) => `${name}\n`).join(''),
    ...flowFiles(target, {
      ...{ board, tech, circuit: design, chipSources },
      bench: { ...bench, vectors: { ...bench.vectors, [socControl]: `${socControl}.hex` } },
    }),
    ...Object.fromEntries(Object.entries(vectors).map(([name, text]) => [`vectors/${name}`, text])),
    ...Object.fromEntries(registerFiles(table)),
    ...more,
  };
  const readme = readmeText({ title: target.title, clockMhz: target.clockMhz, paths: Object.keys(files) });
  const all = Object.entries({ ...files, README: readme });
  return Object.fromEntries(all.map(([path, data]) => [`${socFolder}/${path}`, data]));
}
