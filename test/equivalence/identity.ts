/** The text of a module must not depend on the values that its parameters happen to have while it is built or printed. */
import type { Design, ModuleDef } from '../../src/circuit/index.js';
import { buildDesign } from '../../src/hdl/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import type { LibraryModule } from '../blocks/library.js';
import type { Values } from './prove.js';

/** Distinct odd numbers that no module has as a literal; none is a power of two or next to one. */
const primes = [37, 41, 43, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113];

/**
 * Text of the module built with other witnesses and printed with other defaults; the defaults themselves read `*`. Defaults
 * have to be legal: what the printer calls unused it tries out at some settings, the defaults among them.
 */
export function textAt(template: LibraryModule['template'], set: number, defaults: Values): string {
  const { top, modules } = buildDesign(template);
  const params = modules[top]!.params.map(({ name }) => name);
  const witness = Object.fromEntries(params.map((name, k) => [name, primes[(set * 5 + k) % primes.length]!]));
  const design = buildDesign(template, witness);
  return hideDefaults({ top, modules: { ...design.modules, [top]: withDefaults(design.modules[top]!, defaults) } });
}

function withDefaults(def: ModuleDef, values: Values): ModuleDef {
  const params = def.params.map((param) =>
    param.kind === 'nat' ? { ...param, default: values[param.name] ?? param.default } : param,
  );
  return { ...def, params };
}

export function hideDefaults(design: Design): string {
  const lines = emitDesign(design).flatMap(({ text }) => text.split('\n'));
  return lines.map((line) => line.replace(/^( {2}parameter int +\w+ *= )\d+(,?)$/, '$1*$2')).join('\n');
}
