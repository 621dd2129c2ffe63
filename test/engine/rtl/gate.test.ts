/** Gated clocks of the array: with latches in Verilator the same sums as in the simulators, which run with every edge. */
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { clockGateFile } from '../../../src/blocks/clock/index.js';
import { skipWithoutVerilator } from '../../../src/cosim/verilator-available.js';
import { externalModules } from '../../../src/circuit/index.js';
import { Engine } from '../../../src/engine/config.js';
import { ArrayModel } from '../../../src/engine/model/array.js';
import { makeArray } from '../../../src/engine/rtl/array.js';
import { makeArrayDw } from '../../../src/engine/rtl/array-dw.js';
import { gatedColumns, packedColumns, plainColumns } from '../../../src/engine/rtl/column-kind.js';
import { engineCore } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { emitDesign } from '../../../src/verilog/index.js';
import { haveTools, lint } from '../../verilog/tools.js';
import { expectPortsAgree } from './ports-bench.js';

const shape = { P: 2, G: 2, M: 4, D: 1, XG: 2, X_W: 5, W_W: 4, ACC_W: 12 };
const plain = clockGateFile();
const gates = { name: plain.name, text: `\`define HEDDLE_CLOCK_GATES\n${plain.text}` };

/** Tiles of random lengths; now and then nothing comes for long, in a tile too, and the clock stops. */
function bursts() {
  let [left, busy, pause] = [0, 0, 0];
  return (random: RandomStream, cycle: number) => {
    busy = Math.max(0, busy - 1);
    pause = pause > 0 ? pause - 1 : random.nextInt(6) === 0 ? random.nextInt(25) : 0;
    const first = left === 0;
    const length = first ? 1 + random.nextInt(5) : left;
    const last = length === 1;
    const operands = { groups: 4n, x: random.nextBigInt(20), w: random.nextBigInt(32) };
    if (cycle === 0 || pause > 0 || (last && busy > 0)) return { valid: 0n, ...operands };
    left = length - 1;
    if (last) busy = 4;
    return { valid: 1n, first: first ? 1n : 0n, last: last ? 1n : 0n, ...operands };
  };
}

describe('GATE', () => {
  const design = buildDesign(makeArray(gatedColumns(plainColumns())));

  it.skipIf(skipWithoutVerilator())('stops the clock of sets that have nothing to do, and no sum changes', async () => {
    const seen = await expectPortsAgree({
      ...{ design, params: shape, verilator: true, files: [gates], cycles: 1500, resets: [0] },
      model: () => new ArrayModel(shape),
      drive: bursts(),
    });
    expect(seen.filter(({ drain_valid }) => drain_valid === 1n).length).toBeGreaterThan(300);
  });

  it('has a gate for every XG channels, and a clean text with latches and without', async () => {
    for (const made of [design, buildDesign(makeArrayDw(gatedColumns(packedColumns)))]) {
      const array = emitDesign(made).find(({ name }) => name === `${made.top}.sv`);
      expect(array?.text.match(/clock_gate u_gate/g)).toHaveLength(1);
      expect(array?.text).toMatch(/for \(genvar \w+ = 0; \w+ < COPIES;[^]*clock_gate u_gate[^]*\.aclk +\(gate_gclk\)/);
    }
    expect(externalModules(design).map(({ source }) => source)).toEqual(['clock_gate.sv']);
    if (!haveTools('verilator', 'yosys', 'iverilog')) return;
    for (const file of [plain, gates])
      expect(await lint([file, ...emitDesign(design)], 'engine_array_gated', [{}])).toBe('');
  });

  it('is an option of the engine', () => {
    const engine = new Engine({ P: 2, G: 1, M: 4, D: 1, GATE: 1, PACK: 1 });
    const core = buildDesign(engineCore(engine));
    expect(core.top).toBe('engine_core_dw_packed_gated');
    expect(externalModules(core).map(({ name }) => name)).toEqual(['clock_gate']);
  });
});
