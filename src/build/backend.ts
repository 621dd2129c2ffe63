/** Which back ends and boards there are. */
import { type Board, boardNames, findBoard } from '../target/boards.js';
import { buildError } from './errors.js';

/** The DMA port of a Zynq-7000, as on a PYNQ-Z2. */
export const defaultPortBits = 64;

/** Throws H2005 for anything but the dataflow back end. */
export function refuseEngine(backend: string): void {
  if (backend === 'dataflow') return;
  throw buildError('H2005', `--backend ${backend}: the ${backend} back end is not there yet`, {
    fix: 'leave --backend out or give dataflow',
  });
}

/** The board that estimates and budgets are measured against where none is named. */
export const defaultBoard = 'pynq-z2';

/** Throws H2004 for a board without data. */
export function boardFor(name: string = defaultBoard): Board {
  const board = findBoard(name);
  if (board === undefined)
    throw buildError('H2004', `--board ${name}: no such board`, { fix: `boards: ${boardNames().join(' ')}` });
  return board;
}
