import { describe, expect, it } from 'vitest';
import {
  ProtocolChecker,
  type Rule,
  type SignalName,
  type StreamParams,
  type Term,
  rules,
  signalWidth,
} from '../../../src/cosim/protocol/index.js';
import type { StreamSpec } from '../../../src/cosim/streams.js';
import { type Scenario, legalTraces, randomTraffic, usesX, violations } from './scenarios.js';

const payload = ['tdata', 'tkeep', 'tstrb', 'tlast', 'tid', 'tdest', 'tuser'] as const;

/** The stream with a port for every signal; those that the parameters leave out have width 0. */
function streamOf(params: StreamParams): StreamSpec {
  const fields = payload.map((name) => ({ name, port: `m_axis_${name}`, width: signalWidth(name, params) }));
  const base = { name: 'm_axis', role: 'source', valid: 'm_axis_tvalid', ready: 'm_axis_tready', fields } as const;
  return params.LAST > 0 ? { ...base, last: 'tlast' } : base;
}

/** Rules that a trace breaks, once each. */
function brokenRules({ params, cycles }: Scenario, table: readonly Rule[] = rules): string[] {
  const checker = new ProtocolChecker(streamOf(params), {
    ...{ packet: params.PACKET, maxWait: params.MAX_WAIT, rules: table },
  });
  const found: string[] = [];
  for (const cycle of cycles) {
    const number = (name: SignalName): number => Number(cycle[name]);
    if (number('eos') === 1) found.push(...checker.finish().map(({ rule }) => rule));
    const sample = {
      ...{ reset: cycle.aresetn === 0, valid: number('tvalid') === 1, ready: number('tready') === 1 },
      fields: payload.map((name) => number(name)),
    };
    found.push(...checker.check(sample).map(({ rule }) => rule));
  }
  return [...new Set(found)];
}

const seen = violations.filter((each) => !usesX(each));
const clean = [...legalTraces.filter((each) => !usesX(each)), ...[1, 2, 3, 4].map((seed) => randomTraffic(seed))];

describe('the table of protocol rules', () => {
  it('has a directed violation for every rule, and names that occur once', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.startsWith('AXI4STREAM_')).length).toBe(28);
    expect([...new Set(violations.map(({ breaks }) => breaks))].sort()).toEqual([...ids].sort());
  });
});

describe('the protocol checker of lockstep runs', () => {
  it.each(seen.map((each) => [each.breaks, each.name, each] as const))('%s alone: %s', (rule, _name, each) => {
    expect(brokenRules(each)).toEqual([rule]);
  });
  it.each(clean.map((each) => [each.name, each] as const))('accepts %s', (_name, each) => {
    expect(brokenRules(each)).toEqual([]);
  });
  it('says what changed, in fields of any name and width', () => {
    const fields = [{ name: 'lanes', port: 'm_axis_lanes', width: 40 }];
    const stream: StreamSpec = { name: 'm_axis', role: 'source', valid: 'v', ready: 'r', fields };
    const checker = new ProtocolChecker(stream);
    const sample = (lanes: bigint) => ({ reset: false, valid: true, ready: false, fields: [lanes] });
    expect(checker.check(sample(1n << 39n))).toEqual([]);
    expect(checker.check(sample(1n << 39n))).toEqual([]);
    expect(checker.check(sample(3n))).toEqual([
      {
        rule: 'AXI4STREAM_ERRM_TUSER_STABLE',
        message: 'm_axis: tuser keeps its value until the transfer (lanes went from 0x8000000000 to 0x3)',
      },
    ]);
  });
  it('masks wide tdata by tkeep', () => {
    const width = 64;
    const fields = [
      { name: 'tdata', port: 'm_axis_tdata', width },
      { name: 'tkeep', port: 'm_axis_tkeep', width: 8 },
    ];
    const stream: StreamSpec = { name: 'm_axis', role: 'source', valid: 'v', ready: 'r', fields };
    const changed = (mask: bigint): readonly string[] => {
      const checker = new ProtocolChecker(stream);
      checker.check({ reset: false, valid: true, ready: false, fields: [0n, 0x7f] });
      return checker.check({ reset: false, valid: true, ready: true, fields: [mask, 0x7f] }).map(({ rule }) => rule);
    };
    expect(changed(1n << 55n)).toEqual(['AXI4STREAM_ERRM_TDATA_STABLE']);
    expect(changed(1n << 56n)).toEqual([]);
  });
});

/** Truth terms that can replace a truth term to make a wrong rule; `undefined` for the others. */
function* mutants(term: Term): Generator<Term> {
  const always: Term = { op: 'eq', a: { op: 'lit', value: 0 }, b: { op: 'lit', value: 0 } };
  yield { op: 'not', a: term };
  if (term.op === 'and' || term.op === 'or') {
    yield term.a;
    yield term.b;
    yield { ...term, op: term.op === 'and' ? 'or' : 'and' };
    for (const a of mutants(term.a)) yield { ...term, a };
    for (const b of mutants(term.b)) yield { ...term, b };
  } else if (term.op === 'any' && term.a.op === 'onBytes') yield { ...term, a: term.a.a };
  else if (term.op === 'any' && term.a.op === 'minus') {
    yield { ...term, a: { ...term.a, a: term.a.b, b: term.a.a } };
    yield { ...term, a: term.a.a };
  } else if (term.op === 'eq' && term.b.op === 'param') {
    yield { ...term, b: { op: 'add', a: term.b, b: { op: 'lit', value: 1 } } };
    yield { op: 'gt', a: term.b, b: term.a };
  } else if (term.op === 'gt') {
    yield { op: 'gt', a: term.b, b: term.a };
    yield { op: 'gt', a: { op: 'add', a: term.a, b: { op: 'lit', value: 1 } }, b: term.b };
  }
  yield always;
}

describe('mutated rules', () => {
  const cases = rules
    .filter(({ id }) => !id.endsWith('_X'))
    .flatMap((rule) => [...mutants(rule.broken)].map((broken, n) => [rule.id, n, { ...rule, broken }] as const));
  it.each(cases)('%s, mutant %i, is seen', (id, _n, mutant) => {
    const table = rules.map((rule) => (rule.id === id ? mutant : rule));
    const differs = (each: Scenario): boolean => brokenRules(each, table).join() !== (each.breaks ?? '');
    expect([...seen, ...clean].some(differs)).toBe(true);
  });
});
