/** A small reader of value change dumps, from the standard, that knows nothing of how they are written. */

export interface ParsedVariable {
  readonly type: string;
  readonly width: number;
  /** Scopes and name, joined by dots. */
  readonly path: string;
  /** Range as written, without brackets. */
  readonly range?: string;
  /** Value by time; binary digits, or a string. */
  readonly changes: (readonly [time: number, value: string])[];
}

export interface Parsed {
  readonly timescale: string;
  readonly variables: readonly ParsedVariable[];
  readonly end: number;
}

export function parseVcd(text: string): Parsed {
  const words = text.split(/\s+/).filter((word) => word !== '');
  let at = 0;
  const word = (): string => {
    const next = words[at++];
    if (next === undefined) throw new Error('the file ends too early');
    return next;
  };
  const section = (): string[] => {
    const body: string[] = [];
    for (let next = word(); next !== '$end'; next = word()) body.push(next);
    return body;
  };
  const scopes: string[] = [];
  const byCode = new Map<string, ParsedVariable>();
  const variables: ParsedVariable[] = [];
  let timescale = '';
  for (let head = word(); head !== '$enddefinitions'; head = word()) {
    const body = section();
    if (head === '$timescale') timescale = body.join(' ');
    else if (head === '$scope') scopes.push(body[1] ?? '');
    else if (head === '$upscope') {
      if (scopes.pop() === undefined) throw new Error('$upscope without a scope');
    } else if (head === '$var') {
      const [type = '', width = '', code = '', name = '', range] = body;
      if (byCode.has(code)) throw new Error(`code ${code} twice`);
      const path = [...scopes, name].join('.');
      if (variables.some((each) => each.path === path)) throw new Error(`${path} twice`);
      const base = { type, width: Number(width), path, changes: [] };
      const made = range === undefined ? base : { ...base, range: range.replace(/[[\]]/g, '') };
      variables.push(made);
      byCode.set(code, made);
    } else if (!['$version', '$date', '$comment'].includes(head)) throw new Error(`unknown section ${head}`);
  }
  section();
  if (scopes.length > 0) throw new Error('scopes are left open');
  let time = -1;
  const change = (code: string, value: string): void => {
    const variable = byCode.get(code);
    if (variable === undefined) throw new Error(`no variable ${code}`);
    if (time < 0) throw new Error('a value before the first time');
    if (variable.type !== 'string' && value.length > variable.width) throw new Error(`${variable.path}: ${value}`);
    variable.changes.push([time, value]);
  };
  while (at < words.length) {
    const next = word();
    if (next.startsWith('#')) {
      const now = Number(next.slice(1));
      if (!(now > time)) throw new Error(`time ${now} after ${time}`);
      time = now;
    } else if (next === '$dumpvars' || next === '$end') continue;
    else if (/^[bs]/.test(next)) change(word(), next.slice(1));
    else if (/^[01]/.test(next)) change(next.slice(1), next.charAt(0));
    else throw new Error(`what is ${next}?`);
  }
  return { timescale, variables, end: time };
}

export function valueAtTime(variable: ParsedVariable, time: number): string | undefined {
  return variable.changes.findLast(([since]) => since <= time)?.[1];
}
