/** Random layers for the tests of the matrix-vector units. */
import { randomStream } from '../../../src/base/random.js';
import { type Arithmetic, laneSumWidth } from '../../../src/dataflow/stages/arithmetic.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import { evalNat } from '../../../src/circuit/index.js';
import { nat, toNat } from '../../../src/hdl/index.js';
import { runStage } from '../../../src/network/run-stages.js';
import type { DenseStage, ElementType } from '../../../src/network/stages.js';

export interface Sizes {
  readonly arithmetic: Arithmetic;
  readonly MH: number;
  readonly MW: number;
  readonly PE: number;
  readonly SIMD: number;
  readonly X_W: number;
  readonly W_W: number;
  /** 1 where absent. */
  readonly GROUPS?: number;
  /** 0 where absent. */
  readonly P_SHIFT?: number;
  /** Bits above the narrowest sum. */
  readonly more?: number;
}

const elementType = (letter: string | undefined, bits: number): ElementType =>
  letter === 'b' ? { kind: 'bipolar' } : { kind: 'int', bits, signed: letter === 's' };

/** A layer without activation; another one for another `version`. */
export function layerOf({ arithmetic, MH, MW, X_W, W_W, P_SHIFT = 0 }: Sizes, version = 0): DenseStage {
  const random = randomStream(BigInt(MH * MW + X_W + 1000 * version), arithmetic);
  const [x, w] = arithmetic.startsWith('xnor') ? ['b', 'b'] : arithmetic;
  const value = (): number => {
    if (w === 'b') return 2 * random.nextInt(2) - 1;
    return random.nextInt(2 ** W_W) - (w === 's' ? 2 ** (W_W - 1) : 0);
  };
  return {
    ...{ kind: 'dense', name: 'layer', origin: '', inputs: MW, outputs: MH },
    ...{ input: elementType(x, X_W), weight: elementType(w, W_W), output: { kind: 'int', bits: 52, signed: true } },
    ...{ weights: Int32Array.from({ length: MH * MW }, value), productShift: P_SHIFT },
    ...{ accumulator: { min: 0, max: 0 }, activation: { kind: 'none' } },
  };
}

/** Sums that never wrap, and as wide as the module demands at least. */
export function sumWidth({ arithmetic, MW, SIMD, X_W, W_W, P_SHIFT = 0, more = 0 }: Sizes): number {
  const width = (lanes: number): number => {
    return evalNat(toNat(laneSumWidth(arithmetic, nat(lanes), nat(X_W), nat(W_W), nat(P_SHIFT))), {});
  };
  return Math.max(width(SIMD), width(MW)) + more;
}

/** The beats that a layer makes of beats of whole vectors; a vector that is not whole is left out. */
export function matvecReference(sizes: Sizes, layer: DenseStage, beats: readonly bigint[]): bigint[] {
  const { arithmetic, MW, PE, SIMD, X_W } = sizes;
  const signed = layer.input.kind === 'int' && layer.input.signed;
  const codes = beats.flatMap((beat) => readBigLanes(beat, SIMD, X_W, signed).map(Number));
  const whole = codes.slice(0, codes.length - (codes.length % MW));
  const sums = [...runStage(layer, Float64Array.from(whole))];
  const counted = arithmetic === 'xnor' ? sums.map((sum) => (sum + MW) / 2) : sums;
  return Array.from({ length: counted.length / PE }, (_, n) =>
    packBigLanes(counted.slice(n * PE, (n + 1) * PE).map(BigInt), sumWidth(sizes)),
  );
}
