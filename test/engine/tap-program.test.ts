import { describe, expect, it } from 'vitest';
import { tapOps } from '../../src/engine/tap.js';
import { tapProgram, type KernelRow } from '../../src/engine/tap-program.js';

const names = Object.entries(tapOps);
/** `phase:op offset`, `+word` where one is read, and the kernel column or `-`. */
function shown(row: KernelRow, P = 7): string[] {
  const { taps, columns } = tapProgram(row, P, 'test');
  return taps.map((tap, i) => {
    const op = names.find(([, code]) => code === tap.op)?.[0];
    return `${tap.phase}:${op} ${tap.offset}${tap.read ? ` w${tap.dword}` : ''} k${columns[i] ?? '-'}`;
  });
}

describe('tapProgram', () => {
  it('3 wide, padded', () =>
    expect(shown({ kernel: 3, stride: 1, dilation: 1, pad: 1 })).toEqual([
      '0:load 0 w0 k1',
      '0:left 1 w1 k2',
      '0:rightH -1 w-1 k0',
    ]));

  it('3 wide, stride 2', () =>
    expect(shown({ kernel: 3, stride: 2, dilation: 1, pad: 1 })).toEqual([
      '0:load 0 w0 k1',
      '1:load 0 w0 k2',
      '1:rightH -1 w-1 k0',
    ]));

  it('a phase without offset 0 begins with a bubble', () =>
    expect(shown({ kernel: 2, stride: 2, dilation: 1, pad: 1 })).toEqual([
      '0:load 0 w0 k1',
      '1:load 0 w0 k-',
      '1:rightH -1 w-1 k0',
    ]));

  it('words of two pixels are read every second step', () =>
    expect(shown({ kernel: 6, stride: 1, dilation: 1, pad: 0 }, 2)).toEqual([
      '0:load 0 w0 k0',
      '0:left 1 w1 k1',
      '0:left 2 k2',
      '0:left 3 w2 k3',
      '0:left 4 k4',
      '0:left 5 w3 k5',
    ]));

  it('dilation leaves bubbles between the taps', () =>
    expect(shown({ kernel: 2, stride: 1, dilation: 3, pad: 0 })).toEqual([
      '0:load 0 w0 k0',
      '0:left 1 w1 k-',
      '0:left 2 k-',
      '0:left 3 k1',
    ]));

  it('every column of every kernel stands once, at its own pixel', () => {
    for (let kernel = 1; kernel <= 11; kernel++)
      for (let stride = 1; stride <= 4; stride++)
        for (let pad = 0; pad <= kernel >> 1; pad++) {
          const { taps, columns } = tapProgram({ kernel, stride, dilation: 1, pad }, 4, 'test');
          const seen = columns.flatMap((column, i) =>
            column === null ? [] : [[column, stride * taps[i]!.offset + taps[i]!.phase + pad]],
          );
          expect(seen.map(([column]) => column).sort((a, b) => a! - b!)).toEqual([...Array(kernel).keys()]);
          for (const [column, at] of seen) expect(at).toBe(column);
          expect(taps.filter(({ last }) => last).length).toBe(1);
        }
  });

  it('names what lies too far away', () =>
    expect(() => tapProgram({ kernel: 3, stride: 1, dilation: 9, pad: 0 }, 8, 'far')).toThrow(
      /H2204 {2}far: a tap has offset 16/,
    ));
});
