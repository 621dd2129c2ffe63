/** The text of a module must not depend on the values that its parameters happen to have while it is built or printed. */
import type { Design, ModuleDef } from '../../src/circuit/index.js';
import { buildDesign } from '../../src/hdl/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import type { LibraryModule } from '../blocks/library.js';
import type { Values } from './prove.js';

/** Distinct odd numbers that no module has as a literal; none is a power of two or next to one. */
const primes = [37, 41, 43, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113];

/** Text of the module built with other witnesses. */
export function textAtWitness(template: LibraryModule['template'], set: number): string {
  const { top, modules } = buildDesign(template);
  const params = modules[top]!.params.map(({ name }) => name);
  const witness = Object.fromEntries(params.map((name, k) => [name, primes[(set * 5 + k) % primes.length]!]));
  return textOf(buildDesign(template, witness));
}

/**
 * Text of the module with other defaults; the defaults themselves read `*`. Without the wires that collect what nothing
 * reads: which signals those are the printer tries out at some settings, the defaults among them.
 */
export function textAtDefaults({ top, modules }: Design, defaults: Values): string {
  return textOf({ top, modules: { ...modules, [top]: withDefaults(modules[top]!, defaults) } })
    .replace(/^( {2}parameter int +\w+ *= )\d+(,?)$/gm, '$1*$2')
    .replace(/^ *(logic|assign) unused_bits(_\d+)?\b[^;]*;.*\n/gm, '')
    .replace(/\n+/g, '\n');
}

export function withDefaults(def: ModuleDef, values: Values): ModuleDef {
  const params = def.params.map((param) =>
    param.kind === 'nat' ? { ...param, default: values[param.name] ?? param.default } : param,
  );
  return { ...def, params };
}

export function textOf(design: Design): string {
  return emitDesign(design)
    .map(({ text }) => text)
    .join('\n');
}
