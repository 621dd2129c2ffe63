/**
 * The text of a module at parameter values against the text of the hardened module, proved by Yosys.
 *
 * Both are flattened without losing names, so that every named signal and register of one meets its twin: what is left to
 * prove are the small cones between them. Memories stay cells and must agree in shape, contents and every port.
 */
import { randomStream } from '../../src/base/random.js';
import { type Design, hardenDesign, imageSize } from '../../src/circuit/index.js';
import { emitDesign, renderImage } from '../../src/verilog/index.js';
import { folderWith, outputOf, type SourceFile } from '../verilog/tools.js';

export type Values = Readonly<Record<string, number>>;
/** Changes the soft text before it is compared: for tests of the proof itself. */
export type Edit = (text: string) => string;

/** What Yosys says against the equivalence of `design` at `values` with its hard form; empty when it is proved. */
export async function disproof(design: Design, values: Values, edit: Edit = (text) => text): Promise<string> {
  const soft = emitDesign(design).map(({ name, text }) => ({ name, text: edit(text) }));
  const hard = hardenDesign(design, values);
  const texts = emitDesign(hard).map(({ name, text }) => ({ name: `hard_${name}`, text }));
  const folder = await folderWith([...soft, ...texts, ...images(design, hard)]);
  const set = Object.entries(values).map(([name, value]) => `-chparam ${name} ${value}`);
  const script = [
    ...form('gold', soft, design.top, set.join(' ')),
    ...form('gate', texts, hard.top, ''),
    'design -copy-from gold -as gold gold',
    'design -copy-from gate -as gate gate',
    'equiv_make gold gate equiv',
    'hierarchy -top equiv',
    // What is built alike from equal inputs is equal; the rest goes to the solver.
    'equiv_struct -icells -fwd',
    'equiv_simple -short',
    'equiv_induct',
    'equiv_status -assert',
  ];
  const said = await outputOf('yosys', ['-q', '-q', '-p', script.join('; ')], folder);
  return said;
}

function form(name: string, files: readonly SourceFile[], top: string, set: string): string[] {
  return [
    `read_verilog -sv -defer ${files.map((file) => file.name).join(' ')}`,
    `hierarchy -check -top ${top} ${set}`,
    'proc',
    'flatten',
    'opt_clean',
    'memory_collect',
    `rename -top ${name}`,
    `design -stash ${name}`,
  ];
}

/** Random contents for the top's images, under the names by which the two forms look for them. */
function images(soft: Design, hard: Design): SourceFile[] {
  const def = hard.modules[hard.top]!;
  return def.params.flatMap(({ name }) => {
    const size = imageSize(hard, def, name, {});
    if (size === undefined) throw new Error(`${def.name}: no memory is read from ${name}`);
    const { width, depth } = size;
    const random = randomStream(7n, name);
    const words = Array.from({ length: depth }, () => random.nextBigInt(width));
    const text = renderImage({ file: name, width, words });
    return [soft.top, hard.top].map((top) => ({ name: `${top}_${name.toLowerCase()}.mem`, text }));
  });
}
