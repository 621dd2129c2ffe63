/**
 * NumPy `.npy` arrays: reading and writing, C order only.
 *
 * Format: numpy.lib.format, versions 1.0, 2.0 and 3.0. Numbers come back as float64 (`data`), 64-bit integers only while they
 * are safe integers, so that no value changes silently. Writers take the dtype from the caller.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { HeddleError } from './diagnostics.js';

export type NpyDtype = 'b1' | 'i1' | 'u1' | 'i2' | 'u2' | 'i4' | 'u4' | 'i8' | 'u8' | 'f2' | 'f4' | 'f8';

export interface NpyArray {
  readonly dtype: NpyDtype;
  readonly shape: readonly number[];
  /** All elements in C order; every value of every supported dtype that passes the reader is exact in float64. */
  readonly data: Float64Array;
}

/** True for the integer dtypes; booleans count as integers 0 and 1. */
export function isIntegerDtype(dtype: NpyDtype): boolean {
  return !dtype.startsWith('f');
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

function broken(file: string, message: string): HeddleError {
  return new HeddleError({
    code: 'H3013',
    message: `${file}: ${message}`,
    places: [{ file }],
    fix: 'write the array again with numpy.save',
  });
}

function unsupported(file: string, message: string): HeddleError {
  return new HeddleError({
    code: 'H3014',
    message: `${file}: ${message}`,
    places: [{ file }],
    fix: 'save it as int8..int64, uint8..uint64, float16, float32 or float64 with numpy.ascontiguousarray',
  });
}

/** Value of an IEEE binary16 pattern. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

type ElementReader = (view: DataView, offset: number, little: boolean) => number;

const readers: Record<NpyDtype, readonly [size: number, read: ElementReader]> = {
  b1: [1, (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1)],
  i1: [1, (view, offset) => view.getInt8(offset)],
  u1: [1, (view, offset) => view.getUint8(offset)],
  i2: [2, (view, offset, little) => view.getInt16(offset, little)],
  u2: [2, (view, offset, little) => view.getUint16(offset, little)],
  i4: [4, (view, offset, little) => view.getInt32(offset, little)],
  u4: [4, (view, offset, little) => view.getUint32(offset, little)],
  i8: [8, (view, offset, little) => Number(view.getBigInt64(offset, little))],
  u8: [8, (view, offset, little) => Number(view.getBigUint64(offset, little))],
  f2: [2, (view, offset, little) => halfToNumber(view.getUint16(offset, little))],
  f4: [4, (view, offset, little) => view.getFloat32(offset, little)],
  f8: [8, (view, offset, little) => view.getFloat64(offset, little)],
};

function parseHeader(bytes: Uint8Array, file: string): { text: string; start: number } {
  if (bytes.length < 10 || magic.some((value, index) => bytes[index] !== value))
    throw broken(file, 'not a .npy file (the magic string is missing)');
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3) throw broken(file, `.npy format version ${major} is unknown`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const prefix = major === 1 ? 10 : 12;
  if (bytes.length < prefix) throw broken(file, 'the header is cut off');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = prefix + length;
  if (start > bytes.length) throw broken(file, 'the header is cut off');
  return { text: new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(prefix, start)), start };
}

function parseShape(text: string, file: string): number[] {
  const match = /'shape'\s*:\s*\(([\s\dL,]*)\)/.exec(text);
  if (!match) throw broken(file, 'the header has no shape');
  const shape = (match[1] ?? '')
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0))
    throw broken(file, 'the shape is not a list of sizes');
  return shape;
}

/** Reads the bytes of one `.npy` file; `file` only names it in errors. Throws H3013 (damaged) or H3014 (dtype, order). */
export function parseNpy(bytes: Uint8Array, file: string): NpyArray {
  const { text, start } = parseHeader(bytes, file);
  const descr = /'descr'\s*:\s*'([<>|=]?)([a-zA-Z]\d+)'/.exec(text);
  if (!descr)
    throw /'descr'/.test(text) ? unsupported(file, 'structured dtypes are not read') : broken(file, 'no dtype');
  const dtype = descr[2] as NpyDtype;
  const reader = Object.hasOwn(readers, dtype) ? readers[dtype] : undefined;
  if (!reader) throw unsupported(file, `dtype ${descr[2] ?? ''} is not read`);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  if (!order) throw broken(file, 'the header has no fortran_order');
  const shape = parseShape(text, file);
  if (order[1] === 'True' && shape.filter((size) => size !== 1).length > 1)
    throw unsupported(file, 'the array is in Fortran order');
  const [size, read] = reader;
  const count = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== count * size)
    throw broken(
      file,
      `${count} elements of ${dtype} need ${count * size} bytes, the file has ${bytes.length - start}`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const little = descr[1] !== '>';
  const data = new Float64Array(count);
  for (let index = 0; index < count; index++) data[index] = read(view, index * size, little);
  if ((dtype === 'i8' || dtype === 'u8') && data.some((value) => !Number.isSafeInteger(value)))
    throw unsupported(file, 'a 64-bit integer is beyond 2^53');
  return { dtype, shape, data };
}

/** Reads a `.npy` file. Throws H3012 where it cannot be opened, otherwise as {@link parseNpy}. */
export function readNpy(path: string): NpyArray {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new HeddleError({
      code: 'H3012',
      message: `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
      places: [{ file: path }],
      fix: 'check the path',
    });
  }
  return parseNpy(bytes, path);
}

type WritableDtype = 'f8' | 'f4' | 'i8' | 'i4' | 'i2' | 'i1' | 'u4' | 'u2' | 'u1';

const writers: Record<WritableDtype, readonly [size: number, write: (v: DataView, at: number, x: number) => void]> = {
  f8: [8, (view, at, value) => view.setFloat64(at, value, true)],
  f4: [4, (view, at, value) => view.setFloat32(at, value, true)],
  i8: [8, (view, at, value) => view.setBigInt64(at, BigInt(value), true)],
  i4: [4, (view, at, value) => view.setInt32(at, value, true)],
  i2: [2, (view, at, value) => view.setInt16(at, value, true)],
  i1: [1, (view, at, value) => view.setInt8(at, value)],
  u4: [4, (view, at, value) => view.setUint32(at, value, true)],
  u2: [2, (view, at, value) => view.setUint16(at, value, true)],
  u1: [1, (view, at, value) => view.setUint8(at, value)],
};

/** The bytes of a version 1.0 `.npy` file, header padded to a multiple of 64 as numpy does. Values must fit the dtype. */
export function formatNpy(array: {
  dtype: WritableDtype;
  shape: readonly number[];
  data: ArrayLike<number>;
}): Uint8Array {
  const { dtype, shape, data } = array;
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length)
    throw new RangeError(`npy: shape ${shape.join('x')} does not hold ${data.length} elements`);
  const [size, write] = writers[dtype];
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = size === 1 ? '|' : '<';
  const dict = `{'descr': '${order}${dtype}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const header = dict.padEnd(Math.ceil((10 + dict.length + 1) / 64) * 64 - 11) + '\n';
  const bytes = new Uint8Array(10 + header.length + count * size);
  bytes.set([...magic, 1, 0, header.length & 0xff, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  const view = new DataView(bytes.buffer, 10 + header.length);
  for (let index = 0; index < count; index++) write(view, index * size, data[index] ?? 0);
  return bytes;
}

/** Writes one array; see {@link formatNpy}. */
export function writeNpy(path: string, array: Parameters<typeof formatNpy>[0]): void {
  writeFileSync(path, formatNpy(array));
}
