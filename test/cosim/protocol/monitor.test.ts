import { describe, expect, it } from 'vitest';
import { rules, streamMonitor, violatedRules } from '../../../src/cosim/protocol/index.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { type CircuitSimulation, createInterpreter, createSimulation } from '../../../src/simulator/index.js';
import { type Scenario, legalTraces, randomTraffic, usesX, violations, wireNames } from './scenarios.js';

const tieable: readonly ('tdata' | 'tkeep' | 'tstrb' | 'tid' | 'tdest' | 'tuser')[] = [
  ...(['tdata', 'tkeep', 'tstrb', 'tid', 'tdest', 'tuser'] as const),
];

/** Rules found by the monitor in a trace, and the cycle of the first. */
function play({ params, cycles }: Scenario, make: typeof createInterpreter, seed?: number, ports = tieable) {
  const tied = ports.filter((name) => {
    const by = {
      tdata: 'DATA_W',
      tkeep: 'KEEP',
      tstrb: 'STRB',
      tid: 'ID_W',
      tdest: 'DEST_W',
      tuser: 'USER_W',
    } as const;
    return params[by[name]] === 0;
  });
  const design = buildDesign(streamMonitor(params, { tied }));
  const sim: CircuitSimulation = make(design, seed === undefined ? {} : { init: { seed } });
  const inputs = sim.ports.filter(({ dir }) => dir === 'input').map(({ name }) => name);
  if (seed !== undefined) {
    sim.poke('aresetn', 0);
    sim.poke('clear', 1);
    for (const name of inputs) if (name.startsWith('t')) sim.poke(name, 0);
    sim.run(2);
    sim.poke('clear', 0);
  }
  for (const cycle of cycles) {
    for (const name of wireNames) if (inputs.includes(name)) sim.poke(name, Number(cycle[name]));
    sim.tick();
  }
  sim.settle();
  return { found: violatedRules(sim.peek('violations')), first: Number(sim.peek('first_cycle')) };
}

const seen = violations.filter((each) => !usesX(each));
const clean = [...legalTraces.filter((each) => !usesX(each)), ...[1, 2].map((seed) => randomTraffic(seed, 200))];
const forms = [
  ['interpreter', createInterpreter],
  ['WebAssembly', createSimulation],
] as const;

describe.each(forms)('the monitor in the %s', (_form, make) => {
  it.each(seen.map((each) => [each.breaks, each.name, each] as const))('finds %s alone: %s', (rule, _name, each) => {
    expect(play(each, make).found).toEqual([rule]);
  });
  it.each(clean.map((each) => [each.name, each] as const))('accepts %s', (_name, each) => {
    expect(play(each, make).found).toEqual([]);
  });
});

describe('the monitor', () => {
  it('has a trace for every rule that two states can break', () => {
    const ids = rules.filter(({ id }) => !id.endsWith('_X')).map(({ id }) => id);
    expect([...new Set(seen.map(({ breaks }) => breaks))].sort()).toEqual(ids.sort());
  });
  it.each(
    seen
      .filter(({ breaks }) => breaks?.endsWith('TIEOFF') === false)
      .map((each) => [each.breaks, each.name, each] as const),
  )('finds %s without ports for what the stream lacks: %s', (rule, _name, each) => {
    expect(play(each, createSimulation, undefined, []).found).toEqual([rule]);
  });
  it('tells the cycle of the first violation', () => {
    const trace = seen.find(({ breaks }) => breaks === 'AXI4STREAM_ERRM_TKEEP_TSTRB');
    if (trace === undefined) throw new Error('no such trace');
    // Three cycles of start, then the reserved byte.
    expect(play(trace, createSimulation).first).toBe(3);
  });
  it('starts at random registers after clear', () => {
    for (const seed of [1, 2, 3]) {
      expect(play(randomTraffic(7, 100), createSimulation, seed).found).toEqual([]);
      for (const each of seen.slice(0, 4)) expect(play(each, createSimulation, seed).found).toEqual([each.breaks]);
    }
  });
});
