/**
 * Chains that become one expression and vectors that are turned round: registers, outputs and wires equal those of the
 * interpreter, and what looks like such a wire and is none stays. HEDDLE_FUZZ_SEED, HEDDLE_FUZZ_COUNT as ever.
 */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import {
  bool,
  buildDesign,
  defineModule,
  indexWidth,
  input,
  natEq,
  natParam,
  output,
  requirement,
  sint,
  uint,
  vec,
} from '../../../src/hdl/index.js';
import { elaborate } from '../../../src/simulator/index.js';
import { reordered } from '../../../src/simulator/wasm/chains.js';
import { prepare } from '../../../src/simulator/wasm/prepare.js';
import { wireOrder } from '../../../src/simulator/wasm/wire-order.js';
import { firstDifference } from '../compare.js';

const firstSeed = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 8);

/** Who reads the elements of a chain, and of the vector of bits. */
const readers = ['last', 'first', 'all', 'run time'] as const;
const counts = ['any', 'popcount', 'one of them', 'run time', 'number', 'innermost'] as const;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly elements: number;
  readonly width: number;
  readonly reader: (typeof readers)[number];
  readonly bits: (typeof counts)[number];
}

/**
 * In each of rows x columns: bits that tell which of some requests are meant, what is asked for (a chain of ORs), and a
 * product by its lowest bits (a chain of shifts and additions, whose steps take bits by the loop's variable).
 */
const grid = ({ rows, columns, elements, width, reader, bits }: Shape) =>
  defineModule({
    name: 'grid',
    doc: 'chains within loops',
    params: { M: natParam({ default: rows * columns, min: 1 }), D: natParam({ default: columns, min: 1 }) },
    requires: ({ M, D }) => [requirement(natEq(M.div(D).times(D), M), 'D divides M')],
    ports: ({ M, D }) => ({
      ask: input(vec(elements, bool())),
      who: input(vec(elements, uint(indexWidth(M)))),
      what: input(vec(elements, uint(width))),
      all: input(bool()),
      pick: input(uint(3)),
      x: input(vec(M.div(D), vec(D, uint(width)))),
      y: output(vec(M.div(D), vec(D, uint(width)))),
      sums: output(vec(M.div(D), vec(D, sint(width + 3)))),
      told: output(vec(3, bool())),
    }),
    body(b, io, { M, D }) {
      const clash = b.wire('clash', vec(M, bool()));
      b.genFor('row', M.div(D), (r) =>
        b.genFor('column', D, (c) => {
          const hit = b.wire('hit', vec(elements, bool()));
          const wanted = b.wire('wanted', vec(elements + 1, uint(width)));
          const sum = b.wire('sum', vec(elements + 1, sint(width + 3)));
          const q = b.regs({ y: uint(width), s: sint(width + 3).reset(0) });
          const own = io.x.at(r).at(c);
          b.assign(wanted.at(0), io.all.mux(own, b.constant(uint(width), 0)));
          b.assign(sum.at(0), b.constant(sint(width + 3), 0));
          b.genFor('element', elements, (k) => {
            b.assign(hit.at(k), io.ask.at(k).and(io.who.at(k).eq(b.constant(uint(indexWidth(M)), r.times(D).plus(c)))));
            b.assign(wanted.at(k.plus(1)), wanted.at(k).or(hit.at(k).mux(io.what.at(k), b.constant(uint(width), 0))));
            const add = own
              .bit(k)
              .mux(q.y, b.constant(uint(width), 0))
              .extend(width + 3)
              .asSInt();
            b.assign(sum.at(k.plus(1)), sum.at(k).shl(1).addWrap(add));
          });
          const seen = {
            last: () => wanted.at(elements),
            first: () => wanted.at(elements).xor(wanted.at(1)),
            all: () => wanted.greatest(),
            'run time': () => wanted.select(io.pick),
          }[reader]();
          b.next(q.y, seen);
          b.next(q.s, sum.at(elements));
          b.assign(io.y.at(r).at(c), q.y);
          b.assign(io.sums.at(r).at(c), q.s.addWrap(sum.at(elements)));
          const bit = {
            any: () => hit.any(),
            popcount: () => hit.pack().popcount().gt(1),
            'one of them': () => hit.at(elements - 1).xor(hit.at(0)),
            'run time': () => hit.select(io.pick),
            number: () => hit.pack().gt(2),
            innermost: () => hit.any(),
          }[bits]();
          b.assign(clash.at(r.times(D).plus(c)), bit);
        }),
      );
      const told = b.reg('told', vec(3, bool()));
      b.next(told.at(0), clash.any());
      b.next(told.at(2), io.pick.gt(2));
      b.next(told.at(1), clash.pack().popcount().gt(1));
      b.assign(io.told, told);
    },
  });

const pick = (r: RandomStream, list: readonly number[]): number => list[r.nextInt(list.length)] ?? 1;

const shapeOf = (r: RandomStream, seed: number): Shape => ({
  rows: pick(r, [3, 5, 8]),
  columns: pick(r, [4, 6, 7]),
  elements: pick(r, [2, 3, 5]),
  width: pick(r, [6, 8, 10, 16, 29, 37]),
  reader: readers[seed % readers.length] ?? 'last',
  bits: counts[seed % counts.length] ?? 'any',
});

function addedTo(template: ReturnType<typeof grid>): string[] {
  const circuit = elaborate(buildDesign(template));
  const prepared = prepare(circuit, 'state', wireOrder(circuit, circuit.assigns), () => undefined);
  return reordered(circuit, prepared).added.map(({ name, dims }) => `${name}[${dims.join()}]`);
}

describe('wires of short vectors within loops', () => {
  const shape = { rows: 8, columns: 4, elements: 3, width: 10, reader: 'last', bits: 'any' } as const;

  it('chains whose last element is read become one expression, and vectors are turned round', () => {
    expect(addedTo(grid(shape)).sort()).toEqual(['hit[3,8,4]', 'sum[8,4]', 'wanted[8,4]']);
  });

  it('of a chain with other readers the vector stays', () => {
    for (const reader of ['first', 'all', 'run time'] as const)
      expect(addedTo(grid({ ...shape, reader })).some((name) => name.startsWith('wanted[8'))).toBe(false);
    expect(addedTo(grid({ ...shape, rows: 3 }))).toEqual([]);
  });

  it('elements chosen at run time out of copies of a part of an array are read where they are', () => {
    // Indices that reach beyond the part, and such that cannot.
    for (const [sets, reach, bits] of [
      [4, 8, 3],
      [3, 4, 2],
      [3, 4, 3],
      [2, 6, 3],
    ] as const) {
      const Parts = defineModule({
        name: 'parts',
        doc: 'parts of an array',
        params: {},
        ports: () => ({
          x: input(vec(sets * reach, uint(16))),
          pick: input(vec(sets, uint(bits))),
          y: output(vec(sets, uint(16))),
        }),
        body(b, io) {
          const words = b.reg('words', vec(sets * reach, uint(16)));
          const y = b.reg('y', vec(sets, uint(16)));
          b.next(words, io.x);
          b.genFor('set', sets, (k) => {
            const members = b.wire('members', vec(reach, uint(16)));
            b.genFor('member', reach, (n) => b.assign(members.at(n), words.at(k.times(reach).plus(n))));
            b.next(y.at(k), members.select(io.pick.at(k)));
          });
          b.assign(io.y, y);
        },
      });
      const circuit = elaborate(buildDesign(Parts));
      expect(firstDifference(circuit, sets * 10 + bits, 40, true)).toBeUndefined();
      const { assigns } = prepare(circuit, 'state', wireOrder(circuit, circuit.assigns), () => undefined);
      const copied = assigns.some((a) => circuit.signals[a.target]?.name === 'members');
      expect(copied).toBe(2 ** bits > reach);
    }
  });

  it('equals the interpreter', () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const shape = shapeOf(randomStream(BigInt(seed), 'chains'), seed);
      const circuit = elaborate(buildDesign(grid(shape)));
      const repeat = `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/wasm/chains.test.ts ${JSON.stringify(shape)}`;
      expect(firstDifference(circuit, seed, 16, true), repeat).toBeUndefined();
    }
  });
});
