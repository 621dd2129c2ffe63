/** PE array: sums, bubbles, drains of every length and resets, against a model with unbounded integers. */
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { ISSUE_TO_DRAIN, ISSUE_TO_WEIGHTS, OPERANDS } from '../../../src/engine/latency.js';
import { ArrayModel, type ArraySizes } from '../../../src/engine/model/array.js';
import type { Ports } from '../../../src/engine/model/port-model.js';
import { EngineArray, makeArray } from '../../../src/engine/rtl/array.js';
import { binaryColumns, packedColumns } from '../../../src/engine/rtl/column-kind.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EngineArray);
const packed = buildDesign(makeArray(packedColumns));
const binary = buildDesign(makeArray(binaryColumns));

/** Every third step has nothing but least and greatest operands: -128 * -128, and borrows from one product to the next. */
function extremes(drive: ReturnType<typeof steps>, { P, G, M, X_W, W_W }: ArraySizes): ReturnType<typeof steps> {
  const ends = (random: RandomStream, width: number, count: number): bigint => {
    const [least, greatest] = [1n << BigInt(width - 1), (1n << BigInt(width - 1)) - 1n];
    return Array.from(
      { length: count },
      () => [least, greatest, 0n, (least << 1n) - 1n][random.nextInt(4)] ?? 0n,
    ).reduce((all, each) => (all << BigInt(width)) | each, 0n);
  };
  return (random, cycle) => {
    const step = drive(random, cycle);
    return cycle % 3 > 0 ? step : { ...step, x: ends(random, X_W, G * P), w: ends(random, W_W, M * G) };
  };
}

/** Tiles of random lengths with bubbles; last steps are no nearer than their drains allow, often exactly that near. */
function steps({ P, G, M, D, X_W, W_W }: ArraySizes, resets: readonly number[]) {
  let [left, groups, busy] = [0, 0, 0];
  let first = true;
  return (random: RandomStream, cycle: number): Ports => {
    // A tile that a reset interrupts is lost, whatever its steps say.
    if (left === 0 || resets.includes(cycle - 1)) {
      [left, groups, first] = [1 + random.nextInt(5), 1 + random.nextInt(M / D), true];
    }
    busy = Math.max(0, busy - 1);
    const last = left === 1;
    const valid = random.nextInt(4) > 0 && !(last && busy > 0);
    const step: Ports = {
      valid: valid ? 1n : 0n,
      first: valid ? (first ? 1n : 0n) : random.nextBigInt(1),
      last: valid ? (last ? 1n : 0n) : random.nextBigInt(1),
      groups: BigInt(groups),
      x: random.nextBigInt(G * P * X_W),
      w: random.nextBigInt(M * G * W_W),
    };
    if (valid) {
      left--;
      first = false;
      if (last) busy = groups;
    }
    return step;
  };
}

describe('engine_array', () => {
  it.each<[ArraySizes & { XG: number }, boolean]>([
    [{ P: 1, G: 1, M: 1, D: 1, XG: 1, X_W: 1, W_W: 1, ACC_W: 3 }, false],
    [{ P: 3, G: 2, M: 6, D: 2, XG: 3, X_W: 9, W_W: 8, ACC_W: 19 }, true],
    [{ P: 5, G: 1, M: 3, D: 1, XG: 3, X_W: 8, W_W: 8, ACC_W: 32 }, false],
    [{ P: 3, G: 4, M: 8, D: 4, XG: 4, X_W: 4, W_W: 4, ACC_W: 16 }, false],
    [{ P: 2, G: 3, M: 4, D: 1, XG: 2, X_W: 8, W_W: 4, ACC_W: 40 }, false],
  ])('%j', async (params, verilator) => {
    const resets = [0, 150, 151];
    const seen = await expectPortsAgree({
      ...{ design, params: { ...params }, verilator, cycles: 400, resets },
      model: () => new ArrayModel(params),
      drive: steps(params, resets),
    });
    expect(seen.filter(({ drain_valid }) => drain_valid === 1n).length).toBeGreaterThan(60);
  });

  it.each<[ArraySizes & { XG: number }, boolean]>([
    [{ P: 1, G: 1, M: 1, D: 1, XG: 1, X_W: 1, W_W: 1, ACC_W: 3 }, false],
    [{ P: 3, G: 2, M: 6, D: 2, XG: 3, X_W: 9, W_W: 8, ACC_W: 19 }, true],
    [{ P: 4, G: 2, M: 4, D: 1, XG: 2, X_W: 8, W_W: 8, ACC_W: 32 }, false],
    [{ P: 5, G: 1, M: 2, D: 1, XG: 2, X_W: 4, W_W: 2, ACC_W: 9 }, false],
  ])('with two pixels a multiplier: %j', async (params, verilator) => {
    const resets = [0, 150];
    const seen = await expectPortsAgree({
      ...{ design: packed, params: { ...params }, verilator, cycles: 400, resets },
      model: () => new ArrayModel(params),
      drive: extremes(steps(params, resets), params),
    });
    expect(seen.filter(({ drain_valid }) => drain_valid === 1n).length).toBeGreaterThan(60);
  });

  it.each<ArraySizes & { XG: number }>([
    { P: 3, G: 2, M: 4, D: 2, XG: 2, X_W: 9, W_W: 1, ACC_W: 16 },
    { P: 2, G: 3, M: 3, D: 1, XG: 3, X_W: 2, W_W: 1, ACC_W: 7 },
  ])('with weights of one bit: %j', async (params) => {
    const resets = [0, 150];
    const seen = await expectPortsAgree({
      ...{ design: binary, params: { ...params }, cycles: 400, resets },
      model: () => new ArrayModel(params, (x, w) => (w === 0n ? x : -x)),
      drive: extremes(steps(params, resets), params),
    });
    expect(seen.filter(({ drain_valid }) => drain_valid === 1n).length).toBeGreaterThan(60);
  });

  it('has the latency that the rest of the engine counts with', async () => {
    const params = { P: 1, G: 1, M: 2, D: 1, XG: 2, X_W: 4, W_W: 4, ACC_W: 8 };
    const start = 3;
    const seen = await expectPortsAgree({
      ...{ design, params, cycles: 20 },
      model: () => new ArrayModel(params),
      drive: (_, cycle) => {
        const now = cycle === start ? 1n : 0n;
        return { valid: now, first: now, last: now, groups: 2n, x: 3n, w: 0x21n };
      },
    });
    // The control of a step is one cycle ahead of its operands.
    const delay = ISSUE_TO_DRAIN - (ISSUE_TO_WEIGHTS - OPERANDS);
    const drained = seen.flatMap(({ drain_valid, sums }, cycle) => (drain_valid === 1n ? [[cycle, sums]] : []));
    expect(drained).toEqual([
      [start + delay, 3n],
      [start + delay + 1, 6n],
    ]);
  });
});
