/**
 * Networks with QuantizeLinear and DequantizeLinear (QDQ), with a Clip between them (QCDQ), or with QLinear operators (QOperator) as
 * the same graph of `Quant` nodes on real values that QONNX files give.
 *
 * Three rewrites: a QLinear operator becomes its definition (dequantize, compute, quantize); a DequantizeLinear moves in front of what
 * only moves codes; a pair that is left becomes one Quant. Constants become codes times their scale.
 */
import { HeddleError } from '../base/diagnostics.js';
import {
  consumersOf,
  freshName,
  listAttribute,
  numberAttribute,
  producerOf,
  scalar,
  tensor,
  withoutDeadNodes,
  type Graph,
  type GraphNode,
  type Tensor,
} from '../network/graph.js';
import { executeNode } from '../network/execute.js';
import { codeType } from '../network/ops/onnx-quantized.js';
import { importDiagnostic } from './errors.js';
import { splitQLinear } from './onnx-qlinear.js';

/** Operators that give the same codes whether they are applied to codes or to values, and which of their inputs hold them. */
const moving: Readonly<Record<string, 'first' | 'all'>> = {
  ...{
    Reshape: 'first',
    Flatten: 'first',
    Squeeze: 'first',
    Unsqueeze: 'first',
    Transpose: 'first',
    Identity: 'first',
  },
  ...{ MaxPool: 'first', Slice: 'first', Resize: 'first', Upsample: 'first', Concat: 'all' },
};

interface Parameters {
  readonly scale: Tensor;
  readonly zero: Tensor;
}

/** Constant scale and zero point of a node, or undefined. */
function parametersOf(graph: Graph, node: GraphNode): Parameters | undefined {
  const [, scaleName = '', zeroName = ''] = node.inputs;
  const scale = graph.initializers.get(scaleName);
  const zero = zeroName === '' ? scalar(0) : graph.initializers.get(zeroName);
  return scale && zero && { scale, zero };
}

const sameParameters = (a: Parameters, b: Parameters): boolean =>
  a.scale.data.join() === b.scale.data.join() && a.zero.data.join() === b.zero.data.join();

/** One DequantizeLinear moved in front of the operator that makes its codes, or undefined. */
function raiseOne(graph: Graph): Graph | undefined {
  for (const node of graph.nodes) {
    if (node.op !== 'DequantizeLinear') continue;
    const [codes = '', ...parameters] = node.inputs;
    const mover = producerOf(graph, codes);
    const which = mover && moving[mover.op];
    const single = parametersOf(graph, node)?.scale.data.length === 1;
    if (!mover || !which || !single || mover.outputs[0] !== codes) continue;
    let grown = graph;
    const raised: GraphNode[] = [];
    const inputs = mover.inputs.map((name, index) => {
      if (name === '' || (which === 'first' && index > 0)) return name;
      const real = freshName(grown, `${name}_real`);
      raised.push({ ...node, name: real, inputs: [name, ...parameters], outputs: [real] });
      grown = { ...grown, nodes: [...grown.nodes, ...raised] };
      return real;
    });
    const copy = { ...mover, name: freshName(grown, `${mover.name}_real`), inputs, outputs: node.outputs };
    const nodes = graph.nodes.flatMap((other) => (other === node ? [...raised, copy] : [other]));
    return withoutDeadNodes({ ...graph, nodes });
  }
  return undefined;
}

/** A scale or zero point shaped so that it spreads along `axis` of a tensor of `rank` axes. */
function shaped(value: Tensor, axis: number, rank: number): Tensor {
  if (value.data.length === 1) return tensor([], value.data);
  const at = axis < 0 ? axis + rank : axis;
  return tensor(
    Array.from({ length: rank }, (_, index) => (index === at ? value.data.length : 1)),
    value.data,
  );
}

interface Codes {
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow: boolean;
}

/** The type that a Clip between the pair leaves; undefined where its bounds are those of no type. */
function clippedType(low: number, high: number): Codes | undefined {
  for (let bits = 1; bits <= 16; bits++) {
    const [top, half] = [2 ** bits - 1, 2 ** (bits - 1)];
    if (low === 0 && (high === top || high === top - 1) && high > 0)
      return { bits, signed: false, narrow: high !== top };
    if (high === half - 1 && (low === -half || low === 1 - half) && low < 0)
      return { bits, signed: true, narrow: low !== -half };
  }
  return undefined;
}

interface Pair {
  readonly quantize: GraphNode;
  readonly type: Codes;
}

/** The QuantizeLinear (and Clip) in front of a DequantizeLinear, or what is wrong with it. */
function pairOf(graph: Graph, dequantize: GraphNode): Pair | string {
  let producer = producerOf(graph, dequantize.inputs[0] ?? '');
  const clip = producer?.op === 'Clip' ? producer : undefined;
  if (clip) producer = producerOf(graph, clip.inputs[0] ?? '');
  if (producer?.op !== 'QuantizeLinear') return 'dequantizes codes that no QuantizeLinear makes';
  const [ours, theirs] = [parametersOf(graph, dequantize), parametersOf(graph, producer)];
  if (!ours || !theirs) return 'has a scale or zero point that is not constant';
  if (!sameParameters(ours, theirs)) return `has another scale or zero point than ${producer.name}`;
  const declared = codeType(numberAttribute(producer, 'output_dtype', 2));
  if (!declared) return 'makes codes of a type that is not read';
  if (!clip) return { quantize: producer, type: { ...declared, narrow: false } };
  const bound = (index: number, name: string): number => {
    const value = clip.attributes[name] ?? graph.initializers.get(clip.inputs[index] ?? '')?.data[0];
    return typeof value === 'number' ? value : NaN;
  };
  const type = clippedType(bound(1, 'min'), bound(2, 'max'));
  return type ? { quantize: producer, type } : `stands behind a Clip to ${bound(1, 'min')} .. ${bound(2, 'max')}`;
}

/** Collects rewritten nodes with fresh constants. */
class Rewriter {
  readonly nodes: GraphNode[] = [];
  readonly problems: { readonly node: GraphNode; readonly what: string; readonly fix: string }[] = [];
  private readonly initializers: Map<string, Tensor>;
  /** Quant output by QuantizeLinear and type. */
  private readonly made = new Map<string, string>();

  constructor(
    private readonly graph: Graph,
    private readonly ranks: (name: string) => number,
  ) {
    this.initializers = new Map(graph.initializers);
  }

  result(): Graph {
    return withoutDeadNodes({ ...this.graph, nodes: this.nodes, initializers: this.initializers });
  }

  private fresh(base: string): string {
    return freshName(
      { ...this.graph, nodes: [...this.graph.nodes, ...this.nodes], initializers: this.initializers },
      base,
    );
  }

  private constant(base: string, value: Tensor): string {
    const name = this.fresh(base);
    this.initializers.set(name, value);
    return name;
  }

  private emit(
    op: string,
    name: string,
    inputs: string[],
    output: string,
    attributes: GraphNode['attributes'] = {},
  ): void {
    this.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes });
  }

  node(node: GraphNode): void {
    if (node.op === 'DequantizeLinear') this.dequantize(node);
    else if (node.op === 'QuantizeLinear') this.quantize(node);
    else this.nodes.push(node);
  }

  /** `(x - zero) * scale`. */
  private affine(node: GraphNode, from: string, { scale, zero }: Parameters): void {
    const rank = this.ranks(from);
    const axis = numberAttribute(node, 'axis', 1);
    const [output = ''] = node.outputs;
    let codes = from;
    const constant = this.initializers.get(from);
    if (zero.data.some((value) => value !== 0)) {
      const operand = this.constant(`${node.name}_zero`, shaped(zero, axis, rank));
      const difference = this.fresh(`${node.name}_centred`);
      const sub: GraphNode = {
        ...{ name: difference, op: 'Sub', domain: '', inputs: [from, operand], outputs: [difference], attributes: {} },
      };
      const value = constant && executeNode(sub, [constant, this.initializers.get(operand)])[0];
      if (value) this.initializers.set(difference, value);
      else this.nodes.push(sub);
      codes = difference;
    }
    const factor = this.constant(`${node.name}_scale`, shaped(scale, axis, rank));
    this.emit('Mul', node.name, [codes, factor], output);
  }

  private dequantize(node: GraphNode): void {
    const [from = '', ,] = node.inputs;
    const parameters = parametersOf(this.graph, node);
    const isInput = this.graph.inputs.some((value) => value.name === from);
    if (parameters && (this.initializers.has(from) || isInput)) return this.affine(node, from, parameters);
    const pair = pairOf(this.graph, node);
    if (typeof pair === 'string') {
      const fix = 'export with static quantization: every pair with one constant scale and zero point (QDQ)';
      this.problems.push({ node, what: `${node.op} ${pair}`, fix });
      return;
    }
    const { quantize, type } = pair;
    const key = `${quantize.name} ${type.bits} ${String(type.signed)} ${String(type.narrow)}`;
    const made = this.made.get(key);
    const [output = ''] = node.outputs;
    if (made !== undefined) return this.emit('Identity', node.name, [made], output);
    this.made.set(key, output);
    this.quant('Quant', node, quantize, type, output);
  }

  private quant(op: string, node: GraphNode, quantize: GraphNode, type: Codes, output: string): void {
    const [x = ''] = quantize.inputs;
    const parameters = parametersOf(this.graph, quantize);
    if (!parameters) return;
    const axis = numberAttribute(quantize, 'axis', 1);
    const rank = this.ranks(x);
    const operands = [
      this.constant(`${node.name}_scale`, shaped(parameters.scale, axis, rank)),
      this.constant(`${node.name}_zero`, shaped(parameters.zero, axis, rank)),
      this.constant(`${node.name}_bits`, scalar(type.bits)),
    ];
    const attributes = {
      ...(op === 'QuantCodes' ? { keep_zero: 1 } : {}),
      ...{ signed: type.signed ? 1 : 0, narrow: type.narrow ? 1 : 0, rounding_mode: 'ROUND', zero_after_rounding: 1 },
    };
    const domain = op === 'Quant' ? 'qonnx.custom_op.general' : 'heddle';
    this.nodes.push({ name: node.name, op, domain, inputs: [x, ...operands], outputs: [output], attributes });
  }

  /** What reads codes as codes: the output of the graph, or a node that has no business with them. */
  private quantize(node: GraphNode): void {
    const [codes = ''] = node.outputs;
    const readers = consumersOf(this.graph, codes).filter(
      (reader) => !['DequantizeLinear', 'Clip'].includes(reader.op),
    );
    const isOutput = this.graph.outputs.some((value) => value.name === codes);
    for (const reader of readers)
      this.problems.push({
        node: reader,
        what: `${reader.op} reads codes of ${node.name}`,
        fix: 'dequantize in front of it (QDQ)',
      });
    if (!isOutput) return;
    const parameters = parametersOf(this.graph, node);
    const type = codeType(numberAttribute(node, 'output_dtype', 2));
    if (parameters?.zero.data.length !== 1 || !type) {
      const fix = 'quantize the output of the network with one constant scale and zero point';
      this.problems.push({ node, what: 'QuantizeLinear at the output has no constant scale', fix });
      return;
    }
    this.quant('QuantCodes', node, node, { ...type, narrow: false }, codes);
  }
}

/** Rank of every tensor, as far as it is needed: constants, and what a scale per axis is applied to. */
function rankIn(graph: Graph): (name: string) => number {
  return (name) => {
    const constant = graph.initializers.get(name);
    if (constant) return constant.shape.length;
    const input = graph.inputs.find((value) => value.name === name);
    if (input) return input.shape.length;
    const producer = producerOf(graph, name);
    // Scales per axis belong to weights; the axis of anything else is counted on images.
    return listAttribute(producer ?? { ...emptyNode }, 'kernel_shape') ? 4 : 2;
  };
}

const emptyNode: GraphNode = { name: '', op: '', domain: '', inputs: [], outputs: [], attributes: {} };

const quantized = new Set(['QuantizeLinear', 'DequantizeLinear']);

/** The graph with Quant nodes; a graph without ONNX quantizers as it is. H3003 lists every node that has no place. */
export function withoutLinearQuantizers(original: Graph, file: string): Graph {
  let graph = splitQLinear(original);
  if (!graph.nodes.some((node) => quantized.has(node.op))) return graph;
  for (let next = raiseOne(graph); next; next = raiseOne(graph)) graph = next;
  const rewriter = new Rewriter(graph, rankIn(graph));
  for (const node of graph.nodes) rewriter.node(node);
  if (rewriter.problems.length > 0)
    throw new HeddleError(
      rewriter.problems.map(({ node, what, fix }) =>
        importDiagnostic('H3003', file, `${node.name}: ${what}`, node.name, fix),
      ),
    );
  return rewriter.result();
}
