/**
 * The suite can fail: faults in the passes of the simulator are noticed. Those planted into the elaborated circuit by the
 * values due (from the interpreter of the sound circuit, which Icarus confirms on its text), those in the ordering passes of
 * the compiled simulator by the random circuits on which it is held against the interpreter.
 */
import { describe, expect, it, vi } from 'vitest';
import type * as clocked from '../../src/simulator/wasm/clocked.js';
import type * as depend from '../../src/simulator/wasm/depend.js';
import type * as schedule from '../../src/simulator/wasm/schedule.js';
import { elaborate } from '../../src/simulator/index.js';
import { subjects } from '../verilog/seeded-bugs.js';
import { firstDifference } from './compare.js';
import { randomDesign } from './random-circuit.js';
import { randomLanes } from './random-lanes.js';
import { circuitsOf, noticedBy, plantedInCircuits, rebuilt, unseen } from './seeded-bugs.js';
import { passFaults, type PassFault, type PassResults } from './wasm-faults.js';

const bent = vi.hoisted((): { fault: PassFault; times: number } => ({ fault: {}, times: 0 }));

function bend<K extends keyof PassResults>(pass: K, result: PassResults[K]): PassResults[K] {
  const change: ((result: PassResults[K]) => PassResults[K]) | undefined = bent.fault[pass];
  if (change === undefined) return result;
  bent.times++;
  return change(result);
}

vi.mock('../../src/simulator/wasm/clocked.js', async (original) => {
  const real = await original<typeof clocked>();
  const orderClocked: typeof real.orderClocked = (...given) => bend('clocked', real.orderClocked(...given));
  return { ...real, orderClocked };
});
vi.mock('../../src/simulator/wasm/schedule.js', async (original) => {
  const real = await original<typeof schedule>();
  const scheduleAssigns: typeof real.scheduleAssigns = (...given) => bend('groups', real.scheduleAssigns(...given));
  return { ...real, scheduleAssigns };
});
vi.mock('../../src/simulator/wasm/depend.js', async (original) => {
  const real = await original<typeof depend>();
  const mayMeet: typeof real.mayMeet = (...given) => bend('meet', real.mayMeet(...given));
  return { ...real, mayMeet };
});

describe('faults in what elaboration hands on', () => {
  it('are none in a circuit that is only made anew', () => {
    for (const module of subjects.keys()) {
      expect(noticedBy({ module, circuits: circuitsOf(module).map(rebuilt) }), module).toEqual([]);
    }
  });

  it('are noticed in either simulator, but for those that change nothing', () => {
    const planted = plantedInCircuits(4);
    expect(planted.length).toBeGreaterThan(400);
    const found = planted.map((one) => ({ one, by: noticedBy(one) }));
    // A fault that only one of them notices would be a difference between the simulators themselves.
    expect(found.filter(({ by }) => by.length === 1)).toEqual([]);
    const survivors = found
      .filter(({ by }) => by.length === 0)
      .map(({ one }) => `${one.module}: ${one.fault} at ${one.target}`);
    expect(survivors).toEqual(Object.keys(unseen));
  });
});

/** The first random circuit of the fuzz suites on which the simulators differ; undefined where none of them shows it. */
function shown(): string | undefined {
  for (let seed = 1; seed <= 60; seed++) {
    for (const make of [(n: number) => randomDesign(n, 3), randomLanes]) {
      try {
        if (firstDifference(elaborate(make(seed)), seed, 12) !== undefined) return `seed ${seed}`;
      } catch {
        return `seed ${seed}`;
      }
    }
  }
  return undefined;
}

describe('faults in the order that the compiled simulator works in', () => {
  it('are none without a fault', () => {
    bent.fault = {};
    expect(shown()).toBeUndefined();
  });

  it.each(Object.keys(passFaults))('%s', (name) => {
    [bent.fault, bent.times] = [passFaults[name] ?? {}, 0];
    try {
      expect(shown()).toBeDefined();
      expect(bent.times).toBeGreaterThan(0);
    } finally {
      bent.fault = {};
    }
  });
});
