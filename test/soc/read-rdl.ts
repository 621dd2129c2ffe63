/** Reads the part of SystemRDL that is printed: `addrmap`, `reg`, `field`, `enum`, properties, arrays. Anything else is an error. */
import type { FieldRow, Rows } from './read-registers.js';

/** Rows of a text; `access` is the properties of a field in the order of their names. */
export function rdlRows(text: string): Rows {
  const tokens = [
    ...text.replace(/\/\/.*$/gm, '').matchAll(/"(?:[^"\\]|\\.)*"|\d+'h[0-9a-f]+|0x[0-9a-f]+|\+=|\w+|\S/g),
  ];
  const words = tokens.map(([word]) => word);
  let at = 0;
  const next = (): string => words[at++] ?? 'the end';
  const expects = (...list: readonly string[]): void => {
    for (const word of list) {
      const got = next();
      if (got !== word)
        throw new Error(`${word} expected, ${got} found behind ${words.slice(at - 6, at - 1).join(' ')}`);
    }
  };
  const number = (): number => {
    const word = next();
    const value = Number(/^\d+'h/.test(word) ? `0x${word.split("'h")[1]}` : word);
    if (Number.isNaN(value)) throw new Error(`a number expected, ${word} found`);
    return value;
  };
  /** `name;` or `name = value;` */
  const property = (into: Map<string, string>): void => {
    const name = next();
    if (words[at] === '=') {
      at++;
      into.set(name, next());
    } else into.set(name, 'true');
    expects(';');
  };

  const enums = new Map<string, Record<string, number>>();
  const rows: Record<string, { offset: number; fields: Record<string, FieldRow> }> = {};
  const field = (into: Record<string, FieldRow>): void => {
    expects('field', '{');
    const properties = new Map<string, string>();
    while (words[at] !== '}') property(properties);
    expects('}');
    const name = next();
    expects('[');
    const high = number();
    expects(':');
    const low = number();
    expects(']');
    let reset: number | undefined;
    if (words[at] === '=') {
      at++;
      reset = number();
    }
    expects(';');
    const values = enums.get(properties.get('encode') ?? '') ?? {};
    const access = [...properties].filter(([key]) => key !== 'desc' && key !== 'encode').map(([k, v]) => `${k}=${v}`);
    if (name in into) throw new Error(`${name} is there twice`);
    into[name] = { low, width: high - low + 1, access: access.sort().join(' '), reset, values };
  };
  const register = (): void => {
    expects('reg', '{');
    const fields: Record<string, FieldRow> = {};
    while (words[at] !== '}')
      if (words[at] === 'field') field(fields);
      else property(new Map());
    expects('}');
    const name = next();
    let count = 1;
    if (words[at] === '[') {
      at++;
      count = number();
      expects(']');
    }
    expects('@');
    const offset = number();
    if (words[at] === '+=') {
      at++;
      if (number() !== 4) throw new Error(`${name}: words must stand behind each other`);
    }
    expects(';');
    for (let k = 0; k < count; k++) {
      const each = count === 1 ? name : `${name}_${k}`;
      if (each in rows) throw new Error(`${each} is there twice`);
      rows[each] = { offset: offset + 4 * k, fields };
    }
  };
  while (words[at] === 'enum') {
    at++;
    const name = next();
    const values: Record<string, number> = {};
    expects('{');
    while (words[at] !== '}') {
      const value = next().toLowerCase();
      expects('=');
      values[value] = number();
      expects(';');
    }
    expects('}', ';');
    enums.set(name, values);
  }
  expects('addrmap');
  next();
  expects('{');
  while (words[at] !== '}')
    if (words[at] === 'reg') register();
    else {
      if (words[at] === 'default') at++;
      property(new Map());
    }
  expects('}', ';');
  if (at !== words.length) throw new Error(`${next()} behind the addrmap`);
  return rows;
}
