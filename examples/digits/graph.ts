/**
 * A trained network as a QONNX graph, the way Brevitas exports one: weights behind their quantizer nodes, x / 255 inside.
 *
 * The input is a drawing [1,1,28,28] with pixels 0 .. 255; the output ten scores [1,10].
 */
import { scalar, tensor, type Graph, type GraphNode, type Tensor } from '../../src/network/graph.js';
import { epsilon } from './batch-norm.js';
import type { QuantDense } from './dense.js';
import type { Design, Mlp } from './network.js';
import { pixelsPerDrawing, side } from './draw.js';

/** Collects nodes of a chain; `at` is the tensor that the next node reads. */
class Chain {
  readonly nodes: GraphNode[] = [];
  readonly initializers = new Map<string, Tensor>();
  at = 'pixels';

  constant(name: string, value: Tensor): string {
    this.initializers.set(name, value);
    return name;
  }

  node(op: string, name: string, inputs: string[], attributes: GraphNode['attributes'] = {}): string {
    const output = `${name}_out`;
    this.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  }

  /** Appends a node that reads the end of the chain. */
  append(op: string, name: string, operands: string[], attributes: GraphNode['attributes'] = {}): void {
    this.at = this.node(op, name, [this.at, ...operands], attributes);
  }
}

const quantAttributes = (signed: 0 | 1, narrow: 0 | 1) => ({ signed, narrow, rounding_mode: 'ROUND' });

function appendDense(chain: Chain, dense: QuantDense, index: number, isBinary: boolean): void {
  const { inputs, outputs, weights } = dense;
  // ONNX multiplies from the right: [inputs][outputs].
  const transposed = Float64Array.from(
    weights,
    (_, at) => weights[(at % outputs) * inputs + Math.floor(at / outputs)]!,
  );
  const raw = chain.constant(`dense_${index}_weight`, tensor([inputs, outputs], transposed));
  const name = `dense_${index}_weight_quant`;
  const scale = chain.constant(`${name}_scale`, scalar(isBinary ? 1 : 1 / 8));
  const quantized = isBinary
    ? chain.node('BipolarQuant', name, [raw, scale])
    : chain.node('Quant', name, [raw, scale, 'zero', 'four'], quantAttributes(1, 1));
  chain.append('MatMul', `dense_${index}`, [quantized]);
}

function appendNorm(chain: Chain, network: Mlp, index: number): void {
  const norm = network.norms[index]!;
  const name = `norm_${index}`;
  const parts = { scale: norm.gamma, bias: norm.beta, mean: norm.mean, variance: norm.variance };
  const operands = Object.entries(parts).map(([part, values]) =>
    // The file carries float32: rounding here keeps every reader of it equal.
    chain.constant(`${name}_${part}`, tensor([values.length], values.map(Math.fround))),
  );
  chain.append('BatchNormalization', name, operands, { epsilon: Math.fround(epsilon) });
}

export function graphOf(network: Mlp): Graph {
  const design: Design = network.design;
  const isBinary = design.name.endsWith('w1a1');
  const chain = new Chain();
  chain.constant('zero', scalar(0));
  if (!isBinary) chain.constant('four', scalar(4));
  chain.append('Div', 'pixel_range', [chain.constant('white', scalar(255))]);
  chain.append('Reshape', 'flatten', [chain.constant('flat_shape', tensor([2], [1, pixelsPerDrawing]))]);
  if (isBinary) {
    chain.append('Mul', 'centre_scale', [chain.constant('two', scalar(2))]);
    chain.append('Sub', 'centre', [chain.constant('one', scalar(1))]);
    chain.append('BipolarQuant', 'input_quant', ['one']);
    chain.initializers.delete('zero');
  }
  network.dense.forEach((dense, index) => {
    appendDense(chain, dense, index, isBinary);
    if (index === network.norms.length) return;
    appendNorm(chain, network, index);
    if (isBinary) {
      chain.append('BipolarQuant', `act_${index}`, ['one']);
    } else {
      chain.append('Relu', `relu_${index}`, []);
      const scale = chain.constant(`act_${index}_scale`, scalar(1 / 4));
      chain.append('Quant', `act_${index}`, [scale, 'zero', 'four'], quantAttributes(0, 0));
    }
  });
  chain.append('Mul', 'scores', [chain.constant('score_scale', scalar(design.outputScale))]);
  return {
    name: design.name,
    source: 'qonnx',
    inputs: [{ name: 'pixels', shape: [1, 1, side, side] }],
    outputs: [{ name: chain.at, shape: [1, 10] }],
    nodes: chain.nodes,
    initializers: chain.initializers,
  };
}
