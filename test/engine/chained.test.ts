import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { Engine } from '../../src/engine/config.js';
import { runStreams, type Schedule } from '../../src/engine/functional.js';
import { plainRequant, type EngineLayer } from '../../src/engine/layer.js';
import { inputDescriptor } from '../../src/engine/plan/input-descriptor.js';
import { planLayer } from '../../src/engine/plan/plan-layer.js';
import { decodeOutput, encodeInput, encodeWeights, pixelsOf } from '../../src/engine/streams.js';
import { extentOf, placeTensor } from '../../src/engine/tensor-place.js';
import { integerLayer } from './integer-layer.js';

const seed = 77n;

interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A convolution with random weights whose results are bytes; `pad` on all sides. */
function conv(
  random: ReturnType<typeof randomStream>,
  input: Shape,
  kernel: number,
  stride: number,
  channels: number,
): EngineLayer {
  const pad = random.nextInt((kernel >> 1) + 1);
  const axis = { kernel, stride, dilation: 1, pad };
  const size = (n: number): number => Math.floor((n + 2 * pad - kernel) / stride) + 1;
  const weights = Int8Array.from({ length: channels * kernel * kernel * input.channels }, () => random.nextInt(17) - 8);
  return {
    ...{ name: 'conv', op: 'dense', input, y: axis, x: axis, groups: 1, weights, padValue: 0, unsigned: false },
    output: { height: size(input.height), width: size(input.width), channels },
    requant: { ...plainRequant, round: 'half-up', shift: [6] },
  };
}

const image = (random: ReturnType<typeof randomStream>, { height, width, channels }: Shape): Int16Array =>
  Int16Array.from({ length: height * width * channels }, () => random.nextInt(256) - 128);

describe('loop-back', () => {
  it(`two layers, the second reads what the first wrote, in phases and from any bank (seed ${seed})`, () => {
    for (let index = 0; index < 40; index++) {
      const random = randomStream(seed, `pair ${index}`);
      const engine = Engine.parse(['P=3,G=4,M=8,D=2', 'P=5,G=1,M=3,D=1,XP=32', 'P=4,G=2,M=8,D=2'][index % 3] ?? '');
      const shape = { height: 5 + random.nextInt(6), width: 5 + random.nextInt(14), channels: 1 + random.nextInt(10) };
      const first = conv(random, shape, [1, 3][random.nextInt(2)] ?? 1, 1, 1 + random.nextInt(13));
      const stride = 1 + random.nextInt(Math.min(4, engine.M / engine.D));
      const second = conv(random, first.output, 1 + random.nextInt(3), stride, 1 + random.nextInt(9));
      const input = placeTensor(engine, shape, { base: 1, group0: random.nextInt(engine.bankGroups), phases: 1 });
      const base = 1 + extentOf(engine, input).words;
      const group0 = random.nextInt(engine.bankGroups);
      const middle = placeTensor(engine, first.output, { base, group0, phases: stride });
      const pixels = image(random, shape);
      const passes = [
        ...planLayer(engine, first, { input, output: middle, axis: false, tokens: 0 }),
        ...planLayer(engine, second, { input: middle, axis: true, flush: true, last: true }),
      ];
      const packet = encodeInput(
        engine,
        inputDescriptor(engine, input, { row0: 0, rows: shape.height }),
        0,
        shape,
        pixelsOf(shape, pixels),
      );
      const weights = passes.map((pass, i) => encodeWeights(engine, i === 0 ? first : second, pass));
      const { outputs } = runStreams(engine, { weights, pixels: [packet] });
      const size = second.output.height * second.output.width * second.output.channels;
      const result = new Float64Array(size);
      decodeOutput(engine, passes[1]!, second.output, outputs[0]!, result);
      expect([...result], `pair ${index}`).toEqual(integerLayer(second, integerLayer(first, pixels)));
    }
  });

  it('without the flush the model finds the read that comes too early', () => {
    const engine = Engine.parse('P=4,G=2,M=8,D=2');
    const random = randomStream(seed, 'no flush');
    const shape = { height: 5, width: 8, channels: 4 };
    const layer = conv(random, shape, 1, 1, 4);
    const input = placeTensor(engine, shape, { base: 0, group0: 0, phases: 1 });
    const output = placeTensor(engine, layer.output, { base: 500, group0: 0, phases: 1 });
    const passes = [
      ...planLayer(engine, layer, { input, output, axis: false, tokens: 0 }),
      ...planLayer(engine, layer, { input: output, axis: true }),
    ];
    const weights = passes.map((pass) => encodeWeights(engine, layer, pass));
    const descriptor = inputDescriptor(engine, input, { row0: 0, rows: 5 });
    const pixels = [encodeInput(engine, descriptor, 0, shape, pixelsOf(shape, image(random, shape)))];
    expect(() => runStreams(engine, { weights, pixels })).toThrow(/H2210 {2}pass 1: reads bank .* before a flush/);
  });
});

describe('strips', () => {
  it.each<[Schedule, boolean]>([
    ['pixels first', false],
    ['passes first', false],
    ['pixels first', true],
    ['passes first', true],
  ])('a ring of rows, %s, weights kept: %s', (schedule, keep) => {
    const engine = Engine.parse('P=4,G=2,M=8,D=2');
    const random = randomStream(seed, 'strips');
    const shape = { height: 23, width: 9, channels: 5 };
    const layer = conv(random, shape, 3, 2, 11);
    const rows = 3;
    // Rows of one strip and of the next one at a time.
    const ring = (2 * rows - 1) * 2 + 3;
    const input = placeTensor(engine, shape, { base: 0, group0: 0, phases: 2, ring });
    const values = image(random, shape);
    const strips = Math.ceil(layer.output.height / rows);
    const { pad } = layer.y;
    const passes = Array.from({ length: strips }, (_, strip) =>
      planLayer(engine, layer, {
        ...{ input, axis: true, tokens: 0, last: strip === strips - 1 },
        strip: { row0: strip * rows, rows: Math.min(rows, layer.output.height - strip * rows) },
        ...(keep ? { weights: { reuse: strip > 0, keep: strip < strips - 1 } } : {}),
      }),
    ).flat();
    // Row r takes the slot of row r - ring, which strip s reads last; it waits for that strip to be done.
    const pixels = Array.from({ length: shape.height }, (_, row) => {
      const old = row - ring;
      const lastReader = Math.min(Math.floor(Math.floor((old + pad) / 2) / rows), strips - 1);
      const waitDone = old < 0 ? 0 : lastReader + 1;
      const descriptor = inputDescriptor(engine, input, { row0: row, rows: 1, waitDone });
      return encodeInput(engine, descriptor, row, shape, pixelsOf(shape, values));
    });
    const weights = passes.map((pass) => encodeWeights(engine, layer, pass));
    const { outputs } = runStreams(engine, { weights, pixels }, schedule);
    const result = new Float64Array(layer.output.height * layer.output.width * layer.output.channels);
    passes.forEach((pass, i) => decodeOutput(engine, pass, layer.output, outputs[i]!, result));
    expect([...result]).toEqual(integerLayer(layer, values));
  });
});
