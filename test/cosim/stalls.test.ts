import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { randomStream } from '../../src/base/random.js';
import {
  type Stall,
  type StallKind,
  crossStalls,
  formatStall,
  parseStall,
  stallGenerator,
  stallKinds,
} from '../../src/cosim/stalls.js';
import { SinkDriver, SourceDriver } from '../../src/cosim/stream-driver.js';
import { ProtocolChecker } from '../../src/cosim/protocol/checker.js';
import { axisStream } from '../../src/cosim/streams.js';

const capacity = 4;
const stallOf = (kind: StallKind): Stall => (kind === 'bernoulli' ? { kind, p: 0.25 } : { kind });
const stream = axisStream('s_axis', 'sink', 8);
const beats = Array.from({ length: 2000 }, (_, i) => ({ tdata: BigInt(i & 255), tlast: i % 5 === 4 ? 1n : 0n }));

/** Source against sink, nothing between: opening of the sink, and the share of cycles with a transfer. */
function play(source: Stall, sink: Stall, seed: bigint, cycles = 4000) {
  const from = new SourceDriver(stream, beats, source, seed, capacity);
  const to = new SinkDriver(stream, sink, seed, capacity);
  const checker = new ProtocolChecker(stream, { packet: 5 });
  let moved = 0;
  let open = 0;
  let ran = 0;
  const trace: string[] = [];
  for (; ran < cycles && !from.done; ran++) {
    from.decide();
    to.decide(from.valid && from.fields[1] === 1, false);
    const sample = { reset: false, valid: from.valid, ready: to.ready, fields: from.fields };
    expect(checker.check(sample)).toEqual([]);
    if (to.ready) open++;
    if (from.valid && to.ready) moved++;
    trace.push(`${from.valid ? 'V' : '-'}${to.ready ? 'R' : '-'}`);
    from.edge(to.ready);
    to.edge(from.valid);
  }
  return { moved, open: open / ran, trace };
}

describe('stall patterns', () => {
  it.each(stallKinds.flatMap((a) => stallKinds.map((b) => [a, b] as const)))(
    '%s/%s is legal and makes progress',
    (a, b) => {
      const first = play(stallOf(a), stallOf(b), 5n, 1500);
      expect(first.moved).toBeGreaterThan(15);
      expect(play(stallOf(a), stallOf(b), 5n, 1500).trace).toEqual(first.trace);
    },
  );

  it('gives each side its own stream of the seed', () => {
    const sinkTrace = (source: StallKind): string =>
      play(stallOf(source), { kind: 'bernoulli', p: 0.5 }, 9n, 200)
        .trace.map((cell) => cell[1])
        .join('');
    expect(sinkTrace('none')).toBe(sinkTrace('bursty'));
  });

  it('hits the promised statistics', () => {
    const none: Stall = { kind: 'none' };
    const open = (stall: Stall): number => play(none, stall, 3n).open;
    for (const p of [0.05, 0.25, 0.5, 0.75, 0.95]) expect(open({ kind: 'bernoulli', p })).toBeCloseTo(1 - p, 1);
    expect(open({ kind: 'none' })).toBe(1);
    expect(open({ kind: 'alternate' })).toBeCloseTo(0.5, 2);
    expect(open({ kind: 'pulse' })).toBeGreaterThan(0.04);
    expect(open({ kind: 'pulse' })).toBeLessThan(0.2);
    expect(open({ kind: 'bursty' })).toBeGreaterThan(0.2);
    expect(open({ kind: 'bursty' })).toBeLessThan(0.8);
    const traceOf = (kind: StallKind): string =>
      play(none, { kind } as Stall, 3n)
        .trace.map((cell) => cell[1])
        .join('');
    expect(traceOf('never')).toMatch(/^-{16}R+$/);
    expect(
      Math.max(
        ...traceOf('long')
          .split('R')
          .map((run) => run.length),
      ),
    ).toBeGreaterThanOrEqual(2 * capacity);
    expect(traceOf('pulse')).not.toMatch(/RR/);
    expect(traceOf('after')).not.toMatch(/^R/);
    const periodic = traceOf('periodic');
    const period = [2, 3, 4, 5, 6, 7, 8].find((n) => periodic.slice(n).startsWith(periodic.slice(0, 500)));
    expect(period).toBeDefined();
  });

  it('stalls exactly at the end of packets', () => {
    const sink = new SinkDriver(stream, { kind: 'last' }, 1n, capacity);
    const ready = [false, false, true, true].map((last) => {
      sink.decide(last, false);
      sink.edge(true);
      return sink.ready;
    });
    expect(ready).toEqual([true, true, false, ready[3]]);
  });

  it('has an adversary that drops ready when it sees valid', () => {
    const open = stallGenerator({ kind: 'adversary' }, { side: 'sink', random: randomStream(1n, 'x'), capacity });
    const view = { fired: false, last: false };
    expect(open({ ...view, seen: false })).toBe(true);
    const held = Array.from({ length: 8 }, () => open({ ...view, seen: true }));
    expect(held).toContain(true);
  });

  it('reads and writes the spelling of the command line', () => {
    const random = randomStream(1n, 'cross');
    for (const text of [
      'none',
      'bursty',
      'long',
      'pulse',
      'periodic',
      'last',
      'adversary',
      '0.25',
      'bursty/none',
      '0.5/long',
    ]) {
      expect(formatStall(parseStall(text, random)[0] ?? { source: { kind: 'none' }, sink: { kind: 'none' } })).toBe(
        text,
      );
    }
    expect(parseStall('0.0', random)).toEqual([{ source: { kind: 'none' }, sink: { kind: 'none' } }]);
    expect(new Set(parseStall('all', random).map(({ source, sink }) => `${source.kind}/${sink.kind}`)).size).toBe(144);
    expect(crossStalls(random)).toHaveLength(144);
    for (const wrong of ['sometimes', '1.5', '-1', 'none/what', '']) {
      expect(() => parseStall(wrong, random)).toThrow(HeddleError);
    }
  });
});
