/** Step 6: report and vectors, with which anyone's bench can drive the top. */
import type { PortPlan } from '../../dataflow/chain.js';
import { codeBits } from '../../dataflow/plan.js';
import type { Image } from '../../circuit/index.js';
import type { LayerFigures, RunFigures } from '../figures.js';
import type { PlanRequest } from '../plan-goal.js';
import type { Generated } from './generate.js';
import type { Imported } from './import.js';
import type { Planned } from './plan.js';
import type { Simulated } from './simulate.js';

export interface Resources {
  /** Estimates of look-up tables, flip-flops, block RAMs and DSPs come with the boards. */
  readonly lut: null;
  readonly ff: null;
  readonly bram: null;
  readonly dsp: null;
  /** Exact: bits of all weight, threshold and requantizer memories. */
  readonly rom_bits: number;
  /** Exact: bits of all FIFO memories. */
  readonly fifo_bits: number;
  /** Exact: products that the matrix units form in one cycle (PE x SIMD, summed), by operand widths. */
  readonly products: Readonly<Record<string, number>>;
}

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
  readonly resources: Resources;
  readonly top: {
    readonly module: string;
    readonly clock: 'aclk';
    readonly reset: 'aresetn';
    readonly reset_active: 'low';
    readonly input: PortReport;
    readonly output: PortReport;
    readonly samples: number;
  };
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
  /** Path in the tree to its text. */
  readonly vectors: Readonly<Record<'input.hex' | 'output.hex', string>>;
}

export interface PackageOptions extends Pick<PlanRequest, 'portBits' | 'clockMhz'> {
  readonly model: string;
  readonly version: string;
}

export function packageStep(
  { network }: Imported,
  planned: Planned,
  { top }: Generated,
  simulated: Simulated,
  { model, version, portBits, clockMhz }: PackageOptions,
): Packaged {
  const { chain, folding, bound } = planned;
  const { cycles, predicted, layers, samples, inputBeats, outputBeats } = simulated;
  const steady = cycles.steady_interval;
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
    samples_per_second: steady === null ? null : (clockMhz * 1e6) / steady,
    bound,
    layers,
    resources: resourcesOf(planned),
    top: {
      module: top,
      clock: 'aclk',
      reset: 'aresetn',
      reset_active: 'low',
      input: port('s_axis', chain.input, network.input),
      output: port('m_axis', chain.output, network.output),
      samples,
    },
  };
  const vectors = {
    'input.hex': hexBeats(inputBeats, chain.input.bits),
    'output.hex': hexBeats(outputBeats, chain.output.bits),
  };
  return { report, vectors };
}

/** One line a beat: tdata in hexadecimal, tlast. */
function hexBeats(beats: Simulated['inputBeats'], bits: number): string {
  const digits = Math.ceil(bits / 4);
  return beats.map(({ data, last }) => `${data.toString(16).padStart(digits, '0')} ${last ? 1 : 0}\n`).join('');
}

function resourcesOf({ chain }: Planned): Resources {
  const bits = (image: Image): number => image.width * image.words.length;
  const images = chain.nodes.flatMap((node) => ('images' in node ? Object.values<Image>(node.images) : []));
  const products: Record<string, number> = {};
  let fifo = 0;
  for (const node of chain.nodes) {
    if (node.kind === 'fifo') fifo += node.params.W * node.params.DEPTH;
    if (node.kind !== 'matvec') continue;
    const { PE, SIMD, X_W, W_W } = node.params;
    const widths = `${X_W}x${W_W}`;
    products[widths] = (products[widths] ?? 0) + PE * SIMD;
  }
  const rom_bits = images.reduce((sum, image) => sum + bits(image), 0);
  return { lut: null, ff: null, bram: null, dsp: null, rom_bits, fifo_bits: fifo, products };
}

export const describePackage = ({ report }: Packaged): string =>
  `plain-Verilog top ${report.top.module}, vectors, report.json`;
