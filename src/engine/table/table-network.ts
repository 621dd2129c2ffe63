/**
 * A table of layers as a connected network: pools and global pools where the sizes ask for them, additions where the table
 * marks them. A row reads the newest tensor that has its input's size.
 */
import { randomStream } from '../../base/random.js';
import { engineError } from '../errors.js';
import { plainRequant, type Axis, type EngineLayer, type Residual, type Size } from '../layer.js';
import type { EngineNetwork, NetworkLayer, NetworkTensor } from '../plan/lower-stages.js';
import type { TableRow } from './network-table.js';
import { tableLayer } from './table-layers.js';

/** Spread of the results of layers with random weights, and so of what the next layer reads. */
const SPREAD = 45;

/** `a + b`, halved. */
const halfSum: Residual = {
  ...{ scalesOwn: false, up: 0, zero: 0, factor: 2 ** 11, drop: 0, unsigned: false },
  second: { ...plainRequant, shift: [1], round: 'half-up' },
};

export interface TableNetworkOptions {
  readonly seed: bigint;
  /** Additions that the table marks are computed; otherwise they are left out. */
  readonly residuals: boolean;
}

const sameSize = (a: Size, b: Size): boolean =>
  a.height === b.height && a.width === b.width && a.channels === b.channels;

/** The network of a table. Throws H2211 for a row whose input no tensor in front of it has the size of. */
export function tableNetwork(name: string, rows: readonly TableRow[], options: TableNetworkOptions): EngineNetwork {
  const [head] = rows;
  if (head === undefined) throw engineError('H2211', name, 'has no layers of this kind');
  const tensors: { name: string; size: Size }[] = [{ name: 'input', size: sizeIn(head) }];
  const layers: NetworkLayer[] = [];
  const add = (layer: EngineLayer, input: string, residual?: string): void => {
    layers.push({ layer, input, output: layer.name, ...(residual === undefined ? {} : { residual }) });
    tensors.push({ name: layer.name, size: layer.output });
  };
  const newest = (size: Size): string | undefined => tensors.findLast((tensor) => sameSize(tensor.size, size))?.name;
  rows.forEach((row, index) => {
    const last = tensors.at(-1) as { name: string; size: Size };
    const size = sizeIn(row);
    let input = newest(size);
    let layer = tableLayer(row, options.seed, index === 0 ? undefined : SPREAD);
    if (input === undefined && row.type === 'fc' && row.Ci === last.size.channels) {
      const pool = globalPool(`${last.name}_average`, last.size);
      add(pool, last.name);
      input = pool.name;
    } else if (
      input === undefined &&
      row.type === 'fc' &&
      row.Ci === last.size.height * last.size.width * last.size.channels
    ) {
      // A matrix on a flattened image is a convolution as large as the image.
      layer = { ...layer, input: last.size, y: whole(last.size.height), x: whole(last.size.width) };
      input = last.name;
    }
    if (input === undefined)
      throw engineError('H2211', row.name, `no tensor in front has ${size.height} x ${size.width} x ${size.channels}`);
    const shortcut = options.residuals && row.residual > 0 ? newest(layer.output) : undefined;
    add(shortcut === undefined ? layer : { ...layer, residual: halfSum }, input, shortcut);
    if (row.fused_pool > 0) add(maxPool(`${row.name}_pool`, row), row.name);
  });
  const output = layers.at(-1)?.output ?? '';
  const reads = (name: string): boolean => layers.some(({ input, residual }) => input === name || residual === name);
  // Shortcuts that nothing is added to leave as results.
  const unread = layers.map((layer) => layer.output).filter((name) => name !== output && !reads(name));
  return {
    ...{ name, layers, input: 'input' },
    tensors: tensors.map((tensor): NetworkTensor => ({ ...tensor, min: -128, max: 127, bipolar: false })),
    output: { parts: [output, ...unread], type: { kind: 'int', bits: 8, signed: true } },
  };
}

const sizeIn = (row: TableRow): Size => ({ height: row.H, width: row.W, channels: row.Ci });
const whole = (kernel: number): Axis => ({ kernel, stride: 1, dilation: 1, pad: 0 });

/**
 * The pool of stride 2 behind a row: 3 x 3 where the size is odd or the row itself has a stride (AlexNet, ResNet-50), 2 x 2
 * otherwise (VGG). The table does not say.
 */
function maxPool(name: string, row: TableRow): EngineLayer {
  const kernel = row.Ho % 2 === 1 || row.S > 1 ? 3 : 2;
  const pad = kernel === 3 && row.Ho % 2 === 0 ? 1 : 0;
  const axis: Axis = { kernel, stride: 2, dilation: 1, pad };
  const to = (size: number): number => Math.floor((size + 2 * pad - kernel) / 2) + 1;
  return {
    ...{ name, op: 'max', groups: 1, padValue: 0, unsigned: false, y: axis, x: axis, requant: plainRequant },
    input: { height: row.Ho, width: row.Wo, channels: row.Co },
    output: { height: to(row.Ho), width: to(row.Wo), channels: row.Co },
  };
}

/** The mean of every channel. */
function globalPool(name: string, size: Size): EngineLayer {
  const pixels = size.height * size.width;
  const shift = Math.floor(Math.log2(pixels));
  return {
    ...{ name, op: 'sum', groups: 1, padValue: 0, unsigned: false, y: whole(size.height), x: whole(size.width) },
    input: size,
    output: { height: 1, width: 1, channels: size.channels },
    requant: {
      ...plainRequant,
      mode: 'mult',
      round: 'half-away',
      mult: [Math.round((2 ** (31 + shift) - 1) / pixels)],
      shift: [shift],
    },
  };
}

/** A random input of the network: codes in the range of its tensor. */
export function randomImage({ tensors, input }: EngineNetwork, seed: bigint): Int16Array {
  const found = tensors.find(({ name }) => name === input);
  if (found === undefined) throw engineError('H2211', input, 'the network has no such tensor');
  const { size, min, max } = found;
  const random = randomStream(seed, 'input of the network');
  const length = size.height * size.width * size.channels;
  return Int16Array.from({ length }, () => min + random.nextInt(max - min + 1));
}
