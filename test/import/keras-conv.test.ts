/** QKeras convolutional networks made here, against loops over channels-last images written from numerics.md 1.4. */
import { readdirSync } from 'node:fs';
import h5wasm from 'h5wasm/node';
import { dirSync } from 'tmp';
import { expect, test } from 'vitest';
import { autoScaled } from '../../src/import/auto-po2.js';
import { loadNetwork } from '../../src/import/index.js';
import { tensor } from '../../src/network/graph.js';
import { random } from '../network/random-graph.js';
import { largestDifference } from '../network/shared.js';
import { functional, kerasModel, layer, sequential, writeH5, type Weights } from './keras-file.js';

const seed = Number(process.env.HEDDLE_SEED ?? 3);

interface Image {
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly at: (y: number, x: number, c: number) => number;
}

function image(h: number, w: number, c: number, f: (y: number, x: number, c: number) => number): Image {
  const data: number[] = [];
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) for (let k = 0; k < c; k++) data.push(f(y, x, k));
  return { h, w, c, at: (y, x, k) => data[(y * w + x) * c + k] ?? NaN };
}

const flat = ({ h, w, c, at }: Image): number[] => {
  const out: number[] = [];
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) for (let k = 0; k < c; k++) out.push(at(y, x, k));
  return out;
};

function roundEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (((floor % 2) + 2) % 2) : Math.round(x);
}

const quantizedBits = (x: number, bits: number, integer: number): number => {
  const m = 2 ** (bits - 1);
  return (Math.min(Math.max(roundEven((x * m) / 2 ** integer), -m), m - 1) * 2 ** integer) / m;
};

const quantizedRelu = (x: number, bits: number, integer: number): number => {
  const m = 2 ** bits;
  return (Math.min(Math.max(roundEven((x * m) / 2 ** integer), 0), m - 1) * 2 ** integer) / m;
};

interface Kernel {
  /** [kh, kw, i, o] */
  readonly shape: readonly [number, number, number, number];
  readonly at: (ky: number, kx: number, i: number, o: number) => number;
}

const kernelOf = (shape: Kernel['shape'], data: ArrayLike<number>, f: (x: number) => number = (x) => x): Kernel => ({
  shape,
  at: (ky, kx, i, o) => f(data[((ky * shape[1] + kx) * shape[2] + i) * shape[3] + o] ?? NaN),
});

/** TensorFlow's SAME and VALID; `combine` adds a product to a sum. */
function conv(
  x: Image,
  k: Kernel,
  stride: readonly [number, number],
  same: boolean,
  bias: (o: number) => number,
  combine = (sum: number, product: number): number => sum + product,
): Image {
  const [kh, kw, inputs, outputs] = k.shape;
  const count = (size: number, kernel: number, s: number): number =>
    same ? Math.ceil(size / s) : Math.floor((size - kernel) / s) + 1;
  const [oh, ow] = [count(x.h, kh, stride[0]), count(x.w, kw, stride[1])];
  const before = (size: number, out: number, kernel: number, s: number): number =>
    same ? Math.floor(Math.max(0, (out - 1) * s + kernel - size) / 2) : 0;
  const [top, left] = [before(x.h, oh, kh, stride[0]), before(x.w, ow, kw, stride[1])];
  return image(oh, ow, outputs, (oy, ox, o) => {
    let sum = bias(o);
    for (let ky = 0; ky < kh; ky++)
      for (let kx = 0; kx < kw; kx++) {
        const [y, xx] = [oy * stride[0] - top + ky, ox * stride[1] - left + kx];
        if (y < 0 || y >= x.h || xx < 0 || xx >= x.w) continue;
        for (let i = 0; i < inputs; i++) sum = combine(sum, x.at(y, xx, i) * k.at(ky, kx, i, o));
      }
    return sum;
  });
}

function dice(start: number): {
  int: (low: number, high: number) => number;
  list: (count: number, scale: number) => number[];
} {
  const next = random(start);
  return {
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    list: (count, scale) => Array.from({ length: count }, () => Math.fround((next() * 2 - 1) * scale)),
  };
}

const bits = (b: number, i: number): string => `quantized_bits(${b},${i},alpha=1)`;
const input = (h: number, w: number, c: number): unknown =>
  layer('InputLayer', { name: 'in', batch_input_shape: [null, h, w, c] });

test.each([0, 1, 2, 3, 4, 5])(
  'conv, pool, depthwise, residual, concatenation, padding, flatten, dense (case %i)',
  async (number) => {
    const { int, list } = dice(seed + number);
    const [h, w, c, f] = [int(4, 7), int(4, 7), int(1, 3), int(2, 3)];
    const [kh, kw] = [int(1, 3), int(1, 3)];
    const stride = [int(1, 2), int(1, 2)] as const;
    const same = number % 2 === 0;
    const padding = same ? 'same' : 'valid';
    const k0 = list(kh * kw * c * f, 1);
    const b0 = list(f, 1);
    const k1 = list(9 * f, 1);
    const model = functional(
      input(h, w, c),
      layer(
        'QConv2D',
        {
          ...{ name: 'conv', filters: f, kernel_size: [kh, kw], strides: [...stride], padding },
          ...{ kernel_quantizer: bits(4, 0), bias_quantizer: bits(5, 1), activation: 'quantized_relu(4,1)' },
        },
        'in',
      ),
      layer(
        'QDepthwiseConv2D',
        { name: 'deep', kernel_size: 3, padding: 'same', use_bias: false, depthwise_quantizer: bits(3, 0) },
        'conv',
      ),
      layer('QActivation', { name: 'act', activation: 'quantized_bits(6,2,alpha=1)' }, 'deep'),
      layer('Add', { name: 'sum' }, 'act', 'conv'),
      layer('Concatenate', { name: 'join', axis: -1 }, 'sum', 'conv'),
      layer(
        'ZeroPadding2D',
        {
          name: 'pad',
          padding: [
            [1, 0],
            [0, 2],
          ],
        },
        'join',
      ),
      layer('MaxPooling2D', { name: 'max', pool_size: [2, 2], strides: null, padding: 'same' }, 'pad'),
      layer('Flatten', { name: 'flat' }, 'max'),
      layer('QDense', { name: 'dense', units: 3, use_bias: false, kernel_quantizer: bits(4, 0) }, 'flat'),
    );
    const codes = Float64Array.from({ length: h * w * c }, () => int(0, 15));
    const x = image(h, w, c, (y, xx, k) => codes[(y * w + xx) * c + k] ?? 0);
    const first = conv(
      x,
      kernelOf([kh, kw, c, f], k0, (v) => quantizedBits(v, 4, 0)),
      stride,
      same,
      (o) => quantizedBits(b0[o] ?? 0, 5, 1),
    );
    const y0 = image(first.h, first.w, f, (y, xx, k) => quantizedRelu(first.at(y, xx, k), 4, 1));
    const channel = (k: number): Image => image(y0.h, y0.w, 1, (y, xx) => y0.at(y, xx, k));
    const deep = Array.from({ length: f }, (_, k) =>
      conv(
        channel(k),
        kernelOf(
          [3, 3, 1, 1],
          k1.filter((_, at) => at % f === k),
          (v) => quantizedBits(v, 3, 0),
        ),
        [1, 1],
        true,
        () => 0,
      ),
    );
    const joined = image(y0.h, y0.w, 2 * f, (y, xx, k) =>
      k < f ? quantizedBits(deep[k]?.at(y, xx, 0) ?? 0, 6, 2) + y0.at(y, xx, k) : y0.at(y, xx, k - f),
    );
    const padded = image(y0.h + 1, y0.w + 2, 2 * f, (y, xx, k) =>
      y === 0 || xx >= y0.w ? 0 : joined.at(y - 1, xx, k),
    );
    const inside = (y: number, xx: number): boolean => y < padded.h && xx < padded.w;
    const pooled = image(Math.ceil(padded.h / 2), Math.ceil(padded.w / 2), 2 * f, (y, xx, k) =>
      Math.max(
        ...[0, 1].flatMap((dy) =>
          [0, 1].map((dx) => (inside(2 * y + dy, 2 * xx + dx) ? padded.at(2 * y + dy, 2 * xx + dx, k) : -Infinity)),
        ),
      ),
    );
    const vector = flat(pooled);
    const k2 = list(vector.length * 3, 1);
    const expected = [0, 1, 2].map((o) =>
      vector.reduce((sum, value, at) => sum + value * quantizedBits(k2[at * 3 + o] ?? 0, 4, 0), 0),
    );
    const weights: Weights = {
      conv: { kernel: { shape: [kh, kw, c, f], data: k0 }, bias: { shape: [f], data: b0 } },
      deep: { depthwise_kernel: { shape: [3, 3, f, 1], data: k1 } },
      dense: { kernel: { shape: [vector.length, 3], data: k2 } },
    };
    const network = await kerasModel(model, weights);
    expect(largestDifference(network.reference(codes), expected), `HEDDLE_SEED=${seed}`).toBe(0);
  },
);

test('images at the output keep channels last; average and global pooling, upsampling, batch normalization', async () => {
  const { int, list } = dice(seed);
  const [h, w, c] = [4, 6, 2];
  const codes = Float64Array.from({ length: h * w * c }, () => int(-8, 7));
  const x = image(h, w, c, (y, xx, k) => codes[(y * w + xx) * c + k] ?? 0);
  const half = image(
    2,
    3,
    c,
    (y, xx, k) => [0, 1].flatMap((a) => [0, 1].map((b) => x.at(2 * y + a, 2 * xx + b, k))).reduce((a, b) => a + b) / 4,
  );
  const images = sequential(
    input(h, w, c),
    layer('AveragePooling2D', { name: 'mean', pool_size: [2, 2], strides: [2, 2], padding: 'valid' }),
    layer('UpSampling2D', { name: 'up', size: [1, 2], interpolation: 'nearest' }),
  );
  const wide = await kerasModel(images, {});
  expect(wide.graph.outputs[0]?.shape).toEqual([1, 2, 6, 2]);
  const expected = flat(image(2, 6, c, (y, xx, k) => half.at(y, Math.floor(xx / 2), k)));
  expect(largestDifference(wide.reference(codes), expected)).toBe(0);
  const [gamma, beta] = [list(c, 2), list(c, 2)];
  const normal = sequential(
    input(h, w, c),
    layer('BatchNormalization', { name: 'bn', axis: [3], epsilon: 0 }),
    layer('GlobalAveragePooling2D', { name: 'all' }),
  );
  const ones = { shape: [c], data: [4, 4] };
  const weights: Weights = {
    bn: {
      ...{ gamma: { shape: [c], data: gamma }, beta: { shape: [c], data: beta } },
      ...{ moving_mean: { shape: [c], data: [1, -1] }, moving_variance: ones },
    },
  };
  const network = await kerasModel(normal, weights);
  const mean = [0, 1].map((k) => {
    const sum = flat(image(h, w, 1, (y, xx) => x.at(y, xx, k))).reduce((a, b) => a + b);
    return (sum / (h * w) - (k === 0 ? 1 : -1)) * ((gamma[k] ?? 0) / 2) + (beta[k] ?? 0);
  });
  expect(largestDifference(network.reference(codes), mean)).toBeLessThan(1e-12);
});

test('QConv2DBatchnorm and QDenseBatchnorm fold before they quantize', async () => {
  const { int, list } = dice(seed);
  const [h, w, c, f] = [3, 3, 2, 3];
  const [k0, k1] = [list(4 * c * f, 1), list(9 * f * 2, 1)];
  const normalization = (size: number): Weights[string] => ({
    gamma: { shape: [size], data: list(size, 1).map((x) => Math.abs(x) + 0.5) },
    beta: { shape: [size], data: list(size, 1) },
    moving_mean: { shape: [size], data: list(size, 1) },
    moving_variance: { shape: [size], data: list(size, 1).map((x) => Math.abs(x) + 0.1) },
  });
  const weights: Weights = {
    conv: { kernel: { shape: [2, 2, c, f], data: k0 }, bias: { shape: [f], data: list(f, 1) }, ...normalization(f) },
    dense: { kernel: { shape: [9 * f, 2], data: k1 }, ...normalization(2) },
  };
  const own = { kernel_quantizer: bits(6, 1), bias_quantizer: bits(8, 2), epsilon: 0.01 };
  const model = sequential(
    input(h, w, c),
    layer('QConv2DBatchnorm', { name: 'conv', filters: f, kernel_size: 2, padding: 'same', ...own }),
    layer('Flatten', { name: 'flat' }),
    layer('QDenseBatchnorm', { name: 'dense', units: 2, use_bias: false, ...own }),
  );
  const at = (name: string, key: string, index: number): number => weights[name]?.[key]?.data[index] ?? 0;
  const inverse = (name: string, o: number): number =>
    Math.fround(at(name, 'gamma', o)) / Math.sqrt(Math.fround(at(name, 'moving_variance', o)) + 0.01);
  const bias = (name: string, o: number): number =>
    quantizedBits(
      inverse(name, o) * (at(name, 'bias', o) - Math.fround(at(name, 'moving_mean', o))) +
        Math.fround(at(name, 'beta', o)),
      8,
      2,
    );
  const codes = Float64Array.from({ length: h * w * c }, () => int(0, 15));
  const x = image(h, w, c, (y, xx, k) => codes[(y * w + xx) * c + k] ?? 0);
  const k = kernelOf([2, 2, c, f], k0);
  const scaled: Kernel = { ...k, at: (ky, kx, i, o) => quantizedBits(k.at(ky, kx, i, o) * inverse('conv', o), 6, 1) };
  const vector = flat(conv(x, scaled, [1, 1], true, (o) => bias('conv', o)));
  const expected = [0, 1].map((o) =>
    vector.reduce(
      (sum, value, index) => sum + value * quantizedBits((k1[index * 2 + o] ?? 0) * inverse('dense', o), 6, 1),
      bias('dense', o),
    ),
  );
  const network = await kerasModel(model, weights);
  expect(largestDifference(network.reference(codes), expected)).toBeLessThan(1e-12);
});

/** The loop of `quantized_bits` in float32, channel by channel, from the Python text. */
function autoPo2(x: readonly number[], b: number): { values: number[]; scale: number } {
  const levels = (2 ** (b - 1) - 1) * 2;
  const f = Math.fround;
  const power = (s: number): number => 2 ** roundEven(f(f(Math.log(f(s + f(1e-7)))) / f(Math.log(2))));
  let scale = power(f((2 * Math.max(...x.map(Math.abs))) / levels));
  let z: number[] = [];
  for (let count = 0; count < 5; count++) {
    z = x.map((value) => {
      const v = Math.floor(f(f(Math.abs(value) / scale) + 0.5));
      return Math.sign(value) * (v < levels / 2 ? v : levels / 2);
    });
    const mean = (list: number[]): number => f(list.reduce((sum, value) => f(sum + value), 0) / list.length);
    const [qx, qq] = [mean(z.map((q, i) => f(q * (x[i] ?? 0)))), mean(z.map((q) => f(q * q)))];
    scale = power(f(qx / f(qq + f(1e-7))));
  }
  return { values: z.map((q) => q * scale + 0), scale };
}

test('auto_po2: a power of two per output channel', async () => {
  const { list } = dice(seed);
  let moved = 0;
  for (let count = 0; count < 40; count++) {
    const [rows, channels, b] = [2 + (count % 7), 3, 2 + (count % 4)];
    // Outliers pull the first guess away from the least-squares scale.
    const data = list(rows * channels, 1).map((x, at) => (at === 0 ? x * 8 : x / (1 + (at % 3))));
    const found = autoScaled(tensor([rows, channels], data), { bits: b, integer: 0 });
    for (let channel = 0; channel < channels; channel++) {
      const column = data.filter((_, at) => at % channels === channel);
      const expected = autoPo2(column, b);
      expect(found.scales.data[channel], `${count} ${channel}`).toBe(expected.scale);
      expect([...found.values.data].filter((_, at) => at % channels === channel)).toEqual(expected.values);
      const first = 2 ** Math.round(Math.log2((2 * Math.max(...column.map(Math.abs))) / (2 ** b - 2)));
      if (first !== expected.scale) moved++;
    }
  }
  expect(moved).toBeGreaterThan(0);
  const model = sequential(
    input(1, 1, 2),
    layer('QConv2D', {
      name: 'conv',
      filters: 2,
      kernel_size: 1,
      use_bias: false,
      kernel_quantizer: 'quantized_bits(3,1,alpha="auto_po2")',
    }),
  );
  const network = await kerasModel(model, { conv: { kernel: { shape: [1, 1, 2, 2], data: [1, 0.1, -3, 0.3] } } });
  // Column [1, -3]: codes 1, -3 of step 1; column [0.1, 0.3]: codes 1, 2 of step 1/8.
  expect([...network.reference(Float64Array.of(1, 0))]).toEqual([1, 0.125]);
  expect([...network.reference(Float64Array.of(0, 1))]).toEqual([-3, 0.25]);
});

test('an architecture as .json with its weights beside it', async () => {
  const model = sequential(
    input(1, 1, 2),
    layer('QConv2D', { name: 'conv', filters: 1, kernel_size: 1, use_bias: false, kernel_quantizer: bits(3, 0) }),
  );
  const weights: Weights = { conv: { kernel: { shape: [1, 1, 2, 1], data: [0.5, -0.25] } } };
  for (const json of ['model.h5', 'model_weights.h5', 'model.weights.h5']) {
    const network = await kerasModel(model, weights, { json });
    expect([...network.reference(Float64Array.of(3, 2))]).toEqual([1]);
  }
  await expect(kerasModel(model, weights, { json: 'other.h5' })).rejects.toThrow(/H3008[^]*model_weights\.h5/);
  await expect(kerasModel({ layers: [] }, weights, { json: 'model.h5' })).rejects.toThrow(/H3001/);
});

test('a model called model.h5 in the working directory is still there after it was read', async () => {
  const model = sequential(
    input(1, 1, 1),
    layer('QConv2D', { name: 'conv', filters: 1, kernel_size: 1, use_bias: false, kernel_quantizer: bits(3, 0) }),
  );
  const directory = dirSync({ unsafeCleanup: true });
  const back = process.cwd();
  try {
    process.chdir(directory.name);
    await h5wasm.ready;
    writeH5('model.h5', model, { conv: { kernel: { shape: [1, 1, 1, 1], data: [0.5] } } }, true);
    await loadNetwork('model.h5');
    expect(readdirSync('.')).toEqual(['model.h5']);
    expect((await loadNetwork('model.h5')).inputShape).toEqual([1, 1, 1]);
  } finally {
    process.chdir(back);
    directory.removeCallback();
  }
});

const yaml = `
convert:
  Precision: ap_fixed<10,5>
  Override:
    in: { Precision: "ap_ufixed<4,2>" }
    conv: { accum_t: "ap_fixed<11,7>", Precision: { weight: "ap_fixed<6,2>", bias: "ap_fixed<6,2>", result: "ap_fixed<9,5>" } }
    conv_linear: { Precision: { result: "ap_fixed<8,4>" } }
    act: { Precision: { result: "ap_fixed<5,3,AP_RND,AP_SAT>" } }
    deep: { accum_t: "ap_fixed<12,6>", Precision: { weight: "ap_fixed<6,2>", result: "ap_fixed<10,5>" } }
`;

test('hls4ml: convolutions floor every product to accum_t, one by one', async () => {
  const { int, list } = dice(seed);
  const [h, w, c, f] = [5, 4, 2, 3];
  const [k0, b0, k1] = [list(9 * c * f, 3), list(f, 2), list(4 * f, 2)];
  const model = sequential(
    input(h, w, c),
    layer('QConv2D', {
      ...{ name: 'conv', filters: f, kernel_size: 3, strides: [2, 1], padding: 'same' },
      ...{ kernel_quantizer: bits(6, 1), bias_quantizer: bits(6, 1), activation: 'linear' },
    }),
    layer('QActivation', { name: 'act', activation: 'quantized_relu(4,2)' }),
    layer('MaxPooling2D', { name: 'max', pool_size: 2, strides: [1, 2], padding: 'valid' }),
    layer('QDepthwiseConv2D', {
      name: 'deep',
      kernel_size: 2,
      padding: 'valid',
      use_bias: false,
      depthwise_quantizer: bits(6, 1),
    }),
  );
  const weights: Weights = {
    conv: { kernel: { shape: [3, 3, c, f], data: k0 }, bias: { shape: [f], data: b0 } },
    deep: { depthwise_kernel: { shape: [2, 2, f, 1], data: k1 } },
  };
  const network = await kerasModel(model, weights, { yaml });
  const trn = (x: number, width: number, integer: number): number => {
    const [step, span] = [2 ** (integer - width), 2 ** width];
    const code = Math.floor(x / step) + span / 2;
    return (code - span * Math.floor(code / span) - span / 2) * step;
  };
  const accumulate = (width: number, integer: number) => (sum: number, product: number) =>
    trn(sum + trn(product, width, integer), width, integer);
  const q = (v: number): number => quantizedBits(v, 6, 1);
  for (let count = 0; count < 20; count++) {
    const codes = Float64Array.from({ length: h * w * c }, () => int(0, 15));
    const x = image(h, w, c, (y, xx, k) => (codes[(y * w + xx) * c + k] ?? 0) / 4);
    const sums = conv(
      x,
      kernelOf([3, 3, c, f], k0, q),
      [2, 1],
      true,
      (o) => trn(q(b0[o] ?? 0), 11, 7),
      accumulate(11, 7),
    );
    const y0 = image(sums.h, sums.w, f, (y, xx, k) => {
      const value = Math.max(0, trn(trn(sums.at(y, xx, k), 9, 5), 8, 4));
      return Math.min(Math.floor(value * 4 + 0.5), 15) / 4;
    });
    const pooled = image(y0.h - 1, Math.floor(y0.w / 2), f, (y, xx, k) =>
      Math.max(...[0, 1].flatMap((a) => [0, 1].map((b) => y0.at(y + a, 2 * xx + b, k)))),
    );
    const cut = image(pooled.h, pooled.w, f, (y, xx, k) => trn(pooled.at(y, xx, k), 10, 5));
    const deep = Array.from({ length: f }, (_, k) =>
      conv(
        image(cut.h, cut.w, 1, (y, xx) => cut.at(y, xx, k)),
        kernelOf(
          [2, 2, 1, 1],
          k1.filter((_, at) => at % f === k),
          q,
        ),
        [1, 1],
        false,
        () => 0,
        accumulate(12, 6),
      ),
    );
    const [first] = deep;
    if (!first) throw new Error('no channel');
    const expected = flat(image(first.h, first.w, f, (y, xx, k) => trn(deep[k]?.at(y, xx, 0) ?? 0, 10, 5)));
    const reals = codes.map((code) => code / 4);
    expect(largestDifference(network.reference(reals), expected), `HEDDLE_SEED=${seed} sample ${count}`).toBe(0);
  }
  expect(network.stageNetwork.stages.map((stage) => stage.name)).toEqual(['conv_0', 'pool_0', 'conv_1']);
});
