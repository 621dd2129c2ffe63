/** QLinear operators written out: dequantize the inputs, compute on real values, quantize the result. */
import { freshName, tensor, type Graph, type GraphNode, type Tensor } from '../network/graph.js';

/** Positions of codes, scale and zero point. */
type Triple = readonly [codes: number, scale: number, zero: number];

interface Form {
  readonly op: string;
  readonly inputs: readonly Triple[];
  /** Positions of the result's scale and zero point. */
  readonly output: readonly [scale: number, zero: number];
  /** Position of an int32 bias in steps of both input scales. */
  readonly bias?: number;
  /** Axis that a list of weight scales belongs to. */
  readonly weightAxis?: number;
}

const forms: Readonly<Record<string, Form>> = {
  QLinearConv: {
    op: 'Conv',
    inputs: [
      [0, 1, 2],
      [3, 4, 5],
    ],
    output: [6, 7],
    bias: 8,
    weightAxis: 0,
  },
  QLinearMatMul: {
    op: 'MatMul',
    inputs: [
      [0, 1, 2],
      [3, 4, 5],
    ],
    output: [6, 7],
    weightAxis: 1,
  },
  QLinearAdd: {
    op: 'Add',
    inputs: [
      [0, 1, 2],
      [3, 4, 5],
    ],
    output: [6, 7],
  },
  QLinearGlobalAveragePool: { op: 'GlobalAveragePool', inputs: [[0, 1, 2]], output: [3, 4] },
};

/** QLinear operators of ONNX Runtime, beside those of ONNX itself. */
export const runtimeOps: ReadonlySet<string> = new Set(['QLinearAdd', 'QLinearGlobalAveragePool']);

/** Position of the zero point of the result: it says what the codes saturate to. */
export const resultZeroPoint: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(forms).map(([op, { output }]) => [op, output[1]]),
);

function biasScale(inputs: readonly (Tensor | undefined)[], [x, w]: readonly Triple[]): Tensor | undefined {
  const [xs, ws] = [inputs[x?.[1] ?? -1], inputs[w?.[1] ?? -1]];
  return (
    xs &&
    ws &&
    tensor(
      ws.data.length === 1 ? [] : [ws.data.length],
      ws.data.map((scale) => scale * (xs.data[0] ?? 1)),
    )
  );
}

/** Nodes whose scales are not constant stay as they are. */
export function splitQLinear(graph: Graph): Graph {
  let result: Graph = { ...graph, nodes: [] };
  for (const node of graph.nodes) {
    const form = Object.hasOwn(forms, node.op) ? forms[node.op] : undefined;
    const constants = node.inputs.map((name) => graph.initializers.get(name));
    const parameters = form ? [...form.inputs.flatMap(([, scale, zero]) => [scale, zero]), ...form.output] : [];
    const constant = parameters.every((at) => (node.inputs[at] ?? '') === '' || constants[at]);
    result =
      form && constant ? written(result, graph, node, form, constants) : { ...result, nodes: [...result.nodes, node] };
  }
  return result;
}

function written(
  result: Graph,
  graph: Graph,
  node: GraphNode,
  form: Form,
  constants: readonly (Tensor | undefined)[],
): Graph {
  const initializers = new Map(result.initializers);
  const nodes = [...result.nodes];
  const fresh = (suffix: string): string =>
    freshName({ ...graph, nodes: [...graph.nodes, ...nodes], initializers }, `${node.name}_${suffix}`);
  const emit = (op: string, suffix: string, inputs: string[], attributes: GraphNode['attributes']): string => {
    const name = fresh(suffix);
    nodes.push({ name, op, domain: '', inputs, outputs: [name], attributes });
    return name;
  };
  const at = (index: number): string => node.inputs[index] ?? '';
  const reals = form.inputs.map(([codes, scale, zero], k) =>
    emit(
      'DequantizeLinear',
      `input_${k}`,
      [at(codes), at(scale), at(zero)],
      k === 1 ? { axis: form.weightAxis ?? 1 } : {},
    ),
  );
  const step = form.bias === undefined ? undefined : biasScale(constants, form.inputs);
  if (form.bias !== undefined && at(form.bias) !== '' && step) {
    const scale = fresh('bias_scale');
    initializers.set(scale, step);
    reals.push(emit('DequantizeLinear', 'bias', [at(form.bias), scale], { axis: 0 }));
  }
  const { output_dtype: dtype = 2, channels_last: _, ...attributes } = node.attributes;
  const real = emit(form.op, 'real', reals, attributes);
  const [scale, zero] = form.output;
  const inputs = [real, at(scale), at(zero)];
  nodes.push({
    name: node.name,
    op: 'QuantizeLinear',
    domain: '',
    inputs,
    outputs: node.outputs,
    attributes: { output_dtype: dtype },
  });
  return { ...result, nodes, initializers };
}
