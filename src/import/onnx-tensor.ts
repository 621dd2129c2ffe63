/** ONNX TensorProto to and from float64 tensors. */
import { sizeOf, tensor, type Tensor } from '../network/graph.js';
import { importError } from './errors.js';
import { integer, onnx, type TensorProto } from './onnx-proto.js';

const T = onnx.TensorProto.DataType;

type RawReader = readonly [size: number, read: (view: DataView, at: number) => number];

const raw: Readonly<Record<number, RawReader>> = {
  [T.FLOAT]: [4, (view, at) => view.getFloat32(at, true)],
  [T.DOUBLE]: [8, (view, at) => view.getFloat64(at, true)],
  [T.INT64]: [8, (view, at) => Number(view.getBigInt64(at, true))],
  [T.INT32]: [4, (view, at) => view.getInt32(at, true)],
  [T.INT16]: [2, (view, at) => view.getInt16(at, true)],
  [T.UINT16]: [2, (view, at) => view.getUint16(at, true)],
  [T.INT8]: [1, (view, at) => view.getInt8(at)],
  [T.UINT8]: [1, (view, at) => view.getUint8(at)],
  [T.BOOL]: [1, (view, at) => view.getUint8(at)],
  [T.UINT32]: [4, (view, at) => view.getUint32(at, true)],
  [T.UINT64]: [8, (view, at) => Number(view.getBigUint64(at, true))],
  [T.FLOAT16]: [2, (view, at) => halfToNumber(view.getUint16(at, true))],
};

/** Two values a byte, the first in the low half. The module's own list of types ends before these. */
const nibbles: Readonly<Record<number, (nibble: number) => number>> = {
  21: (nibble) => nibble,
  22: (nibble) => (nibble < 8 ? nibble : nibble - 16),
};

/** Names of the newer types, for messages. */
const newer: Readonly<Record<number, string>> = {
  17: 'FLOAT8E4M3FN',
  18: 'FLOAT8E4M3FNUZ',
  19: 'FLOAT8E5M2',
  20: 'FLOAT8E5M2FNUZ',
  21: 'UINT4',
  22: 'INT4',
  23: 'FLOAT4E2M1',
  24: 'FLOAT8E8M0',
  25: 'UINT2',
  26: 'INT2',
};

/** Name of an element type as ONNX writes it. */
export function typeName(type: number): string {
  return newer[type] ?? T[type] ?? String(type);
}

/** IEEE half precision. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Sizes of a shape as safe non-negative integers; H3002 otherwise. */
export function sizes(dims: readonly unknown[], file: string, what: string): number[] {
  return dims.map((dim) => {
    const size = integer(dim);
    if (!Number.isSafeInteger(size) || size < 0)
      throw importError('H3002', file, `${what}: size ${size} of an axis is impossible`);
    return size;
  });
}

/** Values of the typed field where the tensor has no raw data; half floats and nibbles are stored as their bits. */
function typedValues(proto: TensorProto, type: number): ArrayLike<number> {
  const lists: readonly (ArrayLike<unknown> | null | undefined)[] = [
    proto.floatData,
    proto.int64Data,
    proto.int32Data,
    proto.doubleData,
    proto.uint64Data,
  ];
  const values = Array.from(lists.find((list) => list && list.length > 0) ?? [], integer);
  return type === Number(T.FLOAT16) ? values.map(halfToNumber) : values;
}

/** Values of raw bytes; H3002 where their number is not that of the shape. */
function rawValues(bytes: Uint8Array, type: number, count: number, name: string, file: string): Float64Array {
  const nibble = nibbles[type];
  const [size, read] = raw[type] ?? [1, () => NaN];
  const expected = nibble ? Math.ceil(count / 2) : count * size;
  if (bytes.length !== expected)
    throw importError(
      'H3002',
      file,
      `${name}: ${count} elements need ${expected} bytes, ${bytes.length} are there`,
      name,
    );
  if (nibble) return unpacked(bytes, nibble, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: count }, (_, index) => read(view, index * size));
}

function unpacked(bytes: ArrayLike<number>, nibble: (bits: number) => number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => {
    const byte = (bytes[index >> 1] ?? 0) & 255;
    return nibble(index % 2 === 0 ? byte & 15 : byte >> 4);
  });
}

/** Reads one tensor. Throws H3006 (type, external data), H3002 (length), H3004 (NaN or infinite). */
export function readTensor(proto: TensorProto, name: string, file: string): Tensor {
  const type = proto.dataType ?? 0;
  const nibble = nibbles[type];
  if (!raw[type] && !nibble)
    throw importError('H3006', file, `${name}: element type ${typeName(type)} is not read`, name);
  if ((proto.externalData ?? []).length > 0)
    throw importError('H3006', file, `${name}: its data lies in another file`, name);
  const shape = sizes(proto.dims ?? [], file, name);
  const count = sizeOf(shape);
  const bytes = proto.rawData;
  let data: Float64Array;
  if (bytes && bytes.length > 0) data = rawValues(bytes, type, count, name, file);
  else {
    const values = typedValues(proto, type);
    const stored = nibble ? Math.ceil(count / 2) : count;
    if (values.length !== stored)
      throw importError('H3002', file, `${name}: ${count} elements are declared, ${values.length} are there`, name);
    data = nibble ? unpacked(values, nibble, count) : Float64Array.from(values);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw importError('H3004', file, `${name}: element ${bad} is ${data[bad] ?? NaN}`, name);
  return tensor(shape, data);
}

/** A tensor as float32 raw data, or double where float32 would change a value, or int64 for shapes. */
export function writeTensor(name: string, value: Tensor, kind: 'float' | 'int64'): TensorProto {
  const narrow = value.data.every((x) => Math.fround(x) === x);
  const dataType = kind === 'int64' ? T.INT64 : narrow ? T.FLOAT : T.DOUBLE;
  const size = dataType === T.FLOAT ? 4 : 8;
  const bytes = new Uint8Array(value.data.length * size);
  const view = new DataView(bytes.buffer);
  value.data.forEach((x, index) => {
    if (dataType === T.INT64) view.setBigInt64(index * 8, BigInt(x), true);
    else if (dataType === T.FLOAT) view.setFloat32(index * 4, x, true);
    else view.setFloat64(index * 8, x, true);
  });
  return { name, dims: [...value.shape], dataType, rawData: bytes };
}
