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
};

/** Sizes of a shape as safe non-negative integers; H3002 otherwise. */
export function sizes(dims: readonly unknown[], file: string, what: string): number[] {
  return dims.map((dim) => {
    const size = integer(dim);
    if (!Number.isSafeInteger(size) || size < 0)
      throw importError('H3002', file, `${what}: size ${size} of an axis is impossible`);
    return size;
  });
}

/** Values of the typed field where the tensor has no raw data. */
function typedValues(proto: TensorProto): ArrayLike<number> {
  const lists: readonly (ArrayLike<unknown> | null | undefined)[] = [
    proto.floatData,
    proto.int64Data,
    proto.int32Data,
    proto.doubleData,
  ];
  return Array.from(lists.find((list) => list && list.length > 0) ?? [], integer);
}

/** Reads one tensor. Throws H3006 (type, external data), H3002 (length), H3004 (NaN or infinite). */
export function readTensor(proto: TensorProto, name: string, file: string): Tensor {
  const type = proto.dataType ?? 0;
  const reader = raw[type];
  if (!reader) throw importError('H3006', file, `${name}: element type ${T[type] ?? type} is not read`, name);
  if ((proto.externalData ?? []).length > 0)
    throw importError('H3006', file, `${name}: its data lies in another file`, name);
  const shape = sizes(proto.dims ?? [], file, name);
  const count = sizeOf(shape);
  const bytes = proto.rawData;
  let data: Float64Array;
  if (bytes && bytes.length > 0) {
    const [size, read] = reader;
    if (bytes.length !== count * size)
      throw importError(
        'H3002',
        file,
        `${name}: ${count} elements need ${count * size} bytes, ${bytes.length} are there`,
        name,
      );
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    data = new Float64Array(count);
    for (let index = 0; index < count; index++) data[index] = read(view, index * size);
  } else {
    const values = typedValues(proto);
    if (values.length !== count)
      throw importError('H3002', file, `${name}: ${count} elements are declared, ${values.length} are there`, name);
    data = Float64Array.from(values);
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
