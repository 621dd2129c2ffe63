/** Tensors in DRAM: slab after slab, row after row, as m_axis_y gives them and s_axis_x takes them. */
import { BitReader, BitWriter } from './bit-stream.js';
import type { Engine } from './config.js';
import type { PixelAt } from './streams.js';
import type { Size } from './layer.js';

/** Channels of one weight tile of the layer that wrote it, all rows of them. */
export interface DramSlab {
  readonly channel0: number;
  readonly channels: number;
  readonly address: number;
  readonly rowBytes: number;
}

/** A tensor in DRAM. */
export interface DramRegion {
  readonly tensor: string;
  readonly size: Size;
  readonly address: number;
  readonly bytes: number;
  /** Phases that its rows are split into: 1, or the stride of the layer that reads the input of the network. */
  readonly phases: number;
  /** Words of a row, phase and channel. */
  readonly words: number;
  /** Codes are unsigned. */
  readonly unsigned: boolean;
  readonly slabs: readonly DramSlab[];
}

/** A run of bytes. */
export interface DramPiece {
  readonly address: number;
  readonly bytes: number;
}

/** Rows of a slab: one run. */
export function slabRows(slab: DramSlab, row0: number, rows: number): DramPiece {
  return { address: slab.address + row0 * slab.rowBytes, bytes: rows * slab.rowBytes };
}

/** Visits the items of a row of a slab in their order: [channel, column, exists]. */
function eachItem(
  { P, D }: Pick<Engine, 'P' | 'D'>,
  { size, phases, words }: DramRegion,
  slab: DramSlab,
  visit: (channel: number, column: number, exists: boolean) => void,
): void {
  const lanes = Math.ceil(slab.channels / D) * D;
  for (let phase = 0; phase < phases; phase++)
    for (let word = 0; word < words; word++)
      for (let lane = 0; lane < lanes; lane++)
        for (let p = 0; p < P; p++) {
          const column = phases * (word * P + p) + phase;
          visit(slab.channel0 + lane, column, lane < slab.channels && column < size.width);
        }
}

/** Writes a tensor into `memory`, whose byte 0 has the address `base`. */
export function storeTensor(
  engine: Engine,
  region: DramRegion,
  pixel: PixelAt,
  memory: Uint8Array,
  base: number,
): void {
  for (const slab of region.slabs)
    for (let row = 0; row < region.size.height; row++) {
      const out = new BitWriter(8);
      eachItem(engine, region, slab, (channel, column, exists) =>
        out.put(exists ? pixel(row, column, channel) : 0, engine.XB),
      );
      memory.set(out.finish(), slabRows(slab, row, 1).address - base);
    }
}

/** A tensor out of `memory`, row by row, channels innermost. */
export function loadTensor(engine: Engine, region: DramRegion, memory: Uint8Array, base: number): Float64Array {
  const { height, width, channels } = region.size;
  const image = new Float64Array(height * width * channels);
  for (const slab of region.slabs)
    for (let row = 0; row < height; row++) {
      const { address, bytes } = slabRows(slab, row, 1);
      const input = new BitReader(memory.subarray(address - base, address - base + bytes), 8);
      eachItem(engine, region, slab, (channel, column, exists) => {
        const code = region.unsigned ? input.take(engine.XB) : input.takeSigned(engine.XB);
        if (exists) image[(row * width + column) * channels + channel] = code;
      });
    }
  return image;
}

/**
 * Where each element of a tensor lies, row by row, channels innermost: its first bit, counted from the byte with the address
 * `base`.
 */
export function tensorPlaces(engine: Engine, region: DramRegion, base: number): Float64Array {
  const { height, width, channels } = region.size;
  const places = new Float64Array(height * width * channels);
  for (const slab of region.slabs)
    for (let row = 0; row < height; row++) {
      let bit = 8 * (slabRows(slab, row, 1).address - base);
      eachItem(engine, region, slab, (channel, column, exists) => {
        if (exists) places[(row * width + column) * channels + channel] = bit;
        bit += engine.XB;
      });
    }
  return places;
}
