/** Scripts, constraints and the test bench that stand beside the text in the directory of a build. */
import type { Design as CircuitDesign } from '../circuit/index.js';
import type { TextFile } from '../cosim/index.js';
import { activityFile } from './activity.js';
import { memoryList } from './memory-list.js';
import { asicFiles } from '../target/asic.js';
import { benchFiles, type BenchOptions } from '../target/bench.js';
import type { Board } from '../target/boards.js';
import { mapClockGates } from '../target/clock-gates.js';
import type { TargetDesign } from '../target/design.js';
import { ipXact } from '../target/ip-xact.js';
import { openAsicFiles, readOpenTechnology } from '../target/open-asic.js';
import { openFpgaFiles } from '../target/open-fpga.js';
import { packageFiles } from '../target/packages.js';
import { readTechnology } from '../target/technology.js';
import { wrapMemories } from '../target/memory-wrappers.js';
import { vitisFiles } from '../target/vitis.js';
import { vivadoFiles } from '../target/vivado.js';

/** Folder of the sources for a chip. */
const chipFolder = 'rtl_asic';

export interface FlowOptions {
  readonly board: Board;
  /** What the bench plays; without it there is none. */
  readonly bench?: BenchOptions;
  /** Path of a `tech.json`. */
  readonly tech?: string | undefined;
  /** The circuit, whose memories are listed where there is a technology. */
  readonly circuit: CircuitDesign;
  /** Sources with the contents of ROMs in them; called where there is a technology. */
  readonly chipSources: () => readonly TextFile[];
  /** Switching activity (SAIF) below an instance of the top's name; asked for where there are scripts that read it. */
  readonly activity?: (() => string) | undefined;
}

/** Files by path below the directory of the build. */
export function flowFiles(design: TargetDesign, options: FlowOptions): Readonly<Record<string, string>> {
  const { board, bench } = options;
  return Object.fromEntries([
    ...(bench === undefined ? [] : benchFiles(design, bench)),
    ...packageFiles(design, board),
    ['component.xml', ipXact(design)],
    ...vitisFiles(design, board),
    ...(board.flow === 'vivado' ? vivadoFiles(design, board) : openFpgaFiles(design, board)),
    ...chipFiles(design, options),
  ]);
}

function chipFiles(
  design: TargetDesign,
  { tech, chipSources, circuit, activity }: FlowOptions,
): readonly (readonly [string, string])[] {
  if (tech === undefined) return [];
  const open = readOpenTechnology(tech);
  const technology = open === undefined ? readTechnology(tech) : undefined;
  const gate = open?.clock_gate ?? technology?.cells.clock_gate;
  const files = wrapMemories(mapClockGates(chipSources(), gate, tech), technology?.memories ?? []);
  const sources = files.map(({ name }) => name);
  const chip = { ...design, sources, images: [] };
  return [
    ...files.map(({ name, text }) => [`${chipFolder}/${name}`, text] as const),
    [`${chipFolder}/files.f`, sources.map((name) => `${name}\n`).join('')],
    ['asic/memories.json', `${JSON.stringify(memoryList(circuit, technology?.memories ?? []), undefined, 2)}\n`],
    ...(open === undefined ? [] : openAsicFiles(chip, open, chipFolder)),
    ...(technology === undefined
      ? []
      : asicFiles(chip, technology, {
          ...{ rtlFolder: chipFolder, clockGating: true },
          ...(activity === undefined ? {} : { activity: { file: activityFile, instance: design.top } }),
        })),
    ...(technology === undefined || activity === undefined ? [] : [[activityFile, activity()] as const]),
  ];
}

/** What is there, for the line of the step. */
export function describeFlow(flow: Readonly<Record<string, unknown>>): string {
  const has = (prefix: string): boolean => Object.keys(flow).some((path) => path.startsWith(prefix));
  return [
    'Verilog top, vectors and bench',
    ...(has('fpga/vivado') ? ['Vivado project'] : []),
    ...(has('asic/genus') ? ['Genus/Innovus scripts'] : []),
    ...(has(activityFile) ? ['switching activity'] : []),
    ...(has('asic/orfs') ? ['ORFS configuration'] : []),
    ...(has('fpga/ice40') ? ['iCE40 Makefile'] : []),
    ...(has('fpga/ecp5') ? ['ECP5 Makefile'] : []),
  ].join(', ');
}
