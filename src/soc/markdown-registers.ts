/** A register table as Markdown: one row a register, one row a field below it. */
import type { RegisterField, RegisterTable } from '../blocks/registers/index.js';
import { hex, mapRows, softwareAccess } from './register-map.js';

/** `<name>_registers.md`. */
export function registerMarkdown(table: RegisterTable): string {
  const rows = mapRows(table);
  const lines = [`# ${table.name}: ${table.doc}`, ''];
  lines.push(`Words of 32 bits in ${2 ** table.addressBits} bytes. Written by Heddle from its register table.`, '');
  lines.push('| offset | register | bits | field | access | reset | meaning |', '|---|---|---|---|---|---|---|');
  for (const { name, offset, doc, fields, count } of rows) {
    const place = count === undefined ? hex(offset, 3) : `${hex(offset, 3)} + 4 k, k < ${count}`;
    lines.push(row([place, `\`${name}\``, '', '', '', '', doc]));
    for (const field of fields) {
      const { low, width, access, reset = 0 } = field;
      const bits = width === 1 ? `${low}` : `${low + width - 1}:${low}`;
      const word = access === 'ro' ? '' : hex(reset);
      lines.push(row(['', '', bits, `\`${field.name}\``, softwareAccess[access].doc, word, meaning(field)]));
    }
  }
  const { snapshot, clear, list } = table.counters;
  if (list.length > 0)
    lines.push(
      '',
      `Counters have 64 bits. They read as they stood when ${snapshot} was last written; ${clear} sets them to 0.`,
    );
  return lines.join('\n') + '\n';
}

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** The text, and names of values that it does not have. */
function meaning({ doc, values = {} }: RegisterField): string {
  const named = Object.entries(values).map(([name, value]) => `${value} ${name}`);
  return named.length === 0 ? doc : `${doc} (values: ${named.join(', ')})`;
}
