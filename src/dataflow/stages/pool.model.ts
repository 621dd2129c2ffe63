import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import { packLanes, readLanes } from './lanes.js';
import type { PoolKind } from './pool-lanes.js';

export interface PoolSizes {
  readonly PE: number;
  /** Beats that become one. */
  readonly K: number;
  readonly X_W: number;
  readonly OUT_W: number;
}

export interface PoolGlobalSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly PIXELS: number;
  readonly X_W: number;
  readonly OUT_W: number;
}

/**
 * Cycle model of the pools: rounds of `rounds` times `folds` beats; the values of beat f of all repetitions in a round are
 * summed or compared lane by lane, and in the last repetition each beat gives its result.
 *
 * There is one place for a result: s_ready = it is empty, or its result leaves in this cycle.
 */
abstract class Pooling implements CycleModel {
  readonly #kind: PoolKind;
  readonly #sizes: PoolGlobalSizes;
  /** Values so far, by beat of a repetition. */
  readonly #values: Float64Array[] = [];
  #next = 0;
  #place: bigint | undefined;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    kind: PoolKind,
    sizes: PoolGlobalSizes,
  ) {
    this.#kind = kind;
    this.#sizes = sizes;
  }

  settle(): void {
    this.output.valid = this.#place !== undefined;
    if (this.#place !== undefined) this.output.data = this.#place;
    this.input.ready = this.#place === undefined || this.output.ready;
  }

  tick(): void {
    const { FOLDS, PIXELS } = this.#sizes;
    if (fires(this.output)) this.#place = undefined;
    if (!fires(this.input)) return;
    const [pixel, fold] = [Math.floor(this.#next / FOLDS), this.#next % FOLDS];
    const values = this.#combine(pixel === 0 ? undefined : this.#values[fold]);
    this.#values[fold] = values;
    if (pixel === PIXELS - 1) this.#place = packLanes(values, this.#sizes.OUT_W);
    this.#next = (this.#next + 1) % (FOLDS * PIXELS);
  }

  #combine(old: Float64Array | undefined): Float64Array {
    const { PE, X_W, OUT_W } = this.#sizes;
    const values = readLanes(this.input.data, PE, X_W, this.#kind.signed);
    if (old === undefined) return values;
    if (this.#kind.reduce === 'max') return values.map((value, lane) => Math.max(value, old[lane] ?? value));
    // Sums stay below 2^53: they are taken modulo 2^OUT_W, as packing does.
    return values.map((value, lane) => (value + (old[lane] ?? 0)) % 2 ** OUT_W);
  }

  reset(): void {
    this.#next = 0;
    this.#place = undefined;
  }
}

/** Cycle model of `pool_*`: K beats become one. */
export class PoolModel extends Pooling {
  constructor(input: Channel<bigint>, output: Channel<bigint>, kind: PoolKind, { PE, K, X_W, OUT_W }: PoolSizes) {
    super(input, output, kind, { PE, FOLDS: 1, PIXELS: K, X_W, OUT_W });
  }
}

/** Cycle model of `pool_global_*`: PIXELS pixels of FOLDS beats become FOLDS beats. */
export class PoolGlobalModel extends Pooling {}
