/**
 * Thresholds of a rounding to the nearest, halves to even, with a slope that is no power of two: QONNX has such ones behind an
 * input of bytes (x / 255). No straight line has them, for ties go up and down in turn. Two roundings do: the multiplier brings
 * a sum to 2^shift steps a code, fine enough that sums beside a tie stay beside it, and the shift rounds halves to even.
 */
import { valueRange } from '../../network/element-type.js';
import type { Activation, ElementType, SumRange } from '../../network/stage-types.js';
import { requantCodes, roundCodes } from '../header.js';
import { plainRequant, type Requant } from '../layer.js';
import { requantize } from '../model/requantize.js';

type Thresholds = Extract<Activation, { kind: 'thresholds' }>;

interface Row {
  /** Thresholds by code: `at[k]` is the least sum with code `least + k + 1`. */
  readonly at: readonly number[];
  readonly range: SumRange;
}

/** The requantization, or undefined where there is none of this kind. `ranges`: sums of every channel. */
export function halfEvenRequant(
  { levels, table, perChannel }: Thresholds,
  output: ElementType,
  ranges: readonly SumRange[],
): Requant | undefined {
  const channels = perChannel ? table.length / levels : 1;
  const all = ranges.reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }));
  const rows = Array.from({ length: channels }, (_, c): Row => ({
    at: table.slice(c * levels, (c + 1) * levels),
    range: channels === ranges.length ? (ranges[c] ?? all) : all,
  }));
  const { min, max } = valueRange(output);
  const slopes = rows.map(spacingOf).filter((each) => each !== undefined);
  const spacing = slopes[0];
  if (spacing === undefined || max - min !== levels) return undefined;
  const shift = Math.ceil(Math.log2(spacing));
  if (shift < 0 || shift > 31) return undefined;
  const mult = Math.round((2 ** 30 * 2 ** shift) / spacing);
  if (mult >= 2 ** 31) return undefined;
  const bias = rows.map((row) => biasOf(row, spacing, min));
  const exact = rows.every((row, c) => gives(row, { bias: bias[c] ?? 0, mult, shift }, { min, max }));
  if (!exact) return undefined;
  const one = bias.every((value) => value === bias[0]) ? bias.slice(0, 1) : bias;
  return {
    ...{ ...plainRequant, mode: 'mult', round: 'half-even', lo: min, hi: max },
    ...{ bias: one, mult: [mult], shift: [shift], leftShift: [1] },
  };
}

/** Codes whose thresholds the sums of a channel pass. */
const reached = ({ at, range }: Row): number[] =>
  at.flatMap((sum, k) => (sum > range.min && sum <= range.max ? [k] : []));

/** Sums a code, from two thresholds an even number of codes apart: both are ties that round the same way. */
function spacingOf(row: Row): number | undefined {
  const codes = reached(row);
  const [first, last] = [codes[0], codes.at(-1)];
  if (first === undefined || last === undefined || last - first < 2) return undefined;
  const even = last - ((last - first) % 2);
  return ((row.at[even] ?? 0) - (row.at[first] ?? 0)) / (even - first);
}

/** What brings the ties of a channel to (code - 1/2) * spacing; the tie below an even code counts as that code. */
function biasOf(row: Row, spacing: number, least: number): number {
  const k = reached(row).find((each) => (least + each + 1) % 2 === 0);
  return k === undefined ? 0 : Math.round((least + k + 0.5) * spacing - (row.at[k] ?? 0));
}

/** Looked at on both sides of every threshold; between them nothing changes. */
function gives(
  { at, range }: Row,
  { bias, mult, shift }: { readonly bias: number; readonly mult: number; readonly shift: number },
  { min, max }: SumRange,
): boolean {
  const control = {
    ...{ mode: requantCodes.mult, round: roundCodes['half-even'], leaky: 0, threshold: false, wrap: false },
    ...{ zero: 0, lo: min, hi: max },
  };
  const channel = { bias: BigInt(bias), mult: BigInt(mult), high: 0n, shift, left: 1, thresholds: [] };
  const code = (sum: number): number => Number(requantize(BigInt(sum), channel, control, { W: 32, XB: 16 }));
  const inside = (sum: number): number => Math.min(range.max, Math.max(range.min, sum));
  return at.every((sum, k) => {
    const below = sum <= range.min || code(inside(sum - 1)) <= min + k;
    return below && (sum > range.max || code(inside(sum)) >= min + k + 1);
  });
}
