/** Tap programs: the steps of the window units that bring every pixel of one kernel row past the lanes. */
import { engineError } from './errors.js';
import { tapOps, tapTable, type Tap } from './tap.js';
import { fieldRange } from './bit-fields.js';

/** One axis of a kernel, along the row. */
export interface KernelRow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Pixels of padding on the left. */
  readonly pad: number;
}

export interface TapProgram {
  readonly taps: readonly Tap[];
  /** Kernel column of every tap; null for a bubble, whose weight is 0. */
  readonly columns: readonly (number | null)[];
}

/**
 * Offsets of the taps in phase `phase`, ascending, with their kernel columns: output pixel j looks at pixel `j + offset` of
 * the phase. Pixel x of a row is number `floor(x / stride)` of phase `x mod stride`.
 */
function phaseOffsets(row: KernelRow, phase: number): Map<number, number> {
  const offsets = new Map<number, number>();
  for (let column = 0; column < row.kernel; column++) {
    const pixel = column * row.dilation - row.pad - phase;
    if (pixel % row.stride === 0) offsets.set(pixel / row.stride + 0, column);
  }
  return offsets;
}

/** Word that is read for an offset, counted from the one at the tile, or undefined where the pixels are still in a register. */
function wordRead(offset: number, P: number): number | undefined {
  if (offset === 0) return 0;
  const distance = Math.abs(offset) - 1;
  if (distance % P !== 0) return undefined;
  return Math.sign(offset) * (1 + distance / P);
}

function opOf(offset: number): number {
  if (offset === 0) return tapOps.load;
  if (offset > 0) return tapOps.left;
  return offset === -1 ? tapOps.rightH : tapOps.right;
}

/**
 * The program of a kernel row for words of `P` pixels. In every phase the window is loaded at offset 0 and then moved by one
 * pixel a step, first to the right side of the row, then to the left; offsets on the way without a tap are bubbles.
 * Throws H2204 where an offset or a word lies too far away for an entry.
 */
export function tapProgram(row: KernelRow, P: number, subject: string): TapProgram {
  const steps: { readonly phase: number; readonly offset: number; readonly column: number | null }[] = [];
  for (let phase = 0; phase < row.stride; phase++) {
    const columns = phaseOffsets(row, phase);
    if (columns.size === 0) continue;
    const most = Math.max(0, ...columns.keys());
    const least = Math.min(0, ...columns.keys());
    const add = (offset: number): void => {
      steps.push({ phase, offset, column: columns.get(offset) ?? null });
    };
    for (let offset = 0; offset <= most; offset++) add(offset);
    for (let offset = -1; offset >= least; offset--) add(offset);
  }
  const taps = steps.map(({ phase, offset }, index): Tap => {
    const word = wordRead(offset, P);
    const last = index === steps.length - 1 ? 1 : 0;
    return { op: opOf(offset), read: word === undefined ? 0 : 1, dword: word ?? 0, phase, offset, last };
  });
  for (const field of ['offset', 'dword', 'phase'] as const) {
    const { min, max } = fieldRange(tapTable[field]);
    const bad = taps.find((tap) => tap[field] < min || tap[field] > max);
    if (bad)
      throw engineError('H2204', subject, `a tap has ${field} ${bad[field]}, outside of ${min}..${max} (P=${P})`);
  }
  return { taps, columns: steps.map(({ column }) => column) };
}
