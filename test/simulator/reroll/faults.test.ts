/** Faults in what re-rolling hands on are noticed by the comparison that the other tests of this folder rest on. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { elaborate } from '../../../src/simulator/index.js';
import type * as Pass from '../../../src/simulator/reroll/reroll.js';
import type { Rerolled } from '../../../src/simulator/reroll/reroll.js';
import { firstDifference } from '../compare.js';
import { randomCopies } from './random-copies.js';

type Fault = (r: Rerolled) => Rerolled;
const bent = vi.hoisted((): { fault: ((r: unknown) => unknown) | undefined } => ({ fault: undefined }));

vi.mock('../../../src/simulator/reroll/reroll.js', async (original) => {
  const real = await original<typeof Pass>();
  const reroll: typeof real.reroll = (...args) => {
    const found = real.reroll(...args);
    return found === undefined || bent.fault === undefined ? found : (bent.fault(found) as Rerolled);
  };
  return { ...real, reroll };
});

afterEach(() => {
  bent.fault = undefined;
});

/** The first nest of registers over copies with one iteration less. */
const shorter: Fault = (r) => {
  const at = r.circuit.updates.findIndex((u) => u.loops.length > 0);
  const updates = r.circuit.updates.map((u, k) =>
    k === at ? { ...u, loops: u.loops.map((n, d) => (d === u.loops.length - 1 ? n - 1 : n)) } : u,
  );
  return { ...r, circuit: { ...r.circuit, updates } };
};

const faults: Readonly<Record<string, Fault>> = {
  'two copies in each other’s place': (r) => {
    const [a, b] = [...r.homes].filter(([id]) => r.circuit.signals[id]?.kind === 'reg');
    return a === undefined || b === undefined ? r : { ...r, homes: new Map([...r.homes, [a[0], b[1]], [b[0], a[1]]]) };
  },
  'a copy that is never computed': shorter,
  'constants of copies in reverse': (r) => ({
    ...r,
    tables: r.tables.map((t) => ({ ...t, values: [...t.values].reverse() })),
  }),
  'a nest of registers lost': (r) => ({
    ...r,
    circuit: { ...r.circuit, updates: r.circuit.updates.filter((u) => u.loops.length === 0) },
  }),
};

const seeds = Array.from({ length: 12 }, (_, k) => k + 1);
const noticed = (): number =>
  seeds.filter((seed) => firstDifference(elaborate(randomCopies(seed)), seed, 6) !== undefined).length;

describe('faults of re-rolling', () => {
  it('are none without a fault', () => {
    bent.fault = (r) => r;
    expect(noticed()).toBe(0);
  });

  for (const [name, fault] of Object.entries(faults)) {
    it(name, () => {
      bent.fault = fault as (r: unknown) => unknown;
      expect(noticed()).toBeGreaterThan(2);
    });
  }
});
