/** Which back ends and boards there are. */
import { numberedError } from '../base/diagnostics.js';
import { type Board, boardNames, findBoard } from '../target/boards.js';

/** The DMA port of a Zynq-7000, as on a PYNQ-Z2. */
export const defaultPortBits = 64;

/** Width of ports where none is asked for: what the way into the board carries, for boards without a vendor's DMA. */
export function portBitsFor(board: string | undefined): number {
  const found = board === undefined ? undefined : findBoard(board);
  return found?.serial === undefined ? defaultPortBits : found.stream_bits;
}

/** Options of the command line that say which back end, and those that only the dataflow back end has. */
export interface BackendOptions {
  readonly backend: string;
  readonly engine?: string | undefined;
  readonly folding?: string | undefined;
  readonly portBits?: number | 'full' | undefined;
  readonly targetFps?: number | undefined;
  readonly maxLatency?: number | undefined;
}

/** What --engine says where the engine back end is asked for; H2005 where options of the two do not go together. */
export function engineOption(options: BackendOptions): string | undefined {
  const { backend, engine, folding, portBits, targetFps, maxLatency } = options;
  if (backend === 'dataflow') {
    if (engine === undefined) return undefined;
    throw numberedError('H2005', '--engine belongs to the engine back end', { fix: 'add --backend engine' });
  }
  if (engine === undefined)
    throw numberedError('H2005', '--backend engine: which engine is not said', {
      fix: 'add --engine P=7,G=3,M=32,D=4',
    });
  const others = { folding, 'port-bits': portBits, 'target-fps': targetFps, 'max-latency': maxLatency };
  const foreign = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
  if (foreign.length > 0)
    throw numberedError('H2005', `${foreign.join(', ')}: the engine has no use for it`, {
      fix: 'leave it out; what there is to choose is in engine.json',
    });
  return engine;
}

/** The board that estimates and budgets are measured against where none is named. */
export const defaultBoard = 'pynq-z2';

/** Throws H2004 for a board without data. */
export function boardFor(name: string = defaultBoard): Board {
  const board = findBoard(name);
  if (board === undefined)
    throw numberedError('H2004', `--board ${name}: no such board`, { fix: `boards: ${boardNames().join(' ')}` });
  return board;
}
