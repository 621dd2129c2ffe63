/** The comment above a module, its parameters and its ports. */
import type { Design, ModuleDef, NatParam, Param, Signal } from '../circuit/index.js';
import { domainUses } from './clocking.js';
import { typeSv } from './declarations.js';
import type { ExprContext } from './expr.js';
import { COLUMNS, padColumn, wrapProse } from './layout.js';
import type { SvParameter, SvPort } from './tree.js';

/** `name - what it does`, the rest of the doc, one line a parameter. */
export function headerLines(def: ModuleDef): string[] {
  const width = COLUMNS - 3;
  const [first = '', ...rest] = def.doc.trim().split('\n');
  const title = first.startsWith(`${def.name} - `) ? first : `${def.name} - ${first}`;
  const body = sentences(rest).flatMap((line) => (line.trim() === '' ? [''] : wrapProse(line.trim(), width)));
  while (body[0] === '') body.shift();
  const names = padColumn(def.params.map((param) => param.name));
  const docs = def.params.flatMap((param, k) => {
    const [head = '', ...more] = wrapProse(parameterDoc(param), width - names[k]!.length - 3);
    const blank = ' '.repeat(names[k]!.length);
    return [`${names[k]}   ${head}`, ...more.map((line) => `${blank}   ${line}`)];
  });
  return [
    ...wrapProse(title, width),
    ...(body.length > 0 ? ['', ...body] : []),
    ...(docs.length > 0 ? ['', ...docs] : []),
  ].map((line) => line.trimEnd());
}

/** Lines that the author broke inside a sentence are joined: the text has other columns than the source. */
function sentences(lines: readonly string[]): string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const before = joined[joined.length - 1];
    const continues =
      before !== undefined && before.length > 60 && !/[.:;!?]$/.test(before) && /^[A-Za-z0-9(]/.test(line.trim());
    if (continues) joined[joined.length - 1] = `${before} ${line.trim()}`;
    else joined.push(line.trimEnd());
  }
  return joined;
}

function parameterDoc(param: Param): string {
  if (param.kind === 'image') return param.doc;
  const range = rangeText(param);
  if (param.doc === '') return range;
  return range === '' || /[<>]=/.test(param.doc) ? param.doc : `${param.doc}, ${range}`;
}

function rangeText({ min, max }: NatParam): string {
  if (max !== undefined) return min === max ? `${min}` : `${min} to ${max}`;
  return min > 0 ? `>= ${min}` : '';
}

export function parameters(def: ModuleDef): SvParameter[] {
  return def.params.map((param) => ({
    name: param.name,
    integer: param.kind === 'nat',
    default: param.kind === 'nat' ? String(param.default) : '""',
  }));
}

/** Clocks and resets first, then the author's ports; a blank line around each stream. */
export function ports(def: ModuleDef, design: Design, context: ExprContext): SvPort[] {
  const clocks = domainUses(def, design).flatMap(({ domain, clock, reset }) => [
    ...(clock ? [domain.clock] : []),
    ...(reset ? [domain.reset] : []),
  ]);
  const rows: SvPort[] = clocks.map((name) => ({ dir: 'input', type: { keyword: 'logic' }, name, gap: false }));
  let before = '';
  def.signals.forEach((signal, id) => {
    if (signal.kind !== 'input' && signal.kind !== 'output') return;
    const stream = def.streams.find((s) => s.valid === id || s.ready === id || s.payload.includes(id))?.name ?? '';
    rows.push({ ...portRow(signal, signal.kind, context), gap: rows.length > 0 && stream !== before });
    before = stream;
  });
  return rows;
}

function portRow(signal: Signal, dir: 'input' | 'output', context: ExprContext): Omit<SvPort, 'gap'> {
  return { dir, type: typeSv(signal, context), name: signal.name, doc: signal.doc, place: signal.place };
}
