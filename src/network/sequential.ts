/**
 * A small network API: dense layers one after the other, as a QONNX graph.
 *
 * `sequential('tiny', { inputs: 16 }).dense(8, { weightBits: 4 }).relu(4).dense(3, { weightBits: 4 }).graph()` reads 16 bytes
 * (0 .. 255) and gives 3 scores. Weights that are not given are random, from the seed, over the whole range of their type.
 */
import { randomStream } from '../base/random.js';
import { type Graph, type GraphNode, scalar, type Tensor, tensor } from './graph.js';

export interface DenseOptions {
  /** 1 makes weights of -1 and +1. */
  readonly weightBits: number;
  /** Integers, row-major [outputs][inputs]; from the seed when absent. */
  readonly weights?: ArrayLike<number>;
}

interface State {
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** The tensor at the end and its elements. */
  readonly end: string;
  readonly width: number;
  readonly layers: number;
}

export class Sequential {
  private constructor(
    private readonly name: string,
    private readonly inputs: number,
    private readonly seed: bigint,
    private readonly state: State,
  ) {}

  static start(name: string, inputs: number, seed: bigint): Sequential {
    const empty: State = { nodes: [], initializers: new Map(), end: 'bytes', width: inputs, layers: 0 };
    const raw = new Sequential(name, inputs, seed, empty);
    return raw.append('Div', 'bytes_scaled', [['full', scalar(255)]]);
  }

  /** A matrix without bias; weight codes times 2^(1 - weightBits) are its real values. */
  dense(outputs: number, { weightBits, weights }: DenseOptions): Sequential {
    const { width, layers } = this.state;
    const name = `dense_${layers}`;
    const codes = weights ?? this.randomCodes(name, outputs * width, weightBits);
    const step = weightBits === 1 ? 1 : 2 ** (1 - weightBits);
    // ONNX multiplies from the right: [inputs][outputs].
    const transposed = Float64Array.from(
      { length: outputs * width },
      (_, at) => step * (codes[(at % outputs) * width + Math.floor(at / outputs)] ?? 0),
    );
    const raw: [string, Tensor] = [`${name}_weight`, tensor([width, outputs], transposed)];
    const scale: [string, Tensor] = [`${name}_weight_scale`, scalar(step)];
    const quantized =
      weightBits === 1
        ? this.side('BipolarQuant', `${name}_weight_quant`, [raw, scale])
        : this.side('Quant', `${name}_weight_quant`, [raw, scale, ...quantTail(name, weightBits)], signed);
    const product = quantized.append('MatMul', name, [`${name}_weight_quant_out`]);
    return product.with({ width: outputs, layers: layers + 1 });
  }

  /** Rectifier with an unsigned result of `bits`, whose greatest code stands for `top`. */
  relu(bits: number, top = 4): Sequential {
    const name = `relu_${this.state.layers - 1}`;
    const scale: [string, Tensor] = [`${name}_scale`, scalar(top / 2 ** bits)];
    return this.append('Relu', name, []).append('Quant', `${name}_quant`, [scale, ...quantTail(name, bits)], unsigned);
  }

  /** Sign: -1 below zero, +1 from zero on. */
  sign(): Sequential {
    const name = `sign_${this.state.layers - 1}`;
    return this.append('BipolarQuant', name, [[`${name}_scale`, scalar(1)]]);
  }

  graph(): Graph {
    const { nodes, initializers, end, width } = this.state;
    return {
      name: this.name,
      source: 'qonnx',
      inputs: [{ name: 'bytes', shape: [1, this.inputs] }],
      outputs: [{ name: end, shape: [1, width] }],
      nodes,
      initializers,
    };
  }

  private randomCodes(name: string, count: number, bits: number): number[] {
    const random = randomStream(this.seed, name);
    const limit = 2 ** (bits - 1) - 1;
    return Array.from({ length: count }, () =>
      bits === 1 ? 2 * random.nextInt(2) - 1 : random.nextInt(2 * limit + 1) - limit,
    );
  }

  /** Adds a node behind the end. Operands are tensors by name, or new constants. */
  private append(
    op: string,
    name: string,
    operands: readonly (string | readonly [string, Tensor])[],
    attributes: GraphNode['attributes'] = {},
  ): Sequential {
    const { end } = this.state;
    return this.side(op, name, [end, ...operands], attributes).with({ end: `${name}_out` });
  }

  /** Adds a node that does not move the end. */
  private side(
    op: string,
    name: string,
    operands: readonly (string | readonly [string, Tensor])[],
    attributes: GraphNode['attributes'] = {},
  ): Sequential {
    const inputs = operands.map((operand) => (typeof operand === 'string' ? operand : operand[0]));
    const constants = operands.filter((operand): operand is readonly [string, Tensor] => typeof operand !== 'string');
    const node: GraphNode = { name, op, domain: '', inputs, outputs: [`${name}_out`], attributes };
    return this.with({
      nodes: [...this.state.nodes, node],
      initializers: new Map([...this.state.initializers, ...constants]),
    });
  }

  private with(change: Partial<State>): Sequential {
    return new Sequential(this.name, this.inputs, this.seed, { ...this.state, ...change });
  }
}

const signed = { signed: 1, narrow: 1, rounding_mode: 'ROUND' };
const unsigned = { signed: 0, narrow: 0, rounding_mode: 'ROUND' };

const quantTail = (name: string, bits: number): [string, Tensor][] => [
  [`${name}_zero`, scalar(0)],
  [`${name}_bits`, scalar(bits)],
];

/** Starts a network that reads `inputs` bytes. */
export function sequential(name: string, options: { readonly inputs: number; readonly seed?: bigint }): Sequential {
  return Sequential.start(name, options.inputs, options.seed ?? 1n);
}
