/** Which unit and window a layer gets, legal values, and the interval: beside the transfer times of a chain of the one layer. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { divisors } from '../../src/dataflow/errors.js';
import { checkFolding } from '../../src/dataflow/folding.js';
import { foldingTotals, layerForm } from '../../src/dataflow/layer-form.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import type { ConvStage, StageNetwork } from '../../src/network/stages.js';
import { type ConvSizes, convLayer } from './stages/random-conv-layer.js';

const layer = (sizes: Partial<ConvSizes> = {}): ConvStage => {
  const plain = { height: 8, width: 8, channels: 4, groups: 1, outputs: 4, X_W: 2, W_W: 2 };
  const axis = { kernel: 3, before: 1, after: 1 };
  return convLayer('us', randomStream(1n, 'layer'), { ...plain, y: axis, x: axis, ...sizes });
};
const networkOf = (stage: ConvStage): StageNetwork => ({
  ...{ name: 'one', numerics: 'test', stages: [stage] },
  input: {
    ...{ shape: [stage.image.height, stage.image.width, stage.image.channels], type: stage.input },
    ...{ scale: 1, fixedByModel: true },
  },
  output: { shape: [stage.outputs], type: stage.output, scale: [1], offset: [0] },
});

/** Cycles from sample to sample when all ports are wide enough. */
function measured(stage: ConvStage, pair: { PE: number; SIMD: number }): number {
  const { chain } = planNetwork(networkOf(stage), { folding: { layer: pair }, portBits: 'full' });
  const end = (samples: number) => predictTiming(chain, samples).cycles.total;
  return (end(7) - end(3)) / 4;
}

describe('the form of a layer', () => {
  it('is a window of beats as long as it keeps up, then one of whole patches', () => {
    const kinds = [1, 2, 4, 12, 36].map((SIMD) => layerForm(layer(), { PE: 4, SIMD }).window);
    expect(kinds).toEqual([
      { kind: 'beats', lanes: 1, order: 'pixels' },
      { kind: 'beats', lanes: 2, order: 'pixels' },
      { kind: 'beats', lanes: 4, order: 'pixels' },
      { kind: 'patches', lanes: 4 },
      { kind: 'patches', lanes: 4 },
    ]);
    // Beats of a pixel would take 9 cycles for a patch and 9 for the other rows; the matrix alone takes 12.
    expect(layerForm(layer(), { PE: 1, SIMD: 12 }).interval).toBe(100 + 64 * 11);
    expect(layerForm(layer({ groups: 2 }), { PE: 1, SIMD: 6 }).interval).toBe(64 * 2 * (9 + 3));
    // Nine pixels of two channels make 18 columns without a converter.
    expect(layerForm(layer(), { PE: 4, SIMD: 18 }).window).toEqual({ kind: 'patches', lanes: 2 });
  });

  it('passes an output pixel a cycle where all columns are in one beat', () => {
    expect(layerForm(layer(), { PE: 4, SIMD: 36 }).interval).toBe(100);
    expect(measured(layer(), { PE: 4, SIMD: 36 })).toBe(100);
    expect(measured(layer(), { PE: 4, SIMD: 4 })).toBe(9 * 64);
  });

  it('is a window of beats where padding reaches beyond the window', () => {
    const beyond = layer({ y: { kernel: 2, before: 2, after: 0 }, x: { kernel: 2, before: 0, after: 0 } });
    expect(layerForm(beyond, { PE: 4, SIMD: 16 }).window).toMatchObject({ kind: 'beats' });
  });

  it('is the depthwise unit for channels by themselves, with legal values of its own', () => {
    const depthwise = layer({ channels: 6, groups: 6, outputs: 6 });
    expect(foldingTotals(depthwise)).toEqual({ PE: 6, SIMD: 1 });
    expect(layerForm(depthwise, { PE: 3, SIMD: 1 })).toEqual({
      unit: 'depthwise',
      window: { kind: 'beats', lanes: 3, order: 'groups' },
      interval: 64 * 9 * 2,
    });
    expect(measured(depthwise, { PE: 3, SIMD: 1 })).toBe(64 * 9 * 2);
    // Weights from elsewhere go to a matrix unit that changes its matrix.
    expect(foldingTotals(depthwise, 'stream')).toEqual({ PE: 1, SIMD: 9 });
    const check = (PE: number, SIMD: number) => () => checkFolding(networkOf(depthwise), { layer: { PE, SIMD } });
    expect(check(4, 1)).toThrow(/PE 4 does not divide 6 channels[^]*legal PE: 1 2 3 6/);
    expect(check(6, 9)).toThrow(/SIMD 9[^]*legal SIMD: 1\b/);
    expect(foldingTotals(layer({ channels: 4, groups: 4, outputs: 8 }))).toEqual({ PE: 2, SIMD: 9 });
  });

  it('has an interval that the chain keeps, and reaches but for what a window hides', () => {
    const seed = 11n;
    const random = randomStream(seed, 'layer forms');
    const between = (low: number, high: number) => low + random.nextInt(high - low + 1);
    const pick = <T>(list: readonly T[]) => list[random.nextInt(list.length)]!;
    let patches = 0;
    for (let run = 0; run < 80; run++) {
      const axis = () => {
        const kernel = between(1, 3);
        return { kernel, stride: between(1, 2), before: between(0, kernel - 1), after: between(0, kernel - 1) };
      };
      const sizes = { height: between(3, 6), width: between(3, 6), channels: pick([2, 4, 6]), outputs: pick([2, 4]) };
      const stage = layer({ ...sizes, y: axis(), x: axis() });
      const [PE, SIMD] = [divisors(stage.channels), divisors(foldingTotals(stage).SIMD)];
      const pair = { PE: pick(PE), SIMD: pick(SIMD) };
      const { interval, window } = layerForm(stage, pair);
      const real = measured(stage, pair);
      const where = `seed ${seed}, run ${run}: ${JSON.stringify({ sizes, pair, window })}`;
      // The output port gives PE elements a cycle, like the unit.
      expect(real, where).toBeLessThanOrEqual(interval);
      if (window?.kind === 'patches') patches++;
      // Converters and freezing pipelines hide a little.
      else if (window === undefined || window.lanes === pair.SIMD) expect(real, where).toBe(interval);
    }
    expect(patches).toBeGreaterThan(8);
  });
});
