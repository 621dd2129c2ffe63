/**
 * The walk of the lowering over a streamlined graph: every tensor becomes a stream of integers with operators behind it, every
 * quantizer closes a stage.
 */
import { intType, valueRange } from './element-type.js';
import { networkError } from './errors.js';
import { onlyInput, onlyOutput } from './execute.js';
import { consumersOf, freshName, numberAttribute, sizeOf, tensor, type Graph, type GraphNode } from './graph.js';
import { imageSize, type ImageShape, type Operand } from './image-stages.js';
import { hostCodesBehind } from './host-codes.js';
import { inputLayout } from './input-layout.js';
import { fitActivation } from './lower-activation.js';
import { argmaxOf } from './lower-argmax.js';
import {
  addCore,
  affineTerm,
  convCore,
  denseCore,
  hasPadding,
  sumCore,
  wholeFactors,
  windowFor,
  type AddTerm,
  type Source,
} from './lower-cores.js';
import { codesOf, isScaling, requantizeSteps, type WholeAffine } from './lower-requantize.js';
import { constantsOf, isBare, isMove, segmentOf, type Core, type Value } from './lower-value.js';
import { quantizerType } from './quantizer-type.js';
import { affineOf } from './segment.js';
import { inputName, type ElementType, type FixedStep } from './stage-types.js';
import type { Activation, HostCodes, Stage } from './stages.js';
import { asImage, imageLayout, isPlain, movedLayout, plainLayout, type Layout } from './stream-layout.js';

const quantizers = new Set(['QuantCodes', 'BipolarQuant', 'MultiThreshold']);
const elementwise = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sqrt', 'Neg', 'Relu', 'LeakyRelu', 'PRelu', 'Clip', 'BatchNormalization'],
  ...['Sigmoid', 'HardSigmoid', 'Tanh', 'Identity', 'Dropout', 'Round', 'Floor', 'Ceil', 'Max', 'Min'],
]);

export interface Walked {
  /** Every stage with `from`. */
  readonly stages: readonly Stage[];
  /** What the graph's output is. */
  readonly end: Value;
  readonly softmax: boolean;
  readonly hostCodes?: HostCodes;
  /** Layout of the input tensor. */
  readonly input: Layout;
}

/** Walks a streamlined graph. H3031 to H3041 where an operator has no place. */
export function walkGraph(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>, port: ElementType): Walked {
  return new Walk(graph, shapes).run(port);
}

class Walk {
  private readonly stages: Stage[] = [];
  private readonly values = new Map<string, Value>();
  private softmax: GraphNode | undefined;
  private hostCodes: HostCodes | undefined;

  constructor(
    private graph: Graph,
    private readonly shapes: ReadonlyMap<string, readonly number[]>,
  ) {}

  run(port: ElementType): Walked {
    const input = onlyInput(this.graph).name;
    const layout = inputLayout(this.graph);
    this.values.set(input, { tensor: input, layout, stream: inputName, type: port, body: [], end: layout });
    for (const node of this.graph.nodes) this.node(node);
    const end = this.value(onlyOutput(this.graph).name, this.graph.name);
    const { stages, hostCodes } = this;
    return { stages, end, softmax: this.softmax !== undefined, input: layout, ...(hostCodes ? { hostCodes } : {}) };
  }

  private node(node: GraphNode): void {
    if (this.softmax) return this.behindSoftmax(node);
    const streams = node.inputs.filter((name) => name !== '' && !this.graph.initializers.has(name));
    const [first = ''] = streams;
    if (streams.length > 1) return this.join(node, streams);
    const value = this.value(first, node.name);
    const output = node.outputs[0] ?? '';
    if (quantizers.has(node.op)) return this.set(output, this.quantize(node, value));
    if (node.op === 'Requantize' && !isScaling(node)) return this.set(output, this.requantize(node, value));
    if (node.op === 'MatMul' || node.op === 'Conv') {
      if (node.inputs[0] !== first) throw networkError('H3038', node.name, 'has its weights on the left');
      return this.set(output, this.product(node, value));
    }
    switch (node.op) {
      case 'SumPool':
        return this.set(output, this.pending(node, sumCore(node, this.images(value, node))));
      case 'MaxPool':
        return this.set(output, this.maxPool(node, this.images(value, node)));
      case 'Resize':
      case 'Upsample':
        return this.set(output, this.upsample(node, this.images(value, node)));
      case 'TopK':
      case 'ArgMax':
        return this.argmax(node, value);
      case 'Softmax':
        this.softmax = lastAxis(node, value.end.indices.shape.length);
        return this.set(output, value);
      case 'Requantize':
        return this.set(output, { ...value, body: [...value.body, node] });
      case 'AveragePool':
      case 'GlobalAveragePool':
      case 'ReduceMean':
        throw networkError('H3038', node.name, `${node.op} divides by numbers that differ from place to place`);
    }
    if (isMove(node)) {
      const end = movedLayout(value.end, node, constantsOf(this.graph, node));
      return this.set(output, { ...value, body: [...value.body, node], end });
    }
    if (!elementwise.has(node.op)) throw networkError('H3038', node.name, `${node.op} has no stage`);
    this.set(output, { ...value, body: [...value.body, node] });
  }

  private value(name: string, reader: string): Value {
    const value = this.values.get(name);
    if (!value) throw networkError('H3031', reader, `reads "${name}", which is not computed from the input`);
    return value;
  }

  /** A tensor with several readers must be a stream: sums on their way are sent as they are. */
  private set(name: string, value: Value): void {
    const readers = consumersOf(this.graph, name);
    if (readers.length < 2 || (!value.core && isBare(value))) {
      this.values.set(name, value);
      return;
    }
    const stream = this.codes(value, readers[0] ?? { name, op: '' });
    this.values.set(name, { tensor: name, ...stream, body: [], end: stream.layout });
  }

  /** The stream of integers that a node reads, in the layout of the node's input; H3041 where there is none. */
  private codes(value: Value, node: Pick<GraphNode, 'name' | 'op'>): Source {
    if (!isBare(value)) throw networkError('H3041', node.name, `${node.op} reads values that are not integer codes`);
    if (!value.core) return { stream: value.stream, type: value.type, layout: value.end };
    const { stream, type } = this.emitSums(value.core, []);
    return { stream, type, layout: value.end };
  }

  /** MatMul or Conv of integers, or of integers with one zero point: then the padding is that code, and the sums get a constant. */
  private product(node: GraphNode, value: Value): Value {
    const offset = isBare(value) ? 0 : this.wholeOffset(value);
    const bare = offset === undefined ? value : { ...value, body: value.body.filter((item) => isMove(item)) };
    const source = this.codes(bare, node);
    if (node.op === 'MatMul') {
      const result = this.pending(node, denseCore(this.graph, node, source));
      return offset ? this.shifted(node, result, offset) : result;
    }
    const result = this.convolution(node, { ...source, layout: asImage(source.layout, node) }, offset ? -offset : 0);
    return offset ? this.shifted(node, result, offset) : result;
  }

  /** The whole number that a body adds to every element, or undefined where it does something else. */
  private wholeOffset(value: Value): number | undefined {
    const segment = segmentOf(this.graph, value, value.body, value.body.at(-1)?.outputs[0] ?? value.tensor);
    if (!segment.affine) return undefined;
    const { scale, offset } = affineOf(segment);
    const [first = 0] = offset;
    const plain = scale.every((factor) => factor === 1) && offset.every((term) => term === first);
    return plain && Number.isSafeInteger(first) ? first : undefined;
  }

  /** The sums of a product whose inputs are all `offset` greater than the codes it adds: w (x + k) = w x + k times the sum of w. */
  private shifted(node: GraphNode, value: Value, offset: number): Value {
    const weights = this.graph.initializers.get(node.inputs[1] ?? '');
    const channels = value.core?.ranges.length ?? 0;
    const sums = new Float64Array(channels);
    const each = (weights?.data.length ?? 0) / channels;
    weights?.data.forEach((weight, at) => {
      const channel = node.op === 'Conv' ? Math.floor(at / each) : at % channels;
      sums[channel] = (sums[channel] ?? 0) + weight * offset;
    });
    const spatial = node.op === 'Conv' ? value.layout.indices.shape.slice(2).map(() => 1) : [];
    const operand = freshName(this.graph, `${node.name}_zero_sums`);
    const raw = freshName(this.graph, `${node.name}_code_sums`);
    this.graph = {
      ...this.graph,
      initializers: new Map(this.graph.initializers).set(operand, tensor([channels, ...spatial], sums)),
    };
    const add: GraphNode = {
      ...{ name: operand, op: 'Add', domain: '', inputs: [raw, operand], outputs: [value.tensor], attributes: {} },
    };
    return { ...value, tensor: raw, body: [add, ...value.body] };
  }

  private images(value: Value, node: GraphNode): Source {
    const source = this.codes(value, node);
    return { ...source, layout: asImage(source.layout, node) };
  }

  /** Emits a core whose sums leave the stage as they are. */
  private emitSums(core: Core, turned: readonly boolean[]): { stream: string; type: ElementType } {
    const turn = turned.length > 0 ? turned : core.ranges.map(() => false);
    const min = core.ranges.reduce((least, range, c) => Math.min(least, turn[c] ? -range.max : range.min), -1);
    const max = core.ranges.reduce((most, range, c) => Math.max(most, turn[c] ? -range.min : range.max), 0);
    const type = intType(min, max);
    return { stream: this.emit(core, { kind: 'none' }, type, turn), type };
  }

  private emit(core: Core, activation: Activation, output: ElementType, turned: readonly boolean[]): string {
    const name = this.nameOf(core.kind);
    this.stages.push(core.emit({ name, origin: core.origin, from: core.from, output }, activation, turned));
    return name;
  }

  private nameOf(kind: Stage['kind']): string {
    const base = kind === 'elementwise' ? 'thresholds' : kind;
    return `${base}_${this.stages.filter((stage) => stage.kind === kind).length}`;
  }

  /** Sums of a core as a value, in the layout of its node's output. */
  private pending(node: GraphNode, core: Core): Value {
    const tensor = node.outputs[0] ?? '';
    const shape = this.shapes.get(tensor) ?? [];
    const layout = core.kind === 'dense' ? plainLayout(shape) : this.outputLayout(shape);
    return { tensor, layout, stream: '', type: { kind: 'int', bits: 53, signed: true }, core, body: [], end: layout };
  }

  private outputLayout(shape: readonly number[]): Layout {
    return shape.length === 3 || shape.length === 4 ? imageLayout(shape) : plainLayout(shape);
  }

  private stream(tensor: string, layout: Layout, stage: Stage): Value {
    this.stages.push(stage);
    return { tensor, layout, stream: stage.name, type: stage.output, body: [], end: layout };
  }

  /** Padding is 0 (or a zero point), which a bipolar stream does not have: it becomes two bits then. */
  private convolution(node: GraphNode, source: Source, padValue: number): Value {
    const core = convCore(this.graph, node, source, padValue);
    const kernel = this.graph.initializers.get(node.inputs[1] ?? '')?.shape.slice(2) ?? [];
    const window = windowFor(node, source.layout, kernel.length === 1 ? [1, ...kernel] : kernel);
    if (source.type.kind !== 'bipolar' || !hasPadding(window)) return this.pending(node, core);
    const output: ElementType = { kind: 'int', bits: 2, signed: true };
    const elements = imageSize(source.layout.image);
    const name = this.nameOf('elementwise');
    this.stages.push({
      ...{ kind: 'elementwise', name, origin: node.name, from: [source.stream], inputs: elements, outputs: elements },
      ...{ input: source.type, output, channels: source.layout.image.channels },
      // -2, and one more at -1, two more at +1.
      activation: { kind: 'thresholds', levels: 3, table: [-1, 1, 1], perChannel: false },
    });
    return this.pending(node, convCore(this.graph, node, { ...source, stream: name, type: output }, padValue));
  }

  private quantize(node: GraphNode, value: Value): Value {
    const output = node.outputs[0] ?? '';
    const segment = segmentOf(this.graph, value, [...value.body, node], output);
    const wanted = quantizerType(this.graph, node);
    const { core } = value;
    if (core) {
      const fitted = fitActivation(segment, core.ranges, wanted, core.origin);
      if (!core.turns && fitted.turned.some((turn) => turn))
        throw networkError('H3034', node.name, 'the codes fall with rising sums');
      const stream = this.emit(core, fitted.activation, fitted.output, fitted.turned);
      return { tensor: output, layout: value.end, stream, type: fitted.output, body: [], end: value.end };
    }
    const { image } = value.layout;
    const ranges = Array.from({ length: segment.channels }, () => valueRange(value.type));
    const fitted = fitActivation(segment, ranges, wanted, node.name);
    if (fitted.turned.some((turn) => turn)) throw networkError('H3034', node.name, 'the codes fall with rising input');
    const elements = imageSize(image);
    return this.stream(output, value.end, {
      ...{ kind: 'elementwise', name: this.nameOf('elementwise'), origin: node.name, from: [value.stream] },
      ...{ inputs: elements, outputs: elements, input: value.type, output: fitted.output },
      ...(segment.channels === elements ? {} : { channels: segment.channels }),
      activation: fitted.activation,
    });
  }

  /** The whole scale and offset of a body per channel, or undefined where it does something else. */
  private wholeAffine(value: Value, nodes: readonly GraphNode[]): WholeAffine | undefined {
    const segment = segmentOf(this.graph, value, nodes, nodes.at(-1)?.outputs[0] ?? value.tensor);
    if (!segment.affine) return undefined;
    const affine = affineOf(segment);
    return [...affine.scale, ...affine.offset].every((number) => Number.isSafeInteger(number)) ? affine : undefined;
  }

  /**
   * TFLite's requantization, step by step. In front of it a body may have scaled, added a constant and so on: ADD of a stream and a
   * constant.
   */
  private requantize(node: GraphNode, value: Value): Value {
    const output = node.outputs[0] ?? '';
    const { core } = value;
    const { image } = value.layout;
    const steps: FixedStep[] = [];
    let ranges = core?.ranges;
    let from = value;
    let section: GraphNode[] = [];
    for (const next of [...value.body, node]) {
      if (next.op !== 'Requantize') {
        section.push(next);
        continue;
      }
      const affine = this.wholeAffine(from, section);
      if (!affine) throw networkError('H3041', node.name, 'requantizes values that are not integers');
      ranges ??= Array.from({ length: affine.scale.length }, () => valueRange(value.type));
      const found = requantizeSteps(this.graph, next, affine, ranges);
      steps.push(...found.steps);
      ranges = found.ranges;
      const moved = section.filter((item) => isMove(item));
      const layout = moved.reduce((at, item) => movedLayout(at, item, constantsOf(this.graph, item)), from.layout);
      from = { ...value, tensor: next.outputs[0] ?? '', layout };
      section = [];
    }
    const channels = ranges?.length ?? 1;
    const type = codesOf(node);
    const activation: Activation = { kind: 'fixed', steps };
    if (core) {
      const stream = this.emit(
        core,
        activation,
        type,
        core.ranges.map(() => false),
      );
      return { tensor: output, layout: value.end, stream, type, body: [], end: value.end };
    }
    const elements = imageSize(image);
    return this.stream(output, value.end, {
      ...{ kind: 'elementwise', name: this.nameOf('elementwise'), origin: node.name, from: [value.stream] },
      ...{ inputs: elements, outputs: elements, input: value.type, output: type, activation },
      ...(channels === elements ? {} : { channels }),
    });
  }

  /** What the host does behind a softmax; moves of elements keep their meaning. */
  private behindSoftmax(node: GraphNode): void {
    const value = this.value(node.inputs[0] ?? '', node.name);
    if (!isMove(node)) this.hostCodes = hostCodesBehind(this.graph, node, this.hostCodes);
    const end = isMove(node) ? movedLayout(value.end, node, constantsOf(this.graph, node)) : value.end;
    this.values.set(node.outputs[0] ?? '', { ...value, end });
  }

  private maxPool(node: GraphNode, { stream, type, layout }: Source): Value {
    const { image } = layout;
    const window = windowFor(node, layout);
    const size = { inputs: imageSize(image), outputs: window.y.count * window.x.count * image.channels };
    const output = node.outputs[0] ?? '';
    return this.stream(output, this.outputLayout(this.shapes.get(output) ?? []), {
      ...{ kind: 'pool', reduce: 'max', name: this.nameOf('pool'), origin: node.name, from: [stream], ...size },
      ...{ input: type, output: type, image, window, accumulator: valueRange(type), activation: { kind: 'none' } },
    });
  }

  private upsample(node: GraphNode, { stream, type, layout }: Source): Value {
    const output = node.outputs[0] ?? '';
    const shape = this.shapes.get(output) ?? [];
    const factor = wholeFactors(layout.indices.shape, shape);
    const moved = movedLayout(layout, node, constantsOf(this.graph, node)).indices;
    const { image } = layout;
    const repeated = (at: number): number => {
      const [height = 1, width = 1] = shape.length === 3 ? [1, shape[2] ?? 1] : shape.slice(2);
      const channel = Math.floor(at / (height * width));
      const [y, x] = [Math.floor(at / width) % height, at % width];
      const pixel = Math.floor(y / (factor?.y ?? 1)) * image.width + Math.floor(x / (factor?.x ?? 1));
      return pixel * image.channels + channel;
    };
    if (!factor || moved.data.some((value, at) => value !== repeated(at)))
      throw networkError('H3038', node.name, 'only upsampling that repeats every pixel a whole number of times');
    const size = { inputs: imageSize(image), outputs: sizeOf(shape) };
    return this.stream(output, imageLayout(shape), {
      ...{ kind: 'upsample', name: this.nameOf('upsample'), origin: node.name, from: [stream], ...size },
      ...{ input: type, output: type, image, factorY: factor.y, factorX: factor.x },
    });
  }

  /** Addition and concatenation of streams. */
  private join(node: GraphNode, streams: readonly string[]): void {
    const output = node.outputs[0] ?? '';
    const values = streams.map((name) => this.value(name, node.name));
    if (node.op === 'Concat') return this.set(output, this.concat(node, values));
    if (node.op !== 'Add' || streams.length !== 2)
      throw networkError('H3031', node.name, `${node.op} joins ${streams.length} activations`);
    const terms = this.spread(
      values.map((value) => this.term(value, node)),
      node,
    );
    const [left, right] = terms.map((term) => term.layout.indices);
    const same = left?.shape.join() === right?.shape.join() && left?.data.every((at, k) => at === right?.data[k]);
    if (!same)
      throw networkError(
        'H3038',
        node.name,
        'adds streams of different shapes or orders',
        'add streams of one shape, or one pixel with all channels to an image',
      );
    this.set(output, this.pending(node, addCore(node, terms)));
  }

  /** A term of one pixel beside an image is repeated at every pixel of it. */
  private spread(terms: readonly AddTerm[], node: GraphNode): readonly AddTerm[] {
    const pixels = ({ layout: { image } }: AddTerm): number => image.height * image.width;
    const most = terms.reduce((a, b) => (pixels(b) > pixels(a) ? b : a));
    const { layout } = most;
    return terms.map((term) => {
      const { image, indices } = term.layout;
      const images = indices.shape.length === layout.indices.shape.length && image.channels === layout.image.channels;
      if (pixels(term) > 1 || pixels(most) === 1 || !images) return term;
      const name = this.nameOf('upsample');
      const { height, width } = layout.image;
      this.stages.push({
        ...{ kind: 'upsample', name, origin: node.name, from: [term.stream], inputs: image.channels },
        ...{ outputs: imageSize(layout.image), input: term.type, output: term.type },
        ...{ image: { ...image, height: 1, width: 1 }, factorY: height, factorX: width },
      });
      return { ...term, stream: name, layout };
    });
  }

  /** A stream with whole factors, or with TFLite's scaling: what an addition can take. */
  private term(value: Value, node: GraphNode): AddTerm {
    const last = value.body.at(-1);
    const scaling = last && isScaling(last) ? last : undefined;
    const body = scaling ? value.body.slice(0, -1) : value.body;
    const affine = this.wholeAffine(value, body);
    if (!affine)
      throw networkError(
        'H3041',
        node.name,
        'adds streams whose scales are not whole multiples of each other',
        'give both quantizers in front of the addition the same scale',
      );
    const codes = this.codes({ ...value, body: value.body.filter((item) => isMove(item)) }, node);
    const source = { ...codes, layout: this.inOrder(codes.layout, node) };
    if (!scaling) return affineTerm(source, affine);
    const ranges = Array.from({ length: source.layout.image.channels }, () => valueRange(source.type));
    const { steps, ranges: reached } = requantizeSteps(this.graph, scaling, affine, ranges);
    return { ...source, activation: { kind: 'fixed', steps }, ranges: reached };
  }

  /** Images in ONNX order, or a vector in the order of its stream. */
  private inOrder(layout: Layout, node: GraphNode): Layout {
    const rank = layout.indices.shape.length;
    return (rank === 3 || rank === 4) && !isPlain(layout) ? asImage(layout, node) : plainOnly(layout, node);
  }

  private concat(node: GraphNode, values: readonly Value[]): Value {
    const output = node.outputs[0] ?? '';
    const shape = this.shapes.get(output) ?? [];
    const sources = values.map((value) => this.codes(value, node));
    const images = shape.length === 3 || shape.length === 4;
    const axis = node.attributes.axis;
    const last = axis === shape.length - 1 || axis === -1;
    if (!(images ? axis === 1 || axis === 1 - shape.length : last) || values.length !== node.inputs.length)
      throw networkError('H3038', node.name, 'only streams along the channels are concatenated');
    const layouts = sources.map(({ layout }) => (images ? asImage(layout, node) : plainOnly(layout, node)));
    const operands = sources.map(({ type }, k): Operand => ({ type, channels: layouts[k]?.image.channels ?? 0 }));
    const first = sources[0]?.type ?? { kind: 'bipolar' };
    const alike = sources.every(({ type }) => JSON.stringify(type) === JSON.stringify(first));
    const ranges = sources.map(({ type }) => valueRange(type));
    const type = alike
      ? first
      : intType(Math.min(...ranges.map(({ min }) => min)), Math.max(...ranges.map(({ max }) => max)));
    const layout = this.outputLayout(shape);
    const image: ImageShape = layout.image;
    return this.stream(output, layout, {
      ...{ kind: 'concat', name: this.nameOf('concat'), origin: node.name, from: sources.map(({ stream }) => stream) },
      ...{ inputs: imageSize(image), outputs: imageSize(image), input: first, output: type, image, operands },
    });
  }

  private argmax(node: GraphNode, value: Value): void {
    const { index, sign } = argmaxOf(this.graph, node, value);
    const { stream, type } = value.core
      ? this.emitSums(
          value.core,
          value.core.ranges.map(() => sign < 0),
        )
      : { stream: value.stream, type: value.type };
    const inputs = sizeOf(value.end.indices.shape);
    const output = intType(0, inputs - 1);
    const layout = plainLayout(this.shapes.get(index) ?? [1, 1]);
    const stage: Stage = {
      ...{ kind: 'argmax', name: this.nameOf('argmax'), origin: node.name, from: [stream], inputs, outputs: 1 },
      ...{ input: type, output },
    };
    this.values.set(index, this.stream(index, layout, stage));
  }
}

/** A Softmax that the host computes on one sample's real values, row by row; H3043 over other axes. */
function lastAxis(node: GraphNode, rank: number): GraphNode {
  const axis = numberAttribute(node, 'axis', -1);
  if (axis !== -1 && axis !== rank - 1)
    throw networkError('H3043', node.name, `Softmax over axis ${axis} of ${rank}, not over the last one`);
  return node;
}

function plainOnly(layout: Layout, node: GraphNode): Layout {
  if (isPlain(layout)) return layout;
  throw networkError('H3038', node.name, `${node.op} reads elements in another order than the stream has them`);
}
