/** The memories of a design by shape: what a memory compiler is asked for, and what of it the macros of a technology cover. */
import type { Design } from '../circuit/index.js';
import { elaborate } from '../simulator/index.js';

export interface MemoryShape {
  readonly depth: number;
  /** Bits of a word. */
  readonly width: number;
  /** `rom`: never written, in the text of `rtl_asic` as a function of the address. */
  readonly kind: 'ram' | 'rom';
  readonly count: number;
  /** Of all of them. */
  readonly bits: number;
  /** Paths of the first instances; one of a loop stands for all. */
  readonly instances: readonly string[];
}

/** Content of `asic/memories.json`. */
export interface MemoryListFile {
  readonly schema: 1;
  /** Macros of the `tech.json`, by module. */
  readonly macros: readonly { readonly module: string; readonly depth: number; readonly width: number }[];
  /** The largest first. */
  readonly memories: readonly MemoryShape[];
}

const shownInstances = 8;

export function memoryList(design: Design, macros: MemoryListFile['macros']): MemoryListFile {
  const shapes = new Map<string, MemoryShape>();
  const product = (list: readonly number[]): number => list.reduce((n, each) => n * each, 1);
  for (const { name, kind, dims, loopRank, width: element, image, temporary } of elaborate(design).signals) {
    if (kind !== 'memory' || temporary) continue;
    const count = product(dims.slice(0, loopRank));
    const [depth = 1, ...lanes] = dims.slice(loopRank);
    const width = element * product(lanes);
    const what = image === undefined ? 'ram' : 'rom';
    const key = `${what} ${depth} ${width}`;
    const before = shapes.get(key);
    const total = (before?.count ?? 0) + count;
    shapes.set(key, {
      ...{ depth, width, kind: what, count: total, bits: total * depth * width },
      instances: [...(before?.instances ?? []), name].slice(0, shownInstances),
    });
  }
  return {
    schema: 1,
    macros: macros.map(({ module, depth, width }) => ({ module, depth, width })),
    memories: [...shapes.values()].sort((a, b) => b.bits - a.bits || a.depth - b.depth),
  };
}
