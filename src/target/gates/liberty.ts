/**
 * What is needed of a Liberty file: the corner, and of each cell area, pins, functions and the register in it. Tables of delays and
 * powers are left to the tools that calculate with them.
 */
import { type Boolean2, parseBoolean } from './boolean.js';

export interface CellPin {
  readonly name: string;
  readonly output: boolean;
  /** Of an output, where the file gives one. */
  readonly function?: Boolean2;
}

/** A register with one clock and nothing else: no clear, no preset. */
export interface CellFlop {
  /** Names of the state and its complement in the functions of the outputs. */
  readonly state: string;
  readonly inverted: string;
  readonly clock: Boolean2;
  readonly next: Boolean2;
}

export interface LibraryCell {
  readonly name: string;
  readonly area: number;
  readonly pins: readonly CellPin[];
  readonly flop?: CellFlop;
  /** The cell has a state that is not described here: a latch, a register with clear or preset, a clock gate. */
  readonly otherState: boolean;
}

export interface Library {
  readonly name: string;
  /** As the file calls it: `typical`, `tt_025C_1v80`. */
  readonly corner: string;
  readonly voltage: number;
  readonly celsius: number;
  readonly cells: ReadonlyMap<string, LibraryCell>;
}

interface Group {
  readonly kind: string;
  readonly names: readonly string[];
  readonly values: Map<string, string>;
  readonly groups: Group[];
}

const item =
  /\/\*[^]*?\*\/|([A-Za-z_]\w*)\s*\(([^()]*)\)\s*(\{)?|([A-Za-z_]\w*)\s*:\s*(?:"([^"]*)"|([^;\n{}]*))\s*;?|([{}])/g;

const plain = (text: string): string => text.replaceAll('"', '').trim();

/** Reads a Liberty file. Throws where its braces do not match or the library has no cells. */
export function readLiberty(text: string): Library {
  const root: Group = { kind: 'file', names: [], values: new Map(), groups: [] };
  const open = [root];
  for (const [, name, args, begins, key, quoted, bare, brace] of text.matchAll(item)) {
    const inside = open.at(-1);
    if (inside === undefined) throw new Error('a Liberty file has a } too many');
    if (name !== undefined && begins !== undefined) {
      const group = {
        kind: name,
        names: (args ?? '').split(',').map(plain),
        values: new Map<string, string>(),
        groups: [],
      };
      inside.groups.push(group);
      open.push(group);
    } else if (key !== undefined) inside.values.set(key, quoted ?? bare?.trim() ?? '');
    else if (brace === '}') open.pop();
  }
  const [library] = root.groups;
  if (open.length !== 1 || library?.kind !== 'library') throw new Error('this is no whole Liberty file');
  const conditions = library.groups.find(({ kind }) => kind === 'operating_conditions');
  const cells = library.groups.filter(({ kind }) => kind === 'cell').map(cellOf);
  if (conditions === undefined || cells.length === 0) throw new Error('a Liberty file without cells or conditions');
  const number = (key: string): number => Number(conditions.values.get(key));
  return {
    name: library.names[0] ?? '',
    corner: conditions.names[0] ?? '',
    voltage: number('voltage'),
    celsius: number('temperature'),
    cells: new Map(cells.map((cell) => [cell.name, cell])),
  };
}

function cellOf({ names, values, groups }: Group): LibraryCell {
  const flops = groups.filter(({ kind }) => kind === 'ff');
  const [flop] = flops;
  const latched = groups.some(({ kind }) => ['latch', 'statetable', 'ff_bank', 'latch_bank'].includes(kind));
  const simple = flops.length === 1 && !['clear', 'preset'].some((key) => flop?.values.has(key));
  const pins = groups
    .filter(({ kind }) => kind === 'pin')
    .flatMap((pin) => pin.names.map((name) => pinOf(name, pin, latched)));
  return {
    name: names[0] ?? '',
    area: Number(values.get('area')),
    pins,
    ...(flop !== undefined && simple && !latched ? { flop: flopOf(flop) } : {}),
    otherState: latched || (flops.length > 0 && !simple),
  };
}

function pinOf(name: string, { values }: Group, latched: boolean): CellPin {
  const text = values.get('function');
  const output = values.get('direction') === 'output';
  return { name, output, ...(text === undefined || latched ? {} : { function: parseBoolean(text) }) };
}

function flopOf({ names, values }: Group): CellFlop {
  const [state = '', inverted = ''] = names;
  const f = (key: string): Boolean2 => parseBoolean(values.get(key) ?? '');
  return { state, inverted, clock: f('clocked_on'), next: f('next_state') };
}

/** The text without the cells whose names match, for tools that cannot be told to leave them out. */
export function withoutCells(text: string, names: RegExp): string {
  const parts: string[] = [];
  let from = 0;
  for (const begin of text.matchAll(/\bcell\s*\(\s*"?(\w+)"?\s*\)\s*\{/g)) {
    if (begin.index < from || !names.test(begin[1] ?? '')) continue;
    parts.push(text.slice(from, begin.index));
    let depth = 1;
    for (from = begin.index + begin[0].length; depth > 0; from++) {
      if (from >= text.length) throw new Error('this is no whole Liberty file');
      if (text[from] === '{') depth++;
      else if (text[from] === '}') depth--;
    }
  }
  return [...parts, text.slice(from)].join('');
}
