/** Boards: one JSON file each in `boards/`. A new board is a new file. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Budget } from '../dataflow/folding-search.js';

export interface Board {
  /** As `--board` takes it. */
  readonly name: string;
  readonly title: string;
  readonly part: string;
  /** Family of Yosys's `synth_xilinx`. */
  readonly family: string;
  /** What the part has; block memory in tiles of 36 Kibit. */
  readonly resources: Budget;
  /** Width of a stream from and to the memory of the board. */
  readonly stream_bits: number;
}

const folder = fileURLToPath(new URL('../../boards', import.meta.url));

/** Names of all boards, ascending. */
export function boardNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** The board of this name in any case; undefined where there is none. */
export function findBoard(name: string): Board | undefined {
  const known = boardNames().find((each) => each === name.toLowerCase());
  return known === undefined ? undefined : (JSON.parse(readFileSync(join(folder, `${known}.json`), 'utf8')) as Board);
}
