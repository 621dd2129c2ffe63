/** Where memories go and what they take: the shapes of the primitives, and the sizes at which the choice turns. */
import { expect, it } from 'vitest';
import { bramTiles, distinctColumns, ram, romWithRegister } from '../../../src/blocks/resources/index.js';

it('puts a read-only memory into logic up to the size that a block memory costs', () => {
  // 129 LUT6 of 64 bits each are worth one block of 18 Kibit.
  expect(romWithRegister(32, 256)).toMatchObject({ style: 'logic', lut: 32 * 4, ff: 32, bram18: 0 });
  expect(romWithRegister(32, 512)).toMatchObject({ style: 'block', lut: 0, ff: 0, bram18: 1, bram36: 0 });
  expect(romWithRegister(1024, 64)).toMatchObject({ style: 'logic', lut: 1024 });
});

it('joins block memories for wide and for deep ones', () => {
  expect(bramTiles(romWithRegister(32, 4096))).toBe(4);
  expect(bramTiles(romWithRegister(72, 512))).toBe(1);
  expect(bramTiles(romWithRegister(8, 65536))).toBe(14.5);
  // 5 rows of 2048 words: 60 bits in blocks of 9, as Yosys packs them.
  expect(romWithRegister(12, 10240)).toMatchObject({ style: 'block', bram18: 7, bram36: 0 });
  expect(romWithRegister(16, 6272)).toMatchObject({ style: 'block', bram36: 3 });
});

it('keeps equal columns of a memory once, and constants not at all', () => {
  expect(romWithRegister(100, 1)).toMatchObject({ style: 'constant', lut: 0, ff: 0 });
  expect(distinctColumns(1000, 2)).toBeCloseTo(2, 6);
  expect(distinctColumns(10, 1000)).toBe(10);
  expect(romWithRegister(64, 32, 5)).toMatchObject({ style: 'logic', lut: 5, ff: 5 });
});

it('puts a memory with two addresses into registers, LUTs or blocks as it grows', () => {
  expect(ram(8, 2, 'dual')).toMatchObject({ style: 'registers', ff: 16 });
  // RAM32M: 6 bits a quad of LUTs; RAM64M: 3.
  expect(ram(8, 32, 'dual')).toMatchObject({ style: 'distributed', lut: 8 });
  expect(ram(8, 64, 'dual')).toMatchObject({ style: 'distributed', lut: 12 });
  expect(ram(16, 512, 'dual')).toMatchObject({ style: 'block', bram18: 1 });
  // One address serves both sides with all four LUTs of a quad.
  expect(ram(32, 32, 'single')).toMatchObject({ style: 'distributed', lut: 16 });
});
