/** Lifting: a woven tree becomes a tree over the variables of its loops. */
import type { Affine } from '../affine.js';
import { type ElaboratedCircuit, type Ex, type Tree, isAffine, signalOf } from '../elaborated.js';
import { rewrite } from '../wasm/rewrite.js';
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
    const { conds, then } = gates(tree, tree.else.kind === 'keep' ? (w) => this.isUniform(w) : undefined);
    const otherwise = this.tree(tree.else, self);
    let out = this.tree(then, self);
    for (const w of [...conds].reverse()) {
      const cond = this.value(w);
      if (this.isUniform(w)) out = { kind: 'if', cond, then: out, else: otherwise };
      else out = this.chosen(cond, out, otherwise, self) ?? { kind: 'if', cond, then: out, else: otherwise };
    }
    return out;
  }

  /** A decision that differs between lanes is a choice of values. */
  private chosen(cond: Ex, then: Tree, otherwise: Tree, self: Ex): Tree | undefined {
    const valueOf = (t: Tree): Ex | undefined =>
      t.kind === 'keep' ? self : t.kind === 'value' ? t.value : this.merged(t, self);
    const [a, b] = [valueOf(then), valueOf(otherwise)];
    if (a === undefined || b === undefined) return undefined;
    return { kind: 'value', value: this.mux(cond, a, b, self) };
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
      case 'shared':
        return below(x, this.to.moved(w.ex), this.depth);
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
    const at: Affine[] = [];
    let step = 1;
    const steps: number[] = [];
    for (let d = extents.length - 1; d >= 0; d--) {
      steps[d] = step;
      step *= extents[d] ?? 1;
    }
    at.push(mapOf({ base: 0, step: steps }, extents));
    return x.load(this.to.table(values, width, signed), at, width, signed);
  }
}

const isSmall = (v: bigint): boolean => v >= -0x3fffffffn && v <= 0x3fffffffn;

/** Conditions of nested decisions that leave everything as it is if one does not hold, those outside of the lanes first. */
function gates(
  tree: Extract<WovenTree, { kind: 'if' }>,
  isUniform: ((w: Woven) => boolean) | undefined,
): { readonly conds: readonly Woven[]; readonly then: WovenTree } {
  if (isUniform === undefined) return { conds: [tree.cond], then: tree.then };
  const conds: Woven[] = [];
  const collect = (w: Woven): void => {
    if (w.kind === 'node' && w.ex.op === 'binary' && w.ex.fn === 'and' && w.ex.width === 1) w.kids.forEach(collect);
    else conds.push(w);
  };
  collect(tree.cond);
  return { conds: [...conds.filter(isUniform), ...conds.filter((w) => !isUniform(w))], then: tree.then };
}

/** `ex`, which has no loop around it, under `depth` loops: the variables that it binds itself come after theirs. */
function below(x: ElaboratedCircuit['expressions'], ex: Ex, depth: number): Ex {
  if (!binds(ex)) return ex;
  const move = (a: Affine): Affine => ({ c: a.c, terms: a.terms.map((t) => ({ ...t, v: t.v + depth })) });
  return rewrite(x, ex, (e): Ex => {
    switch (e.op) {
      case 'index':
        return x.index(move(e.value), e.width, e.signed);
      case 'load':
        return x.load(
          e.signal,
          e.index.map((i) => (isAffine(i) ? move(i) : i)),
          e.width,
          e.signed,
        );
      case 'slice':
        return x.slice(e.a, move(e.low), e.width, e.signed);
      case 'fold':
        return x.lanes('fold', e.fn, e.v + depth, e.count, e.body, e.width, e.signed);
      case 'pack':
        return x.lanes('pack', undefined, e.v + depth, e.count, e.body, e.width, e.signed);
      default:
        return e;
    }
  });
}

function binds(ex: Ex, seen = new Set<Ex>()): boolean {
  if (seen.has(ex)) return false;
  seen.add(ex);
  switch (ex.op) {
    case 'fold':
    case 'pack':
      return true;
    case 'const':
    case 'index':
      return false;
    case 'load':
      return ex.index.some((i) => !isAffine(i) && binds(i.at, seen));
    case 'slice':
    case 'convert':
    case 'unary':
      return binds(ex.a, seen);
    case 'mux':
      return binds(ex.cond, seen) || binds(ex.a, seen) || binds(ex.b, seen);
    case 'binary':
      return binds(ex.a, seen) || binds(ex.b, seen);
    case 'cat':
      return ex.parts.some((p) => binds(p, seen));
  }
}

/** The target as an expression. */
export function selfOf(circuit: ElaboratedCircuit, like: number, signal: number, index: readonly Affine[]): Ex {
  const { width, signed } = signalOf(circuit, like);
  return circuit.expressions.load(signal, index, width, signed);
}
