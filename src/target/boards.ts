/** Boards: one JSON file each in `boards/`, described by `boards/board.schema.json`. A new board is a new file. */
import { numberedError } from '../base/diagnostics.js';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';
import type { Budget } from '../dataflow/folding-search.js';
import { validated } from './schema.js';

/** Processing system of a Zynq and the names of its ports. */
export interface Processor {
  readonly kind: 'ps7' | 'ps8';
  readonly control_port: string;
  /** First address that the control port reaches, `0x...`. */
  readonly control_base: string;
  readonly memory_ports: readonly string[];
  readonly memory_port_bits: 32 | 64 | 128;
}

/** A pin of the programmable logic. */
export interface BoardPin {
  readonly pin: string;
  readonly standard?: string;
}

export interface Board {
  /** As `--board` takes it. */
  readonly name: string;
  readonly title: string;
  readonly part: string;
  /** Family of Yosys's synthesis command. */
  readonly family: string;
  /** What makes the bitstream. */
  readonly flow: 'vivado' | 'nextpnr-ice40' | 'nextpnr-ecp5';
  /** Options of nextpnr. */
  readonly device?: string;
  readonly package?: string;
  readonly cpu?: 'cortex-a9' | 'cortex-a53';
  /** Inputs of a look-up table; 6 where not given. */
  readonly lut_inputs?: 4 | 6;
  /** What the part has; block memory in tiles of 36 Kibit. */
  readonly resources: Budget & { readonly uram?: number };
  /** Width of a stream from and to the memory of the board. */
  readonly stream_bits: number;
  /** Pattern of Vivado's board file, its version left open. */
  readonly board_part?: string;
  readonly board_connections?: readonly string[];
  readonly processor?: Processor;
  readonly clock?: BoardPin & { readonly mhz: number };
  /** Active low. */
  readonly reset?: BoardPin;
  /** Line to a computer, for boards without a processor. */
  readonly serial?: { readonly rx: BoardPin; readonly tx: BoardPin; readonly baud: number };
  /** Flash that the processor boots from, as `program_flash` calls it. */
  readonly flash?: { readonly type: string };
  /** How a boot image comes to run where neither an SD card nor a flash that is written from its begin will do. */
  readonly boot?: string;
  /** LED that says that a byte of the serial line was lost. */
  readonly alarm?: BoardPin & { readonly active: 'low' | 'high' };
}

const folder = fileURLToPath(new URL('../../boards', import.meta.url));
const schema = join(folder, 'board.schema.json');

/** Names of all boards of a folder, ascending. */
export function boardNames(directory = folder): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** The board of this name in any case; undefined where there is none. Throws H2501 where its file is wrong. */
export function findBoard(name: string, directory = folder): Board | undefined {
  const known = boardNames(directory).find((each) => each === name.toLowerCase());
  return known === undefined ? undefined : readBoard(join(directory, `${known}.json`));
}

/** A board of any file. Throws H2501 with everything that is wrong in it. */
export function readBoard(path: string): Board {
  const board = validated<Board>(path, readFileSync(path, 'utf8'), schema, 'H2501');
  if (board.name !== basename(path, '.json')) {
    throw numberedError('H2501', `${basename(path)}: the board is called ${board.name}`, {
      places: [{ file: path, text: 'name' }],
      fix: 'give the file the name of the board',
    });
  }
  return board;
}
