/**
 * The work of a pass as plain loops: output rows in the order in which they are computed, and what one tile of a row takes.
 * Written from `docs/engine.md`, without the counters of the hardware.
 */
import { type Header, opCodes } from '../header.js';
import type { Tap } from '../tap.js';

/** What of an engine decides how a pass is cut into steps. */
export interface ArrayShape {
  readonly P: number;
  readonly G: number;
  readonly M: number;
  readonly D: number;
}

/** A header with its tap program. */
export interface PassProgram {
  readonly header: Header;
  readonly taps: readonly Tap[];
}

/** One output row of one chunk of one weight tile. */
export interface PassRow {
  readonly tile: number;
  readonly chunk: number;
  readonly y: number;
  /** Kernel rows `begin` .. `end - 1` are used. */
  readonly begin: number;
  readonly end: number;
  /** Groups of slices of a tile: numbers `from` .. `to - 1`, counted from the first pair of kernel row 0. */
  readonly from: number;
  readonly to: number;
  /** Steps of a tile, one cycle each. */
  readonly steps: number;
  /** Row tokens that the first step waits for. */
  readonly need: number;
  /** Groups of D channels that leave the array behind a tile. */
  readonly groups: number;
  readonly lastOfChunk: boolean;
  readonly lastChunk: boolean;
}

const divUp = (a: number, b: number): number => Math.ceil(a / b);

/** Groups of slices in front of kernel row `k`; a fraction where one straddles. */
function groupsBefore(k: number, { op, wrap, Cc }: Header, G: number): number {
  if (op !== opCodes.dense) return k;
  return wrap === 1 ? (k * Cc) / G : k * divUp(Cc, G);
}

/** All rows of a pass: weight tiles, in them chunks, in them rows. */
export function* rowsOfPass({ header: h }: PassProgram, { G, M, D }: ArrayShape): Generator<PassRow> {
  const kernel = h.KH1 + 1;
  for (let tile = 0; tile < h.OTN; tile++) {
    for (let chunk = 0; chunk < h.CHN; chunk++) {
      for (let y = 0; y < h.Ho; y++) {
        const top = y * h.SH - h.padT;
        const begin = h.skipRows === 1 ? Math.max(0, -top) : 0;
        const end = h.skipRows === 1 ? Math.min(kernel, h.H - top) : kernel;
        const from = Math.floor(groupsBefore(begin, h, G));
        const to = Math.ceil(groupsBefore(end, h, G));
        const last = y === h.Ho - 1;
        yield {
          ...{ tile, chunk, y, begin, end, from, to, steps: (to - from) * h.NT },
          need: Math.min(h.tokMax, h.tokFirst + y * h.tokStep),
          groups: divUp(tile === h.OTN - 1 ? h.Mlast : M, D),
          lastOfChunk: last,
          lastChunk: chunk === h.CHN - 1,
        };
      }
    }
  }
}

/** Weight words of a chunk in front of the end of step `step` of a tile: the step runs when so many are in the ring. */
export function wordsNeeded({ header: h }: PassProgram, { G }: ArrayShape, row: PassRow, step: number): number {
  if (h.hasWeights === 0) return 0;
  if (h.op === opCodes.dense) return row.from * h.NT + step + 1;
  const perRow = divUp(h.NT, G);
  return (row.from + Math.floor(step / h.NT)) * perRow + Math.floor((step % h.NT) / G) + 1;
}
