/** Small circuits by hand for directed tests. */
import {
  type BinaryOp,
  type Design,
  type Expr,
  type Item,
  type ModuleDef,
  type Nat,
  type ScalarType,
  type Signal,
  type Stmt,
  type Type,
  lit,
} from '../../src/circuit/index.js';

export const uint = (w: number | Nat): ScalarType => ({ kind: 'uint', width: typeof w === 'number' ? lit(w) : w });
export const sint = (w: number): ScalarType => ({ kind: 'sint', width: lit(w) });
export const BOOL: ScalarType = { kind: 'bool' };
export const vec = (count: number | Nat, element: Type): Type => ({
  kind: 'vec',
  count: typeof count === 'number' ? lit(count) : count,
  element,
});
export const param = (name: string): Nat => ({ op: 'param', name });
export const index = (name: string): Nat => ({ op: 'index', name });
export const nat = (op: 'add' | 'sub' | 'mul' | 'div' | 'mod', a: Nat, b: number | Nat): Nat => ({
  op,
  a,
  b: typeof b === 'number' ? lit(b) : b,
});
export const konst = (type: ScalarType, value: bigint | number): Expr => ({ op: 'const', type, value: BigInt(value) });
export const binary = (fn: BinaryOp, type: ScalarType, a: Expr, b: Expr): Expr => ({ op: 'binary', type, fn, a, b });
export const at = (v: Expr, i: Nat): Expr => {
  if (v.type.kind !== 'vec') throw new Error('not a vector');
  return { op: 'at', type: v.type.element, vec: v, index: i };
};
export const assign = (signal: number, value: Expr, ...path: Nat[]): Item => ({
  item: 'assign',
  target: { signal, path },
  value,
});
export const next = (signal: number, value: Expr, ...path: Nat[]): Stmt => ({
  stmt: 'next',
  target: { signal, path },
  value,
});
export const when = (cond: Expr, then: Stmt[], otherwise: Stmt[] = []): Stmt => ({
  stmt: 'if',
  cond,
  then,
  else: otherwise,
});
export const clocked = (...body: Stmt[]): Item => ({ item: 'process', body });
export const forLoop = (name: string, count: number | Nat, ...items: Item[]): Item => ({
  item: 'for',
  label: `g_${name}`,
  index: name,
  count: typeof count === 'number' ? lit(count) : count,
  items,
});

/** A module under construction: signals get ids in order. */
export class Sketch {
  readonly signals: Signal[] = [];
  readonly items: Item[] = [];

  constructor(
    readonly name: string,
    readonly params: Readonly<Record<string, number>> = {},
  ) {}

  add(signal: Signal): number {
    return this.signals.push(signal) - 1;
  }
  input(name: string, type: Type): number {
    return this.add({ kind: 'input', name, type });
  }
  output(name: string, type: Type): number {
    return this.add({ kind: 'output', name, type });
  }
  wire(name: string, type: Type): number {
    return this.add({ kind: 'wire', name, type });
  }
  reg(name: string, type: Type, reset?: Expr): number {
    return this.add({ kind: 'reg', name, type, domain: 0, ...(reset === undefined ? {} : { reset }) });
  }
  ref(id: number): Expr {
    const signal = this.signals[id];
    if (signal === undefined) throw new Error(`no signal ${id}`);
    return { op: 'ref', type: signal.type, signal: id };
  }

  module(changes: Partial<ModuleDef> = {}): ModuleDef {
    return {
      name: this.name,
      doc: '',
      params: Object.entries(this.params).map(([name, value]) => ({
        kind: 'nat',
        name,
        default: value,
        min: 1,
        doc: 'a number',
      })),
      localParams: [],
      requires: [],
      domains: [{ clock: 'aclk', reset: 'aresetn', asynchronousReset: false }],
      signals: this.signals,
      streams: [],
      items: this.items,
      ...changes,
    };
  }

  design(...others: ModuleDef[]): Design {
    return { top: this.name, modules: Object.fromEntries([this.module(), ...others].map((m) => [m.name, m])) };
  }
}
