/** Lifting: a woven tree becomes a tree over the variables of its loops. */
import type { Affine } from '../affine.js';
import { type ElaboratedCircuit, type Ex, type Tree, signalOf, strides } from '../elaborated.js';
import { children } from '../walk.js';
import { moveExpression } from '../wasm/inline.js';
import { lineOf } from './factor.js';
import { type ArrayShape, type Shaped, indexOf, mapOf } from './shape.js';
import type { Woven, WovenIndex, WovenTree } from './weave.js';

/** What lifting adds to the circuit. */
export interface Lifting {
  readonly circuit: ElaboratedCircuit;
  readonly arrays: ReadonlyMap<number, ArrayShape>;
  /** Signal of an array. */
  signalOfArray(array: number): number;
  /** Signal that holds these constants one after the other. */
  table(values: readonly bigint[], width: number, signed: boolean): number;
  /** Reads of scalars that are elements now. */
  moved(ex: Ex): Ex;
}

export class Lifter {
  private readonly done = new Map<Woven, Ex>();
  private readonly depth: number;

  constructor(
    private readonly to: Lifting,
    private readonly shaped: Shaped,
  ) {
    this.depth = shaped.extents.length;
  }

  /** Index maps of the target. */
  target(): { readonly signal: number; readonly index: readonly Affine[] } {
    const [first] = this.shaped.target;
    if (first?.kind === 'member') return { signal: this.to.signalOfArray(first.array), index: this.member(first) };
    const { extents, target, pack } = this.shaped;
    return {
      signal: pack.candidate.copies[0]?.target ?? 0,
      index: target.map((a) => mapOf(a.line, extents)),
    };
  }

  /** `self` is the target as an expression: what a copy keeps that does not change while others do. */
  tree(tree: WovenTree, self: Ex): Tree {
    if (tree.kind === 'keep') return tree;
    if (tree.kind === 'value') return { kind: 'value', value: this.value(tree.value) };
    const conds = tree.else.kind === 'keep' ? this.gates(tree.cond) : [tree.cond];
    const otherwise = this.tree(tree.else, self);
    let out = this.tree(tree.then, self);
    for (const w of conds.reverse()) {
      const cond = this.value(w);
      if (this.isUniform(w)) out = { kind: 'if', cond, then: out, else: otherwise };
      // A decision that differs between lanes is a choice of values.
      else out = { kind: 'value', value: this.mux(cond, this.merged(out, self), this.merged(otherwise, self), self) };
    }
    return out;
  }

  /** Parts of a condition without which everything stays as it is, those outside of the lanes first. */
  private gates(cond: Woven): Woven[] {
    const conds: Woven[] = [];
    const collect = (w: Woven): void => {
      if (w.kind === 'node' && w.ex.op === 'binary' && w.ex.fn === 'and' && w.ex.width === 1) w.kids.forEach(collect);
      else conds.push(w);
    };
    collect(cond);
    return [...conds.filter((w) => this.isUniform(w)), ...conds.filter((w) => !this.isUniform(w))];
  }

  /** All decisions of a tree as choices of values. */
  private merged(t: Tree, self: Ex): Ex {
    if (t.kind === 'keep') return self;
    if (t.kind === 'value') return t.value;
    return this.mux(t.cond, this.merged(t.then, self), this.merged(t.else, self), self);
  }

  private mux(cond: Ex, a: Ex, b: Ex, { width, signed }: Ex): Ex {
    const x = this.to.circuit.expressions;
    const like = (ex: Ex): Ex => (ex.width === width && ex.signed === signed ? ex : x.convert(ex, width, signed));
    return x.mux(cond, like(a), like(b), width, signed);
  }

  /** The same for all iterations of the innermost loop. */
  private isUniform(w: Woven): boolean {
    return ((this.value(w).vars >>> (this.depth - 1)) & 1) === 0;
  }

  private member(access: Extract<Shaped['target'][number], { kind: 'member' }>): readonly Affine[] {
    const shape = this.to.arrays.get(access.array);
    const index = shape === undefined ? undefined : indexOf(access.line, this.shaped.extents, shape);
    if (index === undefined) throw new Error('an access leaves its array');
    return index;
  }

  value(w: Woven): Ex {
    const known = this.done.get(w);
    if (known !== undefined) return known;
    const out = this.fresh(w);
    this.done.set(w, out);
    return out;
  }

  private fresh(w: Woven): Ex {
    const x = this.to.circuit.expressions;
    const { width, signed } = w.ex;
    switch (w.kind) {
      case 'shared': {
        // It has no loops around it yet; the variables that it binds itself come after those of the lanes.
        const ex = this.to.moved(w.ex);
        const below = binds(ex) ? moveExpression(this.to.circuit, ex, 0, [], this.depth) : ex;
        if (below === undefined) throw new Error('variables of loops cannot be renamed');
        return below;
      }
      case 'constant':
        return this.constant(w);
      case 'load': {
        const access = w.slot === undefined ? undefined : this.shaped.slots[w.slot];
        if (access?.kind === 'member')
          return x.load(this.to.signalOfArray(access.array), this.member(access), width, signed);
        return x.load(
          w.ex.signal,
          w.index.map((i) => this.index(i)),
          width,
          signed,
        );
      }
      case 'slice':
        return x.slice(this.value(w.a), this.index(w.low), width, signed);
      case 'node':
        return this.node(
          w.ex,
          w.kids.map((kid) => this.value(kid)),
        );
    }
  }

  private node(ex: Ex, kids: readonly Ex[]): Ex {
    const x = this.to.circuit.expressions;
    const [a = ex, b = ex, c = ex] = kids;
    switch (ex.op) {
      case 'mux':
        return x.mux(a, b, c, ex.width, ex.signed);
      case 'binary':
        return x.binary(ex.fn, a, b, ex.width, ex.signed);
      case 'unary':
        return x.unary(ex.fn, a, ex.width, ex.signed);
      case 'convert':
        return x.convert(a, ex.width, ex.signed);
      case 'cat':
        return x.cat(kids, ex.width, ex.signed);
      default:
        throw new Error(`${ex.op} has no operands that differ`);
    }
  }

  private index({ slot, map }: WovenIndex): Affine {
    const access = slot === undefined ? undefined : this.shaped.slots[slot];
    return access === undefined ? map : mapOf(access.line, this.shaped.extents);
  }

  private constant(w: Extract<Woven, { kind: 'constant' }>): Ex {
    const x = this.to.circuit.expressions;
    const { extents, pack } = this.shaped;
    const slot = pack.candidate.weave.slots[w.slot];
    if (slot?.kind !== 'constant') throw new Error('no constants');
    const values = pack.order.flatMap((k) => slot.values[k] ?? []);
    const { width, signed } = slot;
    const line = values.every(isSmall) ? lineOf(values.map(Number), extents) : undefined;
    if (line !== undefined && width <= 32) return x.index(mapOf(line, extents), width, signed);
    const at = mapOf({ base: 0, step: strides(extents) }, extents);
    return x.load(this.to.table(values, width, signed), [at], width, signed);
  }
}

const isSmall = (v: bigint): boolean => v >= -0x3fffffffn && v <= 0x3fffffffn;

/** Whether variables are bound within `ex`. */
function binds(ex: Ex, seen = new Set<Ex>()): boolean {
  if (seen.has(ex)) return false;
  seen.add(ex);
  return ex.op === 'fold' || ex.op === 'pack' || children(ex).some((child) => binds(child, seen));
}

/** The target as an expression. */
export function selfOf(circuit: ElaboratedCircuit, like: number, signal: number, index: readonly Affine[]): Ex {
  const { width, signed } = signalOf(circuit, like);
  return circuit.expressions.load(signal, index, width, signed);
}
