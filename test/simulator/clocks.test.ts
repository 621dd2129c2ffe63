/** Several clocks: sets of simultaneous edges in both simulators, on random circuits and by hand. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import type { Design, Domain, ModuleDef } from '../../src/circuit/index.js';
import { bool, buildDesign, defineModule, input, output, uint } from '../../src/hdl/index.js';
import {
  compile,
  createInterpreter,
  createSimulation,
  elaborate,
  type Instant,
  instants,
} from '../../src/simulator/index.js';
import { firstDifference } from './compare.js';
import { randomDesign } from './random-circuit.js';

/** The design with every register and memory in one of three domains, one of them with an asynchronous reset. */
function spread(design: Design, seed: number): Design {
  const r = randomStream(BigInt(seed), 'domains');
  const domains = (own: readonly Domain[]): Domain[] => [
    ...own,
    { clock: 'clk_b', reset: 'rst_b_n', asynchronousReset: true },
    { clock: 'clk_c', reset: 'rst_c_n', asynchronousReset: false },
  ];
  const moved = (module: ModuleDef): ModuleDef => ({
    ...module,
    domains: domains(module.domains),
    signals: module.signals.map((s) => (s.kind === 'reg' || s.kind === 'memory' ? { ...s, domain: r.nextInt(3) } : s)),
  });
  return { ...design, modules: Object.fromEntries(Object.entries(design.modules).map(([k, m]) => [k, moved(m)])) };
}

const first = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 25);

describe('random circuits of three clocks', () => {
  it(`agree under random sets of edges (${count} circuits)`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/clocks.test.ts`;
      const circuit = elaborate(spread(randomDesign(seed, 3), seed));
      expect(firstDifference(circuit, seed, 16), repeat).toBeUndefined();
    }
  });
});

/** Two registers that exchange values; the second has an asynchronous reset. */
const Swap = buildDesign(
  defineModule({
    name: 'swap',
    doc: 'two registers of two clocks that take each other',
    params: {},
    domains: { io: { clock: 'io_clk', reset: 'io_resetn', asynchronousReset: true } },
    ports: () => ({ load: input(bool()), left: output(uint(4)), right: output(uint(4)).in('io') }),
    body(b, { load, left, right }) {
      const l = b.regs({ left: uint(4).reset(3) });
      const r = b.domain('io', () => b.regs({ right: uint(4).reset(9) }));
      b.next(l.left, load.mux(b.constant(uint(4), 5), b.crossing('right_here', r.right, 'main', 'test')));
      b.next(r.right, b.crossing('left_there', l.left, 'io', 'test'));
      b.assign(left, l.left);
      b.assign(right, r.right);
    },
  }),
);

describe.each([
  ['interpreter', createInterpreter],
  ['wasm', createSimulation],
] as const)('sets of edges in the %s', (_name, create) => {
  const start = () => {
    const sim = create(Swap);
    sim.poke('load', 0);
    sim.poke('aresetn', 0);
    sim.poke('io_resetn', 0);
    sim.tick();
    sim.poke('aresetn', 1);
    sim.poke('io_resetn', 1);
    const both = () => {
      sim.settle();
      return [sim.peek('left'), sim.peek('right')];
    };
    return { sim, both };
  };

  it('move the registers of their clocks only, and at once', () => {
    const { sim, both } = start();
    expect(both()).toEqual([3n, 9n]);
    sim.tick(['aclk']);
    expect(both()).toEqual([9n, 9n]);
    sim.poke('load', 1);
    sim.tick(['aclk']);
    sim.poke('load', 0);
    sim.tick(['io_clk', 'aclk']);
    expect(both()).toEqual([9n, 5n]);
    sim.tick();
    expect(both()).toEqual([5n, 9n]);
    sim.tick([]);
    expect(both()).toEqual([5n, 9n]);
  });

  it('leave an asynchronous reset to act without an edge', () => {
    const { sim, both } = start();
    sim.tick(['io_clk']);
    expect(both()).toEqual([3n, 3n]);
    sim.poke('io_resetn', 0);
    expect(both()).toEqual([3n, 9n]);
    sim.poke('io_resetn', 1);
    expect(both()).toEqual([3n, 9n]);
  });

  it('refuse a clock that is not there', () => {
    const { sim } = start();
    expect(() => sim.tick(['clk'])).toThrow("error H1109  swap has no clock 'clk'\n  clocks: aclk, io_clk");
  });
});

describe('the journal', () => {
  it('records an instant of some clocks like any other', () => {
    const sim = compile(elaborate(Swap));
    const journal = sim.journal();
    sim.poke('aresetn', 1);
    sim.poke('io_resetn', 1);
    for (const clocks of [['aclk'], ['io_clk'], ['aclk', 'io_clk']]) sim.tick(clocks);
    expect(journal.end).toBe(3);
  });
});

describe('instants of several clocks', () => {
  it('come in order of time, simultaneous edges together', () => {
    const clocks = instants({ a: { period: 3 }, b: { period: 5, phase: 1 } });
    const list: Instant[] = Array.from({ length: 8 }, () => clocks.next().value);
    expect(list.map(({ time, clocks: due }) => `${time}:${due.join('+')}`)).toEqual(
      '0:a 1:b 3:a 6:a+b 9:a 11:b 12:a 15:a'.split(' '),
    );
  });
  it('need whole periods', () => {
    expect(() => instants({ a: { period: 0 } }).next()).toThrow('a: period 0 is not a whole number >= 1');
  });
});
