/** What Yosys makes of a chain on an iCE40: cells of `synth_ice40`, before nextpnr puts LUT, carry and flip-flop into logic cells. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import tmp from 'tmp';
import { sha256 } from '../../../src/base/hash.js';
import type { Chain } from '../../../src/dataflow/chain.js';
import { generateChain } from '../../../src/dataflow/generate.js';
import { emitDesign, imageFiles } from '../../../src/verilog/index.js';

tmp.setGracefulCleanup();

export interface IceCells {
  readonly lut: number;
  readonly ff: number;
  /** Block memories of 4 Kibit. */
  readonly ebr: number;
}

function count(cells: Readonly<Record<string, number>>): IceCells {
  let ff = 0;
  for (const [type, number] of Object.entries(cells)) if (type.startsWith('SB_DFF')) ff += number;
  return { lut: cells['SB_LUT4'] ?? 0, ff, ebr: cells['SB_RAM40_4K'] ?? 0 };
}

/** Runs Yosys on the emitted text; a result for the same text is taken from `cache`. */
export function synthesizeIce40(chain: Chain, cache: string): IceCells {
  const design = generateChain(chain);
  const files = [...emitDesign(design), ...imageFiles(design)];
  const sources = files.filter(({ name }) => name.endsWith('.sv')).map(({ name }) => name);
  const script = `read_verilog -sv -DSYNTHESIS ${sources.join(' ')}; synth_ice40 -dsp -top ${design.top}; tee -q -o stat.json stat -json`;
  const key = sha256(JSON.stringify([script, files.map(({ name, text }) => [name, text])]));
  const kept = join(cache, `ice40-${key}.json`);
  try {
    return count(JSON.parse(readFileSync(kept, 'utf8')) as Record<string, number>);
  } catch {
    // Not there yet.
  }
  const { name: folder } = tmp.dirSync({ unsafeCleanup: true, prefix: 'heddle-yosys-' });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  execFileSync('nice', ['-n', '10', 'yosys', '-q', '-p', script], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const { design: whole } = JSON.parse(readFileSync(join(folder, 'stat.json'), 'utf8')) as {
    design: { num_cells_by_type: Record<string, number> };
  };
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify(whole.num_cells_by_type));
  return count(whole.num_cells_by_type);
}
