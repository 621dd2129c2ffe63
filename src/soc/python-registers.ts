/** A register table as a Python module (3.8, nothing imported). */
import type { RegisterTable } from '../blocks/registers/index.js';
import { hex, mapRows } from './register-map.js';

const helpers = `

def get(register, field, word):
    """The value of a field in a word that was read."""
    place = REGISTERS[register]["fields"][field]
    return (word >> place["low"]) & ((1 << place["width"]) - 1)


def put(register, **values):
    """The word with these values in its fields, 0 in the others."""
    word = 0
    for name, value in values.items():
        place = REGISTERS[register]["fields"][name]
        if not 0 <= value < 1 << place["width"]:
            raise ValueError("%s.%s has %d bits, not %d" % (register, name, place["width"], value))
        word |= value << place["low"]
    return word
`;

/** `<name>_registers.py`: REGISTERS, COUNTERS, `get` and `put`. */
export function registerPython(table: RegisterTable): string {
  const lines = [`${text(`${table.doc}. Written by Heddle from its register table: do not edit.`)}`, ''];
  lines.push(`NAME = ${text(table.name)}`, `BYTES = ${hex(2 ** table.addressBits)}`, '', 'REGISTERS = {');
  for (const { name, offset, doc, fields, count = 1 } of mapRows(table)) {
    lines.push(`    ${text(name)}: {`, `        "offset": ${hex(offset, 3)},`, `        "count": ${count},`);
    lines.push(`        "doc": ${text(doc)},`, `        "fields": {`);
    for (const { name: field, low, width, access, reset = 0, doc: what, values = {} } of fields) {
      const named = Object.entries(values).map(([value, number]) => `${text(value)}: ${number}`);
      lines.push(`            ${text(field)}: {`);
      lines.push(
        `                "low": ${low}, "width": ${width}, "access": ${text(access)}, "reset": ${hex(reset)},`,
      );
      lines.push(`                "doc": ${text(what)},`, `                "values": {${named.join(', ')}},`);
      lines.push(`            },`);
    }
    lines.push(`        },`, `    },`);
  }
  lines.push('}', '', '# Offset of the lower half; the upper one is 4 bytes behind it.', 'COUNTERS = {');
  table.counters.list.forEach(({ name }, k) =>
    lines.push(`    ${text(name)}: ${hex(table.counters.offset + 8 * k, 3)},`),
  );
  lines.push('}');
  return lines.join('\n') + '\n' + helpers;
}

/** A string that Python reads as JSON does: only ASCII stays as it is. */
const text = (value: string): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
