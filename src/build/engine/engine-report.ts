/** `report.json` of the engine back end: figures, and what a bench must know to drive the top. */
import type { CycleFigures } from '../../dataflow/cycle-figures.js';
import type { EngineProgram } from '../../engine/program.js';
import type { StageNetwork } from '../../network/stages.js';
import type { EngineLayerFigures } from './engine-figures.js';
import type { EngineSimulated } from './engine-steps.js';

export interface EngineReport {
  readonly schema: 1;
  readonly heddle: string;
  readonly model: string;
  readonly network: string;
  readonly backend: 'engine';
  readonly numerics: string;
  readonly engine: ReturnType<EngineProgram['engine']['toJSON']>;
  readonly clock_mhz: number;
  readonly cycles: { readonly predicted: CycleFigures | null; readonly simulated: CycleFigures };
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
    /** Inputs to be held at a value; a sample begins with a reset. */
    readonly held: Readonly<Record<string, number>>;
    readonly input: PortReport;
    readonly output: PortReport;
    readonly weights: readonly PortReport[];
    readonly samples: 1;
  };
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
  readonly top: string;
}

export function engineReport(
  { engine, plan }: EngineProgram,
  { cycles, layers }: EngineSimulated,
  { model, clockMhz, version, network, top }: ReportFacts,
): EngineReport {
  const frame = cycles.first_sample + 1;
  const port = (prefix: PortReport['prefix'], bits: number): PortReport => ({
    prefix,
    bits,
    file: `vectors/${prefix}.hex`,
  });
  return {
    ...{ schema: 1, heddle: version, model, network: network.name, backend: 'engine', numerics: network.numerics },
    ...{ engine: engine.toJSON(), clock_mhz: clockMhz, cycles: { predicted: null, simulated: cycles } },
    samples_per_second: (clockMhz * 1e6) / frame,
    utilization: layers.reduce((sum, { macs }) => sum + macs, 0) / (frame * engine.processingElements),
    dram_bytes: plan.groups.reduce((sum, { bytes }) => sum + bytes, 0),
    layers,
    top: {
      ...{ module: top, clock: 'aclk', reset: 'aresetn', reset_active: 'low', held: { enable: 1 } },
      ...{ input: port('s_axis_x', engine.XP), output: port('m_axis_y', engine.YP) },
      ...{ weights: [port('s_axis_w', engine.WP)], samples: 1 },
    },
  };
}
