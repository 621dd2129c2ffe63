import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkerText } from '../../../src/cosim/protocol/verilog.js';
import { Fifo } from '../../../src/blocks/stream/index.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { emitText } from '../../blocks/emit-text.js';
import { folderWith, haveTools, lint, outputOf, toolPath } from '../../verilog/tools.js';
import { benchResults, checkerBench } from './checker-bench.js';
import { type Scenario, legalTraces, randomTraffic, violations } from './scenarios.js';

const fileText = (name: string): string => readFileSync(new URL(`../../../sim/${name}`, import.meta.url), 'utf8');
const checker = { name: 'axi4stream_checker.sv', text: checkerText() };

const all: readonly Scenario[] = [...violations, ...legalTraces, ...[1, 2, 3].map((seed) => randomTraffic(seed, 250))];
const described = (scenarios: readonly Scenario[]) =>
  scenarios.map((each, k) => [each.breaks ?? 'nothing', each.name, k, each] as const);

async function icarus(scenarios: readonly Scenario[]): Promise<readonly (readonly string[])[]> {
  const folder = await folderWith([checker, { name: 'tb.sv', text: checkerBench(scenarios) }]);
  const built = await outputOf(
    'iverilog',
    ['-g2012', '-Wall', '-Wno-timescale', '-o', 'tb', 'tb.sv', checker.name],
    folder,
  );
  expect(built).toBe('');
  return benchResults(await outputOf('vvp', ['tb'], folder));
}

describe('sim/axi4stream_checker.sv', () => {
  it('is what npm run generate:checker writes', () => {
    expect(fileText('axi4stream_checker.sv')).toBe(checkerText());
  });
  it.runIf(haveTools('verilator', 'yosys', 'iverilog'))(
    'is clean in three tools, with and without payload',
    async () => {
      const full = { DATA_W: 20, KEEP: 1, STRB: 1, ID_W: 3, DEST_W: 3, USER_W: 4, TRACK_W: 6, MAX_WAIT: 9, PACKET: 3 };
      const bare = { DATA_W: 0, LAST: 0 };
      const wide = { ID_W: 30, DEST_W: 9, TRACK_W: 4 };
      expect(await lint([checker], 'axi4stream_checker', [{}, full, bare, wide])).toBe('');
    },
    60_000,
  );
  it.runIf(haveTools('verilator'))(
    'can be bound to every instance of a module',
    async () => {
      const fifo = emitText(buildDesign(Fifo));
      const bind = { name: 'axi4stream_bind.sv', text: fileText('axi4stream_bind.sv') };
      const folder = await folderWith([checker, ...fifo, bind]);
      const flags = ['--lint-only', '-Wall', '--top-module', 'fifo'];
      const files = [...fifo.map(({ name }) => name), bind.name, checker.name];
      expect(await outputOf(toolPath('verilator'), [...flags, ...files], folder)).toBe('');
    },
    60_000,
  );
});

describe.runIf(haveTools('iverilog'))('the checker in Icarus', () => {
  let found: readonly (readonly string[])[] = [];
  beforeAll(async () => {
    found = await icarus(all);
  }, 120_000);
  it.each(described(all))('finds %s: %s', (_rule, _name, k, each) => {
    expect(found[k]).toEqual(each.breaks === undefined ? [] : [each.breaks]);
  });
});
