/** Tables as connected networks: planned, run with and without cycles, and equal to the reference. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/config.js';
import { planNetwork } from '../../../src/engine/plan/plan-network.js';
import { programOf } from '../../../src/engine/program.js';
import { referenceLayer } from '../../../src/engine/reference.js';
import { engineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { driveProgram, runProgram } from '../../../src/engine/run-network.js';
import { networkTable } from '../../../src/engine/table/network-table.js';
import { randomImage, tableNetwork } from '../../../src/engine/table/table-network.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';

const conv = { type: 'conv', KH: 3, KW: 3, S: 1, groups: 1, padT: 1, padL: 1 };
const table = networkTable(
  {
    networks: {
      pools: [
        { name: 'a', ...conv, H: 17, W: 17, Ci: 3, Co: 8, Ho: 17, Wo: 17, fused_pool: 2 },
        { name: 'b', ...conv, H: 8, W: 8, Ci: 8, Co: 12, Ho: 8, Wo: 8, fused_pool: 2 },
        { name: 'f', ...conv, type: 'fc', KH: 1, KW: 1, padT: 0, padL: 0, H: 1, W: 1, Ci: 192, Co: 9, Ho: 1, Wo: 1 },
      ],
      mean: [
        { name: 'a', ...conv, H: 6, W: 6, Ci: 4, Co: 8, Ho: 6, Wo: 6 },
        { name: 'b', ...conv, H: 6, W: 6, Ci: 8, Co: 8, Ho: 6, Wo: 6, residual: 1 },
        { name: 'f', ...conv, type: 'fc', KH: 1, KW: 1, padT: 0, padL: 0, H: 1, W: 1, Ci: 8, Co: 5, Ho: 1, Wo: 1 },
      ],
    },
  },
  'table',
);
const network = (name: string, residuals = false) => tableNetwork(name, table.get(name) ?? [], { seed: 3n, residuals });

describe('tableNetwork', () => {
  it('puts pools, means and additions where the table says', () => {
    const names = (name: string, residuals = false) => network(name, residuals).layers.map(({ layer }) => layer.name);
    expect(names('pools')).toEqual(['a', 'a_pool', 'b', 'b_pool', 'f']);
    expect(names('mean')).toEqual(['a', 'b', 'b_average', 'f']);
    const [, b] = network('mean', true).layers;
    expect(b?.residual).toBe('a');
    expect(network('mean').layers[1]?.residual).toBeUndefined();
    const pools = network('pools').layers.filter(({ layer }) => layer.op === 'max');
    expect(pools.map(({ layer }) => [layer.x.kernel, layer.output.width])).toEqual([
      [3, 8],
      [2, 4],
    ]);
    expect(network('pools').layers.at(-1)?.layer.x.kernel).toBe(4);
  });

  it('says which row has no input', () => {
    const rows = table.get('pools') ?? [];
    expect(() => tableNetwork('x', [...rows].reverse(), { seed: 1n, residuals: false })).toThrow('H2211');
    expect(() => tableNetwork('x', [], { seed: 1n, residuals: false })).toThrow('H2211');
  });

  it('weights stay in the ring over strips with pools; the circuit computes what the reference does', () => {
    const engine = Engine.parse('P=4,G=2,M=4,D=2,XD=230,WD=400,ADD=0');
    const work = network('pools');
    const plan = planNetwork(engine, work);
    expect(plan.groups[0]?.layers.map(({ name }) => name)).toEqual(['a', 'a_pool']);
    expect(plan.groups[0]?.keepWeights).toBe(true);
    const program = programOf(plan, work);
    const image = randomImage(work, 3n);
    const values = new Map<string, ArrayLike<number>>([[work.input, image]]);
    for (const { layer, input, output } of work.layers)
      values.set(output, referenceLayer(layer, Int16Array.from(values.get(input) ?? [])));
    const expected = [...Int16Array.from(values.get('f') ?? [])];
    expect(new Set(expected).size).toBeGreaterThan(4);
    expect([...runProgram(program, image).output()]).toEqual(expected);
    const sim = compile(elaborate(buildDesign(engineCore(engine)), { params: engineValues(engine) }));
    expect([...driveProgram(sim, program, image).memory.output()]).toEqual(expected);
  });
});
