/** Matrix-vector units: circuit, cycle model and Verilator in lockstep; sums by the integer executor of stage networks. */
import { describe, expect, it } from 'vitest';
import { weightImage } from '../../../src/dataflow/images.js';
import { type Arithmetic, arithmetics, legalShift } from '../../../src/dataflow/stages/arithmetic.js';
import { Matvec } from '../../../src/dataflow/stages/matvec.js';
import { MatvecModel } from '../../../src/dataflow/stages/matvec.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { bubblesOf, expectAgreement, type ModuleCase, uniformBeats } from '../../blocks/module-bench.js';
import { layerOf, matvecReference, type Sizes, sumWidth } from './matvec-cases.js';

function caseOf(sizes: Sizes, verilator = false): ModuleCase {
  const { arithmetic, MH, MW, PE, SIMD, X_W, W_W, GROUPS = 1, P_SHIFT = 0 } = sizes;
  const [SF, NF, ACC_W] = [MW / SIMD, MH / PE, sumWidth(sizes)];
  const layers = Array.from({ length: GROUPS }, (_, group) => layerOf(sizes, group));
  const params = { MH, MW, PE, SIMD, GROUPS, X_W, W_W, ...(P_SHIFT > 0 ? { P_SHIFT } : {}), ACC_W };
  const memories = layers.map((layer) => weightImage(layer, PE, SIMD, W_W));
  const images = { WEIGHTS: { ...memories[0]!, words: memories.flatMap(({ words }) => words) } };
  return {
    design: buildDesign(Matvec[arithmetic]),
    params,
    images,
    model: (i, o) => new MatvecModel(i, o, arithmetic, params, images),
    inputs: uniformBeats(SIMD * X_W),
    reference: (beats) =>
      Array.from({ length: Math.floor(beats.length / SF) }, (_, vector) =>
        matvecReference(sizes, layers[vector % GROUPS]!, beats.slice(vector * SF, (vector + 1) * SF)),
      ).flat(),
    capacity: SF + 4,
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: SF - 1 + 4 },
      ...(NF === 1 ? { fullRate: ['s_axis'] } : {}),
      // Blocked, the pipeline makes the steps 0 .. SF + 2 before its first sums reach the output.
      capacity: {
        stream: 's_axis',
        beats: Array.from({ length: SF + 3 }, (_, step) => step % (SF * NF)).filter((step) => step < SF).length,
      },
      paths: ['m_axis_tready -> s_axis_tready'],
    },
    effort: { beats: 4 * SF },
    turn: arithmetics.indexOf(arithmetic) + SF + NF,
    verilator,
  };
}

const some: readonly (readonly [Arithmetic, number, number, number, number, number, number, boolean])[] = [
  ['us', 1, 1, 1, 1, 1, 1, false],
  ['us', 6, 8, 2, 4, 4, 3, true],
  // The emitted text at five sets of `-G` values.
  ['ss', 4, 6, 4, 6, 8, 8, true],
  ['ss', 4, 6, 1, 2, 3, 1, true],
  ['ss', 1, 1, 1, 1, 1, 1, true],
  ['ss', 6, 9, 2, 3, 5, 4, true],
  ['ss', 7, 5, 7, 1, 2, 7, true],
  ['uu', 3, 4, 1, 1, 2, 5, false],
  ['su', 2, 9, 2, 3, 5, 2, false],
  ['ub', 6, 4, 3, 4, 3, 1, false],
  ['sb', 4, 8, 2, 2, 4, 1, true],
  ['bs', 6, 6, 2, 3, 1, 4, false],
  ['bu', 2, 10, 1, 5, 1, 3, false],
  ['xnor', 4, 12, 2, 6, 1, 1, true],
  ['xnor', 3, 5, 3, 5, 1, 1, true],
  ['xnor', 1, 1, 1, 1, 1, 1, true],
  ['xnor', 6, 9, 2, 3, 1, 1, true],
  ['xnor', 7, 8, 1, 8, 1, 1, true],
  ['xnor_sum', 4, 8, 1, 8, 1, 1, false],
  ['xnor_sum', 5, 33, 5, 11, 1, 1, false],
];

describe('matrix-vector unit', () => {
  it.each(some)(
    '%s, %i x %i, PE %i, SIMD %i, %i and %i bits',
    async (arithmetic, MH, MW, PE, SIMD, X_W, W_W, verilator) => {
      const one = caseOf({ arithmetic, MH, MW, PE, SIMD, X_W, W_W }, verilator === true);
      await expectAgreement(one);
      // SF * NF cycles a vector: between two vectors no beat is taken for SF * (NF - 1) cycles.
      const [SF, NF] = [MW / SIMD, MH / PE];
      expect(await bubblesOf(one, 's_axis', 6 * SF)).toBe(5 * SF * (NF - 1));
    },
  );

  it.each([
    [{ arithmetic: 'ss', MH: 4, MW: 6, PE: 2, SIMD: 3, X_W: 4, W_W: 5, GROUPS: 3 }, true],
    [{ arithmetic: 'us', MH: 1, MW: 1, PE: 1, SIMD: 1, X_W: 3, W_W: 2, GROUPS: 4 }, false],
    [{ arithmetic: 'xnor', MH: 2, MW: 9, PE: 1, SIMD: 3, X_W: 1, W_W: 1, GROUPS: 2 }, false],
  ] as const)('has rows of their own for every vector of a group: %j', async (sizes, verilator) => {
    await expectAgreement(caseOf(sizes, verilator));
  });

  it.each([
    [{ arithmetic: 'ss', MH: 4, MW: 6, PE: 2, SIMD: 3, X_W: 4, W_W: 5, P_SHIFT: 3 }, true],
    [{ arithmetic: 'us', MH: 3, MW: 4, PE: 3, SIMD: 4, X_W: 3, W_W: 2, P_SHIFT: 5 }, false],
    [{ arithmetic: 'uu', MH: 2, MW: 4, PE: 1, SIMD: 2, X_W: 4, W_W: 3, P_SHIFT: 1 }, false],
    [{ arithmetic: 'su', MH: 2, MW: 6, PE: 2, SIMD: 3, X_W: 5, W_W: 3, P_SHIFT: 2, GROUPS: 2 }, true],
    [{ arithmetic: 'sb', MH: 2, MW: 4, PE: 1, SIMD: 4, X_W: 5, W_W: 1, P_SHIFT: 2 }, false],
    [{ arithmetic: 'bu', MH: 2, MW: 4, PE: 1, SIMD: 2, X_W: 1, W_W: 5, P_SHIFT: 2 }, false],
    [{ arithmetic: 'ss', MH: 2, MW: 4, PE: 1, SIMD: 2, X_W: 20, W_W: 16, P_SHIFT: 9, more: 20 }, false],
  ] as const)('floors every product: %j', async (sizes, verilator) => {
    await expectAgreement(caseOf(sizes, verilator));
  });

  it('floors by more bits than a product has', () => {
    const [x, w] = [3, 2];
    const least = -(2 ** (x + w - 1));
    for (const shift of [4, 5, 9]) {
      const legal = legalShift('ss', x, w, shift);
      expect(legal).toBe(4);
      for (let product = least; product < -least; product++)
        expect(Math.floor(product / 2 ** legal)).toBe(Math.floor(product / 2 ** shift));
    }
  });

  it('has sums wider than a number', async () => {
    const sizes = { arithmetic: 'ss', MH: 2, MW: 4, PE: 1, SIMD: 2, X_W: 20, W_W: 16, more: 40 } as const;
    await expectAgreement(caseOf(sizes));
  });
});
