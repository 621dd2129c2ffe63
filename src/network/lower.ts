/**
 * Lowering: a streamlined graph to integer stages, exact by search.
 *
 * Each section between integers becomes one stage: a product, a sum or a pool with the thresholds (or the fitted fixed-point step)
 * of everything up to the next quantizer, or thresholds alone. What follows the last integers is affine and stays on the host.
 */
import { hull } from './accumulator.js';
import { intType } from './element-type.js';
import { networkError } from './errors.js';
import { onlyInput, onlyOutput } from './execute.js';
import { sizeOf, type Graph, type ValueInfo } from './graph.js';
import { inferShapes } from './infer-shapes.js';
import { connectStages } from './lower-streams.js';
import { segmentOf, type Value } from './lower-value.js';
import { walkGraph } from './lower-walk.js';
import { codesInput } from './passes/codes-input.js';
import { streamline } from './passes/streamline.js';
import { affineOf } from './segment.js';
import type { ElementType, OutputPort, Stage, StageNetwork } from './stages.js';
import { imageLayout, isPlain, type Layout } from './stream-layout.js';

export interface LowerOptions {
  /** Type of the codes at the input port; default unsigned 8 bits. */
  readonly inputType?: ElementType;
  /** Real value of code 1; default 1/255, or 1 for a FINN graph that divides by 255 itself. */
  readonly inputScale?: number;
}

/** The input port that a graph gets when nobody says otherwise: bytes, 0..255 for 0..1 unless the graph starts with x / 255. */
export function defaultInput(graph: Graph): { type: ElementType; scale: number } {
  const input = onlyInput(graph).name;
  const first = graph.nodes.find((node) => node.inputs[0] === input && node.op !== 'Shape' && node.op !== 'Reshape');
  const divisor = first?.op === 'Div' ? graph.initializers.get(first.inputs[1] ?? '')?.data : undefined;
  const bytes = divisor?.length === 1 && divisor[0] === 255;
  return { type: { kind: 'int', bits: 8, signed: false }, scale: bytes ? 1 : 1 / 255 };
}

/**
 * Lowers a graph as it was read. Throws H3031 to H3043 where the result could not be exact.
 *
 * The stages equal the reference executor on `streamline(codesInput(graph, scale))` for every input code.
 */
export function lowerGraph(original: Graph, options: LowerOptions = {}): StageNetwork {
  const fallback = defaultInput(original);
  // A graph that computes on codes itself (TFLite) fixes its port; code 1 is the number 1 in it.
  const { codes } = onlyInput(original);
  const type = codes?.type ?? options.inputType ?? fallback.type;
  const scale = options.inputScale ?? fallback.scale;
  const graph = streamline(codes ? original : codesInput(original, scale));
  const { stages, end, softmax, input: layout, hostCodes } = walkGraph(graph, inferShapes(graph), type);
  const closed = closeOutput(graph, stages, end, original.name);
  if (closed.stages.length === 0) throw networkError('H3038', original.name, 'has no layer that becomes a stage');
  const shape = onlyInput(graph).shape.slice(1);
  const order = streamOrder(layout, onlyInput(graph).name);
  const port = codes ? { ...codes, fixedByModel: true } : { type, scale, fixedByModel: false };
  const input = { shape, ...(order ? { streamOrder: order } : {}), ...port };
  const output = outputPort(end.end, closed, softmax, onlyOutput(graph).name);
  return {
    name: original.name,
    numerics: original.source,
    input,
    stages: connectStages(closed.stages, { type, elements: sizeOf(shape) }),
    output: hostCodes ? { ...output, hostCodes } : ofCodes(output, onlyOutput(original).codes),
  };
}

/** Where the model's output is codes: what they stand for. */
function ofCodes(port: OutputPort, codes: ValueInfo['codes']): OutputPort {
  if (!codes) return port;
  const { scale, zeroPoint } = codes;
  return {
    ...port,
    scale: port.scale.map((factor) => factor * scale),
    offset: port.offset.map((term) => (term - zeroPoint) * scale),
  };
}

interface Closed {
  readonly stages: readonly Stage[];
  readonly type: ElementType;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

/** Sums at the end leave their stage as they are; what follows them is affine and stays on the host (H3040 otherwise). */
function closeOutput(graph: Graph, stages: readonly Stage[], end: Value, name: string): Closed {
  const segment = segmentOf(graph, end, end.body, end.body.at(-1)?.outputs[0] ?? end.tensor);
  if (!segment.affine) throw networkError('H3040', name, 'what follows the last integers is not a scale and an offset');
  const affine = affineOf(segment);
  const { core } = end;
  if (!core) return { stages, type: end.type, ...affine };
  const { min, max } = hull(core.ranges);
  const type = intType(Math.min(min, -1), max);
  const count = stages.filter((stage) => stage.kind === core.kind).length;
  const common = { name: `${core.kind}_${count}`, origin: core.origin, from: core.from, output: type };
  const last = core.emit(
    common,
    { kind: 'none' },
    core.ranges.map(() => false),
  );
  return { stages: [...stages, last], type, ...affine };
}

/** Axes of a sample in the order of its stream, undefined where they are in it already; H3038 for anything but images. */
function streamOrder(layout: Layout, name: string): readonly number[] | undefined {
  if (isPlain(layout)) return undefined;
  const { shape } = layout.indices;
  const wanted = shape.length === 3 || shape.length === 4 ? imageLayout(shape).indices.data : new Float64Array();
  if (wanted.length === 0 || wanted.some((value, at) => value !== layout.indices.data[at]))
    throw networkError('H3038', name, 'has its elements in another order than the stream');
  return shape.length === 3 ? [1, 0] : [1, 2, 0];
}

/** Bipolar values are 2 * code - 1: that goes into scale and offset. */
function outputPort(layout: Layout, closed: Closed, softmax: boolean, name: string): OutputPort {
  const { type } = closed;
  const shape = layout.indices.shape.slice(1);
  const order = streamOrder(layout, name);
  const channels = closed.scale.length;
  const real = Array.from({ length: Math.max(1, channels) }, (_, c) => ({
    scale: closed.scale[c] ?? 1,
    offset: closed.offset[c] ?? 0,
  }));
  // A list of one stands for all channels.
  const codes = type.kind === 'bipolar' ? real.map((r) => ({ scale: 2 * r.scale, offset: r.offset - r.scale })) : real;
  const one = (list: readonly number[]): readonly number[] =>
    list.every((value) => value === list[0]) ? list.slice(0, 1) : list;
  const port: OutputPort = {
    ...{ shape, ...(order ? { streamOrder: order } : {}), type },
    ...{ scale: one(codes.map((c) => c.scale)), offset: one(codes.map((c) => c.offset)) },
  };
  return softmax ? { ...port, tail: 'softmax' } : port;
}
