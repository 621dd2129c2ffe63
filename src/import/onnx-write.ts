/** A graph as a QONNX file, so that networks made here are shipped in the format that other tools read too. */
import { writeFileSync } from 'node:fs';
import type { Attribute, Graph, GraphNode, ValueInfo } from '../network/graph.js';
import { onnx, type AttributeProto, type ModelProto, type NodeProto, type ValueInfoProto } from './onnx-proto.js';
import { writeTensor } from './onnx-tensor.js';

const A = onnx.AttributeProto.AttributeType;
/** QONNX's own operators; everything else without a domain is plain ONNX. */
const qonnxOps = new Set(['Quant', 'IntQuant', 'BipolarQuant', 'MultiThreshold']);
/** Attributes that ONNX declares as float, although their value may be whole. */
const floatAttributes = new Set(['epsilon', 'momentum', 'alpha', 'beta', 'out_scale', 'out_bias', 'value_float']);
/** The same for lists. */
const floatLists = new Set(['scales', 'value_floats']);
/** Operators whose second input holds integers. */
const integerOperand = new Set([
  'Reshape',
  'Gather',
  'TopK',
  'Unsqueeze',
  'Squeeze',
  'Pad',
  'ReduceSum',
  'ReduceMean',
  'Split',
]);

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'string') return { name, type: A.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') {
    if (floatAttributes.has(name) || !Number.isInteger(value)) return { name, type: A.FLOAT, f: value };
    return { name, type: A.INT, i: value };
  }
  if ('data' in value) return { name, type: A.TENSOR, t: writeTensor('', value, 'float') };
  if (floatLists.has(name)) return { name, type: A.FLOATS, floats: [...value] };
  return { name, type: A.INTS, ints: [...value] };
}

function nodeProto(node: GraphNode): NodeProto {
  const domain = node.domain === '' && qonnxOps.has(node.op) ? 'qonnx.custom_op.general' : node.domain;
  const attribute = Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value));
  return { name: node.name, opType: node.op, domain, input: [...node.inputs], output: [...node.outputs], attribute };
}

function valueProto(value: ValueInfo, elemType: number): ValueInfoProto {
  const dim = value.shape.map((size) => ({ dimValue: size }));
  return { name: value.name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** The bytes of the file: opset 12 and the QONNX domain, weights as float32 carriers (double where float32 would change them). */
export function encodeQonnx(graph: Graph): Uint8Array {
  const integers = new Set(
    graph.nodes.filter((node) => integerOperand.has(node.op)).map((node) => node.inputs[1] ?? ''),
  );
  const last = graph.nodes.find((node) => node.outputs.includes(graph.outputs[0]?.name ?? ''));
  const types = onnx.TensorProto.DataType;
  const outputType = last?.op === 'TopK' ? types.INT64 : types.FLOAT;
  const domains = [...new Set(graph.nodes.map((node) => nodeProto(node).domain ?? ''))].filter(
    (domain) => domain !== '',
  );
  const model: ModelProto = {
    irVersion: 7,
    producerName: 'heddle',
    opsetImport: [{ domain: '', version: 12 }, ...domains.map((domain) => ({ domain, version: 1 }))],
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeProto),
      input: graph.inputs.map((value) => valueProto(value, types.FLOAT)),
      output: graph.outputs.map((value) => valueProto(value, outputType)),
      initializer: [...graph.initializers].map(([name, value]) =>
        writeTensor(name, value, integers.has(name) ? 'int64' : 'float'),
      ),
    },
  };
  return onnx.ModelProto.encode(model).finish();
}

/** Writes a QONNX file that {@link readOnnx} and other tools read back. */
export function writeQonnx(graph: Graph, path: string): void {
  writeFileSync(path, encodeQonnx(graph));
}
