/** Reads back what is printed of a register table: each form by a reader of its own, all to the same plain rows. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';

export interface FieldRow {
  readonly low: number;
  readonly width: number;
  readonly values: Readonly<Record<string, number>>;
  /** How software sees it, in the words of the form. */
  readonly access?: string | undefined;
  readonly reset?: number | undefined;
}
/** By the name of the word, then of the field. */
export type Rows = Readonly<Record<string, { readonly offset: number; readonly fields: Record<string, FieldRow> }>>;

/** One word a name: arrays become `NAME_0`, `NAME_1` and so on. */
function expanded(name: string, offset: number, count: number | undefined, fields: Record<string, FieldRow>): Rows {
  if (count === undefined || count === 1) return { [name]: { offset, fields } };
  return Object.fromEntries(
    Array.from({ length: count }, (_, k) => [`${name}_${k}`, { offset: offset + 4 * k, fields }]),
  );
}

function inFolder<T>(files: Readonly<Record<string, string>>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-registers-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0 || stderr !== '') throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Values of all macros as a C compiler has them; `language` is that of gcc's `-x`. */
export function headerMacros(text: string, language: 'c' | 'c++' = 'c'): ReadonlyMap<string, number> {
  const names = [...text.matchAll(/^#define (\w+) \S/gm)].map((found) => found[1] ?? '');
  const source = [
    '#include <stdio.h>',
    '#include "registers.h"',
    'int main(void) {',
    ...names.map((name) => `  printf("${name} %lu\\n", (unsigned long)(${name}));`),
    '  return 0;',
    '}',
    '',
  ].join('\n');
  return inFolder({ 'registers.h': text, 'main.c': source }, (folder) => {
    const flags = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror'];
    const standard = language === 'c' ? '-std=c99' : '-std=c++11';
    run('gcc', [...flags, standard, '-x', language, 'main.c', '-o', 'main'], folder);
    const said = run(join(folder, 'main'), [], folder).trim().split('\n');
    return new Map(said.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
  });
}

/** Rows of a C header, from the values that the compiler printed. */
export function headerRows(text: string, prefix: string): Rows {
  const macros = headerMacros(text);
  const at = (name: string): number | undefined => macros.get(`${prefix}_${name}`);
  const suffixed = (ending: string): string[] =>
    [...macros.keys()]
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(prefix.length + 1, -ending.length));
  const registers = suffixed('_OFFSET');
  const masks = suffixed('_MASK');
  // CTRL_START belongs to CTRL; a longer name of a register wins (ERROR_PLACE before ERROR).
  const owner = (field: string): string =>
    registers.filter((name) => field.startsWith(`${name}_`)).sort((a, b) => b.length - a.length)[0] ?? '';
  return Object.assign(
    {},
    ...registers.map((register) => {
      const fields = masks.filter((field) => owner(field) === register);
      const rows = fields.map((field): [string, FieldRow] => {
        const low = at(`${field}_SHIFT`) ?? -1;
        const mask = at(`${field}_MASK`) ?? 0;
        const width = Math.log2(mask / 2 ** low + 1);
        const values = [...macros]
          .filter(([name]) => name.startsWith(`${prefix}_${field}_`) && !/_(SHIFT|MASK)$/.test(name))
          .map(([name, value]): [string, number] => [
            name.slice(prefix.length + field.length + 2).toLowerCase(),
            value,
          ]);
        const named: Record<string, number> = Object.fromEntries(values);
        return [field.slice(register.length + 1), { low, width, values: named }];
      });
      return expanded(register, at(`${register}_OFFSET`) ?? -1, at(`${register}_COUNT`), Object.fromEntries(rows));
    }),
  ) as Rows;
}

type PlainRow = { offset: number; count: number; fields: Record<string, FieldRow> };

/** Rows of the Python module, as the interpreter has them, and what its `put` and `get` say. */
export function pythonRows(text: string): { rows: Rows; counters: Record<string, number>; roundTrip: boolean } {
  const script = [
    'import ast, json, registers as r',
    'ast.parse(open("registers.py").read(), feature_version=(3, 8))',
    'ok = True',
    'for name, register in r.REGISTERS.items():',
    '    values = {f: (1 << p["width"]) - 1 - k for k, (f, p) in enumerate(register["fields"].items()) if p["width"] > 3}',
    '    word = r.put(name, **values)',
    '    ok = ok and all(r.get(name, f, word) == v for f, v in values.items())',
    'print(json.dumps([r.REGISTERS, r.COUNTERS, ok]))',
  ].join('\n');
  return inFolder({ 'registers.py': text, 'main.py': script }, (folder) => {
    const [rows, counters, roundTrip] = JSON.parse(run('python3', ['main.py'], folder)) as [
      Record<string, PlainRow>,
      Record<string, number>,
      boolean,
    ];
    const words = Object.entries(rows).map(([name, { offset, count, fields }]) =>
      expanded(name, offset, count, mapFields(fields)),
    );
    return { rows: Object.assign({}, ...words) as Rows, counters, roundTrip };
  });
}

const mapFields = (fields: Record<string, FieldRow>): Record<string, FieldRow> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { low, width, values, access, reset }]) => [
      name,
      { low, width, values, access, reset },
    ]),
  );

/** Rows of the JSON. */
export function jsonRows(text: string): Rows {
  const { registers } = JSON.parse(text) as {
    registers: { name: string; offset: number; count: number; fields: (FieldRow & { name: string })[] }[];
  };
  const words = registers.map(({ name, offset, count, fields }) =>
    expanded(
      name,
      offset,
      count,
      mapFields(
        Object.fromEntries(fields.map(({ name: field, values = {}, ...rest }) => [field, { ...rest, values }])),
      ),
    ),
  );
  return Object.assign({}, ...words) as Rows;
}

/** Rows of the Markdown table. */
export function markdownRows(text: string): Rows {
  const rows: Record<string, { offset: number; fields: Record<string, FieldRow> }> = {};
  let fields: Record<string, FieldRow> = {};
  for (const line of text
    .split('\n')
    .filter((each) => each.startsWith('|'))
    .slice(2)) {
    const [place = '', register = '', bits = '', field = '', access = '', reset = '', meaning = ''] = line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim().replaceAll('`', ''));
    if (register !== '') {
      const [, offset = '', count] = /^(0x\w+)(?: \+ 4 k, k < (\d+))?$/.exec(place) ?? [];
      fields = {};
      Object.assign(rows, expanded(register, Number(offset), count === undefined ? undefined : Number(count), fields));
    } else {
      const [high = 0, low = high] = bits.split(':').map(Number);
      const named = /\(values: (.*)\)$/.exec(meaning)?.[1]?.split(', ') ?? [];
      const values: Record<string, number> = Object.fromEntries(
        named.map((each): [string, number] => [each.split(' ')[1] ?? '', Number(each.split(' ')[0])]),
      );
      fields[field] = {
        ...{ low, width: high - low + 1, values, access },
        reset: reset === '' ? undefined : Number(reset),
      };
    }
  }
  return rows;
}

/** Rows of IP-XACT's memory map. */
export function ipXactRows(xml: string): Rows {
  const always = ['register', 'field', 'enumeratedValue', 'memoryMap'];
  const parser = new XMLParser({
    removeNSPrefix: true,
    isArray: (name) => always.includes(name),
    parseTagValue: false,
  });
  interface Field {
    readonly name: string;
    readonly bitOffset: string;
    readonly bitWidth: string;
    readonly access: string;
    readonly modifiedWriteValue?: string;
    readonly readAction?: string;
    readonly enumeratedValues?: { readonly enumeratedValue: readonly { name: string; value: string }[] };
  }
  const { component } = parser.parse(xml) as {
    component: {
      memoryMaps: {
        memoryMap: {
          addressBlock: {
            register: { name: string; addressOffset: string; reset?: { value: string }; field: Field[] }[];
          };
        }[];
      };
    };
  };
  const [map] = component.memoryMaps.memoryMap;
  return Object.fromEntries(
    (map?.addressBlock.register ?? []).map(({ name, addressOffset, reset, field }) => [
      name,
      {
        offset: Number(addressOffset),
        fields: Object.fromEntries(
          field.map((each): [string, FieldRow] => {
            const [low, width] = [Number(each.bitOffset), Number(each.bitWidth)];
            const named = each.enumeratedValues?.enumeratedValue ?? [];
            const access = [each.access, each.modifiedWriteValue, each.readAction].filter((word) => word !== undefined);
            const value = reset === undefined ? undefined : Math.floor(Number(reset.value) / 2 ** low) % 2 ** width;
            return [
              each.name,
              {
                ...{ low, width, access: access.join(' '), reset: value },
                values: Object.fromEntries(named.map((one) => [one.name, Number(one.value)])),
              },
            ];
          }),
        ),
      },
    ]),
  );
}
