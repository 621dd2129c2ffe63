/**
 * Lowering: a streamlined graph to integer stages, exact by search.
 *
 * The graph is one chain. Each section between integers becomes one stage: a matrix product with the thresholds (or the fitted
 * fixed-point step) of everything up to the next quantizer, or thresholds alone. What follows the last integers is affine
 * and stays on the host.
 */
import { hull, rowRanges, type Range } from './accumulator.js';
import { sectionsOf, type Section } from './chain.js';
import { intType, valueRange } from './element-type.js';
import { networkError } from './errors.js';
import { onlyInput, onlyOutput } from './execute.js';
import { numberAttribute, sizeOf, type Graph, type GraphNode } from './graph.js';
import { inferShapes } from './infer-shapes.js';
import { fitActivation } from './lower-activation.js';
import { quantizerType } from './quantizer-type.js';
import { codesInput } from './passes/codes-input.js';
import { streamline } from './passes/streamline.js';
import { affineOf, makeSegment, type Segment } from './segment.js';
import type { Activation, DenseStage, ElementType, OutputPort, Stage, StageNetwork } from './stages.js';

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

interface Weights {
  readonly values: Int32Array;
  readonly inputs: number;
  readonly outputs: number;
}

/** Weights of a MatMul, transposed to [outputs][inputs]. H3032 where they are not integers of at most 32 bits. */
function weightsOf(graph: Graph, node: GraphNode): Weights {
  const matrix = graph.initializers.get(node.inputs[1] ?? '');
  const [inputs = 0, outputs = 0] = matrix?.shape ?? [];
  if (!matrix || matrix.data.some((value) => value !== (value | 0)))
    throw networkError('H3032', node.name, 'the weights are not integers of at most 32 bits');
  const values = Int32Array.from(
    { length: inputs * outputs },
    (_, at) => matrix.data[(at % inputs) * outputs + Math.floor(at / inputs)] ?? 0,
  );
  return { values, inputs, outputs };
}

/** Declared weight type where it still holds the values (turned rows may need one bit more), bipolar only beside bipolar inputs. */
function weightType(node: GraphNode, values: Int32Array, input: ElementType): ElementType {
  const range = { min: values.reduce((a, b) => Math.min(a, b), 0), max: values.reduce((a, b) => Math.max(a, b), 0) };
  const signs = values.every((value) => value === 1 || value === -1);
  const declared = node.attributes.weight_kind;
  if (signs && declared !== 'int' && input.kind === 'bipolar') return { kind: 'bipolar' };
  if (declared === 'int') {
    const bits = numberAttribute(node, 'weight_bits', 32);
    const type: ElementType = { kind: 'int', bits, signed: numberAttribute(node, 'weight_signed', 1) !== 0 };
    const { min, max } = valueRange(type);
    if (range.min >= min && range.max <= max) return type;
  }
  return intType(range.min, range.max);
}

function turnRows(weights: Weights, turned: readonly boolean[]): Int32Array {
  return weights.values.map((value, at) => (turned[Math.floor(at / weights.inputs)] ? -value + 0 : value));
}

/** `y = x * scale + offset` of what is left on the host; H3040 where that is not affine. */
function hostAffine(segment: Segment, name: string): { scale: Float64Array; offset: Float64Array } {
  if (!segment.affine) throw networkError('H3040', name, 'what follows the last integers is not a scale and an offset');
  return affineOf(segment);
}

/** Sign of the slope that an argmax sees: 1 or -1, H3040 where channels differ. */
function argmaxSign(segment: Segment, name: string): number {
  const { scale, offset } = hostAffine(segment, name);
  const [slope = 1, shift = 0] = [scale[0], offset[0]];
  if (slope === 0 || scale.some((value) => value !== slope) || offset.some((value) => value !== shift))
    throw networkError('H3040', name, 'channels reach TopK with different scales or offsets');
  return Math.sign(slope);
}

interface State {
  readonly stages: Stage[];
  type: ElementType;
}

/** Lowers a matrix section; returns nothing, appends to the state. */
function lowerDense(graph: Graph, section: Section & { matrix: GraphNode }, segment: Segment, state: State): void {
  const { matrix } = section;
  const weights = weightsOf(graph, matrix);
  const ranges = rowRanges(weights.values, weights.inputs, state.type);
  if (hull(ranges).max > Number.MAX_SAFE_INTEGER || hull(ranges).min < -Number.MAX_SAFE_INTEGER)
    throw networkError('H3036', matrix.name, 'the accumulator may exceed 2^53');
  const index = state.stages.filter((stage) => stage.kind === 'dense').length;
  const emit = (values: Int32Array, activation: Activation, output: ElementType, reach: readonly Range[]): void => {
    const stage: DenseStage = {
      kind: 'dense',
      name: `dense_${index}`,
      origin: matrix.name,
      inputs: weights.inputs,
      outputs: weights.outputs,
      input: state.type,
      output,
      weight: weightType(matrix, values, state.type),
      weights: values,
      accumulator: hull(reach),
      activation,
    };
    state.stages.push(stage);
    state.type = output;
  };
  if (section.end.kind === 'quantizer') {
    const fitted = fitActivation(segment, ranges, quantizerType(graph, section.end.node), matrix.name);
    const values = turnRows(weights, fitted.turned);
    emit(values, fitted.activation, fitted.output, rowRanges(values, weights.inputs, state.type));
    return;
  }
  const turn = section.end.kind === 'argmax' && argmaxSign(segment, matrix.name) < 0;
  const values = turn ? weights.values.map((value) => -value + 0) : weights.values;
  const reach = rowRanges(values, weights.inputs, state.type);
  const { min, max } = hull(reach);
  emit(values, { kind: 'none' }, intType(Math.min(min, -1), max), reach);
}

function lowerElementwise(graph: Graph, section: Section, segment: Segment, state: State): void {
  if (section.end.kind !== 'quantizer') return;
  const { node } = section.end;
  const ranges = Array.from({ length: segment.channels }, () => valueRange(state.type));
  const fitted = fitActivation(segment, ranges, quantizerType(graph, node), node.name);
  if (fitted.turned.some((turn) => turn)) throw networkError('H3034', node.name, 'the codes fall with rising input');
  const index = state.stages.filter((stage) => stage.kind === 'elementwise').length;
  const size = { inputs: segment.channels, outputs: segment.channels };
  const { activation, output } = fitted;
  state.stages.push({
    kind: 'elementwise',
    name: `thresholds_${index}`,
    origin: node.name,
    ...size,
    input: state.type,
    output,
    activation,
  });
  state.type = output;
}

function lowerArgmax(section: Section & { end: { node: GraphNode } }, segment: Segment, state: State): void {
  const { node } = section.end;
  if (!section.matrix && argmaxSign(segment, node.name) < 0)
    throw networkError('H3040', node.name, 'the scale in front of TopK is negative');
  if (numberAttribute(node, 'largest', 1) === 0)
    throw networkError('H3040', node.name, 'TopK of the smallest has no stage');
  const inputs = segment.channels;
  const output = intType(0, inputs - 1);
  const index = state.stages.filter((stage) => stage.kind === 'argmax').length;
  state.stages.push({
    kind: 'argmax',
    name: `argmax_${index}`,
    origin: node.name,
    inputs,
    outputs: 1,
    input: state.type,
    output,
  });
  state.type = output;
}

/**
 * Lowers a graph as it was read. Throws H3031 to H3041 where the result could not be exact.
 *
 * The stages equal the reference executor on `streamline(codesInput(graph, scale))` for every input code.
 */
export function lowerGraph(original: Graph, options: LowerOptions = {}): StageNetwork {
  const fallback = defaultInput(original);
  const type = options.inputType ?? fallback.type;
  const scale = options.inputScale ?? fallback.scale;
  const graph = streamline(codesInput(original, scale));
  const shapes = inferShapes(graph);
  const state: State = { stages: [], type };
  let tail: { scale: Float64Array; offset: Float64Array } = { scale: Float64Array.of(1), offset: Float64Array.of(0) };
  const sections = sectionsOf(graph, shapes);
  for (const section of sections) {
    const from = section.matrix?.outputs[0] ?? section.from;
    const quantizer = section.end.kind === 'quantizer' ? [section.end.node] : [];
    const nodes = [...section.body, ...quantizer];
    const segment = makeSegment(
      graph,
      nodes,
      { name: from, shape: shapes.get(from) ?? [] },
      nodes.at(-1)?.outputs[0] ?? from,
    );
    const { matrix, end } = section;
    if (matrix) lowerDense(graph, { ...section, matrix }, segment, state);
    else lowerElementwise(graph, section, segment, state);
    if (end.kind === 'argmax') lowerArgmax({ ...section, end }, segment, state);
    if (end.kind === 'output') tail = hostAffine(segment, original.name);
  }
  if (state.stages.length === 0) throw networkError('H3038', original.name, 'has no layer that becomes a stage');
  const input = { shape: onlyInput(graph).shape.slice(1), type, scale, fixedByModel: false };
  const softmax = sections.some((section) => section.softmax);
  return {
    name: original.name,
    numerics: original.source,
    input,
    stages: state.stages,
    output: outputPort(graph, state.type, tail, softmax),
  };
}

/** Bipolar values are 2 * code - 1: that goes into scale and offset. */
function outputPort(
  graph: Graph,
  type: ElementType,
  tail: { scale: Float64Array; offset: Float64Array },
  softmax: boolean,
): OutputPort {
  const output = onlyOutput(graph);
  const shape = inferShapes(graph).get(output.name)?.slice(1) ?? output.shape.slice(1);
  const channels = sizeOf(shape);
  const pick = (list: Float64Array, channel: number): number => list[channel % list.length] ?? 0;
  const real = Array.from({ length: Math.max(1, channels) }, (_, c) => ({
    scale: pick(tail.scale, c),
    offset: pick(tail.offset, c),
  }));
  // A list of one stands for all channels.
  const codes = type.kind === 'bipolar' ? real.map((r) => ({ scale: 2 * r.scale, offset: r.offset - r.scale })) : real;
  const one = (list: readonly number[]): readonly number[] =>
    list.every((value) => value === list[0]) ? list.slice(0, 1) : list;
  const port = { shape, type, scale: one(codes.map((c) => c.scale)), offset: one(codes.map((c) => c.offset)) };
  return softmax ? { ...port, tail: 'softmax' } : port;
}
