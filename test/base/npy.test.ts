import { expect, test } from 'vitest';
import { formatNpy, parseNpy, readNpy } from '../../src/base/npy.js';

/** A file as numpy writes it, version 1 to 3. */
function file(
  descr: string,
  shape: string,
  data: Uint8Array,
  options: { version?: number; fortran?: boolean } = {},
): Uint8Array {
  const { version = 1, fortran = false } = options;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const head = [0x93, ...Buffer.from('NUMPY'), version, 0, text.length, 0, ...(version === 1 ? [] : [0, 0])];
  return Uint8Array.from([...head, ...Buffer.from(text), ...data]);
}

test.each([
  ['|b1', [1, 0], [1, 0]],
  ['|i1', [0xff, 0x7f], [-1, 127]],
  ['|u1', [0xff, 0], [255, 0]],
  ['<i2', [0, 0x80, 1, 0], [-32768, 1]],
  ['>i2', [0x80, 0, 0, 1], [-32768, 1]],
  ['<u2', [0xff, 0xff, 1, 0], [65535, 1]],
  ['<i4', [0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0], [-1, 2]],
  ['<u4', [0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0], [4294967295, 2]],
  ['<i8', [...Array<number>(8).fill(255), 3, 0, 0, 0, 0, 0, 0, 0], [-1, 3]],
  ['<u8', [0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0], [2 ** 32, 3]],
  ['<f2', [0x00, 0x3c, 0x01, 0x80], [1, -(2 ** -24)]],
  ['<f4', [0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0], [1, -2.5]],
  ['<f8', [...Array<number>(6).fill(0), 0xf0, 0x3f, ...Array<number>(7).fill(0), 0xc0], [1, -2]],
])('reads %s', (descr, bytes, values) => {
  for (const version of [1, 2, 3]) {
    const array = parseNpy(file(descr, '(2,)', Uint8Array.from(bytes), { version }), 'x.npy');
    expect([...array.data]).toEqual(values);
    expect(array.shape).toEqual([2]);
  }
});

test.each(['f8', 'f4', 'i8', 'i4', 'i2', 'i1', 'u4', 'u2', 'u1'] as const)('writes and reads back %s', (dtype) => {
  for (const shape of [[], [6], [2, 3], [1, 2, 3], [0, 4]]) {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Array.from({ length: size }, (_, index) => (dtype.startsWith('u') ? index : index - 3));
    const bytes = formatNpy({ dtype, shape, data });
    expect((bytes.length - size * Number(dtype[1])) % 64).toBe(0);
    expect(parseNpy(bytes, 'x.npy')).toEqual({ dtype, shape, data: Float64Array.from(data) });
  }
});

test('refuses what it does not read, by number', () => {
  const data = new Uint8Array(16);
  expect(() => parseNpy(file('<c8', '(2,)', data), 'x.npy')).toThrow(/H3014.*dtype c8/);
  expect(() => parseNpy(file('<f8', '(2, 1)', data, { fortran: true }), 'x.npy')).not.toThrow();
  expect(() => parseNpy(file('<f4', '(2, 2)', data, { fortran: true }), 'x.npy')).toThrow(/H3014.*Fortran/);
  expect(() => parseNpy(file('<f8', '(3,)', data), 'x.npy')).toThrow(/H3013.*24 bytes, the file has 16/);
  expect(() => parseNpy(file('<f8', '(2,)', data, { version: 9 }), 'x.npy')).toThrow(/H3013.*version 9/);
  expect(() => parseNpy(file('<i8', '(1,)', new Uint8Array(8).fill(127)), 'x.npy')).toThrow(/H3014.*2\^53/);
  expect(() => readNpy('/nowhere/x.npy')).toThrow(/H3012.*ENOENT/);
});
