/** What the lowering knows about a tensor of the graph: a stream of integers, and the operators that stand behind it. */
import type { Range } from './accumulator.js';
import { networkError } from './errors.js';
import { type Graph, type GraphNode, type Tensor } from './graph.js';
import { makeSegment, type Segment } from './segment.js';
import type { ElementType, StageCommon } from './stage-types.js';
import type { Activation, Stage } from './stages.js';
import { channelShape, type Layout } from './stream-layout.js';

/** A stage whose activation is still open. */
export interface Core {
  readonly origin: string;
  /** `dense`, `conv`, ...: stages are named and counted by it. */
  readonly kind: Stage['kind'];
  readonly from: readonly string[];
  /** Range of the sum of each channel. */
  readonly ranges: readonly Range[];
  /** True where a channel may be negated by its weights. */
  readonly turns: boolean;
  /** The stage with its activation; `turned` channels are negated first. */
  readonly emit: (
    common: Pick<StageCommon, 'name' | 'origin' | 'from' | 'output'>,
    activation: Activation,
    turned: readonly boolean[],
  ) => Stage;
}

export interface Value {
  /** Tensor whose elements are the integers: the stream's, or the core's sums. */
  readonly tensor: string;
  readonly layout: Layout;
  /** Name of the stream, and the type of its elements; with a core these are its sums. */
  readonly stream: string;
  readonly type: ElementType;
  readonly core?: Core;
  /** Operators behind the integers, in order. */
  readonly body: readonly GraphNode[];
  /** Layout behind the body. */
  readonly end: Layout;
}

const moveOps = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'Dropout']);
const reshapeOps = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

export function isMove(node: GraphNode): boolean {
  return moveOps.has(node.op);
}

/** True where the integers themselves are what the tensor holds, in whatever order. */
export function isBare(value: Value): boolean {
  return value.body.every(isMove);
}

/**
 * The body of a value (and a quantizer) as a function per channel of the stream; per element where it carries a vector. H3038
 * where operators treat pixels of a channel differently.
 */
export function segmentOf(graph: Graph, value: Value, nodes: readonly GraphNode[], to: string): Segment {
  const { layout, tensor } = value;
  const shape = channelShape(layout);
  const pixels = layout.image.height * layout.image.width;
  if (!shape) throw networkError('H3038', nodes[0]?.name ?? tensor, 'follows a flattened image with several pixels');
  // Reshapes do not change values; on one pixel's channels they would not fit.
  const fitted =
    pixels === 1
      ? nodes
      : nodes.map((node) =>
          reshapeOps.has(node.op) ? { ...node, op: 'Identity', inputs: node.inputs.slice(0, 1) } : node,
        );
  return makeSegment(graph, fitted, { name: tensor, shape }, to);
}

/** Constant inputs of a node, by position. */
export function constantsOf(graph: Graph, node: GraphNode): (Tensor | undefined)[] {
  return node.inputs.map((name) => graph.initializers.get(name));
}
