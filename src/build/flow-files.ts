/** Scripts, constraints and the test bench that stand beside the text in the directory of a build. */
import { asicFiles } from '../target/asic.js';
import { benchFiles, type VectorFiles } from '../target/bench.js';
import type { Board } from '../target/boards.js';
import type { TargetDesign } from '../target/design.js';
import { ipXact } from '../target/ip-xact.js';
import { packageFiles } from '../target/packages.js';
import { readTechnology } from '../target/technology.js';
import { vivadoFiles } from '../target/vivado.js';

export interface FlowOptions {
  readonly board: Board;
  /** Path of a `tech.json`. */
  readonly tech?: string | undefined;
  readonly vectors: VectorFiles;
}

/** Files by path below the directory of the build. */
export function flowFiles(
  design: TargetDesign,
  { board, tech, vectors }: FlowOptions,
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...benchFiles(design, { vectors }),
    ...packageFiles(design, board),
    ['component.xml', ipXact(design)],
    ...(board.flow === 'vivado' ? vivadoFiles(design, board) : []),
    ...(tech === undefined ? [] : asicFiles(design, readTechnology(tech), { rtlFolder: 'rtl', clockGating: true })),
  ]);
}
