/** Nests of loops that run as one, and those that look like it and may not. HEDDLE_FUZZ_SEED, HEDDLE_FUZZ_COUNT as ever. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { type Design, type Expr, type Item, type Nat, lit } from '../../../src/circuit/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { Sketch, assign, at, binary, clocked, forLoop, index, nat, next, uint, vec } from '../build.js';
import { firstDifference } from '../compare.js';

const firstSeed = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 120);

const kinds = ['whole', 'transposed', 'rowOnly', 'columnOnly', 'rowsUp', 'rowsDown', 'widened', 'counted'] as const;
type Kind = (typeof kinds)[number];

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly kind: Kind;
  /** Loops around the processes, or vector assignments of whole arrays. */
  readonly gate: boolean;
}

/** A register array `q` of rows x columns that takes something of another array and of itself. */
function grid({ rows, columns, width, kind, gate }: Shape): Design {
  const s = new Sketch('grid');
  const type = uint(width);
  const [x, y] = [s.input('x', vec(rows, vec(columns, type))), s.input('y', vec(columns, vec(rows, type)))];
  const [line, small] = [
    s.input('line', vec(rows + columns, type)),
    s.input('small', vec(rows, vec(columns, uint(5)))),
  ];
  const go = s.input('go', { kind: 'bool' });
  const q = s.reg('q', vec(rows, vec(columns, type)));
  // A single column may be named by its number: then no address follows the loop.
  const [r, c] = [index('r'), columns === 1 ? lit(0) : index('c')];
  const element = (v: number, a = r, b = c): Expr => at(at(s.ref(v), a), b);
  const other = (): Expr => {
    switch (kind) {
      case 'transposed':
        return element(y, c, r);
      case 'rowOnly':
        return at(s.ref(line), r);
      case 'columnOnly':
        return at(s.ref(line), c);
      case 'widened':
        return width <= 5 ? element(x) : { op: 'convert', fn: 'extend', type, a: element(small) };
      case 'counted':
        return { op: 'const', type, value: nat('mod', nat('add', nat('mul', r, 2), c), Math.min(3, 2 ** width)) };
      default:
        return element(x);
    }
  };
  const body = (to: Nat, from: Nat): Item => {
    const value = binary('addWrap', type, element(q, from), other());
    const plain = next(q, kind === 'rowsUp' || kind === 'rowsDown' ? element(q, from) : value, to, c);
    return clocked(gate ? { stmt: 'if', cond: s.ref(go), then: [plain], else: [] } : plain);
  };
  if (kind === 'rowsUp' || kind === 'rowsDown') {
    const [to, from] = kind === 'rowsDown' ? [r, nat('add', r, 1)] : [nat('add', r, 1), r];
    s.items.push(forLoop('r', rows - 1, forLoop('c', columns, body(to, from))));
    const edge = lit(kind === 'rowsDown' ? rows - 1 : 0);
    s.items.push(forLoop('c', columns, clocked(next(q, at(at(s.ref(x), edge), c), edge, c))));
  } else s.items.push(forLoop('r', rows, forLoop('c', columns, body(r, r))));
  const out = s.output('out', vec(rows, vec(columns, type)));
  s.items.push(forLoop('r', rows, forLoop('c', columns, assign(out, element(q), r, c))));
  return s.design();
}

function randomShape(random: RandomStream): Shape {
  const pick = <T>(list: readonly T[]): T => list[random.nextInt(list.length)] as T;
  return {
    rows: pick([2, 3, 4, 8, 13]),
    columns: pick([1, 2, 3, 5, 7, 8, 21]),
    width: pick([1, 5, 8, 9, 16, 17, 32, 33, 64]),
    kind: pick(kinds),
    gate: random.nextInt(2) === 0,
  };
}

describe('loops that run as one', () => {
  it(`do what they did (${count} arrays)`, () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const shape = randomShape(randomStream(BigInt(seed), 'grid'));
      const repeat = `${JSON.stringify(shape)} HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/wasm/merge-loops.test.ts`;
      expect(firstDifference(elaborate(grid(shape)), seed, 6), repeat).toBeUndefined();
    }
  });

  it('are those over rows without gaps', () => {
    const bytes = (kind: Kind): number =>
      compile(elaborate(grid({ rows: 24, columns: 7, width: 16, kind, gate: false })), { fullAfter: 0 }).codeBytes;
    expect(bytes('whole')).toBeLessThan(1500);
    expect(bytes('widened')).toBeLessThan(1500);
    for (const kind of ['transposed', 'columnOnly', 'rowOnly'] as const)
      expect(bytes(kind)).toBeGreaterThan(bytes('whole'));
  });
});
