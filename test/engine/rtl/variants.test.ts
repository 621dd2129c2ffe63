/** The core with other arrays: pairs of pixels on one multiplier, narrow operands, binary weights. */
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../../src/base/diagnostics.js';
import { randomStream } from '../../../src/base/random.js';
import { Engine } from '../../../src/engine/config.js';
import { engineCore, type EngineModules, engineValues } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate, type Simulation } from '../../../src/simulator/index.js';
import { integerLayer } from '../integer-layer.js';
import { randomLayer, type RandomLayer } from '../random-layer.js';
import { layerPackets, runLayer } from './core-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/engine/rtl/variants.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const shape = { P: 3, G: 2, M: 4, D: 2, XD: 2048, WD: 512, NTHR: 3, XP: 32, WP: 64, YP: 32 };

function simulationOf(engine: Engine, modules?: EngineModules): Simulation {
  return compile(elaborate(buildDesign(engineCore(engine, modules)), { params: engineValues(engine) }));
}

/** A layer of bytes for pixels of XB bits and weights of WB: their upper bits, and shifts that are smaller by what is gone. */
function narrowed(random: RandomLayer): RandomLayer {
  const { engine, layer, input } = random;
  const [x, w] = [8 - engine.XB, 8 - engine.WB];
  if (x === 0 && w === 0) return random;
  const { lut: _, ...requant } = layer.requant;
  const codes = 2 ** engine.XB;
  const lut = engine.LUT > 0 ? { lut: Array.from({ length: codes }, (_, code) => (code * 7 + 3) % codes) } : {};
  const least = requant.leaky;
  const limits = requant.thresholds === undefined ? { lo: requant.lo >> x, hi: requant.hi >> x } : { hi: 127 >> x };
  return {
    ...random,
    input: input.map((pixel) => pixel >> x),
    layer: {
      ...layer,
      ...(layer.weights === undefined
        ? {}
        : {
            weights: Int8Array.from(layer.weights, (weight) => (engine.WB === 1 ? (weight < 0 ? -1 : 1) : weight >> w)),
          }),
      padValue: layer.padValue >> x,
      requant: {
        ...{ ...requant, ...limits, zeroPoint: requant.zeroPoint >> x },
        shift: requant.shift.map((places) => Math.max(least, places - w)),
        ...lut,
      },
    },
  };
}

/** Images and cycles of random layers, every image equal to its definition. */
function run(sim: Simulation, engine: Engine, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const layer = narrowed(randomLayer(seed, 5000 + index, { engine }));
    const { image, cycles } = runLayer([sim], layer, randomStream(seed, `variant ${index}`), index % 2 === 0 ? 0 : 0.3);
    expect(image, `layer ${5000 + index}`).toEqual(integerLayer(layer.layer, layer.input, undefined));
    return cycles;
  });
}

describe('PACK', () => {
  it('changes neither a result nor a cycle', () => {
    const plain = new Engine(shape);
    const packed = new Engine({ ...shape, PACK: 1 });
    expect(run(simulationOf(packed), packed, 4)).toEqual(run(simulationOf(plain), plain, 4));
  });

  it('needs operands that fit a multiplier', () => {
    expect(() => new Engine({ ...shape, PACK: 1, XB: 8, WB: 9 })).toThrow(/PACK/);
    expect(() => new Engine({ ...shape, PACK: 1, XB: 9, XU: 0, WB: 8, LUT: 0, ADD: 0 })).not.toThrow();
  });
});

describe('narrow operands', () => {
  it.each([
    { XB: 8, WB: 4 },
    { XB: 4, WB: 4, XP: 64, LUT: 1 },
    { XB: 4, WB: 4, PACK: 1 },
  ])('%j', (widths) => {
    const engine = new Engine({ ...shape, NTHR: 7, LUT: 0, ...widths });
    run(simulationOf(engine), engine, 4);
  });
});

describe('binary weights', () => {
  const engine = new Engine({ ...shape, NTHR: 7, LUT: 0, WB: 1 });
  const layers = Array.from({ length: 24 }, (_, index) => narrowed(randomLayer(seed, 6000 + index, { engine })));
  const problemOf = (layer: RandomLayer): string => {
    try {
      layerPackets(layer);
      return '';
    } catch (error) {
      return error instanceof HeddleError ? error.diagnostics.map(({ code }) => code).join() : String(error);
    }
  };

  it('are a sign in every mode that needs no weight 0', () => {
    const sim = simulationOf(engine);
    const legal = layers.filter((layer) => problemOf(layer) === '').slice(0, 6);
    expect(new Set(legal.map(({ layer }) => layer.op)).size).toBeGreaterThan(2);
    legal.forEach((layer, index) => {
      const { image } = runLayer([sim], layer, randomStream(seed, `binary ${index}`), index % 2 === 0 ? 0 : 0.3);
      expect(image, layer.layer.name).toEqual(integerLayer(layer.layer, layer.input, undefined));
    });
  });

  it('refuse layers with gaps between taps, with padding that idle slices would add, and with other weights', () => {
    const refused = layers.map(problemOf).filter((problem) => problem !== '');
    expect(refused.length).toBeGreaterThan(2);
    expect(refused.every((codes) => codes.split(',').every((code) => code === 'H2206'))).toBe(true);
    const [other] = layers.filter((layer) => problemOf(layer) === '' && layer.layer.weights !== undefined);
    const weights = Int8Array.from(other!.layer.weights!, () => 2);
    expect(problemOf({ ...other!, layer: { ...other!.layer, weights } })).toBe('H2206');
  });
});
