/** The core with other arrays: pairs of pixels on one multiplier, narrow operands, binary weights. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { Engine } from '../../../src/engine/config.js';
import { engineCore, type EngineModules, engineValues } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate, type Simulation } from '../../../src/simulator/index.js';
import { integerLayer } from '../integer-layer.js';
import { randomLayer, type RandomLayer } from '../random-layer.js';
import { runLayer } from './core-bench.js';

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
  const least = requant.leaky;
  const limits = requant.thresholds === undefined ? { lo: requant.lo >> x, hi: requant.hi >> x } : { hi: 127 >> x };
  return {
    ...random,
    input: input.map((pixel) => pixel >> x),
    layer: {
      ...layer,
      ...(layer.weights === undefined ? {} : { weights: Int8Array.from(layer.weights, (weight) => weight >> w) }),
      padValue: layer.padValue >> x,
      requant: {
        ...{ ...requant, ...limits, zeroPoint: requant.zeroPoint >> x },
        shift: requant.shift.map((places) => Math.max(least, places - w)),
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
    { XB: 4, WB: 4, XP: 64 },
    { XB: 4, WB: 4, PACK: 1 },
  ])('%j', (widths) => {
    const engine = new Engine({ ...shape, NTHR: 7, LUT: 0, ...widths });
    run(simulationOf(engine), engine, 4);
  });
});
