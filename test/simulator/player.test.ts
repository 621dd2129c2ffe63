/** Players inside WebAssembly and cycle by cycle: every watched output in every cycle, what leaves, and all registers. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../src/base/random.js';
import {
  bool,
  buildDesign,
  bundle,
  defineModule,
  input,
  natParam,
  output,
  sink,
  source,
  uint,
  vec,
} from '../../src/hdl/index.js';
import {
  type CircuitSimulation,
  type PlayedSimulation,
  type Player,
  type PlayerOptions,
  compile,
  elaborate,
  interpret,
  portPlayer,
} from '../../src/simulator/index.js';

const seed = 20261121;

/** Two streams that leave as one: the second through a long shift register, whose valid has copies that may differ at first. */
const Merge = defineModule({
  name: 'merge',
  doc: 'two streams to one',
  params: { W: natParam({ default: 40, min: 1 }), L: natParam({ default: 6, min: 1 }) },
  ports: ({ W, L }) => ({
    s0_axis: sink(bundle({ tdata: uint(W), tlast: bool() })),
    s1_axis: sink(bundle({ tdata: vec(L, uint(11)) })),
    m_axis: source(bundle({ tdata: uint(W), tlast: bool() })),
    side_axis: source(bundle({ tdata: vec(L, uint(11)) })),
    gate: input(bool()),
    count: output(uint(32)),
    flags: output(uint(8)),
    some: output(vec(2, uint(3))),
  }),
  body(b, { s0_axis: s0, s1_axis: s1, m_axis: m, side_axis: side, gate, count, flags, some }, { W, L }) {
    const q = b.regs({ full: bool().reset(0), data: uint(W), last: bool(), count: uint(32).reset(0) });
    const line = b.reg('line', vec(40, vec(L, uint(11))));
    const copies = b.reg('copies', vec(8, bool()));
    const free = b.let('free', q.full.not().or(m.ready));
    b.assign(s0.ready, free.and(gate.not()));
    b.when(free, () => b.next(q.full, s0.fire));
    b.when(s0.fire, () => {
      b.next(q.data, s0.data.tdata);
      b.next(q.last, s0.data.tlast);
      b.next(q.count, q.count.addWrap(1));
    });
    b.assign(m.valid, q.full);
    b.assign(m.data.tdata, q.data);
    b.assign(m.data.tlast, q.last);
    b.assign(side.valid, s1.valid.and(copies.at(3)));
    b.assign(s1.ready, side.ready.and(copies.at(3)));
    b.genFor('lane', L, (l) => b.assign(side.data.tdata.at(l), line.at(39).at(l).xor(s1.data.tdata.at(l))));
    b.genFor('copy', 8, (k) => b.next(copies.at(k), s0.valid.or(q.full)));
    b.when(s1.fire, () => {
      b.next(line.at(0), s1.data.tdata);
      b.genFor('place', 39, (k) => b.next(line.at(k.plus(1)), line.at(k)));
    });
    b.assign(count, q.count);
    b.assign(flags, copies.pack());
    b.genFor('two', 2, (k) => b.assign(some.at(k), q.count.truncate(3)));
  },
});

/** The simulation with ports as a player needs them, by big integers. */
function plain(sim: CircuitSimulation): PlayedSimulation {
  return {
    ports: sim.ports,
    settle: () => sim.settle(),
    tick: () => sim.tick(),
    port(name) {
      const words = Math.ceil((sim.ports.find((port) => port.name === name)?.width ?? 0) / 32);
      return {
        setNumber: (value) => sim.poke(name, value),
        getNumber: () => Number(sim.peek(name)),
        setWords: (from, at) => {
          let value = 0n;
          for (let k = words - 1; k >= 0; k--) value = (value << 32n) | BigInt(from[at + k] ?? 0);
          sim.poke(name, value);
        },
        getWords: (to, at) => {
          const value = sim.peek(name);
          for (let k = 0; k < words; k++) to[at + k] = Number((value >> BigInt(32 * k)) & 0xffffffffn);
        },
      };
    },
  };
}

const streams = ['s0_axis', 's1_axis', 'm_axis', 'side_axis'];
const watch = ['count', 'flags', 's0_axis_tready', 'm_axis_tvalid', 'm_axis_tlast', 'side_axis_tvalid'];

interface Side {
  readonly sim: CircuitSimulation;
  readonly player: Player;
}

/** Everything that a player tells, and the registers, after runs of random lengths with random packets. */
function story({ sim, player }: Side, r: RandomStream, W: number, L: number, afterwards?: () => void): unknown[] {
  const told: unknown[] = [];
  const [of0, of1] = [Math.ceil(W / 32), Math.ceil((11 * L) / 32)];
  // Bits above the width of a beat do not count.
  const words = (count: number): Uint32Array => Uint32Array.from({ length: count }, () => r.nextInt(2 ** 31) * 2 + 1);
  for (let k = 0; k < 12; k++) {
    if (r.nextInt(4) > 0) player.send('s0_axis', words(of0 * (1 + r.nextInt(40))), r.nextInt(2) === 0);
    if (r.nextInt(4) > 0) player.send('s1_axis', words(of1 * (1 + r.nextInt(k === 5 ? 9000 : 60))), false);
    sim.poke('gate', r.nextInt(6) === 0 ? 1 : 0);
    player.play(1 + r.nextInt(k % 2 === 0 ? 3 : 120));
    if (k === 6) afterwards?.();
    told.push(player.cycles, player.changes(), player.take('m_axis'), player.take('side_axis'));
    told.push(
      streams.map((name) => player.transfers(name)),
      [0, 1].map((n) => player.waiting(`s${n}_axis`)),
    );
    for (const { name } of sim.signals().filter((s) => s.kind === 'reg')) told.push(sim.peekSignal(name));
    sim.settle();
    for (const { name } of sim.ports) told.push(sim.peek(name));
  }
  return told;
}

describe('players', () => {
  it.each([
    { W: 40, L: 6, stalls: {} },
    { W: 64, L: 1, stalls: { s0_axis: 0.5, m_axis: 0.3 } },
    { W: 128, L: 16, stalls: { s1_axis: 0.25, side_axis: 0.5, m_axis: 0.9 } },
    { W: 8, L: 3, stalls: { m_axis: 1 } },
  ])(`cycle by cycle in the interpreter and inside WebAssembly are the same: %o (seed ${seed})`, ({ W, L, stalls }) => {
    const circuit = elaborate(buildDesign(Merge), { params: { W, L } });
    const options: PlayerOptions = { streams, watch, stalls, seed: seed + W };
    const init = { seed: BigInt(seed + L) };
    const slow = interpret(circuit, { init });
    const quick = compile(circuit, { init });
    const resets = (sim: CircuitSimulation, level: number): void => sim.poke('aresetn', level);
    const told = (side: Side, afterwards?: () => void): unknown[] => {
      resets(side.sim, 1);
      return story(side, randomStream(BigInt(seed), `${W}`), W, L, afterwards);
    };
    const players = (): [Side, Side] => [
      { sim: slow, player: portPlayer(plain(slow), options) },
      { sim: quick, player: quick.player(options) },
    ];
    const [one, other] = players();
    const expected = told(one);
    expect(told(other)).toEqual(expected);
    expect(one.player.transfers('s1_axis').beats).toBeGreaterThan(20);
    // A second player of the same streams begins again, wherever the circuit is; a journal does not change anything.
    const [third, fourth] = players();
    expect(told(fourth, () => quick.journal())).toEqual(told(third));
    // The compiled simulator's ports serve a player that works cycle by cycle too.
    expect(told({ sim: quick, player: portPlayer(quick, options) })).toEqual(
      told({ sim: slow, player: portPlayer(plain(slow), options) }),
    );
  });

  it('stalls change when beats move, not which', () => {
    const circuit = elaborate(buildDesign(Merge));
    const results = [{}, { s0_axis: 0.6, m_axis: 0.6 }].map((stalls) => {
      const sim = compile(circuit);
      sim.poke('aresetn', 1);
      const player = sim.player({ streams: ['s0_axis', 'm_axis'], stalls });
      player.send(
        's0_axis',
        Uint32Array.from({ length: 200 }, (_, k) => k * k),
        true,
      );
      const parts = [];
      while (player.transfers('m_axis').beats < 100) {
        player.play(30);
        parts.push(...player.take('m_axis').flatMap(({ words }) => [...words]));
      }
      return { parts, last: player.transfers('m_axis').last };
    });
    const [free, stalled] = results;
    expect(stalled?.parts).toEqual(free?.parts);
    expect(free?.last).toBe(100);
    expect(stalled?.last).toBeGreaterThan(250);
  });

  it('tells what cannot be played', () => {
    const sim = compile(elaborate(buildDesign(Merge)));
    expect(() => sim.player({ streams: ['s_axis'] })).toThrow(/no stream 's_axis' with tdata.*/);
    expect(() => sim.player({ streams: [], watch: ['gate'] })).toThrow(/no output 'gate' of at most 32 bits/);
    expect(() => sim.player({ streams: [], watch: ['some'] })).toThrow(/'some' is a vector/);
    const player = sim.player({ streams: ['m_axis'] });
    expect(() => player.send('m_axis', new Uint32Array(2), true)).toThrow(/does not receive 'm_axis'/);
  });
});
