/** Resources of pools, upsampling, factors at borders, and tables. */
import {
  addResources,
  counterBits,
  dspsOfProduct,
  lutProduct,
  noResources,
  ram,
  type Resources,
  tableLuts,
  timesResources,
} from '../../blocks/resources/index.js';
import type { PoolKind } from '../stages/pool-lanes.js';

/** LUTs of enable and valid. */
const handshake = 2;

/**
 * What a lane has seen, with a new value. A maximum compares (narrow values in LUTs of six inputs), and loads the value by its
 * enable; a sum adds, and takes the value alone at the start. A signed value is as wide as the sum there.
 */
function poolLane({ reduce, signed }: PoolKind, X_W: number, OUT_W: number): number {
  if (reduce === 'sum') return OUT_W + (signed ? OUT_W : X_W);
  return X_W <= 4 ? Math.ceil(X_W / 2) : X_W;
}

export interface PoolSizes {
  readonly PE: number;
  readonly K: number;
  readonly X_W: number;
  readonly OUT_W: number;
}

/** A counter, and the result of each lane in a register. */
export function poolResources(kind: PoolKind, { PE, K, X_W, OUT_W }: PoolSizes): Resources {
  const beat = counterBits(K);
  return addResources({ lut: PE * poolLane(kind, X_W, OUT_W) + beat + handshake, ff: PE * OUT_W + beat + 1 });
}

export interface PoolGlobalSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly PIXELS: number;
  readonly X_W: number;
  readonly OUT_W: number;
}

/** As a pool, what was seen stands in a memory and comes back through multiplexers. */
export function poolGlobalResources(kind: PoolKind, { PE, FOLDS, PIXELS, X_W, OUT_W }: PoolGlobalSizes): Resources {
  const counters = counterBits(FOLDS) + counterBits(PIXELS);
  const chosen = kind.reduce === 'max' ? PE * OUT_W : 0;
  // With a single word the memory is the output register; an address that two sides use is kept twice.
  const store = FOLDS === 1 ? noResources : addResources(ram(PE * OUT_W, FOLDS, 'dual'), { ff: counterBits(FOLDS) });
  return addResources(store, {
    lut: PE * poolLane(kind, X_W, OUT_W) + chosen + 1.5 * counters + handshake,
    ff: PE * OUT_W + counters + 1,
  });
}

export interface UpsampleSizes {
  readonly W: number;
  readonly FOLDS: number;
  readonly COLUMNS: number;
  readonly FY: number;
  readonly FX: number;
}

/** A row in a memory, the beat read and the beat taken, a multiplexer between them. */
export function upsampleResources({ W, FOLDS, COLUMNS, FY, FX }: UpsampleSizes): Resources {
  const place = counterBits(COLUMNS * FOLDS);
  const counters = counterBits(FOLDS) + counterBits(FX) + counterBits(FY);
  const { style, ...row } = ram(W, COLUMNS * FOLDS, 'single');
  // A block memory has the register of what was read inside.
  const copy = style === 'block' ? 0 : W;
  // Copies of a pixel of several beats begin at a place some beats back.
  const back = FOLDS > 1 ? place : 1;
  return addResources(row, { lut: W + place + back + 2 * counters + 3, ff: W + copy + place + counters + 2 });
}

export interface BorderScaleSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly ROWS: number;
  readonly COLUMNS: number;
  readonly X_W: number;
  readonly Y_FACTOR_W: number;
  readonly X_FACTOR_W: number;
  readonly OUT_W: number;
}

/** Two small tables, their product, and a product a lane. */
export function borderScaleResources(signed: boolean, sizes: BorderScaleSizes): Resources {
  const { PE, FOLDS, ROWS, COLUMNS, X_W, Y_FACTOR_W, X_FACTOR_W, OUT_W } = sizes;
  const counters = counterBits(FOLDS) + counterBits(ROWS) + counterBits(COLUMNS);
  const F_W = Y_FACTOR_W + X_FACTOR_W;
  const factor = signed ? F_W + 1 : F_W;
  // Operands of a DSP are signed.
  const sign = signed ? 0 : 1;
  const dsp = dspsOfProduct(X_W + sign, factor + sign, X_W + factor);
  const lane = dsp > 0 ? { dsp } : { lut: lutProduct(X_W, factor, signed), ff: X_W + OUT_W };
  const tables = Y_FACTOR_W * tableLuts(ROWS) + X_FACTOR_W * tableLuts(COLUMNS);
  return addResources(timesResources(PE, lane), {
    lut: tables + 1.5 * Y_FACTOR_W * X_FACTOR_W + 2 * counters + handshake,
    ff: counters + F_W + 2,
  });
}

export interface LookupSizes {
  readonly PE: number;
  readonly ENTRIES: number;
  readonly OUT_W: number;
}

/** The table once a lane. */
export function lookupResources({ PE, ENTRIES, OUT_W }: LookupSizes, columns = OUT_W): Resources {
  return addResources({ lut: PE * columns * tableLuts(ENTRIES) + 1, ff: PE * columns + 1 });
}
