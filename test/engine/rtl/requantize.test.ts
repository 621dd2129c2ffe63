/** Requantizer lanes: exhaustive at small widths, random at full width, against unbounded integers. */
import { describe, expect, it } from 'vitest';
import { type RandomStream } from '../../../src/base/random.js';
import { requantizeLatency } from '../../../src/engine/latency.js';
import { packed, type Ports } from '../../../src/engine/model/port-model.js';
import {
  type ChannelParameters,
  requantize,
  type RequantizeControl,
  RequantizeModel,
} from '../../../src/engine/model/requantize.js';
import { EngineRequantize } from '../../../src/engine/rtl/requantize.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { createSimulation } from '../../../src/simulator/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EngineRequantize);
const bitsOf = (count: number): number => Math.ceil(Math.log2(count));

interface Sizes {
  readonly P: number;
  readonly D: number;
  readonly W: number;
  readonly XB: number;
  readonly MUL: number;
  readonly FIXED: number;
  readonly NTHR: number;
  readonly LUT: number;
}

/** A number of any magnitude, often an extreme or a power of two. */
function number(random: RandomStream, width: number): bigint {
  const bits = 1 + random.nextInt(width);
  const value = BigInt.asIntN(bits, random.nextBigInt(bits));
  switch (random.nextInt(6)) {
    case 0:
      return -(1n << BigInt(bits - 1));
    case 1:
      return (1n << BigInt(bits - 1)) - 1n;
    case 2:
      return BigInt.asIntN(width, 1n << BigInt(bits - 1));
    default:
      return value;
  }
}

/** Inputs of a cycle; whatever a pass may ask of an engine of these sizes. */
function anything({ P, D, W, XB, MUL, FIXED, NTHR, LUT }: Sizes, random: RandomStream): Ports {
  const many = (count: number, make: () => bigint, width: number): bigint =>
    packed(Array.from({ length: count }, make), width);
  const leaky = random.nextInt(4) === 0 ? random.nextInt(bitsOf(W)) : 0;
  const modes = MUL === 0 ? 1 : FIXED === 0 ? 3 : 4;
  const mode = random.nextInt(modes);
  const places = mode < 2 ? W : 2 * W;
  const [a, c] = [random.nextInt(2 ** XB), random.nextInt(2 ** XB)].map((x) => x - 2 ** (XB - 1));
  const up = random.nextInt(2) === 1 ? 2 ** (XB - 1) : 0;
  const zeroLow = random.nextInt(4) === 0;
  const limits = [zeroLow ? 0 : Math.min(a!, c!) + up, (zeroLow ? Math.abs(c!) : Math.max(a!, c!)) + up].map((x) =>
    BigInt.asUintN(XB + 1, BigInt(x)),
  );
  const any = (width: number): bigint => random.nextBigInt(width);
  return {
    in_valid: random.nextInt(5) === 0 ? 0n : 1n,
    sums: many(D * P, () => number(random, W), W),
    bias: many(D, () => number(random, W), W),
    mult: many(D, () => number(random, W), W),
    high: many(D, () => number(random, W / 2), W / 2),
    shift: many(D, () => BigInt(Math.max(leaky, random.nextInt(places))), bitsOf(2 * W)),
    left: many(D, () => BigInt(random.nextInt(2) * random.nextInt(W)), bitsOf(W)),
    thresholds: many(D * Math.max(NTHR, 1), () => number(random, W), W),
    ...{ mode: BigInt(mode), round: BigInt(random.nextInt(5)), leaky: BigInt(leaky), zero: any(XB) },
    threshold: NTHR > 0 && random.nextInt(3) === 0 ? 1n : 0n,
    wrap: random.nextInt(4) === 0 ? 1n : 0n,
    ...{ lo: limits[0]!, hi: limits[1]!, lookup: LUT === 1 ? any(1) : 0n },
    ...{ table_write: any(1), table_address: any(XB), table_data: any(XB) },
  };
}

describe('engine_requantize', () => {
  it.each<[Sizes, boolean]>([
    [{ P: 1, D: 1, W: 6, XB: 2, MUL: 0, FIXED: 0, NTHR: 0, LUT: 0 }, false],
    [{ P: 2, D: 2, W: 32, XB: 8, MUL: 1, FIXED: 1, NTHR: 3, LUT: 1 }, true],
    [{ P: 3, D: 1, W: 32, XB: 8, MUL: 1, FIXED: 0, NTHR: 0, LUT: 0 }, false],
    [{ P: 2, D: 3, W: 32, XB: 4, MUL: 0, FIXED: 0, NTHR: 15, LUT: 1 }, false],
    [{ P: 1, D: 2, W: 20, XB: 5, MUL: 1, FIXED: 1, NTHR: 1, LUT: 0 }, false],
  ])('%j: circuit, cycle model and Verilator agree', async (sizes, verilator) => {
    const params = { ...sizes, ENTRIES: 2 ** sizes.XB };
    await expectPortsAgree({
      ...{ design, params, verilator, cycles: 700, resets: [211, 212, 400] },
      model: () => new RequantizeModel(sizes, requantizeLatency(sizes)),
      drive: (random) => anything(sizes, random),
    });
  });

  it('is exact for every sum, shift and mode at 6 bits', () => {
    const sizes = { P: 64, D: 1, W: 6, XB: 3, MUL: 1, FIXED: 1, NTHR: 0, LUT: 0 };
    const sim = createSimulation(design, { params: { ...sizes, ENTRIES: 8 } });
    const sums = Array.from({ length: 64 }, (_, k) => BigInt(k - 32));
    const latency = requantizeLatency(sizes);
    const due: bigint[] = [];
    let checked = 0;
    sim.poke('aresetn', 0);
    sim.tick();
    sim.poke('aresetn', 1);
    sim.poke('sums', packed(sums, 6));
    const control = { leaky: 0, threshold: false, wrap: false, zero: 0, lo: -4, hi: 3 };
    for (const [name, value] of Object.entries({ in_valid: 1, left: 0, bias: 5, high: -3, leaky: 0, lo: -4, hi: 3 }))
      sim.poke(name, value);
    for (let mode = 0; mode < 4; mode++) {
      for (const mult of mode === 0 ? [0n] : [-32n, -31n, -7n, 1n, 2n, 19n, 31n]) {
        for (let round = 0; round < 5; round++) {
          for (let shift = 0; shift < 12; shift++) {
            const channel: ChannelParameters = { bias: 5n, mult, high: -3n, shift, left: 0, thresholds: [] };
            const whole: RequantizeControl = { ...control, mode, round };
            due.push(
              packed(
                sums.map((sum) => requantize(sum, channel, whole, sizes)),
                3,
              ),
            );
            for (const [name, value] of Object.entries({ mode, mult, round, shift })) sim.poke(name, value);
            sim.tick();
            sim.settle();
            if (due.length >= latency) expect(sim.peek('pixels')).toBe(due[checked++]);
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(1300);
  });
});

describe('requantize, the reference', () => {
  const channel = { bias: 0n, mult: 1n << 30n, high: 0n, shift: 0, left: 0, thresholds: [] };
  const control = { mode: 0, round: 0, leaky: 0, threshold: false, wrap: false, zero: 0, lo: -128, hi: 127 };
  const sizes = { W: 32, XB: 8 };

  it('rounds ties and negative values as the table of numerics.md says', () => {
    const results = [0, 1, 2, 3, 4].map((round) =>
      [-6n, -5n, -3n, -2n, -1n, 1n, 2n, 3n, 5n, 6n].map((z) =>
        Number(requantize(z, { ...channel, shift: 2 }, { ...control, round }, sizes)),
      ),
    );
    expect(results).toEqual([
      [-2, -2, -1, -1, -1, 0, 0, 0, 1, 1],
      [-1, -1, -1, 0, 0, 0, 1, 1, 1, 2],
      [-2, -1, -1, -1, 0, 0, 1, 1, 1, 2],
      [-2, -1, -1, 0, 0, 0, 0, 1, 1, 2],
      [-1, -1, 0, 0, 0, 0, 0, 0, 1, 1],
    ]);
  });

  it('doubles, rounds and saturates as gemmlowp does', () => {
    const double = (z: bigint, mult: bigint) =>
      requantize(z, { ...channel, mult, shift: 24 }, { ...control, mode: 1 }, sizes);
    expect(double(-(1n << 31n), -(1n << 31n))).toBe(127n);
    expect(double(1n << 30n, 1n << 30n)).toBe(32n);
    // 3 * 2^30 / 2^31 = 1.5 rounds up to 2, -1.5 to -1: half up inside.
    const inner = (z: bigint) => requantize(z, { ...channel, mult: 1n << 30n }, { ...control, mode: 1 }, sizes);
    expect([inner(3n), inner(-3n)]).toEqual([2n, -1n]);
  });

  it('shifts values that are not negative by leaky places less', () => {
    const leaky = (z: bigint) => requantize(z, { ...channel, shift: 4 }, { ...control, leaky: 3 }, sizes);
    expect([leaky(64n), leaky(-64n), leaky(0n)]).toEqual([32n, -4n, 0n]);
  });
});
