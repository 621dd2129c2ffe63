/** Single pools, upsamplers, tables and units with other places for their weights, for the estimates. */
import type { Chain, ChainModule, ChainNode } from '../../../src/dataflow/chain.js';
import { inputStream, lineNode } from '../../../src/dataflow/chain-streams.js';
import type { Arithmetic } from '../../../src/dataflow/stages/arithmetic.js';
import type { PoolKind } from '../../../src/dataflow/stages/pool-lanes.js';
import { placeWeights, type WeightMode } from '../../../src/dataflow/weights/place-weights.js';
import type { LayerCase } from './layers.js';
import type { LayerStyles, RamStyle } from '../../../src/dataflow/layer-styles.js';
import { withStyles } from '../../../src/dataflow/styles.js';
import { image, single, window } from './modules.js';

const poolKind = (reduce: 'max' | 'sum', signed = false): PoolKind => ({ reduce, signed });

function pool(pooling: PoolKind, PE: number, K: number, X_W: number, OUT_W: number): LayerCase {
  return single({ kind: 'pool', pooling, params: { PE, K, X_W, OUT_W } }, PE * X_W);
}

function poolGlobal(pooling: PoolKind, PE: number, FOLDS: number, X_W: number, OUT_W: number): LayerCase {
  return single({ kind: 'pool_global', pooling, params: { PE, FOLDS, PIXELS: 64, X_W, OUT_W } }, PE * X_W);
}

const upsample = (W: number, FOLDS: number, COLUMNS: number): LayerCase =>
  single({ kind: 'upsample', params: { W, FOLDS, COLUMNS, FY: 2, FX: 2 } }, W);

function lookup(PE: number, bits: number, OUT_W: number): LayerCase {
  const ENTRIES = 2 ** bits;
  const params = { PE, ENTRIES, OUT_W };
  return single({ kind: 'lookup', params, images: { TABLE: image('table.mem', OUT_W, ENTRIES) } }, PE * bits);
}

function borderScale(signed: boolean, PE: number, X_W: number, FACTOR_W: number): LayerCase {
  const [FOLDS, ROWS, COLUMNS] = [4, 8, 8];
  const factors = { Y_FACTOR_W: FACTOR_W, X_FACTOR_W: FACTOR_W };
  const params = { PE, FOLDS, ROWS, COLUMNS, X_W, ...factors, OUT_W: X_W + FACTOR_W };
  const images = {
    ROW_FACTORS: image('rows.mem', FACTOR_W, ROWS),
    COLUMN_FACTORS: image('columns.mem', FACTOR_W, COLUMNS),
  };
  return single({ kind: 'border_scale', signed, params, images }, PE * X_W);
}

/** A module of two operands behind a copy of the input; one copy goes through a FIFO, so that they are not the same registers. */
function joined(module: ChainModule, widths: readonly [number, number]): LayerCase {
  const W = Math.max(...widths);
  const { name, chain } = single(module, W);
  const copy = { name: 'copy', stage: 'copy', inputs: [inputStream], outputs: ['copy_0', 'copy_1'] };
  const [first, last] = ['operand_0', 'operand_1'];
  const nodes: ChainNode[] = [
    { kind: 'duplicate', params: { W }, ...copy },
    lineNode({ kind: 'fifo', params: { W, DEPTH: 2 } }, 'late', 'copy', 'copy_1'),
    lineNode({ kind: 'lane_truncate', params: { N: 1, IN_W: W, OUT_W: widths[0] } }, first, 'copy', 'copy_0'),
    lineNode({ kind: 'lane_truncate', params: { N: 1, IN_W: W, OUT_W: widths[1] } }, last, 'copy', 'late'),
    { ...module, name: 'dut', stage: 'dut', inputs: [first, last], outputs: ['dut'] },
  ];
  return { name: `duplicate fifo ${name}`, chain: { ...chain, nodes } };
}

type WindowSizes = Extract<ChainModule, { kind: 'patch_window' }>['params'];

function patches(sizes: Partial<WindowSizes> & Pick<WindowSizes, 'H' | 'W' | 'FOLDS' | 'SIMD' | 'X_W'>): LayerCase {
  const geometry = { KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PB: 1, PL: 1, PR: 1, PAD: 0 };
  return single({ kind: 'patch_window', params: { ...geometry, ...sizes } }, sizes.SIMD * sizes.X_W);
}

interface ChannelSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly K: number;
  readonly X_W: number;
  readonly W_W: number;
  readonly ACC_W: number;
  readonly P_SHIFT?: number;
}

function depthwise(arithmetic: Arithmetic, params: ChannelSizes): LayerCase {
  const { PE, FOLDS, K, X_W, W_W } = params;
  const images = { WEIGHTS: image('w.mem', PE * W_W, FOLDS * K) };
  const { name, chain } = single({ kind: 'depthwise', arithmetic, params, images }, PE * X_W);
  return { name: name.replace('depthwise', `depthwise_${arithmetic}`), chain };
}

interface UnitSizes {
  readonly MH: number;
  readonly MW: number;
  readonly PE: number;
  readonly SIMD: number;
  readonly X_W: number;
  readonly W_W: number;
}

/** A unit alone, its weights where `mode` says. */
function placed(mode: WeightMode, arithmetic: Arithmetic, sizes: UnitSizes): LayerCase {
  const { MH, MW, PE, SIMD, X_W, W_W } = sizes;
  const WEIGHTS = image('w.mem', PE * SIMD * W_W, (MH / PE) * (MW / SIMD));
  const ACC_W = X_W + W_W + Math.ceil(Math.log2(MW)) + 1;
  const module: ChainModule = { kind: 'matvec', arithmetic, params: { ...sizes, ACC_W }, images: { WEIGHTS } };
  const { name, chain } = single(module, SIMD * X_W);
  const input = { ...chain.input, beats: MW / SIMD };
  const output = { ...chain.output, beats: MH / PE };
  const whole: Chain = placeWeights({ ...chain, input, output }, { dut: mode });
  return { name: `${mode} ${name.replace('matvec_', '')}`, chain: whole };
}

/** A unit alone whose layer asks for something. */
function styled(arithmetic: Arithmetic, sizes: UnitSizes, layer: LayerStyles): LayerCase {
  const { name, chain } = placed('rom', arithmetic, sizes);
  return { name: `${Object.values(layer).join(' ')} ${name}`, chain: withStyles(chain, { dut: layer }) };
}

function styledWindow(style: RamStyle, size: number, FOLDS: number, SIMD: number, X_W: number): LayerCase {
  const { name, chain } = window(size, FOLDS, SIMD, X_W);
  return { name: `${style} ${name}`, chain: withStyles(chain, { dut: { window_ram_style: style } }) };
}

export function stageCases(): LayerCase[] {
  const small = { MH: 8, MW: 32, PE: 2, SIMD: 4, X_W: 4, W_W: 4 };
  const large = { MH: 64, MW: 64, PE: 4, SIMD: 8, X_W: 2, W_W: 2 };
  return [
    pool(poolKind('max'), 8, 4, 4, 4),
    pool(poolKind('max', true), 4, 9, 8, 8),
    pool(poolKind('sum', true), 4, 9, 8, 12),
    poolGlobal(poolKind('sum'), 4, 8, 8, 14),
    poolGlobal(poolKind('max', true), 2, 64, 8, 8),
    upsample(16, 2, 8),
    upsample(32, 4, 64),
    upsample(8, 1, 16),
    borderScale(true, 2, 8, 2),
    borderScale(false, 2, 12, 3),
    joined({ kind: 'add', addition: 'us', params: { PE: 4, X0_W: 8, X1_W: 6, OUT_W: 10 } }, [32, 24]),
    joined({ kind: 'concat', params: { W: 24, FOLDS0: 4, FOLDS1: 2 } }, [24, 24]),
    pool(poolKind('sum'), 2, 4, 8, 10),
    pool(poolKind('max'), 2, 4, 1, 1),
    poolGlobal(poolKind('sum', true), 8, 1, 6, 12),
    lookup(4, 6, 8),
    lookup(2, 8, 8),
    depthwise('us', { PE: 4, FOLDS: 4, K: 9, X_W: 8, W_W: 8, ACC_W: 20 }),
    depthwise('us', { PE: 4, FOLDS: 4, K: 9, X_W: 8, W_W: 8, ACC_W: 18, P_SHIFT: 2 }),
    depthwise('ss', { PE: 2, FOLDS: 16, K: 9, X_W: 4, W_W: 4, ACC_W: 12 }),
    depthwise('ub', { PE: 4, FOLDS: 2, K: 25, X_W: 4, W_W: 1, ACC_W: 10 }),
    depthwise('xnor', { PE: 8, FOLDS: 8, K: 9, X_W: 1, W_W: 1, ACC_W: 6 }),
    patches({ H: 32, W: 32, FOLDS: 1, SIMD: 3, X_W: 8 }),
    patches({ H: 8, W: 8, FOLDS: 4, SIMD: 2, X_W: 4 }),
    patches({ H: 112, W: 112, FOLDS: 2, SIMD: 4, X_W: 8 }),
    styled('us', { ...small, X_W: 8, W_W: 8 }, { mult_style: 'lut' }),
    styled('ss', { ...small, X_W: 6, W_W: 6 }, { mult_style: 'lut' }),
    styled('us', { ...small, SIMD: 8, X_W: 11, W_W: 5 }, { mult_style: 'lut' }),
    styled('us', { ...small, SIMD: 8, X_W: 8, W_W: 2 }, { mult_style: 'lut' }),
    styled('us', { ...small, MH: 64, MW: 256, W_W: 8 }, { mult_style: 'lut' }),
    styled('ss', { ...small, PE: 1, SIMD: 8, X_W: 8, W_W: 6 }, { mult_style: 'lut', ram_style: 'block' }),
    styled('us', { ...small, MH: 64, MW: 256 }, { ram_style: 'distributed' }),
    styledWindow('block', 28, 1, 4, 1),
    styledWindow('distributed', 8, 8, 4, 8),
    placed('stream', 'us', small),
    placed('stream', 'us', large),
    placed('programmable', 'us', small),
    placed('programmable', 'us', large),
    placed('programmable', 'us', { MH: 8, MW: 16, PE: 4, SIMD: 16, X_W: 2, W_W: 4 }),
    placed('programmable', 'xnor', { MH: 64, MW: 64, PE: 2, SIMD: 8, X_W: 1, W_W: 1 }),
    placed('programmable_stream', 'us', large),
    placed('programmable_stream', 'us', small),
    placed('external', 'us', small),
  ];
}
