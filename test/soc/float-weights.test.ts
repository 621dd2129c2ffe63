/** Weights as float32 numbers: tops with the cast compute what they compute with the same weights as words. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { addressMap, type StorePlace } from '../../src/dataflow/weights/address-map.js';
import type { DenseStage, StageNetwork } from '../../src/network/stages.js';
import { formatWord } from '../../src/soc/weight-record.js';
import { storeFields, weightRecords } from '../../src/soc/weight-image.js';
import { Accelerator, expected, imageOf, load, memories, seed, subject, type Subject, wordsOf } from './accelerator.js';

/** Codes that came as something that does not fit. */
const clamped = new Set<string>();

/** A layer as numbers that round to its codes: infinities and great numbers for the ends of their range, NaN for 0. */
function numbersOf(place: StorePlace, layer: DenseStage, random: ReturnType<typeof randomStream>) {
  const { bits, type } = place.weights.packing;
  const frac = random.nextInt(20) - 8;
  const ends = {
    ...{ signed: [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1], unsigned: [0, 2 ** bits - 1], bipolar: [-1, 1] },
  }[type];
  const number = (code: number): number => {
    const end = ends.indexOf(code);
    if (random.nextInt(3) === 0 && end >= 0) {
      clamped.add(`${type} ${end}`);
      return [Infinity, 2 ** 100][random.nextInt(2)]! * (end === 0 ? -1 : 1);
    }
    if (random.nextInt(3) === 0 && code === 0) return NaN;
    return (code + (random.nextFloat() - 0.5) * 0.9) * 2 ** -frac;
  };
  return { frac, fields: storeFields(place, (row, column) => number(layer.weights[row * layer.inputs + column]!)) };
}

/** An image of numbers; every second layer of words where they are `mixed`. */
function floatImage({ chain }: Subject, network: StageNetwork, mixed: boolean): Uint32Array {
  const random = randomStream(seed, 'numbers');
  const map = addressMap(chain)!;
  return weightRecords(map, (place) => {
    const layer = network.stages.find(({ name }) => name === place.stage) as DenseStage;
    return mixed && map.layers.indexOf(place) % 2 === 0 ? wordsOf(place, network) : numbersOf(place, layer, random);
  });
}

describe.each(memories)('weights as float32, %s', (memory) => {
  const s = subject(seed * 50n, memory, true, true);
  const [old, now] = [s.network, s.changed].map((each) => expected(each, s.codes));

  it('give the results of the same weights as words, and wrong numbers change nothing', () => {
    const a = new Accelerator(s, 'floats');
    const pending = (is: 0 | 1, what: string) =>
      a.bench.until(() => a.bench.field('STATUS.WEIGHTS_PENDING') === is, 20_000, what);
    const frame = (results: readonly number[] | undefined, what: string): void => {
      a.bench.results.length = 0;
      a.give(s.codes, s.samples);
      a.run(what);
      expect([what, a.results(s.samples)]).toEqual([what, results]);
    };
    expect(a.bench.read('WEIGHT_FORMATS')).toBe(3);
    frame(old, 'weights of the hardware');
    for (const [image, results, what] of [
      [floatImage(s, s.changed, false), now, 'numbers'],
      [imageOf(s, s.network), old, 'words'],
      [floatImage(s, s.changed, true), now, 'both'],
    ] as const) {
      load(a, image);
      pending(1, 'the load');
      pending(0, what);
      frame(results, what);
    }
    const { base, weights } = addressMap(s.chain)!.layers[0]!;
    const at = base + weights.offset;
    const format = formatWord({ type: 'signed', bits: 8, frac: 0, stride: 1 });
    for (const wrong of [
      [at + 1, 2, format, 2, 0], // cut off
      [at + 1, 0, format, 1, 0], // no numbers
      [at + 1, 1, format, 0, 0], // none in a word
      [at + 1, 1, format | (3 << 13), 1, 0], // no such type
      [at + 2, 1, 0], // no such record
    ]) {
      load(a, Uint32Array.from(wrong), 0x7000);
      a.bench.until(() => a.bench.field('STATUS.STATE') === 3, 3000, `an error of ${wrong.join(' ')}`);
      expect([a.bench.read('ISR'), a.bench.field('ERROR.CODE'), a.bench.field('ERROR.PORT')]).toEqual([4, 13, 1]);
      a.reset();
    }
    frame(now, 'behind errors');
    expect(a.bench.violations).toEqual([]);
  });

  it('are forgotten by a reset wherever they are', () => {
    const a = new Accelerator(s, 'forgotten');
    const random = randomStream(seed, 'when');
    for (let turn = 0; turn < 5; turn++) {
      load(a, floatImage(s, s.changed, turn % 2 === 1));
      for (let k = random.nextInt(150); k > 0; k--) a.bench.step();
      a.bench.write('COMMAND', 1);
      // The end of the packet that is cut off comes while the reset is held.
      const rest = a.bench.streams['s_axis_wgt'];
      rest?.splice(0, rest.length - 1);
      for (let k = 0; k < 40; k++) a.bench.step();
      a.bench.write('COMMAND', 0);
      a.bench.until(() => a.bench.field('STATUS.STATE') === 0, 20_000, 'the end of the reset');
      load(a, imageOf(s, turn % 2 === 0 ? s.network : s.changed));
      a.bench.until(() => a.bench.field('STATUS.WEIGHTS_PENDING') === 1, 100, 'the load');
      a.bench.until(() => a.bench.field('STATUS.WEIGHTS_PENDING') === 0, 20_000, 'the weights');
      a.bench.results.length = 0;
      a.give(s.codes, s.samples);
      a.run(`turn ${turn}`);
      expect([turn, a.results(s.samples)]).toEqual([turn, turn % 2 === 0 ? old : now]);
    }
  });
});

it('had numbers that do not fit, on both sides', () => {
  expect(clamped.size).toBeGreaterThan(1);
});
