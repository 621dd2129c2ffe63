/**
 * The quantized graph as plain data: nodes, tensors, shapes. Readers produce it, passes rewrite it, the executor runs it.
 *
 * Operator names, inputs and attributes are those of ONNX and QONNX, whatever file the network came from: a QKeras dense layer
 * arrives as `Quant` (kernel) + `MatMul` + `Add`, each tagged with the `layer` it came from. All tensors carry float64;
 * integers up to 2^53 are exact in them.
 */
import type { ElementType } from './stages.js';

export interface Tensor {
  readonly shape: readonly number[];
  /** C order. */
  readonly data: Float64Array;
}

export type Attribute = number | string | readonly number[] | Tensor;

export interface GraphNode {
  /** Unique within the graph; the name in the user's file where there is one. */
  readonly name: string;
  readonly op: string;
  /** Empty for plain ONNX; custom operators keep the domain of the file. */
  readonly domain: string;
  /** Tensor names; an empty string is an absent optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Keras layer the node came from; hls4ml looks types up by it. */
  readonly layer?: string;
}

export interface ValueInfo {
  readonly name: string;
  /** With the batch axis in front, which is 1. */
  readonly shape: readonly number[];
  /** Where the model fixes the codes of this tensor: `real = (code - zeroPoint) * scale`, and the graph computes on codes. */
  readonly codes?: { readonly type: ElementType; readonly scale: number; readonly zeroPoint: number };
}

export interface Graph {
  readonly name: string;
  /** Whose arithmetic the nodes follow. */
  readonly source: 'qonnx' | 'finn' | 'qkeras' | 'tflite';
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In an order in which every input is defined before it is used. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
}

/** Elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function tensor(shape: readonly number[], data: ArrayLike<number>): Tensor {
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

export function scalar(value: number): Tensor {
  return tensor([], [value]);
}

/** The node that computes a tensor, or undefined for graph inputs and initializers. */
export function producerOf(graph: Graph, name: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.outputs.includes(name));
}

/** The nodes that read a tensor. */
export function consumersOf(graph: Graph, name: string): GraphNode[] {
  return graph.nodes.filter((node) => node.inputs.includes(name));
}

/** A numeric attribute or its default. */
export function numberAttribute(node: GraphNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

/** An attribute that is a list of integers; a single number counts as a list of one. */
export function listAttribute(node: GraphNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? (value as readonly number[]) : undefined;
}

export function stringAttribute(node: GraphNode, name: string, fallback: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : fallback;
}

/** A name that no tensor of the graph has yet. */
export function freshName(graph: Graph, base: string): string {
  const used = new Set([...graph.initializers.keys(), ...graph.inputs.map((value) => value.name)]);
  for (const node of graph.nodes) {
    used.add(node.name);
    node.outputs.forEach((name) => used.add(name));
  }
  if (!used.has(base)) return base;
  for (let count = 1; ; count++) if (!used.has(`${base}_${count}`)) return `${base}_${count}`;
}

/** Drops nodes and initializers that no output depends on. */
export function withoutDeadNodes(graph: Graph): Graph {
  const live = new Set(graph.outputs.map((value) => value.name));
  const nodes: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => live.has(name))) continue;
    node.inputs.forEach((name) => live.add(name));
    nodes.unshift(node);
  }
  const initializers = new Map([...graph.initializers].filter(([name]) => live.has(name)));
  return { ...graph, nodes, initializers };
}
