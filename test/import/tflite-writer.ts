/** Small TFLite files for tests, written with the official FlatBuffers builder from the field numbers of schema.fbs. */
import { Builder } from 'flatbuffers';

export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'INT8' | 'UINT8' | 'INT32' | 'FLOAT32';
  readonly scale?: readonly number[];
  readonly zeroPoint?: readonly number[];
  readonly axis?: number;
  /** Constants only. */
  readonly data?: readonly number[];
}

export interface WrittenOperator {
  /** BuiltinOperator. */
  readonly code: number;
  readonly custom?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Number in the union BuiltinOptions and int32 (or int8, float32) fields by number. */
  readonly options?: {
    readonly union: number;
    readonly fields: readonly (readonly [number, 'i8' | 'i32' | 'f32', number])[];
  };
}

export interface WrittenModel {
  readonly tensors: readonly WrittenTensor[];
  readonly operators: readonly WrittenOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly subgraphs?: number;
}

const types = { FLOAT32: 0, INT32: 2, UINT8: 3, INT8: 9 } as const;

function scalars(builder: Builder, kind: 'i32' | 'i64' | 'f32', values: readonly number[]): number {
  const size = kind === 'i64' ? 8 : 4;
  builder.startVector(size, values.length, size);
  for (const value of [...values].reverse())
    if (kind === 'i64') builder.addInt64(BigInt(value));
    else if (kind === 'f32') builder.addFloat32(value);
    else builder.addInt32(value);
  return builder.endVector();
}

function offsets(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of [...values].reverse()) builder.addOffset(value);
  return builder.endVector();
}

function bytesOf({ type, data = [] }: WrittenTensor): Uint8Array {
  const array = { INT8: Int8Array, UINT8: Uint8Array, INT32: Int32Array, FLOAT32: Float32Array }[type].from(data);
  return new Uint8Array(array.buffer);
}

/** The bytes of the file. Buffer 0 is empty, buffer n + 1 belongs to tensor n. */
export function writeTflite(model: WrittenModel): Uint8Array {
  const builder = new Builder(1024);
  const vectors = model.tensors.map((tensor) => builder.createByteVector(bytesOf(tensor)));
  const buffers = [undefined, ...vectors].map((vector) => {
    builder.startObject(1);
    if (vector !== undefined) builder.addFieldOffset(0, vector, 0);
    return builder.endObject();
  });
  const tensors = model.tensors.map(({ name, shape, type, scale, zeroPoint = [], axis = 0 }, index) => {
    const [text, sizes] = [builder.createString(name), scalars(builder, 'i32', shape)];
    let quantization = 0;
    if (scale) {
      const [scales, zeros] = [scalars(builder, 'f32', scale), scalars(builder, 'i64', zeroPoint)];
      builder.startObject(7);
      builder.addFieldOffset(2, scales, 0);
      builder.addFieldOffset(3, zeros, 0);
      builder.addFieldInt32(6, axis, 0);
      quantization = builder.endObject();
    }
    builder.startObject(5);
    builder.addFieldOffset(0, sizes, 0);
    builder.addFieldInt8(1, types[type], 0);
    builder.addFieldInt32(2, index + 1, 0);
    builder.addFieldOffset(3, text, 0);
    builder.addFieldOffset(4, quantization, 0);
    return builder.endObject();
  });
  const codes = model.operators.map(({ code, custom }) => {
    const name = custom === undefined ? 0 : builder.createString(custom);
    builder.startObject(4);
    builder.addFieldInt8(0, Math.min(code, 127), 0);
    builder.addFieldOffset(1, name, 0);
    builder.addFieldInt32(3, code, 0);
    return builder.endObject();
  });
  const operators = model.operators.map(({ inputs, outputs, options }, index) => {
    const [from, to] = [scalars(builder, 'i32', inputs), scalars(builder, 'i32', outputs)];
    let table = 0;
    if (options) {
      builder.startObject(8);
      for (const [field, kind, value] of options.fields)
        if (kind === 'i8') builder.addFieldInt8(field, value, 0);
        else if (kind === 'i32') builder.addFieldInt32(field, value, 0);
        else builder.addFieldFloat32(field, value, 0);
      table = builder.endObject();
    }
    builder.startObject(5);
    builder.addFieldInt32(0, index, 0);
    builder.addFieldOffset(1, from, 0);
    builder.addFieldOffset(2, to, 0);
    builder.addFieldInt8(3, options?.union ?? 0, 0);
    builder.addFieldOffset(4, table, 0);
    return builder.endObject();
  });
  const parts = [
    offsets(builder, tensors),
    scalars(builder, 'i32', model.inputs),
    scalars(builder, 'i32', model.outputs),
    offsets(builder, operators),
    builder.createString('main'),
  ];
  builder.startObject(5);
  parts.forEach((part, field) => builder.addFieldOffset(field, part, 0));
  const graph = builder.endObject();
  const lists = [
    offsets(builder, codes),
    offsets(
      builder,
      Array.from({ length: model.subgraphs ?? 1 }, () => graph),
    ),
    offsets(builder, buffers),
  ];
  builder.startObject(5);
  builder.addFieldInt32(0, 3, 0);
  [1, 2, 4].forEach((field, index) => builder.addFieldOffset(field, lists[index] ?? 0, 0));
  builder.finish(builder.endObject(), 'TFL3');
  return builder.asUint8Array();
}
