/**
 * Gates by activity and copies that are read as one: registers and memories equal those of the interpreter while inputs
 * hold still and change, with gates on nearly everything. HEDDLE_FUZZ_SEED=<n> HEDDLE_FUZZ_COUNT=<n> choose other circuits.
 */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import type { Design } from '../../../src/circuit/index.js';
import { bool, buildDesign, defineModule, input, output, uint, vec } from '../../../src/hdl/index.js';
import { type ElaboratedCircuit, elementCount } from '../../../src/simulator/elaborated.js';
import { compile, elaborate, interpret } from '../../../src/simulator/index.js';
import { forEachInitial } from '../../../src/simulator/initial.js';
import { activityOf } from '../../../src/simulator/wasm/activity.js';
import { type Engine, buildCycle, fullEngine, planOf, withAdded } from '../../../src/simulator/wasm/engine.js';
import { areEqual, equalCopies } from '../../../src/simulator/wasm/equal-copies.js';
import { type Ground, groundOf } from '../../../src/simulator/wasm/ground.js';
import { pathFinder } from '../../../src/simulator/paths.js';
import { Allocator, layoutOf } from '../../../src/simulator/wasm/layout.js';
import { ringsOf } from '../../../src/simulator/wasm/rings.js';
import { sink } from '../../../src/simulator/wasm/sink.js';
import { readRun, writeElement, writeRun } from '../../../src/simulator/wasm/storage.js';
import { wireOrder } from '../../../src/simulator/wasm/wire-order.js';
import { randomDesign } from '../random-circuit.js';
import { randomLanes } from '../random-lanes.js';
import { firstDifference } from '../compare.js';

const firstSeed = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 20);

/** An engine with gates on nodes of `least` instructions and more, and what it works on. */
function engineOf(circuit: ElaboratedCircuit, least: number, seed: bigint): { engine: Engine; ground: Ground } {
  const wires = wireOrder(circuit, circuit.assigns);
  const plan = planOf(circuit, wires);
  const layout = layoutOf(circuit, ringsOf(withAdded(circuit, plan.added), plan));
  const allocator = new Allocator(layout.end);
  const built = buildCycle(circuit, layout, allocator, plan, least, 0);
  const ground = groundOf(circuit, layout, allocator);
  const engine = fullEngine(ground, wires, built);
  for (const s of circuit.signals)
    forEachInitial(s, { seed }, (flat, value) => writeElement(ground.storage, layout, s, flat, value));
  engine.synchronize();
  return { engine, ground };
}

const gatesOf = (circuit: ElaboratedCircuit, least: number): number => {
  const plan = planOf(circuit, wireOrder(circuit, circuit.assigns));
  const whole = withAdded(circuit, plan.added);
  return activityOf(whole, sink(whole, plan, new Set()), () => false, least, 1)?.gates.size ?? 0;
};

/** Runs both with inputs that hold still for some cycles; the first register that differs. */
function difference(circuit: ElaboratedCircuit, seed: number, cycles: number): string | undefined {
  // Gates for nearly every node, for large ones only, or parts for everything.
  const { engine, ground } = engineOf(circuit, [4, 40, 1e9][seed % 3] ?? 4, BigInt(seed));
  const oracle = interpret(circuit, { init: { seed: BigInt(seed) } });
  const r = randomStream(BigInt(seed), 'still');
  const inputs = circuit.ports.flatMap((id) => circuit.signals[id] ?? []).filter((s) => s.port === 'input');
  // Two signals may have one name: a reader finds one of them.
  const find = pathFinder(circuit.signals);
  const state = circuit.signals.filter((s) => s.kind === 'reg' || s.kind === 'memory');
  const set = (s: (typeof inputs)[number], value: bigint): void => {
    writeRun(ground.storage, ground.layout, s, 0, elementCount(s), value);
  };
  const now = new Map<string, bigint>();
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const s of inputs) {
      const still = cycle > 0 && r.nextInt(3) > 0;
      const reset = s.name.startsWith('rst');
      const value = reset ? (cycle > 0 && r.nextInt(9) > 0 ? 1n : 0n) : r.nextBigInt(s.width * elementCount(s));
      if (!still) now.set(s.name, value);
      // Somebody looks at the outputs under other inputs in between.
      if (!reset && r.nextInt(3) === 0) set(s, r.nextBigInt(s.width * elementCount(s)));
    }
    if (r.nextInt(2) === 0) engine.settle();
    if (r.nextInt(6) === 0) engine.settleAll();
    for (const s of inputs) {
      const value = now.get(s.name) ?? 0n;
      oracle.poke(s.name, value);
      set(s, value);
    }
    oracle.tick();
    engine.tick(undefined);
    engine.putBack();
    for (const s of state) {
      const name = s.name + (s.origin.some((o) => o > 0) ? s.origin.map((o) => `[${o}]`).join('') : '');
      const { signal, flat, count: elements } = find(name);
      const mine = readRun(ground.storage, ground.layout, signal, flat, elements);
      const theirs = oracle.peekSignal(name);
      if (mine !== theirs) return `cycle ${cycle}: ${name} is ${mine.toString(16)}, not ${theirs.toString(16)}`;
    }
  }
  return undefined;
}

function check(name: string, make: (seed: number) => Design, circuits: number): void {
  let gates = 0;
  for (let seed = firstSeed; seed < firstSeed + circuits; seed++) {
    const circuit = elaborate(make(seed));
    if (circuit.clocks.length > 1 || circuit.asyncResets.length > 0) continue;
    gates += gatesOf(circuit, 4);
    const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/wasm/activity.test.ts (${name})`;
    expect(difference(circuit, seed, 14), repeat).toBeUndefined();
  }
  if (circuits > 5) expect(gates).toBeGreaterThan(circuits);
}

/** A pipeline over a memory and a sum; fan-out copies of its control; a shift register that empties. */
const Pipeline = defineModule({
  name: 'pipeline',
  doc: 'lanes behind copies of one flag',
  params: {},
  ports: () => ({
    load: input(bool()),
    write: input(bool()),
    address: input(uint(3)),
    x: input(vec(24, uint(8))),
    sums: output(vec(24, uint(24))),
    chain: output(vec(24, uint(16))),
    late: output(vec(24, uint(16))),
  }),
  body(b, io) {
    const store = b.memory('store', uint(192), 8);
    const r = b.regs({
      held: vec(24, uint(8)),
      square: vec(24, uint(16)),
      sum: vec(24, uint(24)),
      chain: vec(24, uint(16)),
      load: vec(6, bool()),
    });
    store.write(io.address, io.x.pack(), io.write);
    b.next(r.held, store.read(io.address).unpack(vec(24, uint(8))));
    b.genFor('lane', 24, (i) => {
      b.next(r.square.at(i), r.held.at(i).mul(r.held.at(i)));
      b.next(r.sum.at(i), r.sum.at(i).addWrap(r.square.at(i).extend(24)));
    });
    b.genFor('copy', 6, (k) => b.next(r.load.at(k), io.load));
    b.genFor('group', 6, (k) => {
      b.genFor('member', 3, (m) => {
        const at = k.times(4).plus(m);
        b.next(r.chain.at(at), r.load.at(k).mux(r.square.at(at), r.chain.at(at.plus(1))));
      });
      b.next(r.chain.at(k.times(4).plus(3)), r.load.at(k).mux(r.square.at(k.times(4).plus(3)), 0));
    });
    // Stages enough that gates are worth it.
    let before = r.square;
    for (let n = 0; n < 16; n++) {
      const stage = b.reg(`stage${n}`, vec(24, uint(16)));
      const last = before;
      b.genFor(`lane${n}`, 24, (i) => b.next(stage.at(i), last.at(i).addWrap(r.square.at(i)).addWrap(n)));
      before = stage;
    }
    b.assign(io.late, before);
    b.assign(io.sums, r.sum);
    b.assign(io.chain, r.chain);
  },
});

describe('gates by activity', () => {
  it(`change nothing (${count} random circuits)`, () => check('circuits', (n) => randomDesign(n, 3), count));
  it('compute the condition of a branch within a branch there only', () => {
    // Once the value of one arm was taken for that of another.
    expect(difference(elaborate(randomLanes(3046)), 3046, 14)).toBeUndefined();
  });

  it(`change nothing in lanes (${2 * count} random circuits)`, () => check('lanes', randomLanes, 2 * count));

  it('wake for registers that are set from outside, snapshots, memories and journals', () => {
    const circuit = elaborate(buildDesign(Pipeline));
    expect(gatesOf(circuit, 48)).toBeGreaterThan(16);
    const [oracle, sim] = [interpret(circuit), compile(circuit, { fullAfter: 0 })];
    const both = [oracle, sim];
    const r = randomStream(1n, 'pipeline');
    const agree = (): void => {
      for (const s of both) s.settle();
      for (const name of ['sums', 'chain', 'late']) expect(sim.peek(name)).toBe(oracle.peek(name));
      for (const name of ['held_q', 'square_q', 'chain_q', 'load_q', 'store'])
        expect(sim.peekSignal(name), name).toBe(oracle.peekSignal(name));
    };
    const cycles = (n: number): void => {
      for (let k = 0; k < n; k++) {
        for (const s of both) s.tick();
        agree();
      }
    };
    const poke = (name: string, value: bigint): void => both.forEach((s) => s.poke(name, value));
    const tellApart = (): void => {
      const value = BigInt(r.nextInt(64));
      both.forEach((s) => s.pokeSignal('load_q', value));
    };
    const quiet = sim.snapshot();
    for (let round = 0; round < 6; round++) {
      poke('x', r.nextBigInt(192));
      poke('address', BigInt(r.nextInt(8)));
      poke('write', 1n);
      cycles(1);
      poke('write', 0n);
      poke('load', BigInt(round & 1));
      cycles(1 + r.nextInt(4));
      poke('load', 0n);
      cycles(8);
      both.forEach((s) => s.pokeSignal('chain_q', (1n << 384n) / 7n));
      cycles(2);
      both.forEach((s) => s.pokeSignal('store', (1n << 1536n) / 5n));
      cycles(3);
      // Copies that differ, as nobody but a tester makes them.
      tellApart();
      cycles(2);
      tellApart();
      sim.run(5);
      for (let k = 0; k < 5; k++) oracle.tick();
      agree();
    }
    const journal = sim.journal();
    both.forEach((s) => s.pokeSignal('load_q', 5n));
    cycles(3);
    journal.stop();
    const kept = sim.snapshot();
    sim.restore(quiet);
    expect(sim.peekSignal('store')).toBe(0n);
    sim.run(20);
    expect(sim.peekSignal('square_q')).toBe(0n);
    sim.restore(kept);
    agree();
    cycles(3);
  });

  it('reads copies as one only if nothing tells them apart', () => {
    const copies = (differ: boolean, r: RandomStream): string[] => {
      const Copies = defineModule({
        name: 'copies',
        doc: 'copies of a flag',
        params: {},
        ports: () => ({ x: input(bool()), y: input(vec(8, bool())), out: output(vec(8, bool())) }),
        body(b, io) {
          const q = b.reg('flag', vec(8, bool()));
          b.genFor('k', 8, (k) => b.next(q.at(k), io.x.and(io.y.at(differ ? k : 0))));
          b.assign(io.out, q);
        },
      });
      const circuit = elaborate(buildDesign(Copies));
      expect(firstDifference(circuit, 1 + r.nextInt(100), 6)).toBeUndefined();
      return equalCopies(circuit, circuit).map((c) => circuit.signals[c.signal]?.name ?? '');
    };
    expect(copies(false, randomStream(1n, 'copies'))).toEqual(['flag_q']);
    expect(copies(true, randomStream(1n, 'copies'))).toEqual([]);
  });

  it('tells copies that differ in one byte of one element', () => {
    const circuit = elaborate(buildDesign(Pipeline));
    const id = circuit.signals.findIndex((s) => s.name === 'load_q');
    const signals = circuit.signals.map((s) => (s.id === id ? { ...s, dims: [2, 3, 2] } : s));
    const equal = (bytes: readonly number[], ...dims: boolean[]): boolean =>
      areEqual([{ signal: id, dims }], signals, () => ({ address: 0, stride: 1 }), Uint8Array.from(bytes));
    const rows = [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4];
    expect(equal(rows, false, true, false)).toBe(true);
    expect(equal(rows, true, true, false)).toBe(false);
    expect(equal(rows, false, true, true)).toBe(false);
    for (let k = 0; k < 12; k++) expect(equal(rows.with(k, 9), false, true, false)).toBe(false);
    expect(
      equal(
        rows.map(() => 7),
        true,
        true,
        true,
      ),
    ).toBe(true);
  });
});
