/** File lists and packages for the build systems of hardware people: `.f`, FuseSoC, Bender. */
import { stringify } from 'yaml';
import type { Board } from './boards.js';
import type { TargetDesign } from './design.js';

/** Files by path below the directory of a build. */
export function packageFiles(design: TargetDesign, board: Board): ReadonlyMap<string, string> {
  return new Map([
    [`${design.name}.core`, fusesocCore(design, board)],
    ['Bender.yml', benderManifest(design)],
  ]);
}

const vlnv = ({ name, version }: TargetDesign): string => `heddle:accelerators:${name}:${version}`;

/**
 * CAPI2 of FuseSoC: targets default, lint (Verilator) and synth (Vivado). Contents of ROMs are copied to where the tool
 * runs, for `$readmemh` finds them by their bare names.
 */
export function fusesocCore(design: TargetDesign, board: Board): string {
  const { sources, images, title, top } = design;
  const file = (name: string): unknown => ({
    [`rtl/${name}`]: { file_type: name.endsWith('.sv') ? 'systemVerilogSource' : 'verilogSource' },
  });
  const filesets = {
    rtl: { files: sources.map(file) },
    ...(images.length === 0
      ? {}
      : { images: { files: images.map((name) => ({ [`rtl/${name}`]: { file_type: 'user', copyto: name } })) } }),
    ...(board.flow === 'vivado' ? { constraints: { files: [{ 'constraints/ooc.xdc': { file_type: 'xdc' } }] } } : {}),
  };
  const design_sets = ['rtl', ...(images.length === 0 ? [] : ['images'])];
  const targets = {
    default: { filesets: design_sets, toplevel: top },
    lint: {
      default_tool: 'verilator',
      filesets: design_sets,
      toplevel: top,
      tools: { verilator: { mode: 'lint-only' } },
    },
    ...(board.flow === 'vivado'
      ? {
          synth: {
            default_tool: 'vivado',
            filesets: [...design_sets, 'constraints'],
            toplevel: top,
            tools: { vivado: { part: board.part, pnr: 'none' } },
          },
        }
      : {}),
  };
  return `CAPI=2:\n${stringify({ name: vlnv(design), description: title, filesets, targets }, { lineWidth: 0 })}`;
}

/** Manifest of Bender: the sources in the order of compilation. */
export function benderManifest({ name, sources }: TargetDesign): string {
  return stringify(
    { package: { name, description: 'written by heddle' }, sources: [{ files: sources.map((file) => `rtl/${file}`) }] },
    { lineWidth: 0 },
  );
}
