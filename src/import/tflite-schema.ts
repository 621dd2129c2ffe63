/**
 * The part of TensorFlow's `lite/schema/schema.fbs` (Apache-2.0, version 3) that is read: field numbers, enumerations and the
 * tables as plain data. `flatc` would generate 20 000 lines for the whole of it.
 */
import { FlatTable, type ScalarKind } from './flatbuffer.js';

/** Element types by their number; those without an entry of their own are refused by number. */
export const tensorTypes: readonly string[] =
  'FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16 COMPLEX64 INT8 FLOAT64 COMPLEX128 UINT64 RESOURCE VARIANT UINT32 UINT16 INT4'.split(
    ' ',
  );

/** BuiltinOperator by number, so that everything that is not read can be named. */
const operatorNames: readonly string[] = `
  ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED
  HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU
  RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM
  EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV
  SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE
  BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN
  TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD
  REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL
  FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N
  GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
  NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL
  PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO`
  .trim()
  .split(/\s+/);

type Field = readonly [field: number, kind: ScalarKind, fallback: number];

/** Number in the union BuiltinOptions and the fields of the options of each operator that is read. */
const optionTables: Readonly<Record<string, { readonly union: number; readonly fields: Record<string, Field> }>> = {
  CONV_2D: {
    union: 1,
    fields: {
      padding: [0, 'i8', 0],
      stride_w: [1, 'i32', 0],
      stride_h: [2, 'i32', 0],
      activation: [3, 'i8', 0],
      dilation_w: [4, 'i32', 1],
      dilation_h: [5, 'i32', 1],
    },
  },
  DEPTHWISE_CONV_2D: {
    union: 2,
    fields: {
      padding: [0, 'i8', 0],
      stride_w: [1, 'i32', 0],
      stride_h: [2, 'i32', 0],
      activation: [4, 'i8', 0],
      dilation_w: [5, 'i32', 1],
      dilation_h: [6, 'i32', 1],
    },
  },
  ...Object.fromEntries(
    ['AVERAGE_POOL_2D', 'MAX_POOL_2D'].map((op) => [
      op,
      {
        union: 5,
        fields: {
          padding: [0, 'i8', 0],
          stride_w: [1, 'i32', 0],
          stride_h: [2, 'i32', 0],
          filter_w: [3, 'i32', 0],
          filter_h: [4, 'i32', 0],
          activation: [5, 'i8', 0],
        },
      },
    ]),
  ),
  FULLY_CONNECTED: { union: 8, fields: { activation: [0, 'i8', 0], weights_format: [1, 'i8', 0] } },
  SOFTMAX: { union: 9, fields: { beta: [0, 'f32', 0] } },
  CONCATENATION: { union: 10, fields: { axis: [0, 'i32', 0], activation: [1, 'i8', 0] } },
  ADD: { union: 11, fields: { activation: [0, 'i8', 0] } },
  MEAN: { union: 27, fields: { keep_dims: [0, 'i8', 0] } },
};

export interface TfliteQuantization {
  /** One, or one for each index along `axis`. */
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: string;
  readonly quantization: TfliteQuantization | undefined;
  /** Bytes of a constant; undefined for activations. */
  readonly data: Uint8Array | undefined;
  readonly sparse: boolean;
}

export interface TfliteOperator {
  /** `CONV_2D`; a custom operator by its own name; `BUILTIN_150` where the name is not known. */
  readonly op: string;
  /** -1 is an absent optional input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Readonly<Record<string, number>>;
}

export interface TfliteModel {
  readonly version: number;
  readonly subgraphs: number;
  readonly name: string;
  readonly tensors: readonly TfliteTensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly TfliteOperator[];
}

function operatorName(code: FlatTable): string {
  const builtin = Math.max(code.scalar(0, 'i8', 0), code.scalar(3, 'i32', 0));
  const name = operatorNames[builtin] ?? `BUILTIN_${builtin}`;
  return name === 'CUSTOM' ? (code.text(1) ?? name) : name;
}

function quantization(table: FlatTable | undefined): TfliteQuantization | undefined {
  const scale = table?.scalars(2, 'f32') ?? [];
  if (!table || scale.length === 0) return undefined;
  return { scale, zeroPoint: table.scalars(3, 'i64') ?? [], axis: table.scalar(6, 'i32', 0) };
}

function tensorOf(table: FlatTable, buffers: readonly (Uint8Array | undefined)[]): TfliteTensor {
  const type = table.scalar(1, 'i8', 0);
  const data = buffers[table.scalar(2, 'u32', 0)];
  return {
    name: table.text(3) ?? '',
    shape: table.scalars(0, 'i32') ?? [],
    type: tensorTypes[type] ?? `TYPE_${type}`,
    quantization: quantization(table.table(4)),
    data: data && data.length > 0 ? data : undefined,
    sparse: table.table(6) !== undefined,
  };
}

function operatorOf(table: FlatTable, codes: readonly string[]): TfliteOperator {
  const op = codes[table.scalar(0, 'u32', 0)] ?? 'UNKNOWN';
  const known = Object.hasOwn(optionTables, op) ? optionTables[op] : undefined;
  const given = known && table.scalar(3, 'u8', 0) === known.union ? table.table(4) : undefined;
  const options = Object.entries(known?.fields ?? {}).map(([name, [field, kind, fallback]]): [string, number] => [
    name,
    given?.scalar(field, kind, fallback) ?? fallback,
  ]);
  return {
    op,
    inputs: table.scalars(1, 'i32') ?? [],
    outputs: table.scalars(2, 'i32') ?? [],
    options: Object.fromEntries(options),
  };
}

/** The first subgraph of a file. Throws what {@link FlatTable} throws for a damaged one. */
export function decodeTflite(bytes: Uint8Array): TfliteModel {
  const model = FlatTable.root(bytes);
  const codes = model.tables(1).map(operatorName);
  const subgraphs = model.tables(2);
  // All of them, read or not: so a file that is cut off is always noticed.
  const buffers = model.tables(4).map((buffer) => buffer.bytes(0));
  const graph = subgraphs[0];
  return {
    version: model.scalar(0, 'u32', 0),
    subgraphs: subgraphs.length,
    name: graph?.text(4) ?? '',
    tensors: graph?.tables(0).map((table) => tensorOf(table, buffers)) ?? [],
    inputs: graph?.scalars(1, 'i32') ?? [],
    outputs: graph?.scalars(2, 'i32') ?? [],
    operators: graph?.tables(3).map((table) => operatorOf(table, codes)) ?? [],
  };
}
