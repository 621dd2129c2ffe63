/** The SystemVerilog protocol checker in Verilator, with every trace that has two states; Icarus runs in `npm test`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { checkerText } from '../../src/cosim/protocol/verilog.js';
import { benchResults, checkerBench } from '../cosim/protocol/checker-bench.js';
import { type Scenario, legalTraces, randomTraffic, usesX, violations } from '../cosim/protocol/scenarios.js';
import { folderWith, haveTools, outputOf } from '../verilog/tools.js';

const traffic = Array.from({ length: 20 }, (_, seed) => randomTraffic(seed));
const scenarios: readonly Scenario[] = [...violations, ...legalTraces, ...traffic].filter((each) => !usesX(each));

async function verilator(): Promise<readonly (readonly string[])[]> {
  const checker = { name: 'axi4stream_checker.sv', text: checkerText() };
  const folder = await folderWith([checker, { name: 'tb.sv', text: checkerBench(scenarios) }]);
  const quick = 'OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0';
  const flags = ['--binary', '-MAKEFLAGS', quick, '--top-module', 'tb', '-Wno-WIDTH'];
  await outputOf('verilator', [...flags, 'tb.sv', checker.name], folder);
  return benchResults(await outputOf('obj_dir/Vtb', [], folder));
}

describe.runIf(haveTools('verilator'))('the checker in Verilator', () => {
  let found: readonly (readonly string[])[] = [];
  beforeAll(async () => {
    found = await verilator();
  }, 400_000);
  it.each(scenarios.map((each, k) => [each.breaks ?? 'nothing', each.name, k, each] as const))(
    'finds %s: %s',
    (_rule, _name, k, each) => {
      expect(found[k]).toEqual(each.breaks === undefined ? [] : [each.breaks]);
    },
  );
});
