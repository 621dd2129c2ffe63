/** From TypeScript identifiers to names of the emitted text. */
import { kitError } from './errors.js';

/** `outValid` -> `out_valid`; names that are snake_case or ALL_CAPS already stay. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/** Refuses names that are not identifiers of SystemVerilog, and its keywords. */
export function checkName(name: string, keywords: ReadonlySet<string>): void {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    throw kitError('H1007', `'${name}' is not an identifier of SystemVerilog`, 'use letters, digits and underscores');
  }
  if (keywords.has(name)) {
    throw kitError('H1007', `'${name}' is a keyword of SystemVerilog`, 'choose another name');
  }
}
