/** Matrix-vector units: circuit, cycle model and Verilator in lockstep; sums by the integer executor of stage networks. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { weightImage } from '../../../src/dataflow/images.js';
import { type Arithmetic, arithmetics, laneSumWidth } from '../../../src/dataflow/stages/arithmetic.js';
import { Matvec } from '../../../src/dataflow/stages/matvec.js';
import { MatvecModel } from '../../../src/dataflow/stages/matvec.model.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import { evalNat, lit } from '../../../src/circuit/index.js';
import { buildDesign, NatExpr, toNat } from '../../../src/hdl/index.js';
import { runStage } from '../../../src/network/run-stages.js';
import type { DenseStage, ElementType } from '../../../src/network/stages.js';
import { bubblesOf, expectAgreement, type ModuleCase, uniformBeats } from '../../blocks/module-bench.js';

interface Sizes {
  readonly arithmetic: Arithmetic;
  readonly MH: number;
  readonly MW: number;
  readonly PE: number;
  readonly SIMD: number;
  readonly X_W: number;
  readonly W_W: number;
  /** Bits above the narrowest sum. */
  readonly more?: number;
}

const elementType = (letter: string | undefined, bits: number): ElementType =>
  letter === 'b' ? { kind: 'bipolar' } : { kind: 'int', bits, signed: letter === 's' };

function layerOf({ arithmetic, MH, MW, X_W, W_W }: Sizes): DenseStage {
  const random = randomStream(BigInt(MH * MW + X_W), arithmetic);
  const [x, w] = arithmetic.startsWith('xnor') ? ['b', 'b'] : arithmetic;
  const value = (): number => {
    if (w === 'b') return 2 * random.nextInt(2) - 1;
    return random.nextInt(2 ** W_W) - (w === 's' ? 2 ** (W_W - 1) : 0);
  };
  return {
    ...{ kind: 'dense', name: 'layer', origin: '', inputs: MW, outputs: MH },
    ...{ input: elementType(x, X_W), weight: elementType(w, W_W), output: { kind: 'int', bits: 52, signed: true } },
    weights: Int32Array.from({ length: MH * MW }, value),
    ...{ accumulator: { min: 0, max: 0 }, activation: { kind: 'none' } },
  };
}

/** Sums that never wrap, and as wide as the module demands at least. */
function sumWidth({ arithmetic, MW, SIMD, X_W, W_W, more = 0 }: Sizes): number {
  const width = (lanes: number): number => {
    const [n, x, w] = [lanes, X_W, W_W].map((each) => new NatExpr(lit(each))) as [NatExpr, NatExpr, NatExpr];
    return evalNat(toNat(laneSumWidth(arithmetic, n, x, w)), {});
  };
  return Math.max(width(SIMD), width(MW)) + more;
}

function caseOf(sizes: Sizes, verilator = false): ModuleCase {
  const { arithmetic, MH, MW, PE, SIMD, X_W, W_W } = sizes;
  const [SF, NF, ACC_W] = [MW / SIMD, MH / PE, sumWidth(sizes)];
  const layer = layerOf(sizes);
  const params = { MH, MW, PE, SIMD, X_W, W_W, ACC_W };
  const images = { WEIGHTS: weightImage(layer, PE, SIMD, W_W) };
  const signed = layer.input.kind === 'int' && layer.input.signed;
  return {
    design: buildDesign(Matvec[arithmetic]),
    params,
    images,
    model: (i, o) => new MatvecModel(i, o, arithmetic, params, images),
    inputs: uniformBeats(SIMD * X_W),
    reference: (beats) => {
      const codes = beats.flatMap((beat) => readBigLanes(beat, SIMD, X_W, signed).map(Number));
      const whole = codes.slice(0, codes.length - (codes.length % MW));
      const sums = [...runStage(layer, Float64Array.from(whole))];
      const counted = arithmetic === 'xnor' ? sums.map((sum) => (sum + MW) / 2) : sums;
      return Array.from({ length: counted.length / PE }, (_, n) =>
        packBigLanes(counted.slice(n * PE, (n + 1) * PE).map(BigInt), ACC_W),
      );
    },
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

  it('has sums wider than a number', async () => {
    const sizes = { arithmetic: 'ss', MH: 2, MW: 4, PE: 1, SIMD: 2, X_W: 20, W_W: 16, more: 40 } as const;
    await expectAgreement(caseOf(sizes));
  });
});
