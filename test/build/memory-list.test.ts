import { describe, expect, it } from 'vitest';
import { bindImages } from '../../src/circuit/index.js';
import { memoryList } from '../../src/build/memory-list.js';
import { exampleImages, libraryInstance } from '../../src/build/library-block.js';

describe('the list of memories', () => {
  it('has every shape once, the largest first, with how often it is there', () => {
    const { design } = libraryInstance('sliding_window', {});
    const list = memoryList(design, [{ module: 'sram', depth: 64, width: 8 }]);
    expect(list.macros).toEqual([{ module: 'sram', depth: 64, width: 8 }]);
    expect(list.memories.length).toBeGreaterThan(0);
    for (const { depth, width, count, bits, kind } of list.memories) {
      expect(kind).toBe('ram');
      expect(bits).toBe(depth * width * count);
    }
    const order = list.memories.map(({ bits }) => bits);
    expect(order).toEqual([...order].sort((a, b) => b - a));
  });

  it('of lane_ram', () => {
    const { design } = libraryInstance('lane_ram', { LANES: 3, W: 5, DEPTH: 40 });
    expect(memoryList(design, []).memories).toEqual([
      { depth: 40, width: 15, kind: 'ram', count: 1, bits: 600, instances: ['store'] },
    ]);
  });

  it('tells what is only read', () => {
    const lookup = libraryInstance('lookup', { PE: 2, ENTRIES: 16, OUT_W: 4 });
    const design = bindImages(lookup.design, exampleImages(lookup));
    expect(memoryList(design, []).memories.map(({ kind }) => kind)).toEqual(['rom']);
  });
});
