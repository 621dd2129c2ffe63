/** X-RAM: words of slices and of all banks under random writes by lane, and what happens when a bank is asked twice. */
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { ISSUE_TO_WORD } from '../../../src/engine/latency.js';
import { packed, type Ports } from '../../../src/engine/model/port-model.js';
import { XramModel, type XramSizes } from '../../../src/engine/model/xram.js';
import { EngineXram } from '../../../src/engine/rtl/xram.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EngineXram);
const width = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));

/** Few addresses, all written first, so that reads and writes meet; slices in banks of their own. */
function accesses({ P, G, M, D, XB, XD }: XramSizes): (random: RandomStream, cycle: number) => Ports {
  const places = Math.min(XD, 3);
  return (random, cycle) => {
    const filled = cycle > places * (M / D);
    const banks = Array.from({ length: M }, (_, m) => m);
    for (let m = M - 1; m > 0; m--) {
      const other = random.nextInt(m + 1);
      [banks[m], banks[other]] = [banks[other]!, banks[m]!];
    }
    const many = (make: () => bigint, bits: number): bigint => packed(Array.from({ length: G }, make), bits);
    const address = (): bigint => BigInt(random.nextInt(places));
    const all = random.nextInt(4) === 0;
    return {
      slice_read: all ? 0n : many(() => BigInt(random.nextInt(8) > 0 ? 1 : 0), 1),
      slice_bank: packed(banks.slice(0, G).map(BigInt), width(M)),
      slice_address: many(address, width(XD)),
      ...{ all_read: all ? 1n : 0n, all_address: address() },
      ...{ group_read: random.nextBigInt(1), group_group: BigInt(random.nextInt(M / D)), group_address: address() },
      write_valid: filled ? random.nextBigInt(1) : 1n,
      write_group: BigInt(cycle % (M / D)),
      write_address: filled ? address() : BigInt(Math.floor(cycle / (M / D)) % places),
      write_lanes: !filled || random.nextInt(2) === 0 ? (1n << BigInt(P)) - 1n : random.nextBigInt(P),
      write_data: random.nextBigInt(D * P * XB),
    };
  };
}

describe('engine_xram', () => {
  it.each<[XramSizes, boolean]>([
    [{ P: 1, G: 1, M: 1, D: 1, XB: 1, XD: 2, ADD: 1 }, false],
    [{ P: 3, G: 3, M: 12, D: 4, XB: 5, XD: 9, ADD: 1 }, true],
    [{ P: 2, G: 4, M: 8, D: 2, XB: 8, XD: 16, ADD: 0 }, false],
    [{ P: 7, G: 2, M: 17, D: 1, XB: 8, XD: 5, ADD: 1 }, false],
  ])('%j', async (params, verilator) => {
    const seen = await expectPortsAgree({
      ...{ design, params: { ...params }, verilator, cycles: 500, resets: [200] },
      model: () => new XramModel(params),
      drive: accesses(params),
    });
    expect(seen.filter(({ words }) => words !== undefined).length).toBeGreaterThan(100);
    expect(seen.filter(({ bank_words }) => bank_words !== undefined).length).toBeGreaterThan(20);
    expect(seen.some(({ conflict }) => conflict === 1n)).toBe(false);
    const groups = seen.filter(({ group_words }) => group_words !== undefined).length;
    expect(groups > 10).toBe(params.ADD === 1);
  });

  it('says that two slices asked for one bank', async () => {
    const params = { P: 1, G: 3, M: 4, D: 1, XB: 4, XD: 4, ADD: 0 };
    const seen = await expectPortsAgree({
      ...{ design, params, cycles: 40, resets: [25] },
      model: () => new XramModel(params),
      drive: (random, cycle) => ({
        ...accesses(params)(random, cycle),
        ...(cycle === 10 ? { slice_read: 0b101n, slice_bank: 0b10_01_10n } : {}),
      }),
    });
    const up = seen.flatMap(({ conflict }, cycle) => (conflict === 1n ? [cycle] : []));
    expect([up[0], up.at(-1)]).toEqual([11, 25]);
  });

  it('has the latency that the rest of the engine counts with', async () => {
    const params = { P: 1, G: 1, M: 2, D: 1, XB: 4, XD: 4, ADD: 0 };
    const seen = await expectPortsAgree({
      ...{ design, params, cycles: 20 },
      model: () => new XramModel(params),
      drive: (_, cycle) => ({
        ...{
          slice_read: cycle === 8 ? 1n : 0n,
          slice_bank: 1n,
          slice_address: 2n,
          all_read: 0n,
          all_address: 0n,
          group_read: 0n,
        },
        ...{ group_group: 0n, group_address: 0n },
        ...{ write_valid: cycle === 7 ? 1n : 0n, write_group: 1n, write_address: 2n, write_lanes: 1n, write_data: 9n },
      }),
    });
    expect(seen.flatMap(({ words }, cycle) => (words === undefined ? [] : [[cycle, words]]))).toEqual([
      [8 + ISSUE_TO_WORD, 9n],
    ]);
  });
});
