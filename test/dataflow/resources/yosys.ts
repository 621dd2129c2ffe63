/** What Yosys makes of a chain on a 7-series part: cells of `synth_xilinx -family xc7 -flatten`, counted as Vivado counts them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import tmp from 'tmp';
import { sha256 } from '../../../src/base/hash.js';
import type { Design } from '../../../src/circuit/index.js';
import type { Chain } from '../../../src/dataflow/chain.js';
import { generateChain } from '../../../src/dataflow/generate.js';
import { emitDesign, imageFiles } from '../../../src/verilog/index.js';

tmp.setGracefulCleanup();

/** Names are those of the reports: look-up tables (memories and shift registers of LUTs included), flip-flops, DSP48, RAMB36, RAMB18. */
export interface Measured {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram36: number;
  readonly bram18: number;
  /** Of `lut`, those that are memory or shift register. */
  readonly lutram: number;
  /** All cells by type. */
  readonly cells: Readonly<Record<string, number>>;
}

/** LUTs that a primitive of distributed memory takes (UG474: a SLICEM has four). */
const memoryLuts: Readonly<Record<string, number>> = {
  RAM32M: 4,
  RAM64M: 4,
  RAM32X1D: 2,
  RAM64X1D: 2,
  RAM128X1D: 4,
  RAM32X1S: 1,
  RAM64X1S: 1,
  RAM128X1S: 2,
  RAM256X1S: 4,
  SRL16E: 1,
  SRLC32E: 1,
};

export function countCells(cells: Readonly<Record<string, number>>): Measured {
  let [lut, ff, lutram] = [0, 0, 0];
  for (const [type, count] of Object.entries(cells)) {
    if (/^LUT\d$/.test(type)) lut += count;
    if (/^FD[RSCP]E/.test(type)) ff += count;
    lutram += count * (memoryLuts[type] ?? 0);
  }
  const of = (type: string): number => cells[type] ?? 0;
  return {
    lut: lut + lutram,
    ff,
    dsp: of('DSP48E1'),
    bram36: of('RAMB36E1'),
    bram18: of('RAMB18E1'),
    lutram,
    cells,
  };
}

/**
 * Yosys 0.23 takes no notice of `use_dsp`. Where a product is to be made of LUTs, it is marked as Yosys itself marks those that it
 * does not give to DSPs.
 */
function synthesis({ modules, top }: Design): string[] {
  const script = `synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -top ${top}`;
  const soft = Object.values(modules).some(({ signals }) =>
    signals.some((signal) => signal.kind === 'reg' && signal.multiplier === 'lut'),
  );
  if (!soft) return [script];
  return [
    `${script} -run begin:map_dsp`,
    'select -set products w:* a:use_dsp=no %i',
    'chtype -set $__soft_mul @products %ci5 t:$mul %i',
    `${script} -run map_dsp:`,
  ];
}

/** Runs Yosys on the emitted text of a chain; a result for the same text is taken from `cache` where that directory is given. */
export const synthesize = (chain: Chain, cache?: string): Measured => synthesizeDesign(generateChain(chain), cache);

export function synthesizeDesign(design: Design, cache?: string): Measured {
  const files = [...emitDesign(design), ...imageFiles(design)];
  const sources = files.filter(({ name }) => name.endsWith('.sv')).map(({ name }) => name);
  const script = [
    `read_verilog -sv -DSYNTHESIS ${sources.join(' ')}`,
    ...synthesis(design),
    'tee -q -o stat.json stat -json',
  ].join('; ');
  const key = sha256(JSON.stringify([script, files.map(({ name, text }) => [name, text])]));
  const kept = cache === undefined ? undefined : join(cache, `${key}.json`);
  if (kept !== undefined) {
    try {
      return countCells(JSON.parse(readFileSync(kept, 'utf8')) as Record<string, number>);
    } catch {
      // Not there yet.
    }
  }
  const { name: folder } = tmp.dirSync({ unsafeCleanup: true, prefix: 'heddle-yosys-' });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  execFileSync('nice', ['-n', '10', 'yosys', '-q', '-p', script], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const text = readFileSync(join(folder, 'stat.json'), 'utf8');
  const { design: whole } = JSON.parse(text) as { design: { num_cells_by_type: Record<string, number> } };
  const cells = whole.num_cells_by_type;
  if (kept !== undefined) {
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, JSON.stringify(cells));
  }
  return countCells(cells);
}
