import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { fieldRange, type BitTable } from '../../src/engine/bit-fields.js';
import { Engine } from '../../src/engine/config.js';
import { decodeDescriptor, descriptorTable, descriptorWords, encodeDescriptor } from '../../src/engine/descriptor.js';
import { checkHeader } from '../../src/engine/header-rules.js';
import {
  codeValue,
  decodeHeader,
  emptyHeader,
  encodeHeader,
  headerTable,
  headerWords,
  type Header,
} from '../../src/engine/header.js';
import { decodeTap, encodeTap, tapTable } from '../../src/engine/tap.js';

/** Bits of two fields that lie upon each other, or outside of the words. */
function overlaps(table: BitTable, words: number): string[] {
  const owner = new Map<number, string>();
  return Object.entries(table).flatMap(([name, { word, low, width }]) =>
    Array.from({ length: width }, (_, bit) => {
      const at = word * 32 + low + bit;
      const other = owner.get(at) ?? (low + bit >= 32 || word >= words ? 'outside' : undefined);
      owner.set(at, name);
      return other === undefined ? [] : [`${name} over ${other} at word ${word} bit ${low + bit}`];
    }).flat(),
  );
}

function randomValues(table: BitTable, next: (n: number) => number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(table).map(([name, field]) => {
      const { min, max } = fieldRange(field);
      return [name, min + next(max - min + 1)];
    }),
  );
}

describe('bit tables of the engine', () => {
  it('have no two fields upon each other', () => {
    expect(overlaps(headerTable, headerWords)).toEqual([]);
    expect(overlaps(descriptorTable, descriptorWords)).toEqual([]);
    expect(overlaps(tapTable, 1)).toEqual([]);
  });

  it('give back what was encoded', () => {
    const random = randomStream(1n, 'header');
    const next = (n: number): number => random.nextInt(n);
    for (let i = 0; i < 60; i++) {
      const header = randomValues(headerTable, next) as unknown as Header;
      expect(decodeHeader(encodeHeader(header))).toEqual(header);
      const descriptor = randomValues(descriptorTable, next) as unknown as ReturnType<typeof decodeDescriptor>;
      expect(decodeDescriptor(encodeDescriptor(descriptor))).toEqual(descriptor);
      const tap = randomValues(tapTable, next) as unknown as ReturnType<typeof decodeTap>;
      expect(decodeTap(encodeTap(tap))).toEqual(tap);
    }
  });

  it('put fields where the specification says', () => {
    const words = encodeHeader({ ...emptyHeader, op: 2, last: 1, Ho: 0x1234, XT: 0x56, pad: -2, bias: -1, hi: 200 });
    expect(words[0]).toBe(0xe7 | (2 << 8) | (1 << 19));
    expect(words[1]).toBe(0x00561234);
    expect((words[25] ?? 0) >>> 16).toBe(0xfffe);
    expect((words[24] ?? 0) >>> 16).toBe(200);
    expect(words[20]).toBe(0xffffffff);
    expect(codeValue(1, 0xff38)).toBe(0xff38);
    expect(codeValue(0, 0xff38)).toBe(-200);
  });

  it('refuse values that do not fit, all at once', () => {
    expect(() => encodeHeader({ ...emptyHeader, Ho: 65536, pad: 32768, XT: 0.5 }, 'conv1')).toThrow(
      /conv1\.Ho: 65536 is outside of 1\.\.65535[^]*conv1\.XT[^]*conv1\.pad: 32768 is outside of -32768\.\.32767/,
    );
  });
});

describe('checkHeader', () => {
  const engine = Engine.parse('P=4,G=2,M=4,D=2');
  const good: Header = { ...emptyHeader, cMod: 1, hasWeights: 1, wWords: 9, dstAxis: 1 };
  const problems = (change: Partial<Header>, options: Partial<Engine> = {}): string[] =>
    checkHeader({ ...engine.parameters, ...options }, { ...good, ...change }).map(({ message }) => message);

  it('accepts a plain pass', () => expect(problems({})).toEqual([]));

  it('finds what the engine has not', () => {
    expect(problems({ NT: 9 }, { TMAX: 8 })).toEqual(['header.NT: 9: the tap memory has fewer entries (TMAX=8)']);
    expect(problems({ Mlast: 5, gLast: 3 })).toEqual([
      'header.Mlast: 5: the engine computes fewer channels at a time (M=4)',
    ]);
    expect(problems({ lut: 1 }, { LUT: 0 })).toEqual(['header.lut: 1: the engine has no table (LUT=0)']);
    expect(problems({ requant: 3 }, { FIXED: 0 })).toHaveLength(1);
    expect(problems({ op: 2, hasWeights: 0, cMod: 0 }, { DW: 0 })).toHaveLength(1);
  });

  it('finds fields that contradict each other', () => {
    expect(problems({ hasWeights: 0 })).toEqual(['header.hasWeights: 0: a dense pass takes weights']);
    expect(problems({ wrap: 1 })).toEqual(['header.wrap: 1: fewer channels in a chunk than slices (G=2)']);
    expect(problems({ dstAxis: 0 })).toEqual(['header.dstXram: 0: results go nowhere']);
    expect(problems({ CHN: 2, Ho: 300 })).toEqual(['header.CHN: 2: 300 partial sums for 256 entries']);
    expect(problems({ magic: 1 })).toHaveLength(1);
  });
});
