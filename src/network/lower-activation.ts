/** One activation of a stage: thresholds where they are few, one fitted fixed-point step where they are many. */
import type { Range } from './accumulator.js';
import { levelsOf, valueRange } from './element-type.js';
import { networkError } from './errors.js';
import { fitFixed, type Line } from './fit-fixed.js';
import { affineOf, makeSegment, type Segment } from './segment.js';
import type { Activation, ElementType } from './stages.js';
import { searchThresholds, type ThresholdTable } from './thresholds.js';

/** More levels than this are not stored as thresholds (`dataflow.md` section 4, item 9). */
const maxLevels = 255;
/** Beyond this the search itself would take minutes. */
const maxSearchLevels = 4095;

export interface FittedActivation {
  readonly activation: Activation;
  readonly output: ElementType;
  /** Channels whose input must be negated. */
  readonly turned: readonly boolean[];
}

/** The same range seen from behind a negation. */
function turnedRanges(ranges: readonly Range[], turned: readonly boolean[]): Range[] {
  return ranges.map((range, channel) => (turned[channel] ? { min: -range.max + 0, max: -range.min + 0 } : range));
}

/** Exact activation of a segment that ends in a quantizer of type `output`, over all integers of `ranges`. */
export function fitActivation(
  segment: Segment,
  ranges: readonly Range[],
  output: ElementType,
  name: string,
): FittedActivation {
  const levels = levelsOf(output);
  if (levels > maxSearchLevels) throw networkError('H3035', name, `needs ${levels} levels`);
  const codes = { lowest: valueRange(output).min, step: output.kind === 'bipolar' ? 2 : 1, levels };
  const found = searchThresholds(segment, ranges, codes, name);
  if (levels <= maxLevels)
    return { activation: thresholdActivation(found, segment.channels), output, turned: found.turned };
  const step =
    output.kind === 'int'
      ? fitFixed(found, turnedRanges(ranges, found.turned), lineOf(segment, found.turned), output)
      : undefined;
  if (!step)
    throw networkError('H3035', name, `needs ${levels} levels and no fixed-point step gives all of them exactly`);
  return { activation: { kind: 'fixed', steps: [step] }, output, turned: found.turned };
}

/** One row for all channels where they agree. */
function thresholdActivation(found: ThresholdTable, channels: number): Activation {
  const { levels } = found;
  const table = Array.from(found.table);
  const same = table.every((value, index) => value === table[index % levels]);
  if (same && channels > 0) return { kind: 'thresholds', levels, table: table.slice(0, levels), perChannel: false };
  return { kind: 'thresholds', levels, table, perChannel: true };
}

/** The segment without its relu, clip and rounding, in codes per unit of the turned input. */
function lineOf(segment: Segment, turned: readonly boolean[]): Line {
  const smooth = new Set(['Relu', 'Clip']);
  const quantizer = segment.graph.nodes.at(-1);
  const nodes = segment.graph.nodes
    .filter((node) => node !== quantizer)
    .map((node) => (smooth.has(node.op) ? { ...node, op: 'Identity', inputs: node.inputs.slice(0, 1) } : node));
  const step = segment.graph.initializers.get(quantizer?.inputs[1] ?? '')?.data ?? Float64Array.of(1);
  const line = makeSegment({ ...segment.graph, nodes }, nodes, segment.from, quantizer?.inputs[0] ?? '');
  const { scale, offset } = affineOf(line);
  const codes = (values: Float64Array): Float64Array => values.map((value, c) => value / (step[c % step.length] ?? 1));
  return { slope: codes(scale).map((value, c) => (turned[c] ? -value : value)), offset: codes(offset) };
}
