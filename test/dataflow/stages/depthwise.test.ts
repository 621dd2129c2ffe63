/** Depthwise units: circuit, cycle model and Verilator in lockstep; sums by the integer executor of stage networks. */
import { describe, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { depthwiseImage } from '../../../src/dataflow/images.js';
import { type Arithmetic, arithmetics } from '../../../src/dataflow/stages/arithmetic.js';
import { Depthwise } from '../../../src/dataflow/stages/depthwise.js';
import { DepthwiseModel } from '../../../src/dataflow/stages/depthwise.model.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import { FreezeTimes } from '../../../src/dataflow/timing-equations.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { runStage } from '../../../src/network/run-stages.js';
import type { ConvStage } from '../../../src/network/stages.js';
import { channel } from '../../../src/simulator/index.js';
import { expectAgreement, type ModuleCase, turnedStalls, uniformBeats } from '../../blocks/module-bench.js';
import { expectEqualTimes } from '../times-bench.js';
import { convLayer } from './random-conv-layer.js';

interface Sizes {
  readonly arithmetic: Arithmetic;
  readonly PE: number;
  readonly FOLDS: number;
  readonly KH: number;
  readonly KW: number;
  readonly X_W: number;
  readonly W_W: number;
  readonly P_SHIFT?: number;
  readonly ACC_W: number;
}

/** Sums for beats of patches, each patch an image of its own; xnor counts agreements. */
function reference(layer: ConvStage, { arithmetic, PE, FOLDS, X_W, ACC_W }: Sizes, beats: readonly bigint[]): bigint[] {
  const { kernel: KH } = layer.window.y;
  const K = KH * layer.window.x.kernel;
  const signed = layer.input.kind === 'int' && layer.input.signed;
  const out: bigint[] = [];
  for (let first = 0; first < beats.length; first += K * FOLDS) {
    const image = new Float64Array(K * FOLDS * PE);
    for (let n = 0; n < K * FOLDS; n++) {
      const [fold, k] = [Math.floor(n / K), n % K];
      readBigLanes(beats[first + n] ?? 0n, PE, X_W, signed).forEach(
        (code, p) => (image[(k * FOLDS + fold) * PE + p] = Number(code)),
      );
    }
    const sums = [...runStage(layer, image)].map((sum) => BigInt(arithmetic === 'xnor' ? (sum + K) / 2 : sum));
    for (let fold = 0; fold < FOLDS; fold++) out.push(packBigLanes(sums.slice(fold * PE, (fold + 1) * PE), ACC_W));
  }
  return out;
}

function caseOf(sizes: Sizes, turn: number, verilator: boolean): ModuleCase {
  const { arithmetic, PE, FOLDS, KH, KW, X_W, W_W, P_SHIFT = 0, ACC_W } = sizes;
  const K = KH * KW;
  const layer = convLayer(arithmetic, randomStream(BigInt(turn), 'depthwise'), {
    ...{ height: KH, width: KW, channels: PE * FOLDS, groups: PE * FOLDS, outputs: PE * FOLDS, X_W, W_W },
    ...{ productShift: P_SHIFT, y: { kernel: KH }, x: { kernel: KW } },
  });
  const params = { PE, FOLDS, K, X_W, W_W, ...(P_SHIFT > 0 ? { P_SHIFT } : {}), ACC_W };
  const images = { WEIGHTS: depthwiseImage(layer, PE, W_W) };
  return {
    design: buildDesign(Depthwise[arithmetic]),
    params,
    images,
    model: (i, o) => new DepthwiseModel(i, o, arithmetic, params, images),
    inputs: (random, count) => uniformBeats(PE * X_W)(random, Math.ceil(count / (K * FOLDS)) * K * FOLDS),
    reference: (beats) => reference(layer, sizes, beats),
    capacity: K + 3,
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: K - 1 + 3 },
      fullRate: ['s_axis'],
      // Blocked, the beats behind those of the first sums fill the places in front of the output.
      capacity: { stream: 's_axis', beats: K + 2 },
      paths: ['m_axis_tready -> s_axis_tready'],
    },
    effort: { beats: 3 * K * FOLDS, stalls: turnedStalls(turn).filter((_, i) => i % 2 === turn % 2) },
    turn,
    verilator,
  };
}

const some: readonly (readonly [Sizes, boolean])[] = [
  [{ arithmetic: 'ss', PE: 2, FOLDS: 3, KH: 3, KW: 3, X_W: 8, W_W: 8, ACC_W: 20 }, true],
  [{ arithmetic: 'ss', PE: 3, FOLDS: 2, KH: 2, KW: 3, X_W: 5, W_W: 4, P_SHIFT: 3, ACC_W: 10 }, true],
  [{ arithmetic: 'us', PE: 1, FOLDS: 1, KH: 1, KW: 1, X_W: 1, W_W: 1, ACC_W: 3 }, false],
  [{ arithmetic: 'us', PE: 4, FOLDS: 1, KH: 1, KW: 4, X_W: 4, W_W: 3, P_SHIFT: 7, ACC_W: 4 }, false],
  [{ arithmetic: 'uu', PE: 1, FOLDS: 4, KH: 2, KW: 2, X_W: 4, W_W: 3, ACC_W: 11 }, false],
  [{ arithmetic: 'su', PE: 2, FOLDS: 2, KH: 3, KW: 1, X_W: 3, W_W: 3, P_SHIFT: 1, ACC_W: 9 }, false],
  [{ arithmetic: 'ub', PE: 3, FOLDS: 1, KH: 2, KW: 2, X_W: 4, W_W: 1, ACC_W: 8 }, false],
  [{ arithmetic: 'sb', PE: 2, FOLDS: 2, KH: 1, KW: 1, X_W: 4, W_W: 1, ACC_W: 6 }, false],
  [{ arithmetic: 'bs', PE: 2, FOLDS: 1, KH: 5, KW: 1, X_W: 1, W_W: 5, ACC_W: 9 }, false],
  [{ arithmetic: 'bu', PE: 1, FOLDS: 3, KH: 2, KW: 2, X_W: 1, W_W: 3, ACC_W: 8 }, false],
  [{ arithmetic: 'xnor', PE: 5, FOLDS: 2, KH: 3, KW: 3, X_W: 1, W_W: 1, ACC_W: 5 }, true],
  [{ arithmetic: 'xnor_sum', PE: 2, FOLDS: 2, KH: 3, KW: 2, X_W: 1, W_W: 1, ACC_W: 5 }, false],
];

describe('depthwise unit', () => {
  it.each(some)('%j', async (sizes, verilator) => {
    await expectAgreement(caseOf(sizes, arithmetics.indexOf(sizes.arithmetic) + sizes.FOLDS, verilator));
  });

  it('moves its beats when the equations of a freezing pipeline say so', () => {
    const sizes = { PE: 1, FOLDS: 2, X_W: 2, W_W: 2, ACC_W: 8 };
    for (let seed = 0; seed < 20; seed++) {
      const K = 1 + (seed % 5);
      const images = { WEIGHTS: { file: 'w.mem', width: 2, words: new Array<bigint>(2 * K).fill(1n) } };
      expectEqualTimes(
        {
          model: ([i = channel(0n)], [o = channel(0n)]) => new DepthwiseModel(i, o, 'ss', { ...sizes, K }, images),
          times: ([i], [o]) => new FreezeTimes(i!, o!, 3, K),
          inputs: [30 * K],
          outputs: 1,
        },
        BigInt(seed),
      );
    }
  });
});
