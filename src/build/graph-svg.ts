/** The graph after an import pass, and the integer stages, as drawings for people: operators, shapes, quantizers. */
import { levelsOf } from '../network/element-type.js';
import { type Attribute, type Graph, type GraphNode, producerOf, type Tensor } from '../network/graph.js';
import { inferShapes } from '../network/infer-shapes.js';
import { inputName } from '../network/stage-types.js';
import { type Activation, type ElementType, sourcesOf, type Stage, type StageNetwork } from '../network/stages.js';
import { type Arrow, type Box, type BoxKind, type Drawing, renderDrawing } from './drawing.js';
import { layoutDrawings } from './layout.js';

/** PE and SIMD by stage name, where a plan is known. */
export type StageFolding = Readonly<Record<string, { readonly PE: number; readonly SIMD: number }>>;

/** SVG text of every drawing. */
export async function renderDrawings(drawings: readonly Drawing[]): Promise<string[]> {
  const layouts = await layoutDrawings(drawings);
  return drawings.map((drawing, k) => renderDrawing(drawing, layouts[k]!));
}

const products: ReadonlySet<string> = new Set(['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'XnorPopcountMatMul']);
const quantizers: ReadonlySet<string> = new Set([
  ...['Quant', 'IntQuant', 'QuantCodes', 'BipolarQuant', 'MultiThreshold', 'Trunc'],
  ...['QuantizeLinear', 'DequantizeLinear', 'FloatQuant'],
]);
const shapers: ReadonlySet<string> = new Set(
  'Reshape Flatten Squeeze Unsqueeze Transpose Concat Shape Gather Constant Identity Cast'.split(' '),
);
/** What the inputs behind the first are called, by operator. */
const roles: Readonly<Record<string, readonly string[]>> = {
  Quant: ['scale', 'zero', 'bits'],
  IntQuant: ['scale', 'zero', 'bits'],
  QuantCodes: ['scale', 'zero', 'bits'],
  BipolarQuant: ['scale'],
  Trunc: ['scale', 'zero', 'bits in', 'bits out'],
  MultiThreshold: ['thresholds'],
  QuantizeLinear: ['scale', 'zero'],
  DequantizeLinear: ['scale', 'zero'],
  MatMul: ['weights'],
  Gemm: ['weights', 'bias'],
  Conv: ['weights', 'bias'],
  BatchNormalization: ['scale', 'bias', 'mean', 'variance'],
};

export function graphDrawing(graph: Graph, title: string): Drawing {
  const shapes = knownShapes(graph);
  const boxes: Box[] = [
    ...graph.inputs.map(({ name, shape }): Box => ({
      id: `in:${name}`,
      kind: 'port',
      title: 'input',
      lines: [name, shapeText(shape)],
    })),
    ...graph.nodes.map((node): Box => ({
      id: `op:${node.name}`,
      kind: kindOf(node.op),
      title: node.op,
      lines: [node.name, ...operandLines(graph, node), ...attributeLines(node), ...resultLines(node, shapes)],
    })),
    ...graph.outputs.map(({ name }): Box => ({
      id: `out:${name}`,
      kind: 'port',
      title: 'output',
      lines: [name, shapeText(shapes.get(name))],
    })),
  ];
  return { title, boxes, arrows: graphArrows(graph) };
}

/** A graph that does not run yet (dynamic shapes, operators of a later pass) is drawn without its inner shapes. */
function knownShapes(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const declared = [...graph.inputs, ...graph.outputs].map(({ name, shape }) => [name, shape] as const);
  try {
    return new Map([...declared, ...inferShapes(graph)]);
  } catch {
    return new Map(declared);
  }
}

function graphArrows(graph: Graph): Arrow[] {
  const sources = new Map(graph.inputs.map(({ name }) => [name, `in:${name}`]));
  for (const node of graph.nodes) for (const name of node.outputs) sources.set(name, `op:${node.name}`);
  const arrow = (name: string, to: string): Arrow[] => {
    const from = sources.get(name);
    return from === undefined ? [] : [{ from, to }];
  };
  return [
    ...graph.nodes.flatMap((node) => [...new Set(node.inputs)].flatMap((name) => arrow(name, `op:${node.name}`))),
    ...graph.outputs.flatMap(({ name }) => arrow(name, `out:${name}`)),
  ];
}

function kindOf(op: string): BoxKind {
  if (products.has(op)) return 'product';
  if (quantizers.has(op)) return 'quantizer';
  return shapers.has(op) ? 'shape' : 'elementwise';
}

const shapeText = (shape: readonly number[] | undefined): string =>
  shape === undefined ? '?' : shape.length === 0 ? 'scalar' : shape.join('×');

/** Constants among the inputs: a number as it is, anything else as shape and range. */
function operandLines(graph: Graph, node: GraphNode): string[] {
  return node.inputs.flatMap((name, k) => {
    const constant = graph.initializers.get(name);
    if (constant === undefined || producerOf(graph, name) !== undefined) return [];
    const role = roles[node.op]?.[k - 1] ?? (k === 0 ? 'constant' : 'operand');
    return [`${role} ${tensorText(constant)}`];
  });
}

function tensorText({ shape, data }: Tensor): string {
  if (data.length > 0 && data.length <= 4) return [...data].map(numberText).join(', ');
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const range = low === high ? `all ${numberText(low)}` : `${numberText(low)} .. ${numberText(high)}`;
  return data.length === 0 ? shapeText(shape) : `${shapeText(shape)}: ${range}`;
}

const numberText = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));

function attributeLines(node: GraphNode): string[] {
  const text = Object.entries(node.attributes)
    .flatMap(([name, value]) => (isTensor(value) ? [] : [`${name}=${attributeText(value)}`]))
    .join(' ');
  return text === '' ? [] : [text];
}

const attributeText = (value: Exclude<Attribute, Tensor>): string =>
  typeof value === 'number' ? numberText(value) : typeof value === 'string' ? value : value.join(',');

const isTensor = (value: Attribute): value is Tensor => typeof value === 'object' && 'data' in value;

function resultLines({ outputs }: GraphNode, shapes: ReadonlyMap<string, readonly number[]>): string[] {
  const known = outputs.flatMap((name) => shapes.get(name) ?? []);
  return known.length === 0 ? [] : [`→ ${outputs.map((name) => shapeText(shapes.get(name))).join(', ')}`];
}

/** The chain of integer stages with widths and levels, PE x SIMD where the folding is known. */
export function stagesDrawing(network: StageNetwork, title: string, folding: StageFolding = {}): Drawing {
  const { input, output, stages } = network;
  const boxes: Box[] = [
    {
      id: 'input',
      kind: 'port',
      title: 'input',
      lines: [`${shapeText(input.shape)} ${typeText(input.type)}`, `scale ${numberText(input.scale)}`],
    },
    ...stages.map((stage): Box => ({
      id: `stage:${stage.name}`,
      kind: stage.kind === 'dense' ? 'product' : stage.kind === 'argmax' ? 'elementwise' : 'quantizer',
      title: `${stage.kind} ${stage.name}`,
      lines: stageLines(stage, folding),
    })),
    {
      id: 'output',
      kind: 'port',
      title: 'output',
      lines: [
        `${shapeText(output.shape)} ${typeText(output.type)}`,
        ...(output.tail === undefined ? [] : [`${output.tail} on the host`]),
      ],
    },
  ];
  const idOf = (name: string): string => (name === inputName ? 'input' : `stage:${name}`);
  const arrows = stages.flatMap((stage, k) =>
    sourcesOf(stages, k).map((name) => ({ from: idOf(name), to: idOf(stage.name) })),
  );
  const last = stages.at(-1);
  return { title, boxes, arrows: [...arrows, { from: last ? idOf(last.name) : 'input', to: 'output' }] };
}

const typeText = (type: ElementType): string =>
  type.kind === 'bipolar' ? 'bipolar' : `${type.signed ? 'int' : 'uint'}${type.bits}`;

function stageLines(stage: Stage, folding: StageFolding): string[] {
  const lines = [`${stage.inputs} ${typeText(stage.input)} → ${stage.outputs} ${typeText(stage.output)}`];
  if (stage.kind === 'dense') {
    const { min, max } = stage.accumulator;
    lines.push(`weights ${stage.outputs}×${stage.inputs} ${typeText(stage.weight)}`, `sums ${min} .. ${max}`);
  }
  if ('activation' in stage) lines.push(...activationLines(stage.activation, stage.output));
  const fold = folding[stage.name];
  if (fold !== undefined) lines.push(`PE × SIMD = ${fold.PE} × ${fold.SIMD}`);
  return lines;
}

function activationLines(activation: Activation, output: ElementType): string[] {
  if (activation.kind === 'none') return [];
  if (activation.kind === 'thresholds') {
    const { levels, perChannel } = activation;
    const of = levels === levelsOf(output) ? '' : ` of ${levelsOf(output)}`;
    return [`${levels}${of} thresholds${perChannel ? ' a channel' : ', all channels alike'}`];
  }
  return activation.steps.map(({ shift, rounding, relu, overflow, result }) =>
    [
      `× m + a >> ${shift} ${rounding}`,
      ...(relu ? ['relu'] : []),
      `${overflow} to ${typeText({ kind: 'int', ...result })}`,
    ].join(', '),
  );
}
