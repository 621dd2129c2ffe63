/** The text of the memory-mapped engine is clean in three readers, at several shapes and port widths. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/config.js';
import { engineMapped } from '../../src/soc/engine-top.js';
import { emitDesign } from '../../src/verilog/index.js';
import { haveTools, lint } from '../verilog/tools.js';

describe.skipIf(!haveTools('verilator', 'yosys', 'iverilog'))('engine with its data in memory', () => {
  it.each(['P=4,G=2,M=4,D=2,XP=64,WP=64,YP=64', 'P=3,G=2,M=4,D=2,XP=32,WP=256,YP=128,ADD=0'])('%s', async (text) => {
    const design = engineMapped(Engine.parse(text));
    expect(await lint(emitDesign(design), design.top, [{}])).toBe('');
  });
});
