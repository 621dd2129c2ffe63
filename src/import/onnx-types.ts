/** Element types of an ONNX graph: what cannot be read because of its operator or its type, and what codes saturate to. */
import type { Diagnostic } from '../base/diagnostics.js';
import type { GraphNode } from '../network/graph.js';
import { opByName } from '../network/ops/index.js';
import { codeType } from '../network/ops/onnx-quantized.js';
import { importDiagnostic } from './errors.js';
import { integer, onnx, type ModelProto, type NodeProto } from './onnx-proto.js';
import { resultZeroPoint, runtimeOps } from './onnx-qlinear.js';
import { typeName } from './onnx-tensor.js';

const domains = new Set([
  '',
  'ai.onnx',
  'onnx.brevitas',
  'finn.custom_op.general',
  'qonnx.custom_op.general',
  'qonnx.custom_op.channels_last',
]);

/** What to do instead, for operators that people meet. */
const rewrites: Readonly<Record<string, string>> = {
  DynamicQuantizeLinear: 'quantize statically: hardware needs the scale before the first sample',
  HardTanh: 'export it as Quant with a clip',
  Trunc: 'use Quant with rounding mode FLOOR',
  LSTM: 'recurrent layers have no dataflow stage',
  GRU: 'recurrent layers have no dataflow stage',
  ConvTranspose: 'use nearest Upsample and a Conv',
  InstanceNormalization: 'use BatchNormalization, whose statistics are fixed',
  LayerNormalization: 'use BatchNormalization, whose statistics are fixed',
  Gelu: 'use Relu, or a hard clip',
  Erf: 'use Relu, or a hard clip',
};

const T = onnx.TensorProto.DataType;

/** ONNX number of the element type of every tensor that declares one: inputs, outputs, initializers, constants, value_info. */
export function elementTypes(graph: NonNullable<ModelProto['graph']>): ReadonlyMap<string, number> {
  const types = new Map<string, number>();
  for (const value of [...(graph.input ?? []), ...(graph.valueInfo ?? []), ...(graph.output ?? [])]) {
    const type = value.type?.tensorType?.elemType;
    if (type) types.set(value.name ?? '', type);
  }
  for (const item of graph.initializer ?? []) types.set(item.name ?? '', item.dataType ?? 0);
  for (const node of graph.node ?? []) {
    const constant = (node.attribute ?? []).find((attribute) => attribute.name === 'value')?.t;
    if (node.opType === 'Constant' && constant) types.set(node.output?.[0] ?? '', constant.dataType ?? 0);
  }
  return types;
}

/** Position of the zero point of the output. */
const zeroPointInput: Readonly<Record<string, number>> = { QuantizeLinear: 2, ...resultZeroPoint };

/** Sums and products of these types wrap around, which float64 does not do. */
const narrow = new Set<number>([T.INT8, T.UINT8, T.INT16, T.UINT16]);
const wrapping = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Neg',
  'Sum',
  'MatMul',
  'Gemm',
  'ReduceSum',
  'ReduceMean',
]);

const floats = new Set<number>([0, T.FLOAT, T.DOUBLE, T.FLOAT16]);

/** Type of the codes that a quantizing node makes: its attribute, its zero point, or uint8. */
function outputType(proto: NodeProto, types: ReadonlyMap<string, number>): number {
  const declared = (proto.attribute ?? []).find((attribute) => attribute.name === 'output_dtype');
  const zeroPoint = proto.input?.[zeroPointInput[proto.opType ?? ''] ?? -1] ?? '';
  return integer(declared?.i ?? 0) || (types.get(zeroPoint) ?? T.UINT8);
}

/** Why a node cannot be read, or undefined. */
function problemOf(node: GraphNode, proto: NodeProto, types: ReadonlyMap<string, number>): string | undefined {
  const runtime = node.domain === 'com.microsoft' && runtimeOps.has(node.op);
  if (!runtime && (!domains.has(node.domain) || !opByName(node.op)))
    return `operator ${node.domain === '' ? node.op : `${node.domain}.${node.op}`} is not read`;
  const inputs = (proto.input ?? []).map((name) => types.get(name) ?? 0);
  const attribute = (name: string) => (proto.attribute ?? []).find((item) => item.name === name);
  if (node.op in zeroPointInput && !codeType(outputType(proto, types)))
    return `${node.op} to ${typeName(outputType(proto, types))} is not read`;
  if (node.op.endsWith('uantizeLinear') && integer(attribute('block_size')?.i ?? 0) !== 0)
    return `${node.op} in blocks (block_size) is not read`;
  if (node.op === 'DequantizeLinear' && inputs[0] && !codeType(inputs[0]))
    return `${node.op} of ${typeName(inputs[0])} is not read`;
  if (node.op === 'BatchNormalization' && integer(attribute('training_mode')?.i ?? 0) !== 0)
    return `${node.op} in training mode is not read`;
  if (node.op === 'CastLike' && !floats.has(inputs[1] ?? T.FLOAT))
    return `${node.op} to ${typeName(inputs[1] ?? 0)} is not read`;
  const wraps = wrapping.has(node.op) && inputs.find((type) => narrow.has(type));
  return wraps ? `${node.op} on ${typeName(wraps)}, which wraps around, is not read` : undefined;
}

/** A diagnostic for every node that cannot be read, all at once. */
export function unsupportedNodes(
  nodes: readonly { readonly node: GraphNode; readonly proto: NodeProto }[],
  types: ReadonlyMap<string, number>,
  file: string,
): Diagnostic[] {
  return nodes.flatMap(({ node, proto }) => {
    const problem = problemOf(node, proto, types);
    if (problem === undefined) return [];
    return [importDiagnostic('H3003', file, `${node.name}: ${problem}`, node.name, rewrites[node.op])];
  });
}

/** The node with `output_dtype`, where it makes codes. */
export function withCodeType(node: GraphNode, types: ReadonlyMap<string, number>): GraphNode {
  const at = zeroPointInput[node.op];
  if (at === undefined || node.attributes.output_dtype) return node;
  return { ...node, attributes: { ...node.attributes, output_dtype: types.get(node.inputs[at] ?? '') ?? T.UINT8 } };
}
