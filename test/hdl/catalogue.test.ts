/**
 * The error catalogue: every message of the kit in full, with its places and the fix. Line numbers are cut, since they are
 * the test's own; the order of places is not, and each lies in the author's text, never inside the kit.
 */
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { examples } from '../../src/hdl/error-examples.js';
import { explanations } from '../../src/hdl/errors.js';
import { bool, defineModule, input, output, uint, vec } from '../../src/hdl/index.js';
import { block, Held, here, twoClocks } from './catalogue-kit.js';
import { moduleCases } from './catalogue-modules.js';
import { valueCases } from './catalogue-values.js';

const cases = [...valueCases, ...moduleCases].sort((a, b) => a.code.localeCompare(b.code));
const place = /test\/hdl\/catalogue-\w+\.ts:\d+:\d+/g;

function messageOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HeddleError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('error catalogue', () => {
  it.each(cases.map((one) => [one.code, one.about, one] as const))('%s: %s', (code, _about, { act, text }) => {
    const lines = [`error ${code}  ${text[0]!}`, ...text.slice(1)];
    lines[lines.length - 1] += `        explain: npm run -s heddle -- explain ${code}`;
    expect(
      messageOf(act)
        .replace(place, here)
        .replace(/:\d+:\d+/g, ':L:C')
        .split('\n'),
    ).toEqual(lines);
  });

  it('has a case, an explanation and an example for every code of the kit', () => {
    const codes = [...Object.keys(explanations), 'H1101'].sort();
    expect([...new Set(cases.map(({ code }) => code))].sort()).toEqual(codes);
    expect(Object.keys(examples).sort()).toEqual(codes);
  });
});

describe('what is not an error', () => {
  it('a chain of elements that only looks like a loop as a whole vector', () => {
    block((b, { a, y }, W) => {
      const hop = b.wire('hop', vec(3, uint(W)));
      b.assign(hop.at(0), a);
      b.genFor('lane', 2, (i) => b.assign(hop.at(i.plus(1)), hop.at(i).not()));
      b.assign(y, hop.at(2));
    }, false);
  });
  it('an instance whose outputs depend on different inputs', () => {
    const Cross = defineModule({
      name: 'cross',
      doc: 'two wires',
      params: {},
      ports: () => ({ p: input(bool()), q: input(bool()), r: output(bool()), s: output(bool()) }),
      body(b, { p, q, r, s }) {
        b.assign(r, p);
        b.assign(s, q);
      },
    });
    block((b, { go }) => {
      const between = b.wire('between', bool());
      b.instance('two', Cross, {}, { p: go, q: between, r: between });
    });
  });
  it('writes in the branches of one when, and writes with a policy', () => {
    block((b, { a, c, go }, W) => {
      const [one, two] = [b.memory('one', uint(W), 4), b.memory('two', uint(W), 4, { collision: 'last' })];
      const at = b.wire('at', uint(2));
      b.assign(at, 3);
      b.when(go, () => one.write(at, a)).otherwise(() => one.write(at, c));
      two.write(at, a, go);
      two.write(at, c);
    });
  });
});

describe('clock domains', () => {
  it('a value crosses where the author says so, or inside its own domain', () => {
    twoClocks((b, { remote, y }) => {
      const held = b.domain('io', () => b.instance('hold', Held, {}, { x: remote }));
      b.assign(y, b.crossing('seen', held.y, 'main', 'changes only while y is not looked at'));
    });
  });
  it('are known by name to the compiler', () => {
    const ports = () => ({ x: input(bool()), y: output(bool()) });
    defineModule({ name: 'm', doc: '', params: {}, ports, body: (b) => void b.domain('main', () => undefined) });
    // @ts-expect-error the module declares no domain 'io'
    defineModule({ name: 'm', doc: '', params: {}, ports, body: (b) => void b.domain('io', () => undefined) });
    defineModule({
      name: 'm',
      doc: '',
      params: {},
      domains: { io: {} },
      // @ts-expect-error the module declares no domain 'oi'
      ports: () => ({ x: input(bool()).in('oi') }),
      body: () => undefined,
    });
  });
});
