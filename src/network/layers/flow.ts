/**
 * Networks written in TypeScript: a layer is a function from flow to flow, a flow is a value that knows its shape and the
 * operator that makes it. Nothing is shared and nothing changes, so a flow may be read by as many layers as one likes.
 */
import { randomStream, type RandomStream } from '../../base/random.js';
import { scalar, type Attribute, type Graph, type GraphNode, type Tensor } from '../graph.js';

/** What the operator of a flow writes into a graph; it returns the name of the tensor that it makes. */
export type Emit = (writer: GraphWriter, inputs: readonly string[]) => string;

export interface Flow {
  /** [channels, height, width] of an image, [elements] of a vector; the batch axis is left out. */
  readonly shape: readonly number[];
  readonly inputs: readonly Flow[];
  readonly emit: Emit;
}

/** From what flows in to what flows out. */
export type Layer = (x: Flow) => Flow;

export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The input of a network: bytes 0 .. 255, of which the network sees `byte / 255`. */
export function bytes(size: number | ImageSize): Flow {
  const shape = typeof size === 'number' ? [size] : [size.channels, size.height, size.width];
  return {
    shape,
    inputs: [],
    emit: (writer) => writer.node('Div', 'bytes_scaled', [writer.input('bytes', shape), scalar(255)]),
  };
}

/** Applies layers one after the other. */
export function pipe(x: Flow, ...layers: readonly Layer[]): Flow {
  return layers.reduce((flow, layer) => layer(flow), x);
}

/** Several layers as one: what a network repeats gets a name of its own. */
export const bundle =
  (...layers: readonly Layer[]): Layer =>
  (x) =>
    pipe(x, ...layers);

/** A layer of one operator. */
export const operator =
  (shapeOf: (shape: readonly number[]) => readonly number[], emit: (shape: readonly number[]) => Emit): Layer =>
  (x) => ({ shape: shapeOf(x.shape), inputs: [x], emit: emit(x.shape) });

/** Collects the nodes of a graph while flows are visited in order. */
export class GraphWriter {
  readonly inputs = new Map<string, readonly number[]>();
  readonly nodes: GraphNode[] = [];
  readonly initializers = new Map<string, Tensor>();
  readonly #counts = new Map<string, number>();

  constructor(private readonly seed: bigint) {}

  /** `conv_0`, `conv_1`, ... in the order of the network. */
  name(kind: string): string {
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    return `${kind}_${count}`;
  }

  /** Random numbers that belong to `name`. */
  random(name: string): RandomStream {
    return randomStream(this.seed, name);
  }

  input(name: string, shape: readonly number[]): string {
    this.inputs.set(name, shape);
    return name;
  }

  constant(name: string, value: Tensor): string {
    this.initializers.set(name, value);
    return name;
  }

  /** Adds a node and returns its output; operands are tensors by name, or constants, which get names after the node. */
  node(
    op: string,
    name: string,
    operands: readonly (string | Tensor)[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const inputs = operands.map((operand, k) =>
      typeof operand === 'string'
        ? operand
        : this.constant(`${name}_${operandNames[op]?.[k] ?? `operand_${k}`}`, operand),
    );
    const output = `${name}_out`;
    this.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  }
}

/** What the constants of an operator are called. */
const operandNames: Readonly<Record<string, readonly string[]>> = {
  Quant: ['value', 'scale', 'zero_point', 'bits'],
  BipolarQuant: ['value', 'scale'],
  BatchNormalization: ['value', 'gamma', 'beta', 'mean', 'variance'],
  Div: ['value', 'divisor'],
};

/**
 * The graph behind a flow, in QONNX. Weights that are not given come from the seed and the layer's name, so a network is the
 * same each time it is written.
 */
export function graphOf(name: string, end: Flow, { seed = 1n }: { readonly seed?: bigint } = {}): Graph {
  const writer = new GraphWriter(seed);
  const tensors = new Map<Flow, string>();
  const visit = (flow: Flow): string => {
    const known = tensors.get(flow);
    if (known !== undefined) return known;
    const inputs = flow.inputs.map(visit);
    const tensor = flow.emit(writer, inputs);
    tensors.set(flow, tensor);
    return tensor;
  };
  const output = visit(end);
  return {
    name,
    source: 'qonnx',
    inputs: [...writer.inputs].map(([input, shape]) => ({ name: input, shape: [1, ...shape] })),
    outputs: [{ name: output, shape: [1, ...end.shape] }],
    nodes: writer.nodes,
    initializers: writer.initializers,
  };
}

/** A flow as [channels, height, width]; a vector is an image of one pixel. */
export function imageOf(shape: readonly number[]): readonly [channels: number, height: number, width: number] {
  return [shape[0] ?? 1, shape[1] ?? 1, shape[2] ?? 1];
}
