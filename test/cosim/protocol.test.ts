import { describe, expect, it } from 'vitest';
import { ProtocolChecker, type StreamSample } from '../../src/cosim/protocol.js';
import { Scoreboard } from '../../src/cosim/scoreboard.js';
import { type StreamSpec, axisStream, packBeat, unpackBeat } from '../../src/cosim/streams.js';

const names = ['tdata', 'tkeep', 'tstrb', 'tlast', 'tid', 'tdest', 'tuser'];
const widths = [16, 2, 2, 1, 3, 3, 4];
const stream: StreamSpec = {
  name: 'm_axis',
  role: 'source',
  valid: 'm_axis_tvalid',
  ready: 'm_axis_tready',
  fields: names.map((name, i) => ({ name, port: `m_axis_${name}`, width: widths[i] ?? 1 })),
  last: 'tlast',
};
const idle: StreamSample = { reset: false, valid: false, ready: false, fields: [0, 3, 3, 0, 0, 0, 0] };
const offer = { ...idle, valid: true };
const move = { ...offer, ready: true };
const withField = (sample: StreamSample, index: number, value: number): StreamSample => ({
  ...sample,
  fields: sample.fields.map((old, i) => (i === index ? value : old)),
});

/** Rule broken by the last of `samples`; none may be broken before. */
function ruleOf(samples: readonly StreamSample[], packet?: number): string | undefined {
  const checker = new ProtocolChecker(stream, packet);
  const rules = samples.map((sample) => checker.check(sample)?.rule);
  expect(rules.slice(0, -1).filter((rule) => rule !== undefined)).toEqual([]);
  return rules.at(-1);
}

describe('protocol rules', () => {
  it('accepts legal traffic', () => {
    expect(
      ruleOf([{ ...idle, reset: true }, idle, offer, offer, move, idle, withField(move, 3, 1), idle]),
    ).toBeUndefined();
  });
  it('VALID_RESET: valid is low after an edge in reset', () => {
    expect(
      ruleOf([
        { ...idle, reset: true },
        { ...offer, reset: true },
      ]),
    ).toBe('VALID_RESET');
    expect(ruleOf([{ ...idle, reset: true }, offer])).toBe('VALID_RESET');
    expect(ruleOf([offer, { ...offer, reset: true }])).toBeUndefined();
  });
  it('VALID_STABLE: valid stays until the transfer', () => {
    expect(ruleOf([offer, idle])).toBe('VALID_STABLE');
    expect(ruleOf([offer, { ...idle, ready: true }])).toBe('VALID_STABLE');
    expect(ruleOf([offer, { ...idle, reset: true }])).toBeUndefined();
  });
  it.each(names.map((name, i) => [name, i] as const))('%s is stable until the transfer', (name, i) => {
    const rule = `${name.toUpperCase()}_STABLE`;
    expect(ruleOf([offer, withField(offer, i, i === 1 ? 2 : 1)])).toBe(rule);
    expect(ruleOf([offer, withField(move, i, i === 1 ? 2 : 1)])).toBe(rule);
    if (i !== 1 && i !== 2) expect(ruleOf([move, withField(offer, i, 1)])).toBeUndefined();
  });
  it('leaves bytes without tkeep free', () => {
    const low = withField(withField(offer, 1, 1), 2, 1);
    expect(ruleOf([low, withField(low, 0, 0x4400)])).toBeUndefined();
    expect(ruleOf([low, withField(low, 0, 0x4401)])).toBe('TDATA_STABLE');
  });
  it('KEEP_RESERVED: no tstrb without tkeep', () => {
    expect(ruleOf([withField(offer, 1, 1)])).toBe('KEEP_RESERVED');
  });
  it('LAST_POSITION: packets have the promised length', () => {
    const last = withField(move, 3, 1);
    expect(ruleOf([move, last, move, last], 2)).toBeUndefined();
    expect(ruleOf([move, move], 2)).toBe('LAST_POSITION');
    expect(ruleOf([last], 2)).toBe('LAST_POSITION');
    expect(ruleOf([move, { ...idle, reset: true }, idle, move, last], 2)).toBeUndefined();
  });
  it('STREAM_DONE: nothing is left at the end', () => {
    const finish = (samples: readonly StreamSample[]): string | undefined => {
      const checker = new ProtocolChecker(stream);
      for (const sample of samples) checker.check(sample);
      return checker.finish()?.rule;
    };
    expect(finish([withField(move, 3, 1), idle])).toBeUndefined();
    expect(finish([move, idle])).toBe('STREAM_DONE');
    expect(finish([withField(offer, 3, 1)])).toBe('STREAM_DONE');
  });
});

describe('scoreboard', () => {
  const axis = axisStream('m_axis', 'source', 8);
  const beat = (data: number, last = 0) => ({ tdata: BigInt(data), tlast: BigInt(last) });
  const due = [beat(1), beat(2), beat(3, 1), beat(4)];
  const rules = (...got: ReturnType<typeof beat>[]): (string | undefined)[] => {
    const board = new Scoreboard(axis, due);
    return [
      ...got.map((each) => board.take([Number(each.tdata), Number(each.tlast)])?.rule),
      board.finish()?.rule,
    ].filter((rule) => rule !== undefined);
  };
  it('names what went wrong', () => {
    expect(rules(...due)).toEqual([]);
    expect(rules(beat(1), beat(3, 1))[0]).toBe('LOSS');
    expect(rules(beat(1), beat(1))[0]).toBe('DUPLICATE');
    expect(rules(beat(4))[0]).toBe('ORDER');
    expect(rules(beat(9))[0]).toBe('INVENTION');
    expect(rules(...due, beat(4))[0]).toBe('INVENTION');
    expect(rules(beat(1), beat(2), beat(3, 0))[0]).toBe('LAST');
    expect(rules(beat(1))).toEqual(['MISSING']);
  });
  it('packs beats into bits and back', () => {
    expect(packBeat(axis, beat(5, 1))).toBe(0x105n);
    expect(unpackBeat(axis, 0x105n)).toEqual(beat(5, 1));
  });
});
