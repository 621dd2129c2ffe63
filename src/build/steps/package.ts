/** Step 6: report and vectors, with which anyone's bench can drive the top. */
import type { Chain, PortPlan, WeightPort } from '../../dataflow/chain.js';
import { codeBits } from '../../dataflow/plan.js';
import { chainResources } from '../../dataflow/resources/chain.js';
import { weightBeats } from '../../dataflow/port-beats.js';
import { addressMap } from '../../dataflow/weights/address-map.js';
import { rtlActivity } from '../activity.js';
import { type AddressMapFile, addressMapFile } from '../address-map-file.js';
import { boardFor } from '../backend.js';
import { deployFiles } from '../deploy-files.js';
import type { LayerFigures, RunFigures } from '../figures.js';
import { describeFlow, flowFiles } from '../flow-files.js';
import { chipSources } from '../hardware.js';
import { hexBeats } from '../hex-beats.js';
import { makeSoc } from '../soc-files.js';
import type { SocReport } from '../soc-folder.js';
import { targetDesign } from '../target-design.js';
import { finnReports, type FinnReports, resourceReport, type ResourceReport } from '../resource-report.js';
import type { PlanRequest } from '../plan-goal.js';
import type { Generated } from './generate.js';
import type { Imported } from './import.js';
import type { Planned } from './plan.js';
import type { Simulated } from './simulate.js';

export interface Report {
  readonly schema: 1;
  readonly heddle: string;
  readonly model: string;
  readonly network: string;
  readonly backend: 'dataflow';
  readonly numerics: string;
  readonly port_bits: number | 'full';
  readonly clock_mhz: number;
  readonly folding: Planned['folding'];
  readonly cycles: RunFigures;
  readonly samples_per_second: number | null;
  readonly bound: string;
  readonly layers: readonly LayerFigures[];
  readonly resources: ResourceReport;
  readonly estimate_layer_cycles: FinnReports['estimate_layer_cycles'];
  readonly estimate_layer_resources: FinnReports['estimate_layer_resources'];
  readonly estimate_network_performance: FinnReports['estimate_network_performance'];
  readonly top: {
    readonly module: string;
    readonly clock: 'aclk';
    readonly reset: 'aresetn';
    readonly reset_active: 'low';
    readonly input: PortReport;
    readonly output: PortReport;
    /** Ports of layers whose weights are `external`; absent without any. */
    readonly weights?: readonly WeightPortReport[];
    /** The bus of layers whose weights are `programmable`; absent without any. */
    readonly control?: ControlReport;
    readonly samples: number;
  };
  /** The top with registers beside it, where `--memory` asks for one. */
  readonly soc?: SocReport;
}

/** A stream port that wants the beats of `file` again and again, tlast at the end of each time. */
interface WeightPortReport {
  readonly prefix: string;
  readonly bits: number;
  readonly layer: string;
  /** Beats of the file, and how often a sample needs all of them. */
  readonly beats: number;
  readonly turns_per_sample: number;
  readonly beats_per_sample: number;
  /** Output that rises and stays when tlast came where the file has none, or did not come where it has one. */
  readonly error: string;
  readonly file: string;
}

/** An AXI4-Lite port; while nobody uses it the layers compute with the weights of the model. */
interface ControlReport {
  readonly prefix: 's_axi';
  readonly protocol: 'axi4-lite';
  readonly address_bits: number;
  readonly data_bits: 32;
  readonly layers: readonly string[];
  readonly address_map: 'address_map.json';
}

interface PortReport {
  readonly prefix: 's_axis' | 'm_axis';
  readonly bits: number;
  readonly beats_per_sample: number;
  readonly elements_per_beat: number;
  readonly element_bits: number;
  /** Elements of one sample, and the shape that they have in the model. */
  readonly elements: number;
  readonly shape: readonly number[];
  /** Bits of a code within its lane of `element_bits`. */
  readonly code_bits: number;
}

export interface Packaged {
  readonly report: Report;
  /** Files of `vectors/` by name: `input.hex`, `output.hex`, one for each weight port. */
  readonly vectors: Readonly<Record<string, string>>;
  /** Scripts, constraints and the test bench, by path below the directory. */
  readonly flow: Readonly<Record<string, string | Uint8Array>>;
  /** `deploy/BOARD` by path below the directory. */
  readonly deploy: Readonly<Record<string, string | Uint8Array>>;
  /** Content of `address_map.json`, where the top has a bus. */
  readonly addressMap?: AddressMapFile;
}

export interface PackageOptions extends Pick<PlanRequest, 'portBits' | 'clockMhz'> {
  readonly model: string;
  readonly version: string;
  readonly board?: string | undefined;
  /** A `tech.json`: scripts for a chip are written as well. */
  readonly tech?: string | undefined;
  /** With `tech`: switching activity of the samples. */
  readonly activity?: boolean | undefined;
  /** Samples of the top with registers as streams or in memory; undefined: there is no such top. */
  readonly memory?: 'stream' | 'mapped' | undefined;
  /** That top casts weights that come as float32 numbers. */
  readonly floatWeights?: boolean | undefined;
}

export function packageStep(
  { network, reference }: Imported,
  planned: Planned,
  generated: Generated,
  simulated: Simulated,
  { model, version, portBits, clockMhz, board, tech, memory, floatWeights = false, activity }: PackageOptions,
): Packaged {
  const { top } = generated;
  const { chain, folding, bound } = planned;
  const { cycles, predicted, layers, samples, inputBeats, outputBeats } = simulated;
  const steady = cycles.steady_interval;
  const resources = chainResources(chain);
  const port = (prefix: PortReport['prefix'], plan: PortPlan, side: typeof network.input | typeof network.output) => ({
    prefix,
    bits: plan.bits,
    beats_per_sample: plan.beats,
    elements_per_beat: plan.lanes,
    element_bits: plan.laneBits,
    elements: plan.elements,
    shape: side.shape,
    code_bits: codeBits(side.type),
  });
  const deployed = {
    ...{ network, chain, clockMhz, inputBeats, outputBeats, board: boardFor(board) },
    samplesPerSecond: steady === null ? null : (clockMhz * 1e6) / steady,
  };
  const soc =
    memory === undefined ? undefined : makeSoc({ ...deployed, memory, reference, floats: floatWeights, tech });
  const report: Report = {
    schema: 1,
    heddle: version,
    model,
    network: network.name,
    backend: 'dataflow',
    numerics: network.numerics,
    port_bits: portBits,
    clock_mhz: clockMhz,
    folding,
    cycles: { predicted, simulated: cycles },
    samples_per_second: deployed.samplesPerSecond,
    bound,
    layers,
    resources: resourceReport(chain, resources, boardFor(board)),
    ...finnReports(chain, resources, layers, predicted, clockMhz),
    top: {
      module: top,
      clock: 'aclk',
      reset: 'aresetn',
      reset_active: 'low',
      input: port('s_axis', chain.input, network.input),
      output: port('m_axis', chain.output, network.output),
      ...weightReport(chain),
      samples,
    },
    ...(soc === undefined ? {} : { soc: soc.report }),
  };
  const vectors = {
    'input.hex': hexBeats(inputBeats, chain.input.bits),
    'output.hex': hexBeats(outputBeats, chain.output.bits),
    ...Object.fromEntries(
      (chain.weightPorts ?? []).map((each) => [weightFile(each), hexBeats(weightBeats(each), each.bits)]),
    ),
  };
  const map = addressMapFile(chain, top);
  const files = { s_axis: 'input.hex', m_axis: 'output.hex', ...weightFiles(chain) };
  const flow = flowFiles(targetDesign(chain, generated, clockMhz), {
    ...{ board: boardFor(board), tech, bench: { vectors: files } },
    ...{ circuit: generated.design, chipSources: () => chipSources(chain) },
    ...(activity === true
      ? {
          activity: () =>
            rtlActivity({ chain, design: generated.design, shell: top, clockMhz, inputBeats, outputBeats }),
        }
      : {}),
  });
  const deploy = deployFiles(deployed);
  return {
    report,
    vectors,
    flow: { ...flow, ...soc?.files },
    deploy,
    ...(map === undefined ? {} : { addressMap: map }),
  };
}

const weightFiles = ({ weightPorts = [] }: Chain): Record<string, string> =>
  Object.fromEntries(weightPorts.map((port) => [port.stream, weightFile(port)]));

const weightFile = ({ stream }: WeightPort): string => `${stream}.hex`;

/** What weights add to the ports of the top. */
function weightReport(chain: Chain): Pick<Report['top'], 'weights' | 'control'> {
  const ports = (chain.weightPorts ?? []).map((port) => ({
    prefix: port.stream,
    bits: port.bits,
    layer: port.stage,
    beats: port.beats.length,
    turns_per_sample: port.turns,
    beats_per_sample: port.beats.length * port.turns,
    error: `${port.stream}_error`,
    file: `vectors/${weightFile(port)}`,
  }));
  const map = addressMap(chain);
  return {
    ...(ports.length === 0 ? {} : { weights: ports }),
    ...(map === undefined
      ? {}
      : {
          control: {
            prefix: 's_axi',
            protocol: 'axi4-lite',
            address_bits: map.addressBits,
            data_bits: 32,
            layers: map.layers.map(({ stage }) => stage),
            address_map: 'address_map.json',
          },
        }),
  };
}

export const describePackage = ({ flow }: Packaged): string =>
  `${describeFlow(flow)}, ${'soc/rtl/files.f' in flow ? `soc${'soc/firmware/main.c' in flow ? '' : ' without firmware'}, ` : ''}report.json`;
