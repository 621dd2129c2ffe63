/** The datapath from steps to sums: tiles of all operations with bubbles, as the sequencer may issue them. */
import { describe, expect, it } from 'vitest';
import { clockGateFile } from '../../../src/blocks/clock/index.js';
import { skipWithoutVerilator } from '../../../src/cosim/verilator-available.js';
import type { RandomStream } from '../../../src/base/random.js';
import { DatapathModel, type DatapathSizes } from '../../../src/engine/model/datapath.js';
import { packed, type Ports } from '../../../src/engine/model/port-model.js';
import { PRIVATE_READ_DELAY } from '../../../src/engine/latency.js';
import { gatedColumns, plainColumns } from '../../../src/engine/rtl/column-kind.js';
import { datapathsOf, EngineDatapath } from '../../../src/engine/rtl/datapath.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const PLACES = 3;

/** Fills every word, then issues tiles; writes go on beside them. */
function steps({ P, G, M, D, XB, WB }: DatapathSizes, ops: readonly number[], pauses = false) {
  let [left, op, groups, busy, quiet, first] = [0, 0, 0, 0, 0, false];
  let [side, rest, pause] = [0, 0, 0];
  return (random: RandomStream, cycle: number): Ports => {
    const filled = cycle > PLACES * (M / D);
    if (filled && left === 0) {
      const next = ops[random.nextInt(ops.length)]!;
      // Delayed reads of private windows must not meet those of a dense pass.
      if (op !== 0 && next === 0) quiet = PRIVATE_READ_DELAY + 1;
      [left, op, groups, first] = [1 + random.nextInt(6), next, 1 + random.nextInt(M / D), true];
    }
    [busy, quiet] = [Math.max(0, busy - 1), Math.max(0, quiet - 1)];
    if (pauses) pause = pause > 0 ? pause - 1 : random.nextInt(8) === 0 ? random.nextInt(30) : 0;
    const last = left === 1;
    const valid = left > 0 && pause === 0 && quiet === 0 && random.nextInt(4) > 0 && !(last && busy > 0);
    const opens = first;
    const tap = first ? 0 : random.nextInt(4);
    const read = tap === 0 || rest === 0 || side !== (tap === 1 ? 1 : 2) || random.nextInt(4) === 0;
    if (valid) {
      left--;
      first = false;
      if (tap > 0) [side, rest] = [tap === 1 ? 1 : 2, (read ? P : rest) - 1];
      else rest = 0;
      if (last) busy = groups;
    }
    const banks = Array.from({ length: M }, (_, m) => (m + cycle) % M).slice(0, G);
    const places = Array.from({ length: G }, () => BigInt(random.nextInt(PLACES)));
    const flag = (value: boolean): bigint => (valid ? (value ? 1n : 0n) : random.nextBigInt(1));
    const bankBits = Math.max(1, Math.ceil(Math.log2(M)));
    return {
      step_valid: valid ? 1n : 0n,
      ...{ step_first: flag(opens), step_last: flag(last) },
      ...{ step_op: BigInt(op), step_tap: BigInt(tap), step_read: read ? 1n : 0n },
      step_live: op === 0 && tap === 0 && random.nextInt(4) === 0 ? random.nextBigInt(G) : (1n << BigInt(G)) - 1n,
      ...{ step_bank: packed(banks.map(BigInt), bankBits), step_address: packed(places, 20) },
      step_low: BigInt(random.nextInt(3) === 0 ? random.nextInt(P + 1) : 0),
      step_high: BigInt(random.nextInt(3) === 0 ? random.nextInt(P + 1) : P),
      ...{ step_pad: random.nextBigInt(XB), step_unsigned: random.nextBigInt(1) },
      step_has_weights: op === 0 ? 1n : op === 1 ? random.nextBigInt(1) : 0n,
      ...{ step_byte: BigInt(random.nextInt(G)), step_groups: BigInt(groups) },
      weights: random.nextBigInt(M * G * WB),
      ...{ group_read: random.nextBigInt(1), group_group: BigInt(random.nextInt(M / D)) },
      group_address: BigInt(random.nextInt(PLACES)),
      write_valid: filled ? random.nextBigInt(1) : 1n,
      write_group: BigInt(cycle % (M / D)),
      write_address: filled ? BigInt(random.nextInt(PLACES)) : BigInt(Math.floor(cycle / (M / D)) % PLACES),
      write_lanes: filled ? random.nextBigInt(P) : (1n << BigInt(P)) - 1n,
      write_data: random.nextBigInt(D * P * XB),
    };
  };
}

const designs = { dense: buildDesign(EngineDatapath.dense), dw: buildDesign(EngineDatapath.dw) };

describe('engine_datapath', () => {
  it.each<[DatapathSizes & { XG: number; XU: number }, boolean, boolean]>([
    [{ P: 3, G: 2, M: 6, D: 2, XG: 3, XB: 8, XU: 1, WB: 8, AB: 32, XD: 9, ADD: 1 }, true, true],
    [{ P: 1, G: 1, M: 1, D: 1, XG: 1, XB: 2, XU: 1, WB: 2, AB: 24, XD: 4, ADD: 0 }, true, false],
    [{ P: 3, G: 4, M: 8, D: 4, XG: 4, XB: 4, XU: 1, WB: 4, AB: 20, XD: 16, ADD: 1 }, true, false],
    [{ P: 5, G: 3, M: 4, D: 1, XG: 2, XB: 8, XU: 1, WB: 8, AB: 32, XD: 4, ADD: 1 }, false, false],
  ])('%j, private windows: %j', async (params, dw, verilator) => {
    const seen = await expectPortsAgree({
      ...{ design: dw ? designs.dw : designs.dense, params: { ...params } },
      ...{ verilator, cycles: 400, seed: 3n },
      model: () => new DatapathModel(params),
      drive: steps(params, dw ? [0, 0, 1, 2, 3] : [0]),
    });
    const sums = seen.filter(({ drain_sums }) => drain_sums !== undefined).length;
    const groups = seen.filter(({ drain_valid }) => drain_valid === 1n).length;
    const words = seen.filter(({ group_words }) => group_words !== undefined).length;
    expect(words > 10).toBe(params.ADD === 1);
    expect(sums).toBeGreaterThan(60);
    expect(sums).toBeGreaterThan(groups / 2);
  });

  it.skipIf(skipWithoutVerilator())(
    'with gated clocks: private windows, products and sums stand still in pauses',
    async () => {
      const { name, text } = clockGateFile();
      const params = { P: 2, G: 2, M: 4, D: 2, XG: 2, XB: 4, XU: 1, WB: 4, AB: 16, XD: 4, ADD: 0 };
      const seen = await expectPortsAgree({
        ...{ design: buildDesign(datapathsOf(gatedColumns(plainColumns())).dw), params, verilator: true },
        ...{ cycles: 1500, files: [{ name, text: `\`define HEDDLE_CLOCK_GATES\n${text}` }] },
        model: () => new DatapathModel(params),
        drive: steps(params, [0, 0, 1, 2, 3], true),
      });
      expect(seen.filter(({ drain_sums }) => drain_sums !== undefined).length).toBeGreaterThan(60);
    },
  );
});
