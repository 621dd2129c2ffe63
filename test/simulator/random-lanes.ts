/**
 * Random circuits of lanes: what the vector code, the gates and the block copies of the compiled simulator are made for.
 * Arrays with lengths around vector sizes, lane expressions of all widths, uniform and varying conditions, ripples of two
 * nodes, arrays computed for one gated register only, wide values taken apart byte by byte. One seed gives one design.
 */
import { type RandomStream, randomStream } from '../../src/base/random.js';
import { type Design, type Expr, type Item, type ScalarType, type Stmt, lit } from '../../src/circuit/index.js';
import {
  BOOL,
  Sketch,
  assign,
  at,
  binary,
  clocked,
  forLoop,
  index,
  konst,
  nat,
  next,
  sint,
  uint,
  vec,
  when,
} from './build.js';

const WIDTHS = [1, 3, 7, 8, 8, 8, 12, 16, 16, 20, 31, 32, 32, 33, 48, 63, 64];
const COUNTS = [3, 4, 5, 7, 8, 11, 16, 17, 24, 33, 40];

const widthOf = (t: ScalarType): number =>
  t.kind === 'bool' ? 1 : t.kind === 'enum' || t.width.op !== 'lit' ? 1 : t.width.value;
const like = (t: ScalarType, width: number): ScalarType => (t.kind === 'sint' ? sint(width) : uint(width));
const resized = (e: Expr, to: ScalarType): Expr => {
  const from = e.type as ScalarType;
  let value = e;
  if (from.kind === 'bool') value = { op: 'convert', fn: 'reinterpret', type: uint(1), a: value };
  else if (from.kind !== to.kind && to.kind !== 'bool')
    value = {
      op: 'convert',
      fn: 'reinterpret',
      type: to.kind === 'sint' ? sint(widthOf(from)) : uint(widthOf(from)),
      a: value,
    };
  const now = value.type as ScalarType;
  if (from.kind === 'bool' && to.kind === 'sint') value = { op: 'convert', fn: 'reinterpret', type: sint(1), a: value };
  if (to.kind === 'bool') {
    const bits: Expr =
      now.kind === 'sint' ? { op: 'convert', fn: 'reinterpret', type: uint(widthOf(now)), a: value } : value;
    return {
      op: 'convert',
      fn: 'reinterpret',
      type: BOOL,
      a: { op: 'slice', type: { kind: 'uint', width: lit(1) }, a: bits, low: lit(0) },
    };
  }
  if (widthOf(now) === widthOf(to)) return value;
  return { op: 'convert', fn: widthOf(now) < widthOf(to) ? 'extend' : 'truncate', type: to, a: value };
};

class Lanes {
  readonly s: Sketch;
  /** Arrays with one element a lane, longer ones by the number of extra elements. */
  arrays: { expr: Expr; element: ScalarType; extra: number }[] = [];
  scalars: Expr[] = [];
  bytes: Expr[] = [];

  constructor(
    readonly r: RandomStream,
    readonly n: number,
  ) {
    this.s = new Sketch('lanes');
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.r.nextInt(list.length)];
    if (item === undefined) throw new Error('empty');
    return item;
  }
  element(): ScalarType {
    const width = this.pick(WIDTHS);
    return width === 1 && this.r.nextInt(2) === 0 ? BOOL : this.r.nextInt(2) === 0 ? sint(width) : uint(width);
  }

  /** A value of one lane; `i` is the lane. */
  lane(type: ScalarType, depth: number): Expr {
    const { r } = this;
    const i = index('i');
    if (depth === 0 || r.nextInt(8) === 0) {
      const k = r.nextInt(8);
      if (k === 0) return konst(type, type.kind === 'sint' ? -1n : 1n);
      if (k === 1) return resized(this.pick(this.scalars), type);
      if (k === 2) {
        const counted: Expr = { op: 'const', type: uint(8), value: nat('add', i, r.nextInt(9)) };
        return resized(counted, type);
      }
      if (k === 3 && this.bytes.length > 0) {
        const wide = this.pick(this.bytes);
        const part: Expr = { op: 'slice', type: { kind: 'uint', width: lit(8) }, a: wide, low: nat('mul', i, 8) };
        return resized(part, type);
      }
      const a = this.pick(this.arrays);
      return resized(at(a.expr, a.extra > 0 && r.nextInt(2) === 0 ? nat('add', i, 1) : i), type);
    }
    if (type.kind === 'bool') {
      const t = this.element();
      const other = t.kind === 'bool' ? uint(5) : t;
      if (r.nextInt(4) === 0)
        return {
          op: 'unary',
          type: BOOL,
          fn: this.pick(['reduceAnd', 'reduceOr', 'reduceXor']),
          a: this.lane(uint(widthOf(other)), depth - 1),
        };
      return binary(
        this.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge']),
        BOOL,
        this.lane(other, depth - 1),
        this.lane(other, depth - 1),
      );
    }
    const sub = (): Expr => this.lane(type, depth - 1);
    const w = widthOf(type);
    switch (r.nextInt(11)) {
      case 0:
      case 1:
        return binary(this.pick(['addWrap', 'subWrap', 'and', 'or', 'xor']), type, sub(), sub());
      case 2: {
        const half = like(type, Math.max(1, w >> 1));
        const product = like(type, 2 * widthOf(half));
        return resized(binary('mul', product, this.lane(half, depth - 1), this.lane(half, depth - 1)), type);
      }
      case 3: {
        const grown = like(type, w + 1);
        if (w >= 63) return sub();
        return resized(binary('add', grown, sub(), sub()), type);
      }
      case 4:
        return { op: 'mux', type, cond: this.lane(BOOL, depth - 1), a: sub(), b: sub() };
      case 5: {
        const cond = this.pick(this.scalars);
        return { op: 'mux', type, cond: resized(cond, BOOL), a: sub(), b: sub() };
      }
      case 6:
        return binary(this.pick(['shl', 'shr']), type, sub(), konst(uint(7), r.nextInt(w + 2)));
      case 7:
        return { op: 'unary', type, fn: 'not', a: sub() };
      case 8: {
        const t = this.element();
        return resized(this.lane(t, depth - 1), type);
      }
      case 9: {
        const bits = Math.max(1, w);
        const count: Expr = {
          op: 'unary',
          type: uint(Math.ceil(Math.log2(bits + 1))),
          fn: 'popcount',
          a: this.lane(uint(bits), depth - 1),
        };
        return resized(count, type);
      }
      default: {
        if (w >= 64) return sub();
        const part = 1 + r.nextInt(w);
        const slice: Expr = {
          op: 'slice',
          type: { kind: 'uint', width: lit(part) },
          a: sub(),
          low: lit(r.nextInt(w - part + 1)),
        };
        return resized(slice, type);
      }
    }
  }
}

export function randomLanes(seed: number): Design {
  const r = randomStream(BigInt(seed), 'lanes');
  const g = new Lanes(r, 1);
  const n = g.pick(COUNTS);
  const { s } = g;
  const i = index('i');
  const items: Item[] = [];
  for (let k = 0; k < 3; k++) {
    const element = g.element();
    const extra = r.nextInt(2);
    g.arrays.push({ expr: s.ref(s.input(`a${k}`, vec(n + extra, element))), element, extra });
  }
  for (let k = 0; k < 3; k++) g.scalars.push(s.ref(s.input(`s${k}`, k === 0 ? BOOL : g.element())));
  const gate = g.scalars[0] ?? konst(BOOL, 1);
  g.bytes.push(s.ref(s.input('bytes', uint(8 * n + r.nextInt(3)))));
  const outputs: Item[] = [];
  const observe = (expr: Expr, element: ScalarType, count: number): void => {
    const out = s.output(`o${outputs.length}`, vec(count, element));
    outputs.push(assign(out, expr));
  };
  for (let k = 0; k < 4 + r.nextInt(4); k++) {
    const element = g.element();
    const choice = r.nextInt(7);
    if (choice < 2) {
      // Lane by lane, read by others or by nobody but an output.
      const id = s.wire(`w${k}`, vec(n, element));
      items.push(forLoop('i', n, assign(id, g.lane(element, 3), i)));
      g.arrays.push({ expr: s.ref(id), element, extra: 0 });
      if (r.nextInt(2) === 0) observe(s.ref(id), element, n);
    } else if (choice < 4) {
      // A register a lane under uniform and varying decisions; the array behind it may serve nothing else.
      const source = s.wire(`x${k}`, vec(n, element));
      const q = s.reg(`q${k}_q`, vec(n, element));
      items.push(forLoop('i', n, assign(source, g.lane(element, 2), i)));
      const load: Stmt = next(q, at(s.ref(source), r.nextInt(3) === 0 ? nat('sub', lit(n - 1), i) : i), i);
      const self: Stmt = next(q, g.lane(element, 2), i);
      const inner = r.nextInt(2) === 0 ? [when(g.lane(BOOL, 1), [load], [self])] : [load];
      const body = r.nextInt(3) === 0 ? inner : [when(gate, inner, r.nextInt(2) === 0 ? [] : [self])];
      items.push(forLoop('i', n, clocked(...body)));
      g.arrays.push({ expr: s.ref(q), element, extra: 0 });
    } else if (choice === 4) {
      // A greatest element found along the lanes: two nodes that take turns.
      const t = element.kind === 'bool' ? uint(9) : element;
      const best = s.wire(`best${k}`, vec(n + 1, t));
      const wins = s.wire(`wins${k}`, vec(n, BOOL));
      const x = s.wire(`y${k}`, vec(n, t));
      const before = at(s.ref(best), i);
      items.push(assign(best, resized(g.pick(g.scalars), t), lit(0)));
      items.push(
        forLoop('i', n, assign(x, g.lane(t, 2), i)),
        forLoop(
          'i',
          n,
          assign(wins, binary('gt', BOOL, at(s.ref(x), i), before), i),
          assign(
            best,
            { op: 'mux', type: t, cond: at(s.ref(wins), i), a: at(s.ref(x), i), b: before },
            nat('add', i, 1),
          ),
        ),
      );
      observe(s.ref(best), t, n + 1);
      if (r.nextInt(2) === 0) observe(s.ref(wins), BOOL, n);
      g.arrays.push({ expr: s.ref(best), element: t, extra: 1 });
    } else if (choice === 5) {
      // A shift register of the lanes, either way, that can be loaded.
      const q = s.reg(`shift${k}_q`, vec(n, element));
      const up = r.nextInt(2) === 0;
      const far = nat('sub', lit(n), 1);
      const [to, from] = up ? [nat('add', i, 1), i] : [i, nat('add', i, 1)];
      const step = next(q, at(s.ref(q), from), to);
      const load = next(
        q,
        at(g.pick(g.arrays.filter((a) => a.extra === 0 && widthOf(a.element) > 0).concat(g.arrays)).expr, to),
        to,
      );
      const same = g.arrays.find((a) => a.element.kind === element.kind && widthOf(a.element) === widthOf(element));
      items.push(
        forLoop(
          'i',
          nat('sub', lit(n), 1),
          clocked(
            same === undefined
              ? when(gate, [step])
              : when(gate, [{ ...load, value: at(same.expr, to) } as Stmt], [step]),
          ),
        ),
      );
      items.push(clocked(next(q, resized(g.pick(g.scalars), element), up ? lit(0) : far)));
      g.arrays.push({ expr: s.ref(q), element, extra: 0 });
    } else {
      // All lanes as one number, kept, cut up again.
      const a = g.pick(g.arrays);
      const count = n + a.extra;
      const bits = count * widthOf(a.element);
      const packed: Expr = { op: 'convert', fn: 'pack', type: uint(bits), a: a.expr };
      const q = s.reg(`p${k}_q`, uint(bits + 3));
      const value: Expr = {
        op: 'cat',
        type: { kind: 'uint', width: lit(bits + 3) },
        parts: [konst(uint(3), r.nextInt(8)), packed],
      };
      items.push(
        clocked(
          when(gate, [
            next(q, { op: 'mux', type: uint(bits + 3), cond: resized(g.pick(g.scalars), BOOL), a: value, b: s.ref(q) }),
          ]),
        ),
      );
      const again: Expr = {
        op: 'convert',
        fn: 'unpack',
        type: vec(count, a.element),
        a: { op: 'slice', type: { kind: 'uint', width: lit(bits) }, a: s.ref(q), low: lit(r.nextInt(4)) },
      };
      observe(again, a.element, count);
      if (bits + 3 >= 8 * n) g.bytes.push(s.ref(q));
    }
  }
  for (const a of g.arrays) observe(a.expr, a.element, n + a.extra);
  s.items.push(...items, ...outputs);
  return s.design();
}
