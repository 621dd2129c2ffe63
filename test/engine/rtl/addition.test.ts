/** engine_addition against its definition: random operands, factors, roundings, and ADD of TFLite as its kernels do it. */
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { AdditionModel, addedValues, type AdditionSizes } from '../../../src/engine/model/addition.js';
import type { Ports } from '../../../src/engine/model/port-model.js';
import { EngineAddition } from '../../../src/engine/rtl/addition.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EngineAddition);

/** What belongs to the pass changes every 60 cycles, with a pause of 30 in front. */
function groups({ P, D, XB }: AdditionSizes): (random: RandomStream, cycle: number) => Ports {
  let pass: Ports = {};
  return (random, cycle) => {
    if (cycle % 60 === 0) {
      pass = {
        ...{ own_unsigned: random.nextBigInt(1), other_unsigned: random.nextBigInt(1), swap: random.nextBigInt(1) },
        ...{ up: BigInt(random.nextInt(21)), zero_b: random.nextBigInt(XB + 1), factor: random.nextBigInt(32) },
        drop: random.nextBigInt(5),
      };
    }
    const valid = cycle % 60 < 30 ? random.nextBigInt(1) : 0n;
    return { ...pass, in_valid: valid, own: random.nextBigInt(D * P * XB), other: random.nextBigInt(D * P * XB) };
  };
}

describe('engine_addition', () => {
  it.each<[AdditionSizes, boolean]>([
    [{ P: 3, D: 2, XB: 8 }, true],
    [{ P: 1, D: 1, XB: 4 }, false],
    [{ P: 2, D: 1, XB: 16 }, false],
  ])('%j', async (sizes, verilator) => {
    const seen = await expectPortsAgree({
      ...{ design, params: { ...sizes }, verilator, cycles: 900, resets: [15] },
      model: () => new AdditionModel(sizes),
      drive: groups(sizes),
    });
    expect(seen.filter(({ out_valid }) => out_valid === 1n).length).toBeGreaterThan(150);
  });

  it('scales operands as the ADD of TFLite does', () => {
    const half = (value: bigint, by: bigint): bigint => (2n * value + (value < 0n ? -by : by)) / (2n * by);
    const doubled = (a: bigint, b: bigint): bigint => (a * b + (a * b < 0n ? 1n - 2n ** 30n : 2n ** 30n)) / 2n ** 31n;
    for (const [q, drop, zero] of [
      [1_518_500_250, 3, -128],
      [2_147_483_647, 0, 5],
      [1_073_741_825, 11, 127],
    ] as const) {
      const addition = { rUp: 19, rZero: zero, rFactor: q, rDrop: drop, rSwap: 0 };
      for (let code = -128; code < 128; code++) {
        const scaled = half(doubled(BigInt(code - zero) << 20n, BigInt(q)), 2n ** BigInt(drop));
        const other = doubled(BigInt(-code) << 20n, 2n ** 30n);
        expect(addedValues(-code, code, addition)).toBe(other + scaled);
      }
    }
  });
});
