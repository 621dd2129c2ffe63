/**
 * Vector code of lanes: shifts by counts of their own, equal or not and of any size, in lanes of every width; values that
 * are computed in other lanes than those they are read in. The interpreter is the oracle. HEDDLE_FUZZ_SEED,
 * HEDDLE_FUZZ_COUNT as ever.
 */
import { describe, expect, it } from 'vitest';
import { bool, buildDesign, defineModule, input, output, sint, uint, vec } from '../../../src/hdl/index.js';
import { elaborate } from '../../../src/simulator/index.js';
import { reordered } from '../../../src/simulator/wasm/chains.js';
import { prepare } from '../../../src/simulator/wasm/prepare.js';
import { wireOrder } from '../../../src/simulator/wasm/wire-order.js';
import { firstDifference } from '../compare.js';

const firstSeed = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 1);

const widths = [1, 5, 8, 13, 16, 27, 32, 37, 63, 64];
/** Rows and columns: ragged ones, such that run as one, such that fill vectors. */
const grids = [
  [1, 7],
  [4, 7],
  [3, 16],
  [2, 37],
] as const;

/** In every iteration a value is shifted by a count of its own, as in the requantizers of the engine. */
const shifts = (rows: number, columns: number, width: number) =>
  defineModule({
    name: 'shifts',
    doc: 'shifts by the counts of lanes',
    params: {},
    ports: () => ({
      same: input(bool(), 'all counts are one'),
      inRow: input(bool(), 'those of a row are'),
      common: input(uint(7)),
      counts: input(vec(rows, vec(columns, uint(7)))),
      v: input(vec(rows, vec(columns, uint(width)))),
      left: output(vec(rows, vec(columns, uint(width)))),
      right: output(vec(rows, vec(columns, uint(width)))),
      arithmetic: output(vec(rows, vec(columns, sint(width)))),
      half: output(vec(rows, vec(columns, bool()))),
      below: output(vec(rows, vec(columns, bool()))),
      short: output(vec(rows, vec(columns, sint(width)))),
    }),
    body(b, io) {
      const ones = b.let('ones', b.constant(uint(width), 0).not());
      b.genFor('row', rows, (r) =>
        b.genFor('column', columns, (c) => {
          const q = b.regs({
            v: uint(width),
            by: uint(7),
            left: uint(width),
            right: uint(width),
            arithmetic: sint(width),
            half: bool(),
            below: bool(),
            short: sint(width),
          });
          const own = io.inRow.mux(io.counts.at(r).at(0), io.counts.at(r).at(c));
          b.next(q.by, io.same.mux(io.common, own));
          b.next(q.v, io.v.at(r).at(c));
          const few = b.let('few', q.by.bits(0, 3));
          const s = b.let('s', q.v.asSInt());
          b.next(q.left, q.v.shl(q.by));
          b.next(q.right, q.v.shr(q.by));
          b.next(q.arithmetic, s.shr(q.by));
          b.next(q.half, q.v.shr(few).bit(0));
          b.next(q.below, q.v.and(ones.shl(q.by).not()).anyOne().and(s.lt(0)));
          // Counts of two kinds in one expression.
          b.next(q.short, s.shr(few).addWrap(s.shl(q.by)));
          b.assign(io.left.at(r).at(c), q.left);
          b.assign(io.right.at(r).at(c), q.right);
          b.assign(io.arithmetic.at(r).at(c), q.arithmetic);
          b.assign(io.half.at(r).at(c), q.half);
          b.assign(io.below.at(r).at(c), q.below);
          b.assign(io.short.at(r).at(c), q.short);
        }),
      );
    },
  });

describe('shifts by the counts of lanes', () => {
  for (const [rows, columns] of grids) {
    it(`are the interpreter's in ${rows} x ${columns} lanes`, () => {
      for (const width of widths) {
        for (let seed = firstSeed; seed < firstSeed + count; seed++) {
          const difference = firstDifference(elaborate(buildDesign(shifts(rows, columns, width))), seed, 40);
          expect(difference, `width ${width}; HEDDLE_FUZZ_SEED=${seed}`).toBeUndefined();
        }
      }
    });
  }
});

/** The lowest bits of a number times another one, row by row: a product if every row is the next bit of the same number. */
const multiply = (width: number, step: 1 | 2, order: 'down' | 'up') =>
  defineModule({
    name: 'multiply',
    doc: 'the five lowest bits of a, times b',
    params: {},
    ports: () => ({
      a: input(vec(4, vec(7, uint(16)))),
      b: input(vec(4, vec(7, sint(width)))),
      at: input(uint(4)),
      y: output(vec(4, vec(7, sint(width + 3)))),
      entry: output(uint(8)),
    }),
    body(b, io) {
      const known = b.wire('known', vec(11, uint(8)));
      b.genFor('entry', 11, (k) => b.assign(known.at(k), b.constant(uint(8), 7).addWrap(b.constant(uint(8), 4))));
      // Beyond the end of the array there is 0, whatever is in it.
      b.assign(io.entry, known.select(io.at));
      b.genFor('row', 4, (r) =>
        b.genFor('column', 7, (c) => {
          const q = b.regs({ a: uint(16), b: sint(width), y: sint(width + 3) });
          b.next(q.a, io.a.at(r).at(c));
          b.next(q.b, io.b.at(r).at(c));
          const sums = b.wire('sums', vec(6, sint(width + 3)));
          b.assign(sums.at(0), b.constant(sint(width + 3), 0));
          b.genFor('bit', 5, (k) => {
            const bit = q.a.bit(
              order === 'down'
                ? k
                    .times(step)
                    .minus(4 * step)
                    .times(-1)
                : k.times(step),
            );
            const row = bit.mux(q.b, b.constant(sint(width), 0));
            b.assign(
              sums.at(k.plus(1)),
              sums
                .at(k)
                .shl(1)
                .addWrap(row.extend(width + 3)),
            );
          });
          b.next(q.y, sums.at(5));
          b.assign(io.y.at(r).at(c), q.y);
        }),
      );
    },
  });

describe('shifts and additions', () => {
  for (const [step, order, product] of [
    [1, 'down', true],
    [1, 'up', false],
    [2, 'down', false],
  ] as const) {
    it(`${product ? 'are' : 'are not'} a product with bits ${order} by ${step}`, () => {
      for (const width of [9, 13, 32, 40]) {
        const circuit = elaborate(buildDesign(multiply(width, step, order)));
        const prepared = prepare(circuit, 'state', wireOrder(circuit, circuit.assigns));
        const { added, prepared: after } = reordered(circuit, prepared);
        const sums = added.find(({ name }) => name === 'sums');
        const value = after.assigns.find((a) => a.target === sums?.id)?.value;
        expect(value?.op === 'binary' && value.fn === 'mul').toBe(product);
        expect(firstDifference(circuit, firstSeed, 30), `width ${width}`).toBeUndefined();
      }
    });
  }
});
