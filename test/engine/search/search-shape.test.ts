import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkRows } from '../../../src/build/profile.js';
import { HeddleError } from '../../../src/base/diagnostics.js';
import { Engine } from '../../../src/engine/config.js';
import { layerBound } from '../../../src/engine/cycles.js';
import { stripPasses } from '../../../src/engine/plan/layer-traffic.js';
import { planJob } from '../../../src/engine/plan/plan-job.js';
import { modelledCycles } from '../../../src/engine/profile/layer-cycles.js';
import { parseBudget, within } from '../../../src/engine/search/budget.js';
import { engineCost } from '../../../src/engine/search/engine-cost.js';
import { memorySplits } from '../../../src/engine/search/memory-splits.js';
import { searchShape } from '../../../src/engine/search/search-shape.js';
import { shapeCycles, shapedLayer } from '../../../src/engine/search/shape-cycles.js';
import { tableLayer } from '../../../src/engine/table/table-layers.js';
import { randomLayer, testEngines } from '../random-layer.js';

const code = (work: () => unknown): string => {
  try {
    work();
    return '';
  } catch (error) {
    return error instanceof HeddleError ? (error.diagnostics[0]?.code ?? '') : String(error);
  }
};

describe('the formula of a shape', () => {
  it('is the compute part of the plan, and a bound of its weights, on random layers', () => {
    let compared = 0;
    for (let index = 0; index < 120; index++) {
      const base = testEngines[index % testEngines.length] as Engine;
      // A ring without chunks: those may add steps.
      const engine = new Engine({ ...base.parameters, WD: 65536 });
      const { layer } = randomLayer(7n, index, { engine });
      const found = shapeCycles(engine, shapedLayer(layer));
      let passes;
      try {
        passes = stripPasses(engine, layer, layer.output.height);
      } catch (error) {
        if (error instanceof HeddleError) continue;
        throw error;
      }
      const bound = layerBound(engine, passes, 0);
      const rowsSkipped = passes.every(({ header }) => header.skipRows === 1 || layer.padValue !== 0);
      if (rowsSkipped) expect(found.compute, layer.name).toBe(bound.compute);
      else expect(found.compute, layer.name).toBeLessThanOrEqual(bound.compute);
      expect(found.weights, layer.name).toBeLessThanOrEqual(bound.weightPort);
      compared++;
    }
    expect(compared).toBeGreaterThan(100);
  });
});

describe('costs and budgets', () => {
  const engine = Engine.parse('P=7,G=3,M=32,D=4');

  it('counts PEs, multipliers and memories', () => {
    const plain = engineCost(engine);
    expect(plain.pes).toBe(672);
    expect(plain.kib).toBeCloseTo(engine.memories.total / 1024, 9);
    const lanes = plain.dsp - 672;
    expect(lanes % engine.lanes).toBe(0);
    // Last pixels of an odd P share a multiplier by two channels, but not in the slice of private windows, nor in an odd channel.
    expect(engineCost(Engine.parse('P=7,G=3,M=32,D=4,PACK=1,DW=0')).dsp).toBe(336 + lanes);
    expect(engineCost(Engine.parse('P=7,G=3,M=32,D=4,PACK=1')).dsp).toBe(32 * 4 + 224 + lanes);
    const odd = engineCost(Engine.parse('P=3,G=1,M=3,D=1,XG=3,PACK=1,DW=0,MUL=0,FIXED=0,ADD=0'));
    expect(odd.dsp).toBe(3 + 2);
    expect(engineCost(Engine.parse('P=7,G=3,M=32,D=4,MUL=0,FIXED=0,ADD=0,WB=1')).dsp).toBe(0);
    // As Yosys counts them in the whole design, but for six in addresses (docs/engine.md, Area and timing).
    expect(engineCost(Engine.parse('P=14,G=3,M=48,D=4,PACK=1')).dsp).toBe(1182 - 6);
    expect(plain.um2).toBeGreaterThan(672 * 1145);
  });

  it('reads limits, and says what is wrong with them', () => {
    expect(parseBudget('pes=672, kib=384')).toEqual({ pes: 672, kib: 384 });
    expect(within({ pes: 672 }, engineCost(engine))).toBe(true);
    expect(within({ pes: 671 }, engineCost(engine))).toBe(false);
    for (const text of ['kib=384', 'cost=3', 'pes', 'pes=0'])
      expect(
        code(() => parseBudget(text)),
        text,
      ).toBe('H2213');
  });

  it('divides the memory of a budget, and keeps what is given', () => {
    const splits = memorySplits(engine, {}, 384);
    expect(splits.length).toBeGreaterThan(2);
    for (const { memories } of splits) {
      expect(memories.total).toBeLessThanOrEqual(384 * 1024);
      expect(memories.total).toBeGreaterThan(370 * 1024);
    }
    expect(memorySplits(engine, { XD: 512 }, 384).map(({ XD }) => XD)).toEqual([512]);
    expect(memorySplits(engine, {}, undefined)).toEqual([engine]);
  });
});

const conv = {
  type: 'conv',
  KH: 3,
  KW: 3,
  S: 1,
  groups: 1,
  padT: 1,
  padL: 1,
  valid_macs: 0,
  residual: 0,
  fused_pool: 0,
} as const;
const rows = [
  { name: 'first', ...conv, H: 10, W: 10, Ci: 3, Co: 6, Ho: 10, Wo: 10 },
  { name: 'deep', ...conv, type: 'dw', H: 10, W: 10, Ci: 6, Co: 6, groups: 6, Ho: 10, Wo: 10 },
  { name: 'point', ...conv, KH: 1, KW: 1, padT: 0, padL: 0, H: 10, W: 10, Ci: 6, Co: 9, Ho: 10, Wo: 10 },
] as const;

describe('the search', () => {
  const layers = rows.map((row) => tableLayer(row, 1n));
  const fixed = { D: 1, XD: 256, WD: 256, ADD: 0, LUT: 0 } as const;

  it('finds the best of all shapes of at most 16 PEs', () => {
    const { found, nextBound, judged } = searchShape({
      ...{ subjects: [{ name: 'small', layers }], budget: { pes: 16 }, fixed, finalists: 12 },
    });
    const [best] = found;
    if (best === undefined) throw new Error('nothing found');
    let [least, shapes] = [Infinity, 0];
    for (let M = 1; M <= 16; M++)
      for (let G = 1; G <= M; G++)
        for (let P = 1; P * G * M <= 16; P++) {
          const engine = new Engine({ ...fixed, P, G, M });
          const plans = planJob(
            engine,
            layers.map((layer) => ({ layer })),
          );
          least = Math.min(least, modelledCycles(engine, plans).cycles);
          shapes++;
        }
    expect(shapes).toBeGreaterThan(judged);
    expect(best.modelled).toBeCloseTo(least, 6);
    expect(best.cost.pes).toBeLessThanOrEqual(16);
    expect(found.map(({ modelled }) => modelled)).toEqual(found.map(({ modelled }) => modelled).sort((a, b) => a - b));
    for (const { modelled, bound } of found) expect(bound).toBeLessThanOrEqual(modelled);
    expect(nextBound).toBeGreaterThan(0);
  });

  it('keeps to DSPs and memory, several networks at once', () => {
    const subjects = [
      { name: 'all', layers },
      { name: 'one', layers: layers.slice(0, 1) },
    ];
    const { found } = searchShape({ subjects, budget: { dsp: 40, kib: 24 }, fixed: { PACK: 1, ADD: 0 }, finalists: 2 });
    for (const { cost, cycles, engine } of found) {
      expect(cost.dsp).toBeLessThanOrEqual(40);
      expect(cost.kib).toBeLessThanOrEqual(24);
      expect(cost.pes).toBeGreaterThan(cost.dsp - 4 * engine.lanes);
      expect(cycles).toHaveLength(2);
    }
  });

  it('says when nothing fits', () => {
    const subjects = [{ name: 'all', layers }];
    expect(code(() => searchShape({ subjects, budget: { dsp: 1 }, fixed: {} }))).toBe('H2213');
    expect(code(() => searchShape({ subjects, budget: { pes: 16, kib: 1 }, fixed: {}, finalists: 1 }))).toBe('H2213');
  });
});

const networks = '../shared/networks/networks.json';

describe.skipIf(!existsSync(networks))('networks.json (needs ../shared/networks)', () => {
  it('AlexNet on 672 PEs: the shape of the tables is among the best', () => {
    const [name, table] = networkRows(networks, 'AlexNet', 'conv');
    const layers = table.map((row) => tableLayer(row, 1n));
    const fixed = { P: 7, ADD: 0, LUT: 0, XD: 1184, WD: 1024 };
    const { found } = searchShape({ subjects: [{ name, layers }], budget: { pes: 672 }, fixed, finalists: 1 });
    expect(found[0]?.engine.toString()).toBe('P=7,G=3,M=32,D=4,XD=1184,LUT=0,ADD=0');
  });
});
