/**
 * Where a memory of the emitted text goes on a 7-series part, and what it takes there.
 *
 * The rules are those of Yosys 0.23 (`synth_xilinx`: costs in its `brams_xc4v.txt` and `lutrams_xc5v.txt`): a block memory of 18
 * Kibit costs 129, one of 36 Kibit 257, four LUTs of distributed memory 8, a bit of a read-only memory 1/64, a bit of a
 * register file 1, and the cheapest wins. Vivado decides by sizes of its own and obeys `ram_style`; the shapes of the
 * primitives are the same there (UG473, UG474).
 */
import { addResources, noResources, type Resources } from './resources.js';

/** Words and data bits of one block memory. */
const halves = [
  [16384, 1],
  [8192, 2],
  [4096, 4],
  [2048, 9],
  [1024, 18],
  [512, 36],
] as const;

interface Choice extends Resources {
  readonly cost: number;
  /** Words of one primitive. */
  readonly depth: number;
}

/** The cheapest arrangement of block memories for `depth` words of `width` bits that are read at a clock edge. */
function blockMemory(width: number, depth: number): Choice {
  const choices = halves.flatMap(([words, bits]): Choice[] => [
    choice(width, depth, words, bits, 129, { bram18: 1 }),
    // The larger one has either twice the words or twice the bits.
    choice(width, depth, 2 * words, bits, 257, { bram36: 1 }),
    choice(width, depth, words, 2 * bits, 257, { bram36: 1 }),
  ]);
  return choices.reduce((a, b) => (b.cost < a.cost ? b : a));
}

function choice(
  width: number,
  depth: number,
  words: number,
  bits: number,
  cost: number,
  of: Partial<Resources>,
): Choice {
  const rows = Math.ceil(depth / words);
  // Only one row is read at a time, so that several rows share a block where the bits of a word leave room in it.
  const count = Math.ceil((rows * width) / bits);
  const { bram18 = 0, bram36 = 0 } = of;
  const mux = rows > 1 ? width * wideMux(rows) : 0;
  return {
    ...addResources({ bram18: count * bram18, bram36: count * bram36, lut: mux + (rows > 1 ? rows : 0) }),
    cost: count * cost + 0.5 * width * (rows - 1),
    depth: words,
  };
}

/** LUTs of one bit of an `n`-to-1 multiplexer: four inputs a LUT6, the F7 and F8 multiplexers of the slice are free. */
export function wideMux(n: number): number {
  return n <= 1 ? 0 : Math.ceil((n - 1) / 3);
}

/** LUTs of one bit of a read-only memory in logic: 64 words a LUT6, F7 and F8 join four of them, LUTs join those. */
export function tableLuts(depth: number): number {
  if (depth <= 256) return Math.ceil(depth / 64);
  return Math.ceil(depth / 64) + wideMux(Math.ceil(depth / 256));
}

/**
 * Of `width` random columns of `depth` bits those that are different and not constant: equal columns become one. Matters for
 * memories of few words.
 */
export function distinctColumns(width: number, depth: number): number {
  if (depth > 16) return width;
  const functions = 2 ** depth - 2;
  if (functions <= 0) return 0;
  return functions * (1 - (1 - 2 ** -depth) ** width);
}

/** What a memory was asked to be; absent: the cheapest. */
export type MemoryStyle = 'block' | 'distributed' | 'ultra';

/** UltraRAM: 4096 words of 72 bits. */
const ultraMemory = (width: number, depth: number): Partial<Resources> => ({
  uram: Math.ceil(width / 72) * Math.ceil(depth / 4096),
});

/** A read-only memory with the register behind it. */
export interface RomResources extends Resources {
  readonly style: 'constant' | 'logic' | 'block';
}

/**
 * `depth` words of `width` bits, read into a register with an enable. `columns` of them are different and not constant
 * (default: as many as with random contents). One word folds into constants.
 */
export function romWithRegister(
  width: number,
  depth: number,
  columns: number = distinctColumns(width, depth),
  asked?: MemoryStyle,
): RomResources {
  const block = blockMemory(width, depth);
  const cheaper = block.cost < (width * depth) / 64;
  if (asked === 'block' ? depth > 1 : asked !== 'distributed' && cheaper) return { ...block, style: 'block' };
  const style = columns === 0 ? 'constant' : 'logic';
  return { ...addResources({ lut: columns * tableLuts(depth), ff: columns }), style };
}

export interface RamResources extends Resources {
  readonly style: 'registers' | 'distributed' | 'block';
}

/**
 * `depth` words of `width` bits, read in the cycle of the address. `ports`: one address for both sides, or one each.
 *
 * The address is a register here, so that Yosys gives a block memory its next value a cycle ahead; with two addresses that
 * takes a register stage for the word written in the same cycle. Vivado keeps such memories in LUTs (UG901: block memory
 * reads at a clock edge).
 */
export function ram(width: number, depth: number, ports: 'single' | 'dual', asked?: MemoryStyle): RamResources {
  if (asked === 'ultra') return { ...addResources(ultraMemory(width, depth)), style: 'block' };
  const registers = { lut: depth > 1 ? width * wideMux(depth) + depth : 0, ff: width * depth };
  if (depth <= 1) return { ...addResources(registers), style: 'registers' };
  // Four LUTs hold 8 x 32 or 4 x 64 bits behind one address; with a second address a quarter of them serves the write side.
  const shapes = (
    ports === 'single'
      ? ([
          [32, 8],
          [64, 4],
          [128, 2],
          [256, 1],
        ] as const)
      : ([
          [32, 6],
          [64, 3],
        ] as const)
  ).map(([words, bits]): Choice => {
    const rows = Math.ceil(depth / words);
    const quads = rows * Math.ceil(width / bits);
    const scale = ports === 'dual' ? (rows * Math.floor(width / bits) + rows * part(width % bits, bits)) / quads : 1;
    return {
      ...addResources({ lut: 4 * quads + (rows > 1 ? width * wideMux(rows) + rows : 0) }),
      cost: 8 * quads * scale + 0.5 * width * (rows - 1),
      depth: words,
    };
  });
  const distributed = shapes.reduce((a, b) => (b.cost < a.cost ? b : a));
  // Two words of few bits: primitives cost as much as their bits in registers.
  if (depth === 2 && asked === undefined && 2 * distributed.lut >= width * depth)
    return { ...addResources(registers), style: 'registers' };
  const block = blockMemory(width, depth);
  if (asked === 'distributed' || (asked === undefined && distributed.cost <= block.cost))
    return { ...distributed, style: 'distributed' };
  const ahead = ports === 'dual' ? { lut: width, ff: width + 1 } : noResources;
  return { ...addResources(block, ahead), style: 'block' };
}

/** Share of the cost of four LUTs of which only `used` of `bits` are wanted. */
const part = (used: number, bits: number): number => (used === 0 ? 0 : (7 + used) / (7 + bits));
