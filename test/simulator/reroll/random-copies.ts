/**
 * Random circuits as somebody writes them who unrolls by hand: groups of scalars that are copies of one form, reading each
 * other, their neighbours in a chain, shared signals, elements of vectors and constants of their own; some groups with one
 * copy that differs, with crossed copies, or declared and written in another order.
 */
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import type { Design, Expr, Item, ScalarType, Signal, Stmt } from '../../../src/circuit/index.js';
import { BOOL, Sketch, assign, at, binary, clocked, konst, next, sint, uint, vec, when } from '../build.js';
import { lit } from '../../../src/circuit/index.js';

interface Group {
  readonly ids: readonly number[];
  readonly type: ScalarType;
  readonly kind: 'reg' | 'wire' | 'input';
}

const WIDTHS = [1, 3, 8, 8, 12, 16, 16, 24, 32, 32, 40, 64];

const shuffled = <T>(r: RandomStream, list: readonly T[]): T[] => {
  const out = [...list];
  for (let k = out.length - 1; k > 0; k--) {
    const j = r.nextInt(k + 1);
    [out[k], out[j]] = [out[j]!, out[k]!];
  }
  return out;
};

const widthOf = (t: ScalarType): number =>
  t.kind === 'uint' || t.kind === 'sint' ? (t.width as { value: number }).value : 1;

/** What decides about a leaf once for all copies; `k` makes it that of one copy. */
type Form = (k: number) => Expr;

export function randomCopies(seed: number): Design {
  const r = randomStream(BigInt(seed), 'copies');
  const s = new Sketch('copies');
  const columns = 8 + r.nextInt(16);
  const rows = r.nextInt(3) === 0 ? 2 + r.nextInt(4) : 1;
  const n = columns * rows;
  const pick = <T>(list: readonly T[]): T => list[r.nextInt(list.length)]!;
  const typeOf = (): ScalarType => (r.nextInt(3) === 0 ? sint(2 + pick(WIDTHS.slice(1, -1))) : uint(pick(WIDTHS)));
  const enables = [s.input('en_a', BOOL), s.input('en_b', BOOL)];
  const shared = Array.from({ length: 3 }, (_, k) => s.input(`shared_${k}`, typeOf()));
  const word = s.input('word', uint(8 * n));
  const vector = s.input('vector', vec(n, typeOf()));
  const groups: Group[] = [];
  if (r.nextInt(2) === 0) {
    const type = typeOf();
    groups.push({ type, kind: 'input', ids: Array.from({ length: n }, (_, k) => s.input(`in_${k}`, type)) });
  }
  const constant = (type: ScalarType, value: bigint): Expr =>
    konst(type, type.kind === 'sint' ? BigInt.asIntN(widthOf(type), value) : BigInt.asUintN(widthOf(type), value));
  const fitted = (e: Expr, type: ScalarType): Expr => ({
    op: 'convert',
    fn: widthOf(e.type as ScalarType) > widthOf(type) ? 'truncate' : 'reinterpret',
    type,
    a: e,
  });
  const leaf = (type: ScalarType): Form => {
    switch (r.nextInt(8)) {
      case 0: {
        const id = pick(shared);
        return () => fitted(s.ref(id), type);
      }
      case 1:
        return (k) => fitted(at(s.ref(vector), lit(k)), type);
      case 2:
        return (k) => fitted({ op: 'slice', type: uint(8) as never, a: s.ref(word), low: lit(8 * k) }, type);
      case 3: {
        const [first, step] = [r.nextInt(50), r.nextInt(3)];
        return (k) => constant(type, BigInt(first + step * k));
      }
      case 4: {
        const values = Array.from({ length: n }, () => r.nextBigInt(widthOf(type)));
        return (k) => constant(type, values[k]!);
      }
      default: {
        const g = groups.length === 0 ? undefined : pick(groups);
        if (g === undefined) return () => fitted(s.ref(shared[0]!), type);
        const how = r.nextInt(10);
        const order = how === 0 ? shuffled(r, g.ids) : g.ids;
        if (how === 1 && rows > 1) return (k) => fitted(s.ref(order[k % columns]!), type);
        if (how === 2 && rows > 1) return (k) => fitted(s.ref(order[Math.floor(k / columns)]!), type);
        return (k) => fitted(s.ref(order[k]!), type);
      }
    }
  };
  const tree = (type: ScalarType, depth: number): Form => {
    if (depth === 0) return leaf(type);
    const [a, b] = [tree(type, depth - 1), tree(type, depth - 1)];
    const how = r.nextInt(8);
    if (how === 0) {
      const id = pick(enables);
      return (k) => ({ op: 'mux', type, cond: s.ref(id), a: a(k), b: b(k) });
    }
    if (how === 1) return (k) => ({ op: 'mux', type, cond: binary('lt', BOOL, a(k), b(k)), a: b(k), b: a(k) });
    if (how === 2) return (k) => ({ op: 'unary', type, fn: 'not', a: a(k) });
    if (how === 3 && widthOf(type) <= 16) {
      const wide = type.kind === 'sint' ? sint(2 * widthOf(type)) : uint(2 * widthOf(type));
      return (k) => fitted(binary('mul', wide, a(k), b(k)), type);
    }
    const fn = pick(['addWrap', 'subWrap', 'xor', 'and', 'or'] as const);
    return (k) => binary(fn, type, a(k), b(k));
  };
  const declares: Item[] = [];
  const items: Item[] = [];
  const body: Stmt[] = [];
  const count = 2 + r.nextInt(4);
  for (let g = 0; g < count; g++) {
    const type = typeOf();
    const kind = r.nextInt(3) === 0 ? 'wire' : 'reg';
    const reset = r.nextInt(3);
    const values = Array.from({ length: n }, () => r.nextBigInt(widthOf(type)));
    const different = r.nextInt(5) === 0 ? r.nextInt(n) : -1;
    const order = r.nextInt(3) === 0 ? shuffled(r, [...values.keys()]) : [...values.keys()];
    const ids: number[] = [];
    for (const k of order) {
      const own: Signal =
        kind === 'wire'
          ? { kind, name: `g${g}_${k}`, type }
          : {
              kind,
              name: `g${g}_${k}`,
              type,
              domain: 0,
              // A copy that differs has no reset, or one.
              ...((reset === 0) === (k === different) ? { reset: constant(type, reset === 2 ? values[k]! : 5n) } : {}),
            };
      ids[k] = s.add(own);
      declares.push({ item: 'declare', signal: ids[k] });
    }
    const self: Group = { ids, type, kind };
    if (kind === 'reg') groups.push(self);
    const value = tree(type, 1 + r.nextInt(2));
    const chained = kind === 'reg' && r.nextInt(3) === 0;
    const back = rows > 1 && r.nextInt(2) === 0 ? columns : 1;
    const valueOf = (k: number): Expr => {
      const v = value(k);
      if (chained) return k < back ? v : binary('xor', type, v, s.ref(ids[k - back]!));
      return k === different ? binary('addWrap', type, v, constant(type, 1n)) : v;
    };
    const gate = r.nextInt(4);
    const bits = groups.find((x) => x !== self && widthOf(x.type) === 1 && x.type.kind === 'uint');
    const enable = pick(enables);
    for (const k of r.nextInt(4) === 0 ? shuffled(r, order) : order) {
      if (kind === 'wire') items.push(assign(ids[k]!, valueOf(k)));
      else if (gate === 0) body.push(next(ids[k]!, valueOf(k)));
      else if (gate === 1 && bits !== undefined)
        body.push(when(fitted(s.ref(bits.ids[k]!), BOOL), [next(ids[k]!, valueOf(k))]));
      else if (gate === 2)
        body.push(
          when(binary('lt', BOOL, at(s.ref(vector), lit(k)), at(s.ref(vector), lit(0))), [next(ids[k]!, valueOf(k))]),
        );
      else body.push(when(s.ref(enable), [next(ids[k]!, valueOf(k))], [next(ids[k]!, value(k))]));
    }
    if (kind === 'wire') groups.push(self);
  }
  s.items.push(...declares, ...items, clocked(...body));
  groups.forEach((g, k) => {
    const out = s.output(`out_${k}`, uint(widthOf(g.type)));
    const bits = g.ids.map((id): Expr => fitted(s.ref(id), uint(widthOf(g.type))));
    s.items.push(
      assign(
        out,
        bits.reduce((a, b) => binary('xor', uint(widthOf(g.type)), a, b)),
      ),
    );
  });
  return s.design();
}
