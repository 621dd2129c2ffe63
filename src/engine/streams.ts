/** The three streams of the engine as packets: weights with headers in, pixels with descriptors in, results out. */
import { signBit } from './binary-weights.js';
import { BitReader, BitWriter } from './bit-stream.js';
import type { Engine } from './config.js';
import { encodeDescriptor, type Descriptor } from './descriptor.js';
import { encodeHeader } from './header.js';
import type { EngineLayer, Size } from './layer.js';
import { tileChannels, type PassPlan } from './passes.js';
import { planeWords } from './plan/requant-header.js';
import { encodeTap } from './tap.js';
import { tileWords } from './weight-image.js';

/** One packet of the weight stream: header, taps, row table, tables, then planes and weights tile by tile. */
export function encodeWeights(engine: Engine, layer: EngineLayer, pass: PassPlan): Uint8Array {
  const { header } = pass;
  const out = new BitWriter(engine.WP);
  out.putAll(encodeHeader(header, pass.layer), 32);
  out.endSegment();
  pass.taps.forEach((tap) => out.put(encodeTap(tap, pass.layer), 16));
  out.endSegment();
  pass.rows.forEach(({ start, rem }) => out.put(start | (rem << 16), 32));
  out.endSegment();
  const { lut } = layer.requant;
  if (lut !== undefined) {
    lut.forEach((value) => out.put(value, engine.XB));
    out.endSegment();
  }
  for (let tile = 0; tile < header.OTN; tile++) {
    const used = tileChannels(engine.M, header, tile);
    const padded = Math.ceil(used / engine.D) * engine.D;
    for (const plane of planeWords(engine, layer.requant, pass.weights.channel0 + tile * engine.M, used, padded)) {
      out.putAll(plane, 32);
      out.endSegment();
    }
    if (header.hasWeights === 0 || header.wReuse === 1) continue;
    for (const words of tileWords(engine, layer, pass, tile)) {
      out.putAll(engine.WB === 1 ? words.map(signBit) : words, engine.WB);
      out.endSegment();
    }
  }
  return out.finish();
}

/** Value of pixel (row, column, channel) of an image. */
export type PixelAt = (row: number, column: number, channel: number) => number;

/** Pixels of an image whose elements flow row by row, channels innermost. */
export function pixelsOf(size: Size, values: ArrayLike<number>): PixelAt {
  return (row, column, channel) => values[(row * size.width + column) * size.channels + channel] ?? 0;
}

/**
 * One packet of the pixel stream: rows `row0` .. `row0 + descriptor.rows - 1` of an image of `size` (the channels that the
 * descriptor loads). Words carry `descriptor.phases` phases, or consecutive pixels where the loader scatters them.
 */
export function encodeInput(
  engine: Engine,
  descriptor: Descriptor,
  row0: number,
  size: Size,
  pixel: PixelAt,
): Uint8Array {
  const { P, D, XB } = engine;
  const out = new BitWriter(engine.XP);
  out.putAll(encodeDescriptor(descriptor), 32);
  out.endSegment();
  const { rows, phases, blocks, words, groups, groupsLast } = descriptor;
  for (let row = row0; row < row0 + rows; row++) {
    for (let phase = 0; phase < phases; phase++) {
      for (let block = 0; block < blocks; block++) {
        const count = (block === blocks - 1 ? groupsLast : groups) * D;
        const channel0 = block * groups * D;
        const values = new Int16Array(words * count * P);
        const end = Math.min(count, size.channels - channel0);
        for (let column = phase, k = 0; k < words * P && column < size.width; k++, column += phases) {
          const at = Math.floor(k / P) * count * P + (k % P);
          for (let c = 0; c < end; c++) values[at + c * P] = pixel(row, column, channel0 + c);
        }
        out.putAll(values, XB);
      }
    }
    out.endSegment();
  }
  return out.finish();
}

/**
 * Results of one pass out of its packet of m_axis_y, written into `image` (whole layer output, row by row, channels
 * innermost). Returns the bytes that the packet has.
 */
export function decodeOutput(
  engine: Engine,
  pass: PassPlan,
  size: Size,
  packet: Uint8Array,
  image: Float64Array | Int16Array | Int32Array,
): number {
  const { P, D, XB, M } = engine;
  const { header, row0, weights, unsigned } = pass;
  const input = new BitReader(packet, engine.YP);
  // Signed numbers as they are, of others the bits.
  const mask = unsigned ? 2 ** XB - 1 : -1;
  for (let tile = 0; tile < header.OTN; tile++) {
    const groups = Math.ceil(tileChannels(M, header, tile) / D);
    const channel0 = weights.channel0 + tile * M;
    const end = Math.min(weights.channel0 + weights.channels, size.channels);
    for (let row = 0; row < header.Ho; row++) {
      const values = input.takeAllSigned(header.XT * groups * D * P, XB);
      const count = Math.min(groups * D, end - channel0);
      const to = (row0 + row) * size.width;
      for (let column = 0; column < size.width && column < header.XT * P; column++) {
        const from = Math.floor(column / P) * groups * D * P + (column % P);
        const at = (to + column) * size.channels + channel0;
        for (let c = 0; c < count; c++) image[at + c] = (values[from + c * P] ?? 0) & mask;
      }
      input.endSegment();
    }
  }
  return packet.length;
}
