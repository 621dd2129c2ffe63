/**
 * Weaving: the trees of several copies as one tree. Where the copies differ stands a slot with what each of them has:
 * signals, indices, constants. Nothing is guessed: copy k of the woven tree, its slots filled in, is the tree of copy k.
 */
import type { Affine } from '../affine.js';
import { type Ex, type Index, isAffine } from '../elaborated.js';
import { type SourceTree, isTree } from './statements.js';

/** What differs between copies, one entry a copy. */
export interface SignalSlot {
  readonly kind: 'signal';
  readonly values: readonly number[];
}
export interface NumberSlot {
  readonly kind: 'number';
  readonly values: readonly number[];
}
export interface ConstantSlot {
  readonly kind: 'constant';
  readonly values: readonly bigint[];
  readonly width: number;
  readonly signed: boolean;
}
export type Slot = SignalSlot | NumberSlot | ConstantSlot;

/** An affine map whose constant differs, or does not. */
export interface WovenIndex {
  readonly slot: number | undefined;
  readonly map: Affine;
}

/** Expressions of all copies; `ex` is that of the first copy. */
export type Woven =
  | { readonly kind: 'shared'; readonly ex: Ex }
  | { readonly kind: 'constant'; readonly ex: Ex; readonly slot: number }
  | {
      readonly kind: 'load';
      readonly ex: Extract<Ex, { op: 'load' }>;
      /** Undefined: one signal for all copies. */
      readonly slot: number | undefined;
      readonly index: readonly WovenIndex[];
    }
  | { readonly kind: 'slice'; readonly ex: Extract<Ex, { op: 'slice' }>; readonly a: Woven; readonly low: WovenIndex }
  | { readonly kind: 'node'; readonly ex: Ex; readonly kids: readonly Woven[] };

export type WovenTree =
  | { readonly kind: 'keep' }
  | { readonly kind: 'value'; readonly value: Woven }
  | { readonly kind: 'if'; readonly cond: Woven; readonly then: WovenTree; readonly else: WovenTree };

export interface Weave {
  readonly tree: WovenTree;
  readonly slots: readonly Slot[];
}

/** Trees with more nodes than this in all copies together are left alone. */
const MOST_NODES = 2_000_000;

/** The trees as one; undefined if their forms differ. */
export function weave(trees: readonly SourceTree[]): Weave | undefined {
  const loom = new Loom(trees.length);
  const tree = loom.tree(trees);
  return tree === undefined ? undefined : { tree, slots: loom.slots };
}

class Loom {
  readonly slots: Slot[] = [];
  private nodes = 0;
  /** By expression of the first copy. */
  private readonly done = new Map<Ex, { readonly copies: readonly Ex[]; readonly woven: Woven }[]>();

  constructor(private readonly count: number) {}

  tree(copies: readonly SourceTree[]): WovenTree | undefined {
    const [first] = copies;
    if (first === undefined) return undefined;
    if (!isTree(first)) {
      const value = this.expression(copies.flatMap((t) => (isTree(t) ? [] : [t])));
      return value === undefined ? undefined : { kind: 'value', value };
    }
    if (first.kind === 'keep')
      return copies.every((t) => isTree(t) && t.kind === 'keep') ? { kind: 'keep' } : undefined;
    if (first.kind === 'value') {
      const value = this.expression(copies.flatMap((t) => (isTree(t) && t.kind === 'value' ? [t.value] : [])));
      return value === undefined ? undefined : { kind: 'value', value };
    }
    const ifs = copies.flatMap((t) => (isTree(t) && t.kind === 'if' ? [t] : []));
    if (ifs.length !== copies.length) return undefined;
    const cond = this.expression(ifs.map((t) => t.cond));
    const then = this.tree(ifs.map((t) => t.then));
    const otherwise = this.tree(ifs.map((t) => t.else));
    if (cond === undefined || then === undefined || otherwise === undefined) return undefined;
    return { kind: 'if', cond, then, else: otherwise };
  }

  private expression(copies: readonly Ex[]): Woven | undefined {
    const [first] = copies;
    if (first === undefined || copies.length !== this.count) return undefined;
    if (copies.every((ex) => ex === first)) return { kind: 'shared', ex: first };
    const known = this.done.get(first)?.find((d) => d.copies.every((ex, k) => ex === copies[k]));
    if (known !== undefined) return known.woven;
    this.nodes += copies.length;
    if (this.nodes > MOST_NODES) return undefined;
    if (copies.some((ex) => ex.op !== first.op || ex.width !== first.width || ex.signed !== first.signed))
      return undefined;
    const woven = this.fresh(first, copies);
    if (woven === undefined) return undefined;
    const list = this.done.get(first);
    if (list === undefined) this.done.set(first, [{ copies, woven }]);
    else list.push({ copies, woven });
    return woven;
  }

  private fresh(first: Ex, copies: readonly Ex[]): Woven | undefined {
    switch (first.op) {
      case 'const': {
        const values = of(copies, first).map((ex) => ex.value);
        const { width, signed } = first;
        return { kind: 'constant', ex: first, slot: this.slot({ kind: 'constant', values, width, signed }) };
      }
      case 'load':
        return this.load(first, of(copies, first));
      case 'slice': {
        const all = of(copies, first);
        const a = this.expression(all.map((ex) => ex.a));
        const low = this.index(all.map((ex) => ex.low));
        return a === undefined || low === undefined ? undefined : { kind: 'slice', ex: first, a, low };
      }
      case 'mux':
        return this.node(
          first,
          of(copies, first).map((ex) => [ex.cond, ex.a, ex.b]),
        );
      case 'binary': {
        const all = of(copies, first);
        if (all.some((ex) => ex.fn !== first.fn)) return undefined;
        return this.node(
          first,
          all.map((ex) => [ex.a, ex.b]),
        );
      }
      case 'unary': {
        const all = of(copies, first);
        if (all.some((ex) => ex.fn !== first.fn)) return undefined;
        return this.node(
          first,
          all.map((ex) => [ex.a]),
        );
      }
      case 'convert':
        return this.node(
          first,
          of(copies, first).map((ex) => [ex.a]),
        );
      case 'cat': {
        const all = of(copies, first);
        if (all.some((ex) => ex.parts.length !== first.parts.length)) return undefined;
        return this.node(
          first,
          all.map((ex) => ex.parts),
        );
      }
      // Loops within a copy have lanes of their own.
      case 'index':
      case 'fold':
      case 'pack':
        return undefined;
    }
  }

  private node(first: Ex, operands: readonly (readonly Ex[])[]): Woven | undefined {
    const kids: Woven[] = [];
    for (let k = 0; k < (operands[0]?.length ?? 0); k++) {
      const kid = this.expression(operands.flatMap((list) => list[k] ?? []));
      if (kid === undefined) return undefined;
      kids.push(kid);
    }
    return { kind: 'node', ex: first, kids };
  }

  private load(first: Extract<Ex, { op: 'load' }>, copies: readonly Extract<Ex, { op: 'load' }>[]): Woven | undefined {
    if (copies.some((ex) => ex.index.length !== first.index.length)) return undefined;
    const index: WovenIndex[] = [];
    for (let d = 0; d < first.index.length; d++) {
      const at = this.index(copies.flatMap((ex) => ex.index[d] ?? []));
      if (at === undefined) return undefined;
      index.push(at);
    }
    const same = copies.every((ex) => ex.signal === first.signal);
    const slot = same ? undefined : this.slot({ kind: 'signal', values: copies.map((ex) => ex.signal) });
    return { kind: 'load', ex: first, slot, index };
  }

  private index(copies: readonly Index[]): WovenIndex | undefined {
    const [first] = copies;
    if (first === undefined || !isAffine(first) || first.terms.length > 0) return undefined;
    const values: number[] = [];
    for (const i of copies) {
      if (!isAffine(i) || i.terms.length > 0) return undefined;
      values.push(i.c);
    }
    const same = values.every((c) => c === first.c);
    return { slot: same ? undefined : this.slot({ kind: 'number', values }), map: first };
  }

  private slot(slot: Slot): number {
    return this.slots.push(slot) - 1;
  }
}

/** The copies as expressions of the first one's kind, which their caller has checked. */
const of = <E extends Ex>(copies: readonly Ex[], first: E): E[] => copies.filter((ex): ex is E => ex.op === first.op);
