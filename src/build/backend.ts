/** Which back ends and boards there are. */
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

/** Boards whose DMA port and clock are the defaults. */
const boards: readonly string[] = ['pynq-z2'];

/** Throws H2004 for a board without data. */
export function refuseBoard(board: string | undefined): void {
  if (board === undefined || boards.includes(board.toLowerCase())) return;
  throw buildError('H2004', `--board ${board}: no such board`, { fix: `boards: ${boards.join(' ')}` });
}
