/** The walk along a network as hls4ml builds it: casts collect as fixed steps, a stage closes where the next product begins. */
import { channelRanges, hull } from './accumulator.js';
import { intType } from './element-type.js';
import { networkError } from './errors.js';
import { fractionBits, type FixedType } from './fixed-type.js';
import { imageSize, type ImageShape } from './image-stages.js';
import type { AddStage, ConvStage, DenseStage, ElementType, FixedStep, PoolStage, Stage } from './stages.js';

/** What a stage begins with; the rest is known when it closes. */
export type Opened =
  | Pick<DenseStage, 'kind' | 'origin' | 'weights' | 'productShift'>
  | Pick<ConvStage, 'kind' | 'origin' | 'weights' | 'productShift' | 'window' | 'groups'>
  | Pick<PoolStage, 'kind' | 'origin' | 'window' | 'reduce'>
  | (Pick<AddStage, 'kind' | 'origin' | 'operands' | 'accumulator'> & { readonly from: readonly string[] });

/** Where a walk stands: the integers that flow here have `fraction` bits right of the point. Walks along branches share `stages`. */
export interface Walk {
  readonly stages: Stage[];
  /** Name of the last closed stage, or of the input port. */
  stream: string;
  fraction: number;
  /** Type of the codes behind the last closed stage. */
  type: ElementType;
  /** What flows behind the last closed stage; a vector is an image of one pixel. */
  image: ImageShape;
  /** What flows where the walk stands. */
  ahead: ImageShape;
  /** A stage waiting for its steps. */
  opened: Opened | undefined;
  steps: FixedStep[];
}

/** One cast: `x * multiplier + addend` with `fraction` bits right of the point, into `type`. */
function castStep(
  fraction: number,
  type: FixedType,
  more: { multiplier?: readonly bigint[]; addend?: readonly bigint[]; relu?: boolean } = {},
): FixedStep {
  return {
    multiplier: more.multiplier ?? [1n],
    addend: more.addend ?? [0n],
    shift: fraction - fractionBits(type),
    rounding: type.rounding,
    relu: more.relu ?? false,
    overflow: type.overflow,
    result: { bits: type.bits, signed: type.signed },
  };
}

/** Adds a cast; the walk then stands behind it. */
export function cast(
  walk: Walk,
  type: FixedType,
  more: Parameters<typeof castStep>[2] = {},
  fraction = walk.fraction,
): void {
  walk.steps.push(castStep(fraction, type, more));
  walk.fraction = fractionBits(type);
}

/** Closes the open stage: its type is that of its last step. H3036 where that does not fit a number. */
export function close(walk: Walk, origin: string): void {
  const last = walk.steps.at(-1);
  if (!last) return;
  // Codes travel as float64 on the host.
  if (last.result.bits > 53) throw networkError('H3036', origin, `its result has ${last.result.bits} bits`);
  const output: ElementType = { kind: 'int', ...last.result };
  const activation = { kind: 'fixed' as const, steps: walk.steps };
  const sizes = { inputs: imageSize(walk.image), outputs: imageSize(walk.ahead) };
  const common = { ...sizes, from: [walk.stream], input: walk.type, output, activation };
  const stage = stageOf(walk, common, origin);
  walk.stages.push(stage);
  walk.stream = stage.name;
  walk.type = output;
  walk.image = walk.ahead;
  walk.opened = undefined;
  walk.steps = [];
}

function stageOf(
  walk: Walk,
  common: Pick<DenseStage, 'inputs' | 'outputs' | 'input' | 'output' | 'activation' | 'from'>,
  origin: string,
): Stage {
  const { opened, image, ahead } = walk;
  if (!opened) {
    const channels = image.height * image.width > 1 ? { channels: image.channels } : {};
    return { kind: 'elementwise', name: stageName(walk, 'elementwise'), origin, ...channels, ...common };
  }
  const shell = { name: stageName(walk, opened.kind), accumulator: { min: 0, max: 0 }, ...common };
  if (opened.kind === 'add') {
    const { from, accumulator, operands } = opened;
    const both = { from, accumulator, inputs: operands.length * common.inputs };
    return { ...opened, ...shell, ...both, input: operands[0]?.type ?? common.input, image };
  }
  if (opened.kind === 'pool') return { ...opened, ...shell, image };
  const weight = intType(...minMax(opened.weights));
  const stage: DenseStage | ConvStage =
    opened.kind === 'dense'
      ? { ...opened, ...shell, weight }
      : { ...opened, ...shell, weight, image, channels: ahead.channels, padValue: 0 };
  return { ...stage, accumulator: hull(channelRanges(stage)) };
}

/** A name for the next stage of a kind: `dense_0`. */
export function stageName({ stages }: Walk, kind: Stage['kind']): string {
  const base = kind === 'elementwise' ? 'fixed' : kind;
  return `${base}_${stages.filter((stage) => stage.kind === kind).length}`;
}

function minMax(values: Int32Array): [min: number, max: number] {
  return [values.reduce((a, b) => Math.min(a, b), -1), values.reduce((a, b) => Math.max(a, b), 0)];
}
