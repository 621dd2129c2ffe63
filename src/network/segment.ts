/**
 * A segment: the operators between an integer tensor and the next quantizer (or the output), as one function per channel.
 *
 * Every operator of a segment is elementwise with constants, or only reshapes, so that a whole batch of candidate values can be
 * pushed through the reference executor's own code: row r of the batch holds one candidate for each channel.
 */
import { networkError } from './errors.js';
import { executeAll } from './execute.js';
import { sizeOf, tensor, type Graph, type GraphNode } from './graph.js';

/** Each rounds a non-decreasing or non-increasing real function, and rounding is monotone: so is the float64 result. */
const monotoneOps = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'BatchNormalization', 'Relu', 'Clip', 'Sqrt', 'Neg', 'Identity', 'Dropout'],
  ...['QuantCodes', 'BipolarQuant', 'MultiThreshold', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'],
]);

const affineOps = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'BatchNormalization', 'Identity', 'Dropout'],
  ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'],
]);

export interface Segment {
  readonly graph: Graph;
  readonly from: { readonly name: string; readonly shape: readonly number[] };
  readonly channels: number;
  /** True where monotonicity follows from the operators alone. */
  readonly monotone: boolean;
  readonly affine: boolean;
  /** Values [rows][channels] in, values of the last tensor [rows][channels] out. */
  readonly evaluate: (values: Float64Array) => Float64Array;
}

/** Makes the function of `nodes`, a chain from tensor `from` of shape [1, ...] to the tensor `to`. */
export function makeSegment(graph: Graph, nodes: readonly GraphNode[], from: Segment['from'], to: string): Segment {
  const channels = sizeOf(from.shape.slice(1));
  const part: Graph = { ...graph, nodes };
  const block = Math.max(1, Math.floor(262144 / Math.max(1, channels)));
  const evaluate = (values: Float64Array): Float64Array => {
    if (nodes.length === 0) return values;
    const out = new Float64Array(values.length);
    for (let start = 0; start < values.length; start += block * channels) {
      const slice = values.subarray(start, start + block * channels);
      const feed = tensor([slice.length / channels, ...from.shape.slice(1)], slice);
      const result = executeAll(part, new Map([[from.name, feed]])).get(to)?.data ?? slice;
      if (result.length !== slice.length)
        throw networkError(
          'H3038',
          nodes[0]?.name ?? to,
          'has constants that differ within a channel',
          'give it one constant per channel',
        );
      out.set(result, start);
    }
    return out;
  };
  return {
    graph: part,
    from,
    channels,
    monotone: nodes.every((node) => monotoneOps.has(node.op)),
    affine: nodes.every((node) => affineOps.has(node.op)),
    evaluate,
  };
}

/**
 * Scale and offset of an affine segment per channel: `y = x * scale + offset`. The slope is taken over 2^20, so that it keeps
 * full precision beside a large offset.
 */
export function affineOf(segment: Segment): { scale: Float64Array; offset: Float64Array } {
  const span = 2 ** 20;
  const offset = segment.evaluate(new Float64Array(segment.channels));
  const far = segment.evaluate(new Float64Array(segment.channels).fill(span));
  return { scale: far.map((value, channel) => (value - (offset[channel] ?? 0)) / span), offset };
}
