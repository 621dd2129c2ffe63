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
        for (let word = 0; word < words; word++) {
          const count = (block === blocks - 1 ? groupsLast : groups) * D;
          for (let lane = 0; lane < count * P; lane++) {
            const channel = block * groups * D + Math.floor(lane / P);
            const column = phases * (word * P + (lane % P)) + phase;
            const exists = channel < size.channels && column < size.width;
            out.put(exists ? pixel(row, column, channel) : 0, XB);
          }
        }
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
  for (let tile = 0; tile < header.OTN; tile++) {
    const groups = Math.ceil(tileChannels(M, header, tile) / D);
    const channel0 = weights.channel0 + tile * M;
    const end = Math.min(weights.channel0 + weights.channels, size.channels);
    for (let row = 0; row < header.Ho; row++) {
      for (let word = 0; word < header.XT; word++) {
        for (let lane = 0; lane < groups * D * P; lane++) {
          const value = unsigned ? input.take(XB) : input.takeSigned(XB);
          const channel = channel0 + Math.floor(lane / P);
          const column = word * P + (lane % P);
          if (channel < end && column < size.width)
            image[((row0 + row) * size.width + column) * size.channels + channel] = value;
        }
      }
      input.endSegment();
    }
  }
  return packet.length;
}
