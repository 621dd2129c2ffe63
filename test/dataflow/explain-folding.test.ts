/** The explanation beside what the hardware is given: the order of weight words, the patches, the buffer of the window. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { cycleOfElement, explainFolding, foldingCycle, reuse } from '../../src/dataflow/explain-folding.js';
import { weightImage } from '../../src/dataflow/images.js';
import { leastWindowDepth } from '../../src/dataflow/stages/window-depth.js';
import type { ConvStage, DenseStage, StageNetwork } from '../../src/network/stages.js';

const code = { kind: 'int', bits: 4, signed: false } as const;
const common = {
  origin: 'test',
  input: code,
  output: { kind: 'int', bits: 16, signed: true },
  weight: { kind: 'int', bits: 16, signed: true },
  accumulator: { min: -100, max: 100 },
  activation: { kind: 'none' },
} as const;

/** Every weight is its own place: row * columns + column. */
function dense(outputs: number, inputs: number): DenseStage {
  const weights = Int32Array.from({ length: outputs * inputs }, (_, i) => i);
  return { ...common, kind: 'dense', name: 'layer', inputs, outputs, weights };
}

function conv(size: number, inner: number, channels: number, kernel: number, stride: number): ConvStage {
  const count = Math.floor((size - kernel) / stride) + 1;
  const axis = { kernel, stride, dilation: 1, before: 0, after: 0, count };
  return {
    ...common,
    kind: 'conv',
    name: 'layer',
    image: { height: size, width: size, channels: inner },
    window: { y: axis, x: axis },
    groups: 1,
    channels,
    padValue: 0,
    inputs: size * size * inner,
    outputs: count * count * channels,
    weights: new Int32Array(channels * kernel * kernel * inner),
  };
}

const networkOf = (stage: DenseStage | ConvStage): StageNetwork =>
  ({ name: 'net', numerics: 'qonnx', stages: [stage] }) as unknown as StageNetwork;

describe('explainFolding', () => {
  it('names for every cycle the rows and columns of the weight word of that cycle', () => {
    const seed = 3n;
    const random = randomStream(seed, 'pairs');
    for (let run = 0; run < 20; run++) {
      const pick = (list: readonly number[]) => list[random.nextInt(list.length)]!;
      const [PE, SIMD, groups, slices] = [pick([1, 2, 3]), pick([1, 2, 4]), pick([1, 2, 3]), pick([1, 3, 5])];
      const stage = dense(PE * groups, SIMD * slices);
      const folding = explainFolding(networkOf(stage), 'layer', { PE, SIMD });
      const { words } = weightImage(stage, PE, SIMD, 16);
      expect(words.length).toBe(folding.slices * folding.rowGroups);
      words.forEach((word, cycle) => {
        const { row, column, ends } = foldingCycle(folding, cycle);
        expect(ends, `seed ${seed}, run ${run}`).toBe((cycle + 1) % slices === 0);
        for (let p = 0; p < PE; p++) {
          for (let k = 0; k < SIMD; k++) {
            const place = Number(BigInt.asUintN(16, word >> BigInt(16 * (p * SIMD + k))));
            expect([row + p, column + k]).toEqual([Math.floor(place / stage.inputs), place % stage.inputs]);
            expect(cycleOfElement(folding, row + p, column + k)).toBe(cycle);
          }
        }
      });
    }
  });

  it('gives the im2col shapes of a convolution and the buffer of its window', () => {
    const folding = explainFolding(networkOf(conv(6, 4, 8, 3, 1)), 'layer', { PE: 2, SIMD: 4 });
    expect(folding).toMatchObject({ rows: 8, columns: 36, vectors: 16, slices: 9, rowGroups: 4, interval: 576 });
    const { im2col } = folding;
    expect(im2col).toMatchObject({ output: { height: 4, width: 4, channels: 8 }, elements: 16 * 36 });
    expect(reuse(im2col!)).toBe(4);
    const one = { DH: 1, DW: 1, SH: 1, SW: 1, PT: 0, PB: 0, PL: 0, PR: 0 };
    const least = leastWindowDepth({ H: 6, W: 6, FOLDS: 1, KH: 3, KW: 3, ...one }) * 4;
    expect(im2col!.buffer).toMatchObject({ image: 144, least });
    expect(im2col!.buffer!.depth).toBeGreaterThanOrEqual(least);
    // Two rows and three pixels of 224 x 224 x 4 make a window; at full rate it is less than four rows.
    expect(im2col!.large).toMatchObject({ image: 224 * 224 * 4, least: (2 * 224 + 3) * 4 });
    expect(im2col!.large!.depth).toBeLessThan(4 * 224 * 4);
  });

  it('says that pixels are their own patches where the kernel is 1 x 1', () => {
    const { im2col } = explainFolding(networkOf(conv(5, 4, 8, 1, 1)), 'layer', { PE: 1, SIMD: 1 });
    expect([im2col!.buffer, im2col!.large]).toEqual([undefined, undefined]);
    expect(reuse(im2col!)).toBe(1);
  });

  it('refuses pairs that do not divide with the legal values, and unknown layers with all names', () => {
    const network = networkOf(dense(6, 8));
    expect(() => explainFolding(network, 'layer', { PE: 4, SIMD: 8 })).toThrow(/H2103[^]*legal PE: 1 2 3 6/);
    expect(() => explainFolding(network, 'other', { PE: 1, SIMD: 1 })).toThrow(/H2101[^]*weighted layers: layer/);
  });
});
