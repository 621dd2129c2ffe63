/** Value change dumps read back by another reader and compared with the interpreter, cycle by cycle. */
import { describe, expect, it } from 'vitest';
import { Fifo, WidthConverter } from '../../src/blocks/stream/index.js';
import { closedBench, Scoreboard, StreamSource } from '../../src/blocks/testbench/index.js';
import { randomStream } from '../../src/base/random.js';
import type { Design } from '../../src/circuit/index.js';
import { buildDesign, defineModule, natParam, output, uint, vec, input } from '../../src/hdl/index.js';
import {
  type CircuitSimulation,
  createInterpreter,
  createSimulation,
  record,
  TimeMachine,
  writeVcd,
} from '../../src/simulator/index.js';
import { parseVcd, valueAtTime } from './vcd-parser.js';

const Cell = defineModule({
  name: 'cell',
  doc: 'adds up',
  params: { W: natParam({ default: 6, min: 1 }) },
  ports: ({ W }) => ({ x: input(uint(W)), y: output(uint(W)) }),
  body(b, { x, y }, { W }) {
    const sum = b.reg('sum', uint(W).reset(0));
    b.next(sum, sum.addWrap(x));
    b.assign(y, sum);
  },
});
const Grid = defineModule({
  name: 'grid',
  doc: 'rows of cells, two deep in generate loops',
  params: { R: natParam({ default: 2, min: 1 }), C: natParam({ default: 3, min: 1 }) },
  ports: ({ R, C }) => ({ x: input(vec(R, uint(6))), y: output(vec(R, vec(C, uint(6)))) }),
  body(b, { x, y }, { R, C }) {
    b.genFor('row', R, (r) => {
      const hop = b.wire('hop', vec(C.plus(1), uint(6)));
      b.assign(hop.at(0), x.at(r));
      b.genFor('column', C, (c) => {
        b.instance('cell', Cell, { W: 6 }, { x: hop.at(c), y: hop.at(c.plus(1)) });
        b.assign(y.at(r).at(c), hop.at(c.plus(1)));
      });
    });
  },
});

const cases: readonly (readonly [string, Design, Readonly<Record<string, number>>])[] = [
  ['fifo', buildDesign(Fifo), { W: 9, DEPTH: 3 }],
  ['a scoreboard', buildDesign(Scoreboard), { W: 5, DEPTH: 4, PATIENCE: 9 }],
  ['a source of wide beats', buildDesign(StreamSource), { W: 100, FRAME: 3 }],
  ['a width converter in a closed bench', closedBench(WidthConverter, { count: 20 }), {}],
  ['nested generate loops', buildDesign(Grid), {}],
];

/** Random inputs, reset in the first two cycles. */
function drive(simulation: CircuitSimulation, cycle: number, seed = 1n): void {
  const random = randomStream(seed, `cycle ${cycle}`);
  for (const { name, dir, width } of simulation.ports) {
    if (dir === 'input') simulation.poke(name, name === 'aresetn' ? Number(cycle > 1) : random.nextBigInt(width));
  }
}

const cycles = 60;
describe('a value change dump', () => {
  it.each(cases)('of %s says what the interpreter does', (_, design, params) => {
    const [traced, oracle] = [createSimulation(design, { params }), createInterpreter(design, { params })];
    const recorder = record(traced, { signals: () => true, memoryWords: 16 });
    const expected: Map<string, bigint>[] = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (const each of [traced, oracle]) drive(each, cycle);
      recorder.cycle();
      oracle.settle();
      expected.push(new Map(recorder.trace.signals.map(({ path }) => [path, oracle.peekSignal(path)])));
      oracle.tick();
    }
    const { trace } = recorder;
    const parsed = parseVcd(writeVcd(trace));
    expect(parsed.timescale).toBe('1ns');
    expect(parsed.end).toBe(cycles * 10);
    const bits = parsed.variables.filter(({ type, path }) => type === 'wire' && path !== `${trace.top}.aclk`);
    expect(bits.length).toBe(trace.signals.length);
    for (const signal of trace.signals) {
      const group = /^(.*)_(tvalid|tready|tdata|tlast)$/.exec(signal.name);
      const own = [...signal.scope, signal.name];
      const grouped = group === null ? own : [...signal.scope, group[1], group[2]];
      const variable = bits.find(({ path }) => [own, grouped].some((each) => path === [trace.top, ...each].join('.')));
      expect(variable, signal.path).toBeDefined();
      if (variable === undefined) continue;
      expect(variable.width).toBe(signal.width);
      expect(variable.range).toBe(signal.width === 1 ? undefined : `${signal.width - 1}:0`);
      for (let cycle = 0; cycle < cycles; cycle++) {
        const read = BigInt(`0b${valueAtTime(variable, cycle * 10 + 5) ?? ''}`);
        expect([signal.path, cycle, read]).toEqual([signal.path, cycle, expected[cycle]?.get(signal.path)]);
      }
    }
    const clock = parsed.variables.find(({ path }) => path === `${trace.top}.aclk`);
    for (const time of [0, 4, 5, 9, 594, 595]) {
      expect(clock && valueAtTime(clock, time)).toBe(time % 10 < 5 ? '0' : '1');
    }
  });

  it('names the states of streams and the members of enums', () => {
    const simulation = createSimulation(buildDesign(Scoreboard), { params: { W: 5, DEPTH: 4, PATIENCE: 9 } });
    const recorder = record(simulation, { signals: () => true });
    for (let cycle = 0; cycle < cycles; cycle++) {
      drive(simulation, cycle);
      recorder.cycle();
    }
    const { variables } = parseVcd(writeVcd(recorder.trace));
    const text = (path: string) =>
      variables.find((each) => each.path === `tb_scoreboard.${path}` && each.type === 'string');
    const wire = (path: string) =>
      variables.find((each) => each.path === `tb_scoreboard.${path}` && each.type === 'wire');
    const at = (variable: ReturnType<typeof wire>, cycle: number) => variable && valueAtTime(variable, cycle * 10);
    const seen = new Set<string>();
    for (let cycle = 0; cycle < cycles; cycle++) {
      const [v, r, l] = ['tvalid', 'tready', 'tlast'].map((name) => at(wire(`expected.${name}`), cycle));
      const state = v === '1' ? (r === '1' ? (l === '1' ? 'last' : 'beat') : 'stall') : r === '1' ? 'ready' : 'idle';
      expect([cycle, at(text('expected.state'), cycle)]).toEqual([cycle, state]);
      seen.add(state);
      const number = Number(`0b${at(wire('state_q'), cycle) ?? ''}`);
      expect(at(text('state_q_name'), cycle)).toBe(['watch', 'judge', 'failed'][number]);
    }
    expect([...seen].sort()).toEqual(['beat', 'idle', 'last', 'ready', 'stall'].filter((each) => seen.has(each)));
    expect(seen.size).toBeGreaterThan(3);
  });

  it('has the scopes of the emitted text', () => {
    const simulation = createSimulation(buildDesign(Grid));
    const recorder = record(simulation, { signals: () => true });
    recorder.cycle();
    const paths = parseVcd(writeVcd(recorder.trace)).variables.map(({ path }) => path);
    expect(paths).toContain('grid.g_row[1].g_column[2].u_cell.sum_q');
    expect(paths).toContain('grid.g_row[0].hop(3)');
    expect(paths).toContain('grid.y');
    const memory = createSimulation(buildDesign(Fifo), { params: { W: 4, DEPTH: 3 } });
    const words = (memoryWords: number) =>
      record(memory, { signals: ['store'], memoryWords }).trace.signals.map(({ name }) => name);
    expect(words(3)).toEqual(['store(0)', 'store(1)', 'store(2)']);
    expect(words(2)).toEqual([]);
  });

  it('of a window begins at its cycle', () => {
    const simulation = createSimulation(buildDesign(Fifo));
    const machine = new TimeMachine(simulation, { every: 8 });
    const levels: bigint[] = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      drive(simulation, cycle);
      simulation.settle();
      levels.push(simulation.peek('level'));
      machine.tick();
    }
    const parsed = parseVcd(writeVcd(machine.traceWindow(33, 41, { signals: ['level'] })));
    const level = parsed.variables.find(({ path }) => path === 'fifo.level');
    expect([level?.changes[0]?.[0], parsed.end]).toEqual([330, 410]);
    for (let cycle = 33; cycle < 41; cycle++) {
      expect(BigInt(`0b${(level && valueAtTime(level, cycle * 10)) ?? ''}`)).toBe(levels[cycle]);
    }
  });
});
