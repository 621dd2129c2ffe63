/** hls4ml's Add and Concatenate: two streams of fixed-point numbers that become one. */
import { hull } from './accumulator.js';
import { valueRange } from './element-type.js';
import { networkError } from './errors.js';
import { fractionBits, type FixedType } from './fixed-type.js';
import type { LayerGroup } from './hls4ml-groups.js';
import { cast, close, stageName, type Walk } from './hls4ml-walk.js';
import { imageSize, type ImageShape } from './image-stages.js';
import type { Activation } from './stage-types.js';
import type { AddStage, Stage } from './stages.js';

/** What flows where a walk stands as a tensor of `rank` axes: an image, or all of it as one vector. */
function imageOf({ ahead }: Walk, rank: number): ImageShape {
  return rank === 4 ? ahead : { height: 1, width: 1, channels: imageSize(ahead) };
}

/** Both sums in the finer of the two grids, added there without loss, then one cast to `result` (nnet_merge, add). */
export function addStreams(walks: readonly Walk[], group: LayerGroup, rank: number, result: FixedType): Walk {
  for (const walk of walks) close(walk, group.layer);
  const [first, second] = walks;
  if (!first || !second) throw networkError('H3031', group.layer, 'joins fewer than two activations');
  const image = imageOf(first, rank);
  const fraction = Math.max(first.fraction, second.fraction);
  const operands = [first, second].map((walk): AddStage['operands'][number] => ({
    ...{ type: walk.type, channels: imageOf(walk, rank).channels, activation: lifted(walk, fraction) },
  }));
  const range = [first, second].reduce(
    (sum, walk) => {
      const { min, max } = valueRange(walk.type);
      const unit = 2 ** (fraction - walk.fraction);
      return { min: sum.min + min * unit, max: sum.max + max * unit };
    },
    { min: 0, max: 0 },
  );
  if (range.max > Number.MAX_SAFE_INTEGER || range.min < -Number.MAX_SAFE_INTEGER)
    throw networkError('H3036', group.layer, 'the sum may exceed 2^53');
  const origin = group.nodes[0]?.name ?? group.layer;
  const from = [first.stream, second.stream];
  const walk: Walk = {
    ...{ ...first, fraction, image, ahead: image, steps: [] },
    opened: { kind: 'add', origin, from, operands, accumulator: hull([range]) },
  };
  cast(walk, result);
  return walk;
}

/** The codes of `walk` with `fraction` bits right of the point. */
function lifted(walk: Walk, fraction: number): Activation {
  const left = fraction - walk.fraction;
  if (left === 0 || walk.type.kind === 'bipolar') return { kind: 'none' };
  const { bits, signed } = walk.type;
  const step = { addend: [0n], shift: 0, rounding: 'floor', relu: false, overflow: 'wrap' } as const;
  return {
    kind: 'fixed',
    steps: [{ ...step, multiplier: [1n << BigInt(left)], result: { bits: bits + left, signed } }],
  };
}

/** Both streams cast to `result`, then joined along the channels (nnet_merge, concatenate). */
export function concatStreams(walks: readonly Walk[], group: LayerGroup, rank: number, result: FixedType): Walk {
  const [node] = group.nodes;
  const axis = node?.attributes.axis;
  const [first] = walks;
  if (!node || !first) throw networkError('H3031', group.layer, 'joins no activations');
  if (axis !== 1 && axis !== 1 - rank)
    throw networkError('H3038', group.layer, 'joins its inputs along another axis than the channels');
  const operands = walks.map((walk) => {
    if (!hasType(walk, result)) cast(walk, result);
    close(walk, group.layer);
    return { type: walk.type, channels: imageOf(walk, rank).channels };
  });
  const channels = operands.reduce((sum, operand) => sum + operand.channels, 0);
  const image = { ...imageOf(first, rank), channels };
  const size = { inputs: imageSize(image), outputs: imageSize(image) };
  const stage: Stage = {
    ...{ kind: 'concat', name: stageName(first, 'concat'), origin: node.name, from: walks.map(({ stream }) => stream) },
    ...{ ...size, input: first.type, output: first.type, image, operands },
  };
  first.stages.push(stage);
  return { ...first, stream: stage.name, image, ahead: image, steps: [] };
}

/** True where codes of `type` flow already, so that a cast would change nothing. */
function hasType({ steps, fraction, type }: Walk, wanted: FixedType): boolean {
  const same = type.kind === 'int' && type.bits === wanted.bits && type.signed === wanted.signed;
  return steps.length === 0 && same && fraction === fractionBits(wanted);
}
