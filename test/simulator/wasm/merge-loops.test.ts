/** Nests of loops that run as one, and those that look like it and may not. HEDDLE_FUZZ_SEED, HEDDLE_FUZZ_COUNT as ever. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { type Design, type Expr, type Item, type Nat, lit } from '../../../src/circuit/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { Sketch, assign, at, binary, clocked, forLoop, index, nat, next, uint, vec } from '../build.js';
import { firstDifference } from '../compare.js';

const firstSeed = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 120);

const kinds = [
  'whole',
  'transposed',
  'rowOnly',
  'columnOnly',
  'rowsUp',
  'rowsDown',
  'widened',
  'counted',
  'delayed',
  'outer',
] as const;
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
  const half = (a: Expr): Expr => {
    const small = uint(width >> 1);
    return { op: 'convert', fn: 'truncate', type: small, a };
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
  } else if (kind === 'delayed') {
    // Delay lines side by side: a bus whose first element enters and whose others are registers declared in the loops.
    const bus = s.wire('bus', vec(rows, vec(columns + 1, type)));
    const held = s.reg('held', type);
    const step = index('c');
    s.items.push(forLoop('r', rows, assign(bus, at(s.ref(line), r), r, lit(0))));
    s.items.push(
      forLoop(
        'r',
        rows,
        forLoop(
          'c',
          columns,
          { item: 'declare', signal: held },
          clocked(next(held, element(bus, r, step))),
          assign(bus, s.ref(held), r, nat('add', step, 1)),
        ),
      ),
    );
    // In loops of its own: those of the delay lines shall have nobody else in them.
    const later = at(at(s.ref(bus), r), nat('add', c, 1));
    s.items.push(forLoop('c', columns, forLoop('r', rows, clocked(next(q, later, r, c)))));
  } else if (kind === 'outer') {
    // Without itself: rows of one column's factor each.
    const value =
      width % 2 === 0
        ? binary('mul', type, half(at(s.ref(line), c)), half(at(s.ref(line), nat('add', r, columns))))
        : binary('xor', type, at(s.ref(line), c), at(s.ref(line), nat('add', r, columns)));
    const plain = next(q, value, r, c);
    const one = clocked(gate ? { stmt: 'if', cond: s.ref(go), then: [plain], else: [] } : plain);
    s.items.push(forLoop('r', rows, forLoop('c', columns, one)));
  } else s.items.push(forLoop('r', rows, forLoop('c', columns, body(r, r))));
  // Beside the array, in memory too.
  const z = s.reg('z', vec(columns, type));
  s.items.push(
    forLoop(
      'c',
      columns,
      clocked(next(z, binary('xor', type, at(s.ref(line), index('c')), at(s.ref(z), index('c'))), index('c'))),
    ),
  );
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

  it('are followed by everything that varies, also where the last one counts to one', () => {
    for (const rows of [8, 13])
      for (const width of [8, 16, 32]) {
        const circuit = elaborate(grid({ rows, columns: 1, width, kind: 'delayed', gate: false }));
        expect(firstDifference(circuit, 1, 6), `${rows} rows of ${width} bits`).toBeUndefined();
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
