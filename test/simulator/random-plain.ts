/** Random circuits of plain numbers: no arrays, no memories; wires in any order, one instance. One seed gives one design. */
import { randomStream } from '../../src/base/random.js';
import type { Design, Item, ModuleDef, Stmt } from '../../src/circuit/index.js';
import { Sketch, assign, clocked, next, when } from './build.js';
import { BOOL, Expressions, type Known } from './random-expr.js';

type Binding = Extract<Item, { item: 'instance' }>['bindings'][string];

/** Expressions of numbers that mostly stay within 64 bits on the way. */
class Plain extends Expressions {
  override width(): number {
    const k = this.r.nextInt(30);
    return k === 0 ? this.pick([33, 40, 63, 64]) : k < 8 ? this.pick([1, 8, 16, 31, 32]) : 1 + this.r.nextInt(20);
  }
}

/** A circuit of about `size` wires; nested no deeper than `depth`. */
export function randomPlain(seed: number, size = 5, depth = 2): Design {
  const r = randomStream(BigInt(seed), 'plain');
  const inner = plainModule('inner', seed * 2 + 1, size, depth);
  const top = plainModule('top', seed * 2, size, depth, r.nextInt(2) === 0 ? inner : undefined);
  return { top: 'top', modules: { top, inner } };
}

function plainModule(name: string, seed: number, size: number, depth: number, child?: ModuleDef): ModuleDef {
  const r = randomStream(BigInt(seed), name);
  const s = new Sketch(name);
  const known: Known[] = [];
  const x = new Plain(r, known, []);
  const see = (id: number): void => {
    const expr = s.ref(id);
    known.push({ expr, type: expr.type });
  };
  for (let k = 0; k < 3; k++) see(s.input(`in${k}`, x.scalarType()));
  const regs = Array.from({ length: 2 + r.nextInt(3) }, (_, k) => {
    const type = x.scalarType();
    const reset = r.nextInt(2) === 0 ? x.leaf(type) : undefined;
    return s.reg(`r${k}_q`, type, reset?.op === 'const' ? reset : undefined);
  });
  regs.forEach(see);
  const items: Item[] = [];
  for (let k = 0; k < size; k++) {
    const type = x.scalarType();
    const id = s.wire(`w${k}`, type);
    if (r.nextInt(4) > 0) items.push(assign(id, x.of(type, depth)));
    else {
      const set = (): Stmt => ({ stmt: 'set', target: { signal: id, path: [] }, value: x.of(type, depth) });
      items.push({ item: 'process', body: [set(), when(x.bool(depth), [set()], r.nextInt(2) === 0 ? [set()] : [])] });
    }
    see(id);
  }
  if (child !== undefined) {
    const bindings = Object.fromEntries(
      child.signals.flatMap((port, k): [string, Binding][] => {
        if (port.type.kind === 'vec') return [];
        if (port.kind === 'input') return [[port.name, { dir: 'input', value: x.of(port.type, depth) }]];
        if (port.kind !== 'output') return [];
        const signal = s.wire(`c${k}`, port.type);
        return [[port.name, { dir: 'output', target: { signal, path: [] } }]];
      }),
    );
    // What the inputs read must not depend on the outputs: only wires that are there already are seen by them.
    items.push({ item: 'instance', name: 'u', module: child.name, actuals: {}, bindings });
    s.signals.forEach((signal, id) => signal.name.startsWith('c') && see(id));
  }
  // In any order: wires are found where they are needed.
  for (let k = items.length - 1; k > 0 && r.nextInt(3) > 0; k--) {
    const j = r.nextInt(k + 1);
    const [a, b] = [items[k], items[j]];
    if (a !== undefined && b !== undefined) [items[k], items[j]] = [b, a];
  }
  const body = regs.map((id): Stmt => {
    const drive = (): Stmt => next(id, x.of(s.ref(id).type, depth));
    const k = r.nextInt(4);
    if (k === 0) return drive();
    return when(x.bool(1), [drive()], k === 1 ? [] : [when(x.bool(1), [drive()])]);
  });
  items.push(clocked(...body));
  for (let k = 0; k < 3; k++) {
    const type = k === 0 ? BOOL : x.scalarType();
    const id = s.output(`out${k}`, type);
    items.push(assign(id, x.of(type, depth)));
  }
  return { ...s.module(), items };
}
