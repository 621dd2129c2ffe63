/** Single modules with random memories, at corners that layers of networks do not reach. */
import { randomStream } from '../../../src/base/random.js';
import type { Image } from '../../../src/circuit/index.js';
import type { ChainModule } from '../../../src/dataflow/chain.js';
import { inputStream, lineNode, outputWidth } from '../../../src/dataflow/chain-streams.js';
import type { RequantizeKind } from '../../../src/dataflow/stages/requantize.js';
import type { LayerCase } from './layers.js';

/** Words of random bits; the same for the same file, width and depth. */
export function image(file: string, width: number, depth: number): Image {
  const random = randomStream(1n, `${file} ${width}x${depth}`);
  return { file, width, words: Array.from({ length: depth }, () => random.nextBigInt(width)) };
}

export function single(module: ChainModule, inputBits: number): LayerCase {
  const sizes = Object.entries<number>({ ...module.params })
    .filter(([key]) => !/^(FRAME|LOWEST|T_W|MH|MW)/.test(key))
    .map(([, value]) => value)
    .join(' ');
  const kind = module.kind === 'matvec' ? `matvec_${module.arithmetic}` : module.kind;
  const port = (bits: number) => ({ bits, lanes: 1, laneBits: bits, elements: 1, beats: 1 });
  const nodes = [lineNode(module, 'dut', 'dut', inputStream)];
  const name = `${kind} ${sizes}`;
  return { name, chain: { name: 'single', input: port(inputBits), nodes, output: port(outputWidth(module)) } };
}

export const fifo = (W: number, DEPTH: number) => single({ kind: 'fifo', params: { W, DEPTH } }, W);

export function converter(IN_W: number, OUT_W: number, FRAME_IN: number): LayerCase {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const common = (IN_W * OUT_W) / gcd(IN_W, OUT_W);
  const sizes = { UP: common / IN_W, DOWN: common / OUT_W, FRAME_IN, FRAME_OUT: (FRAME_IN * IN_W) / OUT_W };
  return single({ kind: 'width_converter', params: { IN_W, OUT_W, ...sizes } }, IN_W);
}

export function thresholds(PE: number, FOLDS: number, LEVELS: number, X_W: number, OUT_W: number): LayerCase {
  const images = { THRESHOLDS: image('t.mem', PE * LEVELS * (X_W + 1), FOLDS) };
  const params = { PE, FOLDS, LEVELS, X_W, OUT_W, LOWEST: 0 };
  return single({ kind: 'thresholds', signed: true, params, images }, PE * X_W);
}

const asHls4ml: RequantizeKind = {
  signedInput: true,
  rounding: 'floor',
  relu: false,
  overflow: 'wrap',
  signedOutput: true,
};

function requantize(kind: Partial<RequantizeKind>, PE: number, FOLDS: number, X_W: number, M_W: number): LayerCase {
  const [A_W, SHIFT, OUT_W] = [X_W + 4, 10, 8];
  const T_W = Math.max(X_W + M_W + 3, A_W + 2, SHIFT + OUT_W + 1);
  const images = { MULTIPLIERS: image('m.mem', PE * M_W, FOLDS), ADDENDS: image('a.mem', PE * A_W, FOLDS) };
  const params = { PE, FOLDS, X_W, M_W, A_W, T_W, SHIFT, OUT_W };
  return single({ kind: 'requantize', requantize: { ...asHls4ml, ...kind }, params, images }, PE * X_W);
}

/** Scaled by powers of two, one for all channels or one each. */
function shifting(scale: 'shift' | 'none', kind: Partial<RequantizeKind>, PE: number, FOLDS: number): LayerCase {
  const [X_W, A_W, SHIFT, OUT_W, E_MAX] = [16, 12, 6, 8, scale === 'shift' ? 5 : 0];
  const common = { PE, FOLDS, X_W, A_W, T_W: X_W + E_MAX + 3, SHIFT, OUT_W };
  const ADDENDS = image('a.mem', PE * A_W, FOLDS);
  const exponents = { EXPONENTS: image('e.mem', PE * 3, FOLDS), ADDENDS };
  const { name, chain } = single(
    {
      ...{ kind: 'requantize', requantize: { ...asHls4ml, ...kind, scale } },
      ...(scale === 'shift'
        ? { params: { ...common, E_MAX }, images: exponents }
        : { params: { ...common, LEFT: 0 }, images: { ADDENDS } }),
    },
    PE * X_W,
  );
  return { name: name.replace('requantize', `requantize_${scale}`), chain };
}

const argmax = (N: number, PE: number, X_W: number) =>
  single({ kind: 'argmax', signed: true, params: { N, PE, X_W, OUT_W: 8 } }, PE * X_W);

/** A 3 x 3 window with a border of one, over images of `size` x `size` pixels in `FOLDS` beats. */
export function window(size: number, FOLDS: number, SIMD: number, X_W: number): LayerCase {
  const geometry = { KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PB: 1, PL: 1, PR: 1 };
  const params = { H: size, W: size, FOLDS, ...geometry, SIMD, X_W, PAD: 0, DEPTH: (2 * size + 4) * FOLDS };
  return single({ kind: 'sliding_window', order: 'pixels', params }, SIMD * X_W);
}

export function blockCases(): LayerCase[] {
  return [
    single({ kind: 'register_slice', params: { W: 64 } }, 64),
    fifo(8, 16),
    fifo(24, 64),
    fifo(8, 200),
    fifo(16, 512),
    fifo(32, 1024),
    converter(8, 64, 96),
    converter(64, 16, 24),
    converter(24, 16, 10),
    thresholds(8, 8, 1, 11, 1),
    thresholds(2, 16, 15, 14, 4),
    thresholds(4, 1, 7, 10, 3),
    requantize({}, 1, 32, 20, 8),
    requantize({ rounding: 'half_up', relu: true, overflow: 'saturate', signedOutput: false }, 2, 16, 20, 8),
    requantize({ rounding: 'half_even', overflow: 'saturate' }, 1, 64, 24, 16),
    requantize({ rounding: 'half_away', overflow: 'saturate' }, 2, 16, 20, 8),
    shifting('shift', {}, 2, 8),
    shifting('shift', { rounding: 'half_up', relu: true, overflow: 'saturate', signedOutput: false }, 2, 16),
    shifting('none', {}, 2, 16),
    shifting('none', { rounding: 'half_away', overflow: 'saturate' }, 2, 64),
    fifo(32, 2),
    converter(64, 24, 384),
    window(8, 8, 4, 8),
    window(28, 1, 4, 1),
    argmax(10, 1, 12),
    argmax(10, 2, 16),
  ];
}
