/** The modules of the library, each as a pipeline of its own with typical parameters, for `cosim BLOCK`. */
import type { Image } from '../circuit/index.js';
import { type RandomStream, randomStream } from '../base/random.js';
import type { Chain, ChainModule } from '../dataflow/chain.js';
import { beatsPerSample, inputStream, lineNode } from '../dataflow/chain-streams.js';
import { arithmetics } from '../dataflow/stages/arithmetic.js';

interface Entry {
  readonly module: ChainModule;
  /** Widths of input and output beats. */
  readonly bits: readonly [input: number, output: number];
  /** Input beats of one vector or frame. */
  readonly beats: number;
}

function randomImage(file: string, width: number, depth: number, random: RandomStream): Image {
  return { file, width, words: Array.from({ length: depth }, () => random.nextBigInt(width)) };
}

function matvec(arithmetic: (typeof arithmetics)[number], random: RandomStream): Entry {
  const [MH, MW, PE, SIMD] = [6, 16, 2, 4];
  const [X_W, W_W] = [arithmetic.startsWith('b') || arithmetic.startsWith('x') ? 1 : 4, weightBits(arithmetic)];
  const params = { MH, MW, PE, SIMD, X_W, W_W, ACC_W: 20 };
  const WEIGHTS = randomImage(`matvec_${arithmetic}_weights.mem`, PE * SIMD * W_W, (MH / PE) * (MW / SIMD), random);
  return {
    module: { kind: 'matvec', arithmetic, params, images: { WEIGHTS } },
    bits: [SIMD * X_W, PE * params.ACC_W],
    beats: MW / SIMD,
  };
}

const weightBits = (arithmetic: string): number => (arithmetic.endsWith('b') || arithmetic.startsWith('x') ? 1 : 3);

/** Two channels a beat in four groups; ascending thresholds. */
function thresholds(signed: boolean, random: RandomStream): Entry {
  const params = { PE: 2, FOLDS: 4, LEVELS: 3, X_W: 8, OUT_W: 2, LOWEST: 0 };
  const T_W = params.X_W + (signed ? 1 : 2);
  const row = (): bigint => {
    const levels = Array.from({ length: params.LEVELS }, () => random.nextInt(256) - (signed ? 128 : 0));
    return levels
      .sort((a, b) => a - b)
      .reduceRight((word, level) => (word << BigInt(T_W)) | BigInt.asUintN(T_W, BigInt(level)), 0n);
  };
  const words = Array.from({ length: params.FOLDS }, () => (row() << BigInt(T_W * params.LEVELS)) | row());
  const file = `thresholds_${signed ? 's' : 'u'}_table.mem`;
  const THRESHOLDS: Image = { file, width: params.PE * params.LEVELS * T_W, words };
  return { module: { kind: 'thresholds', signed, params, images: { THRESHOLDS } }, bits: [16, 4], beats: 4 };
}

function requantize(random: RandomStream): Entry {
  const params = { PE: 2, FOLDS: 3, X_W: 12, M_W: 6, A_W: 10, T_W: 22, SHIFT: 7, OUT_W: 8 };
  return {
    module: {
      kind: 'requantize',
      requantize: { signedInput: true, rounding: 'half_up', relu: false, overflow: 'saturate', signedOutput: true },
      params,
      images: {
        MULTIPLIERS: randomImage('requantize_multipliers.mem', params.PE * params.M_W, params.FOLDS, random),
        ADDENDS: randomImage('requantize_addends.mem', params.PE * params.A_W, params.FOLDS, random),
      },
    },
    bits: [params.PE * params.X_W, params.PE * params.OUT_W],
    beats: params.FOLDS,
  };
}

function argmax(signed: boolean): Entry {
  const params = { N: 10, PE: 2, X_W: 8, OUT_W: 8 };
  return { module: { kind: 'argmax', signed, params }, bits: [16, 8], beats: 5 };
}

/** Plain streams first, then the stages of networks. */
function entries(random: RandomStream): Readonly<Record<string, Entry>> {
  return {
    register_slice: { module: { kind: 'register_slice', params: { W: 16 } }, bits: [16, 16], beats: 1 },
    fifo: { module: { kind: 'fifo', params: { W: 16, DEPTH: 5 } }, bits: [16, 16], beats: 1 },
    width_converter: {
      module: {
        kind: 'width_converter',
        params: { IN_W: 8, OUT_W: 12, UP: 3, DOWN: 2, FRAME_IN: 4, FRAME_OUT: 3 },
      },
      bits: [8, 12],
      beats: 4,
    },
    lane_truncate: {
      module: { kind: 'lane_truncate', params: { N: 4, IN_W: 8, OUT_W: 5 } },
      bits: [32, 20],
      beats: 1,
    },
    lane_extend: {
      module: { kind: 'lane_extend', signed: true, params: { N: 4, IN_W: 5, OUT_W: 8 } },
      bits: [20, 32],
      beats: 1,
    },
    ...Object.fromEntries(arithmetics.map((arithmetic) => [`matvec_${arithmetic}`, matvec(arithmetic, random)])),
    thresholds_s: thresholds(true, random),
    thresholds_u: thresholds(false, random),
    requantize: requantize(random),
    argmax_s: argmax(true),
    argmax_u: argmax(false),
  };
}

export interface LibraryBlock {
  readonly chain: Chain;
  /** Input beats that the block takes at a time. */
  readonly beats: number;
}

export const libraryNames = (): readonly string[] => Object.keys(entries(randomStream(1n, 'library')));

/** A block by name, with memories filled from a fixed seed; undefined where the library has none of this name. */
export function libraryBlock(name: string): LibraryBlock | undefined {
  const entry = entries(randomStream(1n, 'library'))[name];
  if (entry === undefined) return undefined;
  const { module, bits, beats } = entry;
  const port = (width: number, count: number): Chain['input'] => ({
    bits: width,
    lanes: 1,
    laneBits: width,
    elements: count,
    beats: count,
  });
  const draft: Chain = {
    name: `${name}_bench`,
    input: port(bits[0], beats),
    nodes: [lineNode(module, name, name, inputStream)],
    output: port(bits[1], 1),
  };
  const chain = { ...draft, output: port(bits[1], beatsPerSample(draft).get(name) ?? 1) };
  return { chain, beats };
}
