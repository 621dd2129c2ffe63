/** ONNX, QONNX and FINN-ONNX files to a graph. All unsupported operators are listed at once. */
import { HeddleError } from '../base/diagnostics.js';
import type { Attribute, Graph, GraphNode, Tensor, ValueInfo } from '../network/graph.js';
import { importError, readingFile } from './errors.js';
import {
  integer,
  onnx,
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from './onnx-proto.js';
import { channelsFirst } from './onnx-channels-last.js';
import { withoutLinearQuantizers } from './onnx-qdq.js';
import { readTensor, sizes } from './onnx-tensor.js';
import { elementTypes, unsupportedNodes, withCodeType } from './onnx-types.js';

/** Attribute kinds by the number in the file. */
function readAttribute(proto: AttributeProto, node: string, file: string): Attribute {
  const A = onnx.AttributeProto.AttributeType;
  switch (proto.type) {
    case A.FLOAT:
      return proto.f ?? 0;
    case A.INT:
      return integer(proto.i);
    case A.STRING:
      return new TextDecoder().decode(proto.s ?? new Uint8Array());
    case A.FLOATS:
      return [...(proto.floats ?? [])];
    case A.INTS:
      return (proto.ints ?? []).map(integer);
    case A.TENSOR:
      return readTensor(proto.t ?? {}, `${node}.${proto.name ?? ''}`, file);
    default:
      throw importError('H3007', file, `${node}: attribute ${proto.name ?? ''} has a kind that is not read`, node);
  }
}

function readNode(proto: NodeProto, name: string, file: string): GraphNode {
  const attributes = Object.fromEntries(
    (proto.attribute ?? []).map((attribute) => [attribute.name ?? '', readAttribute(attribute, name, file)]),
  );
  const domain = proto.domain === 'ai.onnx' ? '' : (proto.domain ?? '');
  return { name, op: proto.opType ?? '', domain, inputs: proto.input ?? [], outputs: proto.output ?? [], attributes };
}

/** Shape with the batch axis set to 1 where it is open. */
function readValue(proto: ValueInfoProto, file: string, known?: ReadonlyMap<string, readonly number[]>): ValueInfo {
  const name = proto.name ?? '';
  const dims = proto.type?.tensorType?.shape?.dim;
  const declared = dims?.map((dim, axis) =>
    dim.dimParam || (axis === 0 && !integer(dim.dimValue)) ? 1 : integer(dim.dimValue),
  );
  if (!declared) return { name, shape: known?.get(name) ?? [] };
  const shape = sizes(declared, file, name);
  const open = dims?.findIndex((dim, axis) => axis > 0 && (dim.dimParam || !integer(dim.dimValue))) ?? -1;
  if (open > 0 && !known)
    throw importError('H3005', file, `${name}: axis ${open} of the input has no fixed size`, name);
  return { name, shape };
}

/** Sorts nodes so that inputs come first; H3005 names a tensor that is undefined, defined twice or in a cycle. */
function sorted(nodes: readonly GraphNode[], defined: Set<string>, file: string): GraphNode[] {
  const produced = new Set(defined);
  for (const node of nodes) {
    for (const output of node.outputs.filter((name) => name !== '')) {
      if (produced.has(output))
        throw importError('H3005', file, `${node.name}: "${output}" is defined twice`, node.name);
      produced.add(output);
    }
  }
  for (const node of nodes) {
    const missing = node.inputs.find((name) => name !== '' && !produced.has(name));
    if (missing !== undefined)
      throw importError('H3005', file, `${node.name}: reads "${missing}", which nothing defines`, node.name);
  }
  const ready = new Set(defined);
  const order: GraphNode[] = [];
  let rest = [...nodes];
  while (rest.length > 0) {
    const next = rest.filter((node) => node.inputs.every((name) => name === '' || ready.has(name)));
    const first = rest[0];
    if (next.length === 0)
      throw importError('H3005', file, `${first?.name ?? ''}: depends on its own output`, first?.name);
    // One at a time in file order keeps the order of a file that is sorted already.
    const chosen = next[0];
    if (!chosen) break;
    order.push(chosen);
    chosen.outputs.forEach((name) => ready.add(name));
    rest = rest.filter((node) => node !== chosen);
  }
  return order;
}

/** Names as in the file; empty or repeated names get the operator and a number. */
function uniqueNames(protos: readonly NodeProto[]): string[] {
  const used = new Set<string>();
  return protos.map((proto, index) => {
    const wanted = proto.name || `${proto.opType ?? 'node'}_${index}`;
    const name = used.has(wanted) ? `${wanted}_${index}` : wanted;
    used.add(name);
    return name;
  });
}

function toGraph(model: ModelProto, file: string): Graph {
  const proto = model.graph;
  if (!proto || (proto.node ?? []).length === 0) throw importError('H3002', file, `${file}: the file holds no graph`);
  const protos = proto.node ?? [];
  const names = uniqueNames(protos);
  const shells = protos.map((node, index): GraphNode => {
    const domain = node.domain === 'ai.onnx' ? '' : (node.domain ?? '');
    return { name: names[index] ?? '', op: node.opType ?? '', domain, inputs: [], outputs: [], attributes: {} };
  });
  const types = elementTypes(proto);
  const problems = unsupportedNodes(
    shells.map((node, index) => ({ node, proto: protos[index] ?? {} })),
    types,
    file,
  );
  if (problems.length > 0) throw new HeddleError(problems);
  const initializers = new Map<string, Tensor>();
  for (const item of proto.initializer ?? [])
    initializers.set(item.name ?? '', readTensor(item, item.name ?? '', file));
  const inputs = (proto.input ?? [])
    .filter((value) => !initializers.has(value.name ?? ''))
    .map((value) => readValue(value, file));
  const outputs = (proto.output ?? []).map((value) => readValue(value, file, new Map()));
  if (inputs.length === 0 || outputs.length === 0)
    throw importError('H3005', file, `${file}: the graph has no input or no output`);
  const nodes = protos.map((node, index) => withCodeType(readNode(node, names[index] ?? '', file), types));
  const order = sorted(nodes, new Set([...initializers.keys(), ...inputs.map((value) => value.name)]), file);
  const finn = order.some((node) => node.op === 'MultiThreshold');
  return {
    name: proto.name || 'network',
    source: finn ? 'finn' : 'qonnx',
    inputs,
    outputs,
    nodes: order,
    initializers,
  };
}

/** The graph as the file has it, ONNX's own quantizers included. Throws H3002 to H3007; every error is a HeddleError. */
export function readOnnxAsIs(bytes: Uint8Array, file: string): Graph {
  const model = readingFile(file, () => onnx.ModelProto.decode(bytes));
  return readingFile(file, () => toGraph(model, file));
}

/** Reads an ONNX file of any dialect as a graph of Quant nodes. Throws H3002 to H3007; every error is a HeddleError. */
export function readOnnx(bytes: Uint8Array, file: string): Graph {
  const graph = readOnnxAsIs(bytes, file);
  return readingFile(file, () => withoutLinearQuantizers(channelsFirst(graph), file));
}
