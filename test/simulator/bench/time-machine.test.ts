/** Time travel: every recorded cycle is reached again as it was, over checkpoints, new futures and forgotten pasts. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { type CircuitSimulation, record, TimeMachine } from '../../../src/simulator/index.js';
import { makers, memo } from './fixtures.js';

const look = (simulation: CircuitSimulation): string => {
  simulation.settle();
  const ports = simulation.ports.map(({ name }) => `${name}=${simulation.peek(name)}`);
  return [...ports, simulation.peekSignal('store'), simulation.peekSignal('count_q')].join(' ');
};

/** Inputs that change in some cycles only, from a seed. */
function driver(simulation: CircuitSimulation, seed: bigint): () => void {
  const random = randomStream(seed, 'inputs');
  simulation.poke('aresetn', 1);
  return () => {
    if (random.nextInt(3) === 0) simulation.poke('en', random.nextInt(2));
    if (random.nextInt(4) === 0) simulation.poke('wide', random.nextBigInt(70));
    if (random.nextInt(4) === 0) simulation.poke('lanes', random.nextBigInt(15));
  };
}

describe.each(makers)('a time machine, %s', (_, make) => {
  it.each([1, 7, 64, 4096])('comes back to every cycle with checkpoints every %i', (every) => {
    const simulation = memo(make);
    const machine = new TimeMachine(simulation, { every });
    const drive = driver(simulation, 3n);
    const seen: string[] = [];
    for (let cycle = 0; cycle < 200; cycle++) {
      drive();
      seen.push(look(simulation));
      machine.tick();
    }
    expect([machine.cycle, machine.end, machine.first]).toEqual([200, 200, 0]);
    const random = randomStream(5n, 'cycles');
    for (let k = 0; k < 60; k++) {
      const cycle = random.nextInt(200);
      machine.seek(cycle);
      expect(machine.cycle).toBe(cycle);
      expect([cycle, look(simulation)]).toEqual([cycle, seen[cycle]]);
    }
    machine.seek(150);
    machine.stepBack();
    expect(look(simulation)).toBe(seen[149]);
    machine.stepBack(1000);
    expect(look(simulation)).toBe(seen[0]);
    expect(() => machine.seek(201)).toThrow('cycle 201 is not recorded');
    expect(() => machine.seek(-1)).toThrow('cycles 0 .. 200 are');
  });

  it('takes another future from the past', () => {
    const [simulation, fresh] = [memo(make), memo(make)];
    const machine = new TimeMachine(simulation, { every: 16 });
    const drive = driver(simulation, 3n);
    for (let cycle = 0; cycle < 100; cycle++) {
      drive();
      machine.tick();
    }
    machine.seek(37);
    simulation.poke('en', 1);
    machine.run(40);
    expect(machine.end).toBe(77);
    // The same by itself: 37 cycles of the old inputs, then the new one.
    const again = driver(fresh, 3n);
    for (let cycle = 0; cycle < 37; cycle++) {
      again();
      fresh.tick();
    }
    again();
    fresh.poke('en', 1);
    fresh.run(40);
    expect(look(simulation)).toBe(look(fresh));
    machine.seek(36);
    machine.seek(77);
    expect(look(simulation)).toBe(look(fresh));
  });

  it('draws a window and is then where it was', () => {
    const simulation = memo(make);
    const machine = new TimeMachine(simulation, { every: 32 });
    const drive = driver(simulation, 9n);
    const all = record(simulation, { signals: () => true });
    for (let cycle = 0; cycle < 120; cycle++) {
      drive();
      simulation.settle();
      all.sample();
      machine.tick();
    }
    simulation.poke('wide', 77n);
    const before = look(simulation);
    const window = machine.traceWindow(60, 90, { signals: () => true });
    expect([window.first, window.cycles]).toEqual([60, 30]);
    const expected = all.trace.signals.map(({ path, changes }) => [
      path,
      Array.from({ length: 30 }, (_, k) => changes.findLast(({ cycle }) => cycle <= 60 + k)?.value),
    ]);
    const drawn = window.signals.map(({ path, changes }) => [
      path,
      Array.from({ length: 30 }, (_, k) => changes.findLast(({ cycle }) => cycle <= k)?.value),
    ]);
    expect(drawn).toEqual(expected);
    expect(look(simulation)).toBe(before);
    // The cycle that has not ended yet, with the input that no edge has seen.
    const end = machine.traceWindow(118, 1000);
    expect(end.cycles).toBe(3);
    expect(end.signals.find(({ path }) => path === 'wide')?.changes.at(-1)).toEqual({ cycle: 2, value: 77n });
    expect(look(simulation)).toBe(before);
    machine.tick();
    machine.stepBack();
    expect(look(simulation)).toBe(before);
  });

  it('forgets what is too long ago, and no more', () => {
    const simulation = memo(make);
    const machine = new TimeMachine(simulation, { every: 10, keep: 35 });
    machine.run(100);
    expect(machine.first).toBe(50);
    simulation.settle();
    expect(() => machine.seek(49)).toThrow('cycles 50 .. 100 are');
    machine.seek(50);
    expect(machine.traceWindow(0, 60).first).toBe(50);
  });
});
