/** Activity of a trace, against a count of its values cycle by cycle. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../src/base/random.js';
import { activityOf, type ActivityScope, type Trace, valueAt, writeSaif } from '../../src/simulator/index.js';

const cycles = 40;

function randomSignal(random: RandomStream, scope: string[], name: string, width: number): Trace['signals'][number] {
  const changes: { cycle: number; value: bigint }[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    if (cycle > 0 && random.nextInt(3) > 0) continue;
    const value = BigInt(random.nextInt(1 << width));
    if (changes.at(-1)?.value !== value) changes.push({ cycle, value });
  }
  return { path: name, scope, name, width, signed: false, changes };
}

const random = randomStream(20261121n, 'saif');
const trace: Trace = {
  top: 'top',
  cycles,
  signals: [
    randomSignal(random, [], 'valid', 1),
    randomSignal(random, ['u_row', 'g_pe[1]'], 'sum_q', 5),
    randomSignal(random, ['u_row', 'g_pe[0]'], 'kept(2)', 3),
    { ...randomSignal(random, ['u_lanes'], 'lane_q(1)(0)', 2), element: { index: 3, count: 6 } },
  ],
};

describe('activity of a trace', () => {
  const top = activityOf(trace);
  const at = (...scopes: string[]): ActivityScope =>
    scopes.reduce((scope, name) => scope.scopes.find((inner) => inner.name === name)!, top);
  it.each([
    [0, []],
    [1, ['u_row', 'g_pe[1]']],
    [2, ['u_row', 'g_pe[0]']],
    [3, ['u_lanes']],
  ])('signal %d: time at 1 and changes of every bit', (index, scopes) => {
    const signal = trace.signals[index]!;
    const { nets } = at(...scopes);
    const low = signal.element === undefined ? 0 : 6;
    expect(nets.map(({ bit }) => bit)).toEqual(
      signal.width === 1 ? [undefined] : Array.from({ length: signal.width }, (_, bit) => low + bit),
    );
    for (const { bit: place = 0, activity } of nets) {
      const bit = place - low;
      const values = Array.from({ length: cycles }, (_, cycle) => ((valueAt(signal, cycle) ?? 0n) >> BigInt(bit)) & 1n);
      expect(activity).toEqual({
        high: values.filter((value) => value === 1n).length,
        toggles: values.filter((value, cycle) => cycle > 0 && value !== values[cycle - 1]).length,
      });
    }
  });
  it('is written scope in scope, names escaped', () => {
    const saif = writeSaif(top, { cycles, periodPs: 10, clock: 'aclk', origin: 'test' });
    expect(saif).toMatch(/^\(SAIFILE\n\(SAIFVERSION "2\.0"\)/);
    expect(saif).toContain(
      '  (INSTANCE u_row\n    (NET\n    )\n    (INSTANCE g_pe\\[1\\]\n      (NET\n        (sum_q\\[0\\] (T0 ',
    );
    expect(saif).toContain('(kept\\(2\\)\\[1\\] (');
    expect(saif).toContain('(lane_q\\[7\\] (');
    expect(saif).toContain('(aclk (T0 200) (T1 200) (TX 0) (TC 80) (IG 0))');
    const plain = saif.replace(/\\./g, '');
    expect(plain.split('(').length).toBe(plain.split(')').length);
  });
});
