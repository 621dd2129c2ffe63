/** The folding search against all foldings of small networks, and what it says about its bounds. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { addResources } from '../../src/blocks/resources/index.js';
import { divisors } from '../../src/dataflow/errors.js';
import {
  type Budget,
  type FoldableLayer,
  latencySteps,
  overBudget,
  type Pair,
  searchFolding,
  weigh,
  withinDsps,
} from '../../src/dataflow/folding-search.js';

/** A layer whose products cost a DSP each, its rows 10 LUTs. */
function layer(name: string, outputs: number, inputs: number, vectors = 1): FoldableLayer {
  return {
    name,
    pe: divisors(outputs),
    simd: divisors(inputs),
    cycles: ({ PE, SIMD }) => (outputs / PE) * (inputs / SIMD) * vectors,
    cost: ({ PE, SIMD }) => addResources({ dsp: PE * SIMD, lut: 10 * PE + SIMD, ff: PE + SIMD }),
  };
}

const budget: Budget = { lut: 400, ff: 1000, dsp: 40, bram36: 10 };

/** Every combination of pairs. */
function* foldings(layers: readonly FoldableLayer[]): Generator<Readonly<Record<string, Pair>>> {
  const [first, ...rest] = layers;
  if (first === undefined) yield {};
  else {
    for (const others of foldings(rest)) {
      for (const PE of first.pe) for (const SIMD of first.simd) yield { [first.name]: { PE, SIMD }, ...others };
    }
  }
}

describe('searchFolding', () => {
  it('finds the cheapest folding at an interval, and the shortest interval that fits', () => {
    const seed = 1n;
    const random = randomStream(seed, 'foldings');
    const sizes = [2, 3, 4, 6, 8, 12];
    const pick = () => sizes[random.nextInt(sizes.length)]!;
    for (let run = 0; run < 25; run++) {
      const layers = [layer('a', pick(), pick(), 1 + random.nextInt(3)), layer('b', pick(), pick())];
      const interval = 1 + random.nextInt(60);
      const found = searchFolding(layers, { interval, budget });
      const all = [...foldings(layers)].map((folding) => {
        const total = addResources(...layers.map((each) => each.cost(folding[each.name]!)));
        const cycles = Math.max(...layers.map((each) => each.cycles(folding[each.name]!)));
        return { cycles, fits: overBudget(total, budget).length === 0, weight: weigh(total, budget) };
      });
      const fast = all.filter(({ cycles }) => cycles <= found.interval);
      const cheapest = Math.min(...fast.map(({ weight }) => weight));
      expect(weigh(found.total, budget), `seed ${seed}, run ${run}`).toBeCloseTo(cheapest, 9);
      if (found.bound.kind === 'goal') expect(found.interval).toBeLessThanOrEqual(interval);
      else {
        // What is shorter and fits would have been taken, if the cheapest of its interval fits.
        expect(found.interval).toBeGreaterThan(interval);
        const shorter = all.filter(({ cycles, fits }) => cycles < found.interval && fits);
        if (found.bound.kind === 'layer') expect(all.every(({ cycles }) => cycles >= found.interval)).toBe(true);
        else expect(shorter.length === 0 || found.next!.over.length > 0, `seed ${seed}, run ${run}`).toBe(true);
      }
    }
  });

  it('says which resource ends it and what the next step up takes', () => {
    const found = searchFolding([layer('a', 8, 8), layer('b', 4, 4)], { interval: 1, budget });
    expect(found).toMatchObject({ interval: 2, fits: true, slowest: 'a' });
    expect(found.bound).toEqual({ kind: 'budget', layer: 'a', over: ['dsp'] });
    expect(found.next).toMatchObject({ interval: 1, over: ['dsp'] });
    expect(found.next!.total.dsp).toBe(64 + 16);
  });

  it('gives layers that are fast enough no more', () => {
    const { folding, bound } = searchFolding([layer('a', 8, 8), layer('b', 2, 2)], { interval: 16, budget });
    expect(bound).toEqual({ kind: 'goal' });
    expect(folding['b']).toEqual({ PE: 1, SIMD: 1 });
    expect(folding['a']!.PE * folding['a']!.SIMD).toBe(4);
  });

  it('names the layer that is at its full size, and has no next step then', () => {
    const found = searchFolding([layer('a', 4, 4, 9)], { interval: 1, budget });
    expect(found).toMatchObject({ interval: 9, bound: { kind: 'layer', layer: 'a' } });
    expect(found.next).toBeUndefined();
  });

  it('keeps fixed layers, counts what does not fold, and says where nothing fits', () => {
    const layers = [layer('a', 8, 8), layer('b', 8, 8)];
    const fixed = { b: { PE: 8, SIMD: 4 } };
    const found = searchFolding(layers, { interval: 1, budget, fixed });
    expect(found.folding['b']).toEqual(fixed.b);
    expect(found.total.dsp).toBeLessThanOrEqual(40);
    const full = searchFolding(layers, { interval: 1, budget, base: addResources({ lut: 500 }) });
    expect(full.fits).toBe(false);
    expect(searchFolding(layers, { interval: 1, budget, beyondBudget: true }).interval).toBe(1);
  });
});

describe('latencySteps', () => {
  it('each have the least sum of cycles that any folding of their weight has', () => {
    const layers = [layer('a', 6, 8), layer('b', 4, 6)];
    const measured = (folding: Readonly<Record<string, Pair>>) => ({
      cycles: layers.reduce((sum, each) => sum + each.cycles(folding[each.name]!), 0),
      weight: layers.reduce((sum, each) => sum + weigh(each.cost(folding[each.name]!), budget), 0),
    });
    const all = [...foldings(layers)].map(measured);
    const steps = latencySteps(layers, budget).map(measured);
    expect(steps.length).toBeGreaterThan(8);
    for (const [k, step] of steps.entries()) {
      expect(all.filter(({ cycles, weight }) => cycles < step.cycles && weight <= step.weight + 1e-9)).toEqual([]);
      if (k > 0) expect(step.cycles).toBeLessThan(steps[k - 1]!.cycles);
    }
    expect(steps[0]!.weight).toBeCloseTo(Math.min(...all.map(({ weight }) => weight)));
    expect(steps.at(-1)!.cycles).toBe(Math.min(...all.map(({ cycles }) => cycles)));
  });
});

describe('withinDsps', () => {
  /** Products of a layer, in DSPs or at a price in LUTs each. */
  const priced = (name: string, products: number, price: number): FoldableLayer => ({
    ...{ name, pe: [1], simd: [products], cycles: () => 1 },
    cost: ({ mult_style }) => addResources(mult_style === 'lut' ? { lut: products * price } : { dsp: products }),
  });
  const layers = [priced('dear', 20, 100), priced('cheap', 6, 10), priced('middle', 30, 50)];
  const pairs = Object.fromEntries(layers.map(({ name, simd }) => [name, { PE: 1, SIMD: simd[0]! }]));
  const total = addResources({ lut: 7 }, ...layers.map((each) => each.cost(pairs[each.name]!)));
  const inLuts = (most: number, fixed = {}) => {
    const result = withinDsps(layers, { folding: pairs, total, most, fixed });
    const names = Object.entries(result.folding).flatMap(([name, pair]) => (pair.mult_style === 'lut' ? [name] : []));
    const sum = addResources({ lut: 7 }, ...layers.map((each) => each.cost(result.folding[each.name]!)));
    expect(result.total).toEqual(sum);
    return names;
  };

  it('moves whole layers, those first that take fewest LUTs for a DSP, and no more than it must', () => {
    expect(inLuts(56)).toEqual([]);
    expect(inLuts(50)).toEqual(['cheap']);
    // The middle one alone is enough, so that the cheap one goes back.
    expect(inLuts(26)).toEqual(['middle']);
    expect(inLuts(20)).toEqual(['cheap', 'middle']);
    expect(inLuts(0)).toEqual(['dear', 'cheap', 'middle']);
  });

  it('leaves fixed layers, and everything where that is not enough', () => {
    expect(inLuts(40, { middle: pairs['middle'] })).toEqual(['dear']);
    expect(inLuts(20, { middle: pairs['middle'] })).toEqual([]);
  });

  it('lets a search go on where DSPs end', () => {
    const wide = (name: string): FoldableLayer => ({
      ...{ name, pe: [1], simd: [1, 2, 4, 8], cycles: ({ SIMD }) => 8 / SIMD },
      cost: ({ SIMD, mult_style }) => addResources(mult_style === 'lut' ? { lut: 10 * SIMD } : { dsp: SIMD }),
    });
    const few: Budget = { lut: 50, ff: 1000, dsp: 8, bram36: 10 };
    const result = searchFolding([wide('a'), wide('b')], { interval: 1, budget: few });
    // 8 products of one layer would take 80 LUTs: 4 of each, all in DSPs.
    expect(result).toMatchObject({ interval: 2, total: { dsp: 8, lut: 0 }, bound: { kind: 'budget', over: ['lut'] } });
    const more = searchFolding([wide('a'), wide('b')], { interval: 1, budget: { ...few, lut: 80 } });
    expect(more).toMatchObject({ interval: 1, total: { dsp: 8, lut: 80 } });
  });
});
