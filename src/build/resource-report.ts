/** Estimates of a chain in the form of `report.json`, and under FINN's keys where the meaning is the same. */
import { bramTiles, type Resources, roundResources } from '../blocks/resources/index.js';
import type { Image } from '../circuit/index.js';
import { type Chain, isMatvec } from '../dataflow/chain.js';
import type { CycleFigures } from '../dataflow/cycle-figures.js';
import type { budgetResources } from '../dataflow/folding-search.js';
import { type Budget, used } from '../dataflow/folding-search.js';
import type { ChainResources } from '../dataflow/resources/chain.js';
import { fromIce40, ice40Chain, type Ice40Cells } from '../dataflow/resources/ice40.js';
import { productStyle } from '../dataflow/resources/matvec.js';
import type { Board } from '../target/boards.js';
import type { LayerFigures } from './figures.js';

/** Cells, and parts of the board's: 0.5 is half of them. */
interface ResourceFigures extends Resources {
  readonly share: Budget;
}

export interface ResourceReport extends ResourceFigures {
  /** Where the counts of cells come from. */
  readonly source: 'estimate';
  /**
   * Whose cells are counted. A part of another family has others: its share is a guess, and a budget not to be trusted. Chains of
   * binary weights are counted in cells of iCE40 for its boards, a block memory of 4 Kibit as a ninth of one of 36.
   */
  readonly cells: 'AMD, 6-input LUTs' | 'iCE40, 4-input LUTs';
  readonly cells_of_board: boolean;
  readonly board: string;
  /** By stage; `input` and `output` are the ports. */
  readonly stages: Readonly<Record<string, ResourceFigures>>;
  /** Exact: bits of all weight, threshold and requantizer memories. */
  readonly rom_bits: number;
  /** Exact: bits of all FIFO memories. */
  readonly fifo_bits: number;
  /** Exact: products that matrix and depthwise units form in one cycle (PE x SIMD, summed), by operand widths. */
  readonly products: Readonly<Record<string, number>>;
  /** The same by what makes them: DSPs, LUTs, a sign that is flipped, or an agreement of bits. */
  readonly products_by: Readonly<Record<ReturnType<typeof productStyle>, number>>;
}

function figures(resources: Resources, board: Board): ResourceFigures {
  return sharedBy(roundResources(resources), board);
}

function sharedBy(whole: Resources, board: Board): ResourceFigures {
  const of = (name: (typeof budgetResources)[number]): number =>
    Number((used(whole, name) / board.resources[name]).toFixed(4));
  return { ...whole, share: { lut: of('lut'), ff: of('ff'), dsp: of('dsp'), bram36: of('bram36') } };
}

function rounded(cells: Ice40Cells): Resources {
  const { lut, ff, bram36, ...others } = fromIce40(cells);
  return { ...others, lut: Math.round(lut), ff: Math.round(ff), bram36: Number(bram36.toFixed(2)) };
}

export function resourceReport(chain: Chain, { total, stages }: ChainResources, board: Board): ResourceReport {
  const images = chain.nodes.flatMap((node) => ('images' in node ? Object.values<Image>(node.images) : []));
  const ice40 = board.family === 'ice40' ? ice40Chain(chain) : undefined;
  const products: Record<string, number> = {};
  const by = { dsp: 0, lut: 0, sign: 0, agreement: 0 };
  let fifo = 0;
  for (const node of chain.nodes) {
    if (node.kind === 'fifo') fifo += node.params.W * node.params.DEPTH;
    if (!isMatvec(node) && node.kind !== 'depthwise') continue;
    const { PE, X_W, W_W } = node.params;
    const SIMD = node.kind === 'depthwise' ? 1 : node.params.SIMD;
    const widths = `${X_W}x${W_W}`;
    products[widths] = (products[widths] ?? 0) + PE * SIMD;
    by[productStyle(node.arithmetic, X_W, W_W, node.styles?.mult)] += PE * SIMD;
  }
  return {
    source: 'estimate',
    cells: ice40 === undefined ? 'AMD, 6-input LUTs' : 'iCE40, 4-input LUTs',
    cells_of_board: board.lut_inputs !== 4 || ice40 !== undefined,
    board: board.name,
    ...(ice40 === undefined ? figures(total, board) : sharedBy(rounded(ice40.total), board)),
    stages: Object.fromEntries(
      ice40 === undefined
        ? [...stages].map(([name, part]) => [name, figures(part, board)])
        : [...ice40.stages].map(([name, part]) => [name, sharedBy(rounded(part), board)]),
    ),
    rom_bits: images.reduce((sum, { width, words }) => sum + width * words.length, 0),
    fifo_bits: fifo,
    products,
    products_by: by,
  };
}

/** Cells of a layer as FINN names them. */
interface FinnResources {
  readonly BRAM_18K: number;
  readonly LUT: number;
  readonly FF: number;
  readonly URAM: number;
  readonly DSP: number;
}

/** The contents of FINN's files of these names. */
export interface FinnReports {
  readonly estimate_layer_cycles: Readonly<Record<string, number>>;
  /** With an entry `total`. */
  readonly estimate_layer_resources: Readonly<Record<string, FinnResources>>;
  readonly estimate_network_performance: {
    /** From the first input beat to the last beat of its result. */
    readonly critical_path_cycles: number;
    readonly max_cycles: number;
    readonly max_cycles_node_name: string | null;
    readonly estimated_throughput_fps: number;
    readonly estimated_latency_ns: number;
  };
}

const finnResources = (resources: Resources): FinnResources => {
  const { lut, ff, dsp, uram } = roundResources(resources);
  return { BRAM_18K: 2 * bramTiles(roundResources(resources)), LUT: lut, FF: ff, URAM: uram, DSP: dsp };
};

export function finnReports(
  chain: Chain,
  { total, stages }: ChainResources,
  layers: readonly LayerFigures[],
  predicted: CycleFigures,
  clockMhz: number,
): FinnReports {
  const cycles: Record<string, number> = Object.fromEntries(layers.map((layer) => [layer.name, layer.cycles]));
  const slowest = layers.reduce<LayerFigures | undefined>(
    (a, b) => (a !== undefined && a.cycles >= b.cycles ? a : b),
    undefined,
  );
  const interval = predicted.steady_interval ?? Math.max(chain.input.beats, chain.output.beats, slowest?.cycles ?? 1);
  const latency = predicted.first_sample + 1;
  return {
    estimate_layer_cycles: cycles,
    estimate_layer_resources: Object.fromEntries(
      [...stages, ['total', total] as const].map(([name, part]) => [name, finnResources(part)]),
    ),
    estimate_network_performance: {
      critical_path_cycles: latency,
      max_cycles: slowest?.cycles ?? 0,
      max_cycles_node_name: slowest?.name ?? null,
      estimated_throughput_fps: (clockMhz * 1e6) / interval,
      estimated_latency_ns: (latency * 1e3) / clockMhz,
    },
  };
}
