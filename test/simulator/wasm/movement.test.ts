/**
 * Reading through movement: buses that vectors are packed into and taken out of again, chains of them through instances,
 * loops whose iterations read different drivers. HEDDLE_FUZZ_SEED=<n> HEDDLE_FUZZ_COUNT=<n> choose other circuits.
 */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { type Design, type Expr, type Nat, lit } from '../../../src/circuit/index.js';
import { EngineArray } from '../../../src/engine/rtl/array.js';
import { buildDesign } from '../../../src/hdl/index.js';
import type { ElaboratedCircuit } from '../../../src/simulator/elaborated.js';
import { elaborate } from '../../../src/simulator/index.js';
import { visitReads, visitTree } from '../../../src/simulator/walk.js';
import { divided, driverPoint } from '../../../src/simulator/wasm/drivers.js';
import { throughMovement } from '../../../src/simulator/wasm/movement.js';
import { Sketch, assign, at, clocked, forLoop, index, nat, next, uint, vec } from '../build.js';
import { firstDifference } from '../compare.js';

const firstSeed = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 150);

/** Names of the wires that registers depend on directly after the pass. */
function wiresRead(circuit: ElaboratedCircuit): Set<string> {
  const names = new Set<string>();
  for (const u of throughMovement(circuit, circuit).updates) {
    visitTree(u.tree, (ex) =>
      visitReads(ex, ({ signal }) => {
        const s = circuit.signals[signal];
        if (s?.kind === 'wire') names.add(s.name);
      }),
    );
  }
  return names;
}

const pack = (value: Expr, width: Nat): Expr => ({
  op: 'convert',
  fn: 'pack',
  type: { kind: 'uint', width },
  a: value,
});
const bits = (value: Expr, low: Nat, width: number): Expr => ({
  op: 'slice',
  type: { kind: 'uint', width: lit(width) },
  a: value,
  low,
});

/** `count` elements on a bus of one value; register r takes the bits from `r * step + offset` on. */
function bus(elements: number, width: number, step: number, offset: number, take: number, readers: number): Design {
  const s = new Sketch('bus');
  const x = s.input('x', vec(elements, uint(width)));
  const [held, out] = [s.reg('held', vec(readers, uint(take))), s.output('out', vec(readers, uint(take)))];
  const wire = s.wire('wire', uint(elements * width));
  s.items.push(assign(wire, pack(s.ref(x), lit(elements * width))));
  const low = nat('add', nat('mul', index('r'), step), offset);
  s.items.push(forLoop('r', readers, clocked(next(held, bits(s.ref(wire), low, take), index('r')))));
  s.items.push(forLoop('r', readers, assign(out, at(s.ref(held), index('r')), index('r'))));
  return s.design();
}

/** A random bus out of two vectors, handed on in pieces of another size, shifted by some of them, and read in a third size. */
function randomBus(r: RandomStream): Design {
  const s = new Sketch('bus');
  const unit = 1 + r.nextInt(20);
  const [perElement, perPiece, perTaken] = [1 + r.nextInt(3), 1 + r.nextInt(6), 1 + r.nextInt(3)];
  const elements = perPiece * perTaken * (1 + r.nextInt(4));
  const total = elements * perElement * unit;
  const element = uint(perElement * unit);
  const x = s.input('x', vec(elements, element));
  const late = s.reg('late', vec(elements, element));
  s.items.push(forLoop('i', elements, clocked(next(late, at(s.ref(x), index('i')), index('i')))));
  const source = r.nextInt(2) === 0 ? x : late;
  const whole = s.wire('whole', uint(total));
  s.items.push(assign(whole, pack(s.ref(source), lit(total))));
  // Pieces, behind them some that come from elsewhere: readers of a part of both have loops that are cut.
  const piece = perPiece * unit;
  const pieces = Math.floor(total / piece);
  const tail = r.nextInt(4);
  const line = s.wire('line', vec(pieces + tail, uint(piece)));
  s.items.push(
    forLoop('i', pieces, assign(line, bits(s.ref(whole), nat('mul', index('i'), piece), piece), index('i'))),
  );
  const other = s.input('other', uint(Math.max(1, tail) * piece));
  if (tail > 0) {
    const part = bits(s.ref(other), nat('mul', index('k'), piece), piece);
    s.items.push(forLoop('k', tail, assign(line, part, nat('add', index('k'), pieces))));
  }
  const taken = Math.min(64, perTaken * unit, piece);
  const inPiece = Math.floor(piece / taken);
  const skipped = r.nextInt(tail + 1);
  const held = s.reg('held', vec(pieces, vec(inPiece, uint(taken))));
  const from = r.nextInt(piece - taken * inPiece + 1);
  const read = bits(
    at(s.ref(line), nat('add', index('i'), skipped)),
    nat('add', nat('mul', index('j'), taken), from),
    taken,
  );
  const inner = forLoop('j', inPiece, clocked(next(held, read, index('i'), index('j'))));
  s.items.push(forLoop('i', pieces, inner));
  const out = s.output('out', uint(pieces * inPiece * taken));
  s.items.push(assign(out, pack(s.ref(held), lit(pieces * inPiece * taken))));
  return s.design();
}

describe('reading through movement', () => {
  it(`keeps what circuits do (${count} random buses)`, () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const circuit = elaborate(randomBus(randomStream(BigInt(seed), 'bus')));
      const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/wasm/movement.test.ts`;
      expect(firstDifference(circuit, seed, 5), repeat).toBeUndefined();
    }
  });

  it('leaves no bus between the parts of the PE array of the engine', () => {
    const circuit = elaborate(buildDesign(EngineArray), { params: { P: 3, G: 2, M: 8, D: 2, XG: 4 } });
    expect([...wiresRead(circuit)].filter((name) => /chain|column_shadow|shadow_in|unpack/.test(name))).toEqual([]);
    expect(firstDifference(circuit, 1, 60)).toBeUndefined();
  });

  it('reads elements where slices lie inside of them, and the bus where they do not', () => {
    const reads = (...shape: Parameters<typeof bus>): boolean => {
      const circuit = elaborate(bus(...shape));
      expect(firstDifference(circuit, 1, 4)).toBeUndefined();
      return wiresRead(circuit).has('wire');
    };
    expect(reads(12, 8, 8, 0, 8, 12)).toBe(false);
    expect(reads(12, 16, 16, 5, 8, 12)).toBe(false);
    expect(reads(12, 16, 8, 0, 8, 24)).toBe(true);
    expect(reads(12, 8, 8, 4, 8, 11)).toBe(true);
    expect(reads(12, 8, 16, 8, 8, 6)).toBe(false);
  });
});

describe('drivers of elements', () => {
  const extents = (list: readonly number[]) => (v: number) => list[v] ?? 1;
  const map = (c: number, ...k: number[]) => ({ c, terms: k.flatMap((x, v) => (x === 0 ? [] : [{ v, k: x }])) });

  it('finds the point of loops behind a flat index', () => {
    const driver = { loops: [4, 3], index: [map(2, 3, 1)] };
    expect(driverPoint(driver, [map(5, 3, 1)], extents([2, 3]))).toEqual([map(1, 1), map(0, 0, 1)]);
    expect(driverPoint(driver, [map(3, 3, 1)], extents([2, 3]))).toBeUndefined();
    expect(driverPoint(driver, [map(20)], extents([]))).toBeUndefined();
  });

  it('asks for a cut where some iterations read something else', () => {
    const driver = { loops: [4], index: [map(0, 1)] };
    expect(driverPoint(driver, [map(2, 1)], extents([6]))).toEqual({ variable: 0, at: 2 });
    expect(driverPoint(driver, [map(-2, 1)], extents([4]))).toEqual({ variable: 0, at: 2 });
    expect(driverPoint({ loops: [4, 3], index: [map(0, 3, 1)] }, [map(6, 3, 1)], extents([4, 3]))).toEqual({
      variable: 0,
      at: 2,
    });
  });

  it('divides only where the rest stays a rest', () => {
    expect(divided(map(9, 8, 1), 8, extents([4, 7]))).toEqual({ quotient: map(1, 1), rest: map(1, 0, 1) });
    expect(divided(map(9, 8, 1), 8, extents([4, 8]))).toBeUndefined();
  });
});
