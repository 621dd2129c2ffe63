/** Rows of a table as layers with random weights and parameters. */
import { randomStream, type RandomStream } from '../../base/random.js';
import type { EngineLayer } from '../layer.js';
import { plainRequant } from '../layer.js';
import type { TableRow } from './network-table.js';

/** Standard deviation of random bytes, and the one that results shall have. */
const RANDOM_SPREAD = 74;
const RESULT_SPREAD = 45;

/** `count` random bytes, signed. */
export function randomBytes(random: RandomStream, count: number): Int8Array {
  const words = new Int32Array(Math.ceil(count / 4));
  for (let i = 0; i < words.length; i++) words[i] = random.next32();
  return new Int8Array(words.buffer, 0, count);
}

/**
 * The layer of a row: weights of 8 bits, and per channel a bias, a multiplier and a shift (TFLite's requantization) that
 * spread results of pixels over their range. `spread`: standard deviation of the pixels, by default that of random bytes.
 */
export function tableLayer(row: TableRow, seed: bigint, spread = RANDOM_SPREAD): EngineLayer {
  const random = randomStream(seed, row.name);
  const dw = row.type === 'dw';
  const terms = row.KH * row.KW * (dw ? 1 : row.Ci / row.groups);
  const sums = spread * RANDOM_SPREAD * Math.sqrt(terms);
  const shift = Math.floor(Math.log2(sums / RESULT_SPREAD));
  const mult = Math.floor((2 ** 31 * RESULT_SPREAD * 2 ** shift) / sums);
  const perChannel = (of: () => number): number[] => Array.from({ length: row.Co }, of);
  return {
    ...{ name: row.name, op: dw ? 'dw' : 'dense', groups: dw ? 1 : row.groups, padValue: 0, unsigned: false },
    input: { height: row.H, width: row.W, channels: row.Ci },
    output: { height: row.Ho, width: row.Wo, channels: row.Co },
    y: { kernel: row.KH, stride: row.S, dilation: 1, pad: row.padT },
    x: { kernel: row.KW, stride: row.S, dilation: 1, pad: row.padL },
    weights: randomBytes(random, row.Co * terms),
    requant: {
      ...plainRequant,
      ...{ mode: 'mult', round: 'half-away' },
      bias: perChannel(() => random.nextInt(4096) - 2048),
      mult: perChannel(() => Math.min(2 ** 31 - 1, Math.floor(mult * (0.9 + 0.2 * random.nextFloat())))),
      shift: perChannel(() => shift),
    },
  };
}

/** A random input of a layer. */
export function randomInput({ name, input }: EngineLayer, seed: bigint): Int8Array {
  return randomBytes(randomStream(seed, `${name} input`), input.height * input.width * input.channels);
}
