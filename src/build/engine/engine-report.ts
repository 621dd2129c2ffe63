/** `report.json` of the engine back end: figures, and what a bench must know to drive the top. */
import type { CycleFigures } from '../../dataflow/cycle-figures.js';
import type { EngineProgram } from '../../engine/program.js';
import type { StageNetwork } from '../../network/stages.js';
import { engineRegisters } from '../../engine/registers.js';
import type { FirmwareReport } from '../firmware-files.js';
import type { SocReport } from '../soc-folder.js';
import type { EngineLayerFigures } from './engine-figures.js';
import type { EngineSimulated } from './engine-steps.js';
import { controlPrefix, engineShellName } from './engine-target.js';
import { frameStart, type RegisterWrite } from './frame-accesses.js';

export interface EngineReport {
  readonly schema: 1;
  readonly heddle: string;
  readonly model: string;
  readonly network: string;
  readonly backend: 'engine';
  readonly numerics: string;
  /** What register BUILD reads as. */
  readonly build: number;
  readonly engine: ReturnType<EngineProgram['engine']['toJSON']>;
  readonly clock_mhz: number;
  readonly cycles: { readonly predicted: CycleFigures; readonly simulated: CycleFigures };
  readonly samples_per_second: number;
  /** Multiplications of a frame / (its cycles * PEs). */
  readonly utilization: number;
  /** Bytes of a frame. */
  readonly dram_bytes: number;
  readonly layers: readonly EngineLayerFigures[];
  readonly top: {
    readonly module: string;
    readonly clock: 'aclk';
    readonly reset: 'aresetn';
    readonly reset_active: 'low';
    readonly input: PortReport;
    readonly output: PortReport;
    readonly weights: readonly PortReport[];
    readonly control: {
      readonly prefix: 's_axi_ctrl';
      readonly protocol: 'axi4-lite';
      readonly address_bits: number;
      readonly data_bits: 32;
      /** Writes, address and data, that let the frame of the vectors run once the reset is gone. */
      readonly start: readonly RegisterWrite[];
      /** The same with checks, for `sim/lite_player.sv`. */
      readonly file: string;
    };
    readonly interrupt: 'irq';
    readonly samples: 1;
  };
  readonly firmware: FirmwareReport;
  /** The top with its data in memory, where `--memory mapped` asks for one. */
  readonly soc?: SocReport;
}

interface PortReport {
  readonly prefix: 's_axis_x' | 's_axis_w' | 'm_axis_y';
  readonly bits: number;
  /** Beats of one frame: `<hex tdata> <tlast>` a line. */
  readonly file: string;
}

export interface ReportFacts {
  readonly model: string;
  readonly clockMhz: number;
  readonly version: string;
  readonly network: StageNetwork;
  readonly build: number;
  readonly firmware: FirmwareReport;
}

export function engineReport(
  { engine, plan }: EngineProgram,
  { cycles, predicted, layers }: EngineSimulated,
  { model, clockMhz, version, network, build, firmware }: ReportFacts,
): EngineReport {
  const frame = cycles.first_sample + 1;
  const port = (prefix: PortReport['prefix'], bits: number): PortReport => ({
    prefix,
    bits,
    file: `vectors/${prefix}.hex`,
  });
  return {
    ...{ schema: 1, heddle: version, model, network: network.name, backend: 'engine', numerics: network.numerics },
    ...{ build, engine: engine.toJSON(), clock_mhz: clockMhz, cycles: { predicted, simulated: cycles } },
    samples_per_second: (clockMhz * 1e6) / frame,
    utilization: layers.reduce((sum, { macs }) => sum + macs, 0) / (frame * engine.processingElements),
    dram_bytes: plan.groups.reduce((sum, { bytes }) => sum + bytes, 0),
    layers,
    top: {
      ...{ module: engineShellName, clock: 'aclk', reset: 'aresetn', reset_active: 'low' },
      ...{ input: port('s_axis_x', engine.XP), output: port('m_axis_y', engine.YP) },
      ...{ weights: [port('s_axis_w', engine.WP)], interrupt: 'irq', samples: 1 },
      control: {
        ...{ prefix: controlPrefix, protocol: 'axi4-lite', address_bits: engineRegisters.addressBits, data_bits: 32 },
        ...{ start: frameStart, file: `vectors/${controlPrefix}.hex` },
      },
    },
    firmware,
  };
}
