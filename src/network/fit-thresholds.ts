/**
 * Thresholds as one fixed-point step, where there is one that gives the same code for every value in reach: n comparators a
 * lane become an addition and a rounding, or a multiplication. 8-bit activations and averages mostly are such steps.
 *
 * A floor `(a m + b) >> s` reaches code v from a on and not before: `a m + b >= v 2^s` and `(a - 1) m + b < v 2^s`. Each pair of
 * such bounds gives b away and bounds the slope m / 2^s; the least shift with a multiplier between the bounds, and an addend
 * that serves them all, is exact for every value. Averages that round halves away from zero have no floor of this kind with a
 * power of two for a slope; their own rounding is tried, and looked at on both sides of every threshold.
 */
import { levelsOf, valueRange } from './element-type.js';
import { fixedStep } from './run-stages.js';
import type { Activation, ElementType, FixedStep, RoundingMode, SumRange } from './stages.js';

type Thresholds = Extract<Activation, { kind: 'thresholds' }>;

/** At value `at` the code is at least (`lower`), or below (`upper`), `code`. */
interface Bound {
  readonly at: number;
  readonly code: number;
}
interface Row {
  readonly lower: readonly Bound[];
  readonly upper: readonly Bound[];
  /** The slope lies between these, both excluded. */
  readonly least: number;
  readonly most: number;
}

const maxShift = 30;

/** Thresholds that a step without a multiplier, and one with a multiplier, must replace at the least to be the smaller circuit. */
const worth = { plain: 7, multiplier: 63 };

/**
 * The step, or undefined where none is exact or none is worth it. Channels are the rows of the table; `range` is what reaches all
 * of them, or each of them in turn; `least` is what is worth it.
 */
export function stepForThresholds(
  { levels, table, perChannel }: Thresholds,
  output: ElementType,
  range: SumRange | readonly SumRange[],
  least: { readonly plain: number; readonly multiplier: number } = worth,
): FixedStep | undefined {
  if (output.kind !== 'int' || levels < least.plain || levels !== levelsOf(output)) return undefined;
  const lowest = valueRange(output).min;
  const channels = perChannel ? table.length / levels : 1;
  const rows = Array.from({ length: channels }, (_, c) =>
    rowOf(table.slice(c * levels, (c + 1) * levels), lowest, rangeOfRow(range, c, channels)),
  );
  const result = { bits: output.bits, signed: output.signed };
  const floor = floorOf(rows, result);
  const step = floor !== undefined && isPower(floor) ? floor : (roundingOf(rows, result) ?? floor);
  if (step === undefined) return undefined;
  return levels >= (isPower(step) ? least.plain : least.multiplier) ? step : undefined;
}

function rangeOfRow(range: SumRange | readonly SumRange[], row: number, rows: number): SumRange {
  if (!('length' in range)) return range;
  const own = range.length === rows ? range[row] : undefined;
  return own ?? range.reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }));
}

const isPower = ({ multiplier }: FixedStep): boolean =>
  multiplier.every((value) => value === multiplier[0] && value > 0n && (value & (value - 1n)) === 0n);

function rowOf(thresholds: readonly number[], lowest: number, { min, max }: SumRange): Row {
  const lower: Bound[] = [];
  const upper: Bound[] = [];
  thresholds.forEach((t, k) => {
    const code = lowest + k + 1;
    if (t <= max) lower.push({ at: Math.max(t, min), code });
    if (t > min) upper.push({ at: Math.min(t - 1, max), code });
  });
  let [least, most] = [0, Infinity];
  for (const a of lower)
    for (const b of upper) {
      const [run, rise] = [b.at - a.at, b.code - a.code];
      if (run > 0) most = Math.min(most, rise / run);
      else if (run < 0) least = Math.max(least, rise / run);
    }
  return { lower, upper, least, most };
}

/** The addends that serve a multiplier: the least of them, or undefined. */
function addendOf({ lower, upper }: Row, m: bigint, s: bigint): bigint | undefined {
  const low = lower.map(({ at, code }) => (BigInt(code) << s) - m * BigInt(at));
  const high = upper.map(({ at, code }) => (BigInt(code) << s) - 1n - m * BigInt(at));
  const least = low.reduce((a, b) => (b > a ? b : a), low[0] ?? high[0] ?? 0n);
  return high.every((value) => value >= least) ? least : undefined;
}

const floorStep = (multiplier: bigint[], addend: bigint[], shift: number, result: FixedStep['result']): FixedStep => ({
  ...{ multiplier, addend, shift, rounding: 'floor', relu: false, overflow: 'saturate', result },
});

/** The floor with the least shift. */
function floorOf(rows: readonly Row[], result: FixedStep['result']): FixedStep | undefined {
  if (rows.some(({ least, most }) => least >= most)) return undefined;
  for (let shift = 0; shift <= maxShift; shift++) {
    const unit = 2 ** shift;
    const found: { readonly m: bigint; readonly b: bigint }[] = [];
    for (const row of rows) {
      const m = BigInt(Math.floor(row.least * unit) + 1);
      const b = addendOf(row, m, BigInt(shift));
      if (b === undefined) break;
      found.push({ m, b });
    }
    if (found.length < rows.length) continue;
    return floorStep(
      found.map(({ m }) => m),
      found.map(({ b }) => b),
      shift,
      result,
    );
  }
  return undefined;
}

/** A power of two as the slope of all rows, with a rounding that looks at the sign or the parity. */
function roundingOf(rows: readonly Row[], result: FixedStep['result']): FixedStep | undefined {
  const slopes = rows.map(({ least, most }) => (least + most) / 2);
  const shift = Math.round(-Math.log2(slopes[0] ?? 1));
  if (!(shift > 0 && shift <= maxShift) || slopes.some((slope) => Math.round(-Math.log2(slope)) !== shift))
    return undefined;
  const modes: readonly RoundingMode[] = ['half-away', 'half-even', 'to-zero'];
  for (const rounding of modes) {
    const addend = rows.map((row) => {
      const { at, code } = row.lower[row.lower.length >> 1] ?? { at: 0, code: 0 };
      const near = BigInt(Math.round((code - (rounding === 'to-zero' ? 0 : 0.5)) * 2 ** shift)) - BigInt(at);
      return [near, near + 1n, near - 1n].find((b) => {
        const one = { ...floorStep([1n], [b], shift, result), rounding };
        return gives(one, row);
      });
    });
    const all = addend.filter((b) => b !== undefined);
    if (all.length === rows.length) return { ...floorStep([1n], all, shift, result), rounding };
  }
  return undefined;
}

/** Looked at on both sides of every threshold; between them nothing changes. */
function gives(step: FixedStep, { lower, upper }: Row): boolean {
  return (
    lower.every(({ at, code }) => fixedStep(step, BigInt(at), 0) >= BigInt(code)) &&
    upper.every(({ at, code }) => fixedStep(step, BigInt(at), 0) < BigInt(code))
  );
}
