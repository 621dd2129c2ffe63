/**
 * Leaving out bits that are known or that nobody looks at changes no output: random expressions of narrow and wide values,
 * rich in shifts and masks by constants, before and after. HEDDLE_FUZZ_SEED=<n> HEDDLE_FUZZ_COUNT=<n> choose others.
 */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { type ElabSignal, type ElaboratedCircuit, type Ex, wrap } from '../../../src/simulator/elaborated.js';
import { Expressions } from '../../../src/simulator/expressions.js';
import { interpret } from '../../../src/simulator/interpreter.js';
import { simplifyBits } from '../../../src/simulator/wasm/demanded-bits.js';

const first = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 400);

const signal = (id: number, kind: ElabSignal['kind'], width: number, signed: boolean): ElabSignal => ({
  id,
  name: `s${id}`,
  kind,
  dims: [],
  loopRank: 0,
  origin: [],
  width,
  signed,
  temporary: false,
  unreset: false,
  ...(kind === 'wire' ? {} : { port: kind as 'input' | 'output' }),
});

function circuitOf(
  signals: readonly ElabSignal[],
  drivers: ReadonlyMap<number, Ex>,
  expressions: Expressions,
): ElaboratedCircuit {
  return {
    clocks: ['aclk'],
    top: 'top',
    signals,
    assigns: [...drivers].map(([target, value]) => ({ loops: [], target, index: [], value })),
    updates: [],
    writes: [],
    asyncResets: [],
    ports: signals.filter((s) => s.port !== undefined).map((s) => s.id),
    blackBoxes: [],
    streams: [],
    expressions,
  };
}

function randomCircuit(seed: number): ElaboratedCircuit {
  const r = randomStream(BigInt(seed), 'bits');
  const x = new Expressions();
  const signals: ElabSignal[] = [];
  const drivers = new Map<number, Ex>();
  const [inputs, wires] = [2 + r.nextInt(3), 4 + r.nextInt(20)];
  for (let k = 0; k < inputs; k++) signals.push(signal(k, 'input', randomWidth(r), r.nextInt(3) === 0));
  for (let k = 0; k < wires; k++) {
    const s = signal(signals.length, k < wires - 3 ? 'wire' : 'output', randomWidth(r), r.nextInt(3) === 0);
    drivers.set(s.id, randomValue(r, x, signals, s.width, s.signed, 3));
    signals.push(s);
  }
  return circuitOf(signals, drivers, x);
}

const randomWidth = (r: RandomStream): number =>
  [1, 1, 3, 8, 8, 16, 31, 32, 32, 33, 40][r.nextInt(11)] ?? 1 + r.nextInt(70);

/** A random value of this width and sign. */
function randomValue(
  r: RandomStream,
  x: Expressions,
  signals: readonly ElabSignal[],
  width: number,
  signed: boolean,
  depth: number,
): Ex {
  const value = (w: number, s: boolean): Ex => randomValue(r, x, signals, w, s, depth - 1);
  const pick = r.nextInt(depth === 0 ? 3 : 20);
  if (pick < 2) {
    const s = signals[r.nextInt(signals.length)];
    if (s === undefined) throw new Error('no signals');
    return x.convert(x.load(s.id, [], s.width, s.signed), width, signed);
  }
  if (pick === 2) {
    const bits = r.nextInt(2) === 0 ? r.nextBigInt(width) : (1n << BigInt(r.nextInt(width + 1))) - 1n;
    return x.constant(wrap(bits, width, signed), width, signed);
  }
  const same = (): [Ex, Ex] => [value(width, signed), value(width, signed)];
  switch (pick) {
    case 3:
    case 4:
    case 5:
    case 6: {
      const fn = pick % 2 === 0 ? 'shl' : 'shr';
      return x.binary(fn, value(width, signed), x.constant(BigInt(r.nextInt(width + 2)), 8, false), width, signed);
    }
    case 7:
    case 8:
    case 9: {
      const [a, b] = same();
      return x.binary((['and', 'or', 'xor'] as const)[r.nextInt(3)] ?? 'and', a, b, width, signed);
    }
    case 10: {
      const [a, b] = same();
      return x.binary(r.nextInt(2) === 0 ? 'addWrap' : 'subWrap', a, b, width, signed);
    }
    case 11: {
      const w = 1 + r.nextInt(width);
      const product = x.binary('mul', value(w, signed), value(width, signed), w + width, signed);
      return x.convert(product, width, signed);
    }
    case 12: {
      const [a, b] = same();
      return x.convert(x.binary('add', a, b, width + 1, signed), width, signed);
    }
    case 13:
    case 14: {
      const [a, b] = same();
      return x.mux(value(1, false), a, b, width, signed);
    }
    case 15: {
      const wide = randomWidth(r);
      const w = Math.min(wide, width);
      const low = r.nextInt(wide - w + 1);
      return x.convert(x.slice(value(wide, r.nextInt(2) === 0), { c: low, terms: [] }, w), width, signed);
    }
    case 16: {
      if (width < 2) return value(width, signed);
      const high = 1 + r.nextInt(width - 1);
      const parts = [value(high, r.nextInt(2) === 0), value(width - high, r.nextInt(2) === 0)];
      return x.convert(x.cat(parts, width), width, signed);
    }
    case 17: {
      const fn = (['reduceOr', 'reduceAnd', 'reduceXor'] as const)[r.nextInt(3)] ?? 'reduceOr';
      return x.convert(x.unary(fn, value(randomWidth(r), r.nextInt(2) === 0), 1, false), width, signed);
    }
    case 18: {
      const [w, s] = [randomWidth(r), r.nextInt(2) === 0];
      const fn = (['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const)[r.nextInt(6)] ?? 'eq';
      return x.convert(x.binary(fn, value(w, s), value(w, s), 1, false), width, signed);
    }
    default:
      return x.unary(r.nextInt(2) === 0 ? 'not' : 'neg', value(width, signed), width, signed);
  }
}

function outputsOf(circuit: ElaboratedCircuit, seed: number): string[] {
  const r = randomStream(BigInt(seed), 'stimulus');
  const simulation = interpret(circuit);
  const lines: string[] = [];
  for (let n = 0; n < 24; n++) {
    for (const s of circuit.signals) if (s.port === 'input') simulation.poke(s.name, r.nextBigInt(s.width));
    simulation.settle();
    for (const s of circuit.signals) if (s.port === 'output') lines.push(`${s.name}=${simulation.peek(s.name)}`);
  }
  return lines;
}

const simplified = (circuit: ElaboratedCircuit): ElaboratedCircuit => ({
  ...circuit,
  ...simplifyBits(
    circuit,
    circuit,
    circuit.ports.filter((id) => circuit.signals[id]?.port === 'output'),
  ),
});

describe('known and demanded bits', () => {
  it(`change no output of ${count} random circuits`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/wasm/demanded-bits.test.ts`;
      const circuit = randomCircuit(seed);
      const before = outputsOf(circuit, seed);
      expect(outputsOf(simplified(circuit), seed), repeat).toEqual(before);
    }
  });

  it('leave out what they can: a multiplexer on a shifted-out bit, a mask of bits that are zero, a wire under a mask', () => {
    const x = new Expressions();
    const signals = [
      signal(0, 'input', 32, false),
      signal(1, 'input', 32, false),
      signal(2, 'wire', 32, false),
      signal(3, 'wire', 32, false),
      signal(4, 'wire', 32, false),
      signal(5, 'output', 32, false),
      signal(6, 'output', 8, false),
    ];
    const load = (id: number): Ex => x.load(id, [], 32, false);
    const by = (n: number): Ex => x.constant(BigInt(n), 5, false);
    const drivers = new Map<number, Ex>([
      [2, x.binary('shl', load(0), by(8), 32, false)],
      [3, x.binary('shl', load(1), by(16), 32, false)],
      [4, x.mux(x.slice(load(2), { c: 3, terms: [] }, 1), load(3), load(1), 32, false)],
      [5, x.binary('and', load(2), x.constant(0xffffff00n, 32, false), 32, false)],
      [6, x.slice(x.binary('xor', load(4), load(3), 32, false), { c: 4, terms: [] }, 8)],
    ]);
    const { assigns } = simplified(circuitOf(signals, drivers, x));
    expect(new Map(assigns.map((a) => [a.target, a.value]))).toEqual(
      new Map([
        [2, drivers.get(2)],
        [5, load(2)],
        [6, x.slice(x.binary('xor', load(1), x.constant(0n, 32, false), 32, false), { c: 4, terms: [] }, 8)],
      ]),
    );
  });
});
