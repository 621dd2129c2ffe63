/** A register table as a C header: offsets, masks, shifts, values. C99, also for C++. */
import type { RegisterTable } from '../blocks/registers/index.js';
import { hex, mapRows, maskOf, resetWord, softwareAccess } from './register-map.js';

/** `<name>_registers.h`; macros begin with the name of the table, or with `prefix`. */
export function registerHeader(table: RegisterTable, prefix = table.name.toUpperCase()): string {
  const guard = `${prefix}_REGISTERS_H`;
  const lines = [`/* ${comment(table.doc)}. Written by Heddle from its register table: do not edit. */`];
  lines.push(`#ifndef ${guard}`, `#define ${guard}`, '');
  const define = (name: string, value: string): void => void lines.push(`#define ${prefix}_${name} ${value}`);
  define('REGISTER_BYTES', `${hex(2 ** table.addressBits)}u`);
  for (const { name, offset, doc, fields, count } of mapRows(table)) {
    lines.push('', `/* ${name}: ${comment(doc)} */`);
    define(`${name}_OFFSET`, `${hex(offset, 3)}u`);
    if (count !== undefined) define(`${name}_COUNT`, `${count}u`);
    const reset = resetWord(fields);
    if (reset !== undefined) define(`${name}_DEFAULT`, `${hex(reset, 8)}u`);
    for (const field of fields) {
      lines.push(`/* ${comment(field.doc)} (${softwareAccess[field.access].doc}) */`);
      define(`${name}_${field.name}_SHIFT`, `${field.low}u`);
      define(`${name}_${field.name}_MASK`, `${hex(maskOf(field), 8)}u`);
      for (const [value, number] of Object.entries(field.values ?? {}))
        define(`${name}_${field.name}_${value.toUpperCase()}`, `${number}u`);
    }
  }
  lines.push('', `#endif /* ${guard} */`, '');
  return lines.join('\n');
}

/** Text that cannot end a comment. */
const comment = (text: string): string => text.replaceAll('*/', '* /').replaceAll('/*', '/ *');
