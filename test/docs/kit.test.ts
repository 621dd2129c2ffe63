/** docs/kit.md names every verb of the kit, and no verb of a builder that is not there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as hdl from '../../src/hdl/index.js';
import { root } from '../cli/run.js';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/kit.md');
/** Every word between backquotes, cut at brackets and dots. */
const named = new Set([...page.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => text.match(/[A-Za-z]\w*/g) ?? []));

/** Public methods of a class from its text; what follows `until` belongs to the kit itself. */
function methods(path: string, start: string, until?: string): string[] {
  const text = read(path);
  const from = text.slice(text.indexOf(start));
  const body = from.slice(0, until === undefined ? from.indexOf('\n}\n') : from.indexOf(until));
  expect(body.length).toBeGreaterThan(100);
  return [...body.matchAll(/^ {2}([a-z]\w*)(?:<[^(]*>)?\(/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'constructor');
}

/** Not a verb: what the kit's own parts need of the builder. */
const internal = ['proof', 'claimItem'];

describe('the reference of the kit', () => {
  it.each([
    ['b', methods('src/hdl/builder.ts', 'export class Builder', '// --- for the kit itself')],
    ['a signal', methods('src/hdl/sig.ts', 'export class Sig<')],
    ['a natural number', methods('src/hdl/nat-expr.ts', 'export class NatExpr')],
    ['a memory', methods('src/hdl/memory.ts', 'export class Memory')],
    ['the module', Object.keys(hdl)],
  ])('has every verb of %s', (_, verbs) => {
    expect(verbs.length).toBeGreaterThan(1);
    expect(verbs.filter((verb) => !named.has(verb) && !internal.includes(verb))).toEqual([]);
  });
  it('counts what it should', () => {
    // The reader of the sources sees all of the classes, not the first few lines.
    expect(methods('src/hdl/sig.ts', 'export class Sig<')).toEqual(expect.arrayContaining(['add', 'mux', 'unpack']));
    expect(methods('src/hdl/builder.ts', 'export class Builder', '// --- for the kit itself')).toEqual(
      expect.arrayContaining(['regs', 'genFor', 'instance']),
    );
  });
});
