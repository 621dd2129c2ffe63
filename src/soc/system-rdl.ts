/** A register table as SystemRDL 2.0: one `addrmap`. */
import type { FieldAccess, RegisterField, RegisterTable } from '../blocks/registers/index.js';
import { hex, mapRows } from './register-map.js';

/**
 * Properties of each kind of field. The default of SystemRDL is that software wins where both write in a cycle; with
 * `precedence = hw` the event wins.
 */
const properties: Readonly<Record<FieldAccess, readonly string[]>> = {
  constant: ['sw = r', 'hw = na'],
  ro: ['sw = r', 'hw = w'],
  rw: ['sw = rw', 'hw = r'],
  pulse: ['sw = w', 'hw = r', 'singlepulse'],
  w1s: ['sw = rw', 'hw = r', 'onwrite = woset', 'hwclr', 'precedence = sw'],
  rc: ['sw = r', 'hw = r', 'onread = rclr', 'hwset', 'precedence = hw'],
  w1c: ['sw = rw', 'hw = r', 'onwrite = woclr', 'hwset', 'precedence = hw'],
  w1t: ['sw = rw', 'hw = r', 'onwrite = wot', 'hwset', 'precedence = hw'],
};

/** `<name>_registers.rdl`. */
export function registerRdl(table: RegisterTable): string {
  const rows = mapRows(table);
  const lines = ['// Written by Heddle from its register table: do not edit.'];
  for (const { name, fields } of rows)
    for (const field of fields)
      if (field.values !== undefined) lines.push('', ...enumeration(enumName(table, name, field), field));
  lines.push('', `addrmap ${table.name}_registers {`, `  name = ${text(table.name)};`, `  desc = ${text(table.doc)};`);
  lines.push('  default regwidth = 32;', '  default accesswidth = 32;');
  for (const { name, offset, doc, fields, count } of rows) {
    lines.push('', '  reg {', `    desc = ${text(doc)};`);
    for (const field of fields) {
      lines.push('    field {', `      desc = ${text(field.doc)};`);
      for (const property of properties[field.access]) lines.push(`      ${property};`);
      if (field.values !== undefined) lines.push(`      encode = ${enumName(table, name, field)};`);
      const { low, width, access, reset = 0 } = field;
      const value = access === 'ro' ? '' : ` = ${width}'h${reset.toString(16)}`;
      lines.push(`    } ${field.name}[${low + width - 1}:${low}]${value};`);
    }
    const array = count === undefined ? '' : `[${count}]`;
    lines.push(`  } ${name}${array} @ ${hex(offset)}${count === undefined ? '' : ' += 0x4'};`);
  }
  lines.push('};', '');
  return lines.join('\n');
}

const enumName = (table: RegisterTable, register: string, field: RegisterField): string =>
  `${table.name}_${register.toLowerCase()}_${field.name.toLowerCase()}_e`;

const enumeration = (name: string, { width, values = {} }: RegisterField): string[] => [
  `enum ${name} {`,
  ...Object.entries(values).map(([value, number]) => `  ${value.toUpperCase()} = ${width}'h${number.toString(16)};`),
  '};',
];

const text = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
