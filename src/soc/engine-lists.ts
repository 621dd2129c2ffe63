/**
 * The transfers of a frame of the engine as lists in memory: what a memory-mapped engine fetches by itself, and what
 * firmware makes descriptors of a DMA from.
 *
 * An entry is four words: bytes from the begin of the buffer; bytes, never 0; flags; 0. Flags: bits 15:0 packets of results
 * that must be in memory before the transfer begins (pixels only), bit 30 the packet ends with it, bit 31 the list ends.
 */
import type { DramPiece } from '../engine/dram.js';
import type { EngineProgram } from '../engine/program.js';

export const listEntryBytes = 16;
export const listFlags = { last: 2 ** 30, end: 2 ** 31 } as const;

/** Addresses count from the begin of the buffer, in bytes; `words` lie at `offset`. */
export interface EngineLists {
  readonly offset: number;
  readonly words: Uint32Array;
  /** Where the lists of s_axis_w, s_axis_x and m_axis_y begin; a frame without transfers of a kind has no list: 0. */
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

interface Entry extends DramPiece {
  readonly after: number;
  readonly last: boolean;
}

/** Lists of a program, to lie behind its tensors. */
export function engineLists({ passes, loads, tensors }: EngineProgram): EngineLists {
  const offset = Math.ceil((tensors.address + tensors.bytes) / 64) * 64;
  const lists: readonly (readonly Entry[])[] = [
    passes.map(({ weights }) => ({ ...weights, after: 0, last: true })),
    loads.flatMap(({ head, rows, after }) => [
      { ...head, after, last: false },
      { ...rows, after, last: true },
    ]),
    passes.flatMap(({ results }) =>
      results.map((piece, k) => ({ ...piece, after: 0, last: k === results.length - 1 })),
    ),
  ];
  const words = new Uint32Array(
    lists.flatMap((list) => list.flatMap((entry, k) => entryOf(entry, k === list.length - 1))),
  );
  const [w = [], x = [], y = []] = lists;
  const place = (list: readonly Entry[], before: number): number =>
    list.length === 0 ? 0 : offset + listEntryBytes * before;
  return { offset, words, w: place(w, 0), x: place(x, w.length), y: place(y, w.length + x.length) };
}

function entryOf({ address, bytes, after, last }: Entry, end: boolean): number[] {
  if (after > 0xffff) throw new Error(`a transfer behind ${after} packets of results: 65535 can be counted`);
  return [address, bytes, after + (last ? listFlags.last : 0) + (end ? listFlags.end : 0), 0];
}
