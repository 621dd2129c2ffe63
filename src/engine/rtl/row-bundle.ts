/** What engine_rows prepares for one output row, and the sequencer and its address pipeline use while the row runs. */
import { bool, bundle, indexWidth, type NatExpr, uint } from '../../hdl/index.js';

/**
 * Types of the fields, for M banks. Kernel rows are counted from 1 (`kh` 0 is the row in front of the first one, where a
 * group that straddles two kernel rows may begin).
 */
export const rowTypes = (M: NatExpr) => ({
  left: uint(16).doc('steps of a tile - 1'),
  word: uint(16).doc('first weight word of a tile, counted in the chunk'),
  kh: uint(6).doc('kernel row of slice 0 in the first group, from 1'),
  low: uint(6).doc('kernel rows up to here lie above the input'),
  high: uint(6).doc('last kernel row inside of the input'),
  ci: uint(16).doc('channel of slice 0 in the first group, counted in the chunk'),
  bank: uint(indexWidth(M)).doc('its bank'),
  bank0: uint(indexWidth(M)).doc('bank of channel 0 of the chunk'),
  block0: uint(16).doc('offset of its block'),
  offA: uint(16).doc('offset of the input row of kernel row kh'),
  offB: uint(16).doc('offset of the row below'),
  slotB: uint(16).doc('its place in the ring of rows'),
  exist: uint(16).doc('channels of the chunk that exist'),
  groups: uint(9).doc('groups of D channels that a tile drains'),
  drain: uint(11).doc('cycles of its drain - 1'),
  need: uint(16).doc('row tokens that the first step waits for'),
  opens: bool().doc('first row of a weight tile: its parameters must be there'),
  ends: bool().doc('last row of a chunk'),
  last_chunk: bool().doc('results leave behind this chunk'),
  last_row: bool().doc('last row of the pass'),
});

export const rowBundle = (M: NatExpr) => bundle(rowTypes(M));
