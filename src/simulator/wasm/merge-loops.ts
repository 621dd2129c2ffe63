/**
 * Loops that are one: where everything that a leaf reads and writes lies in rows without gaps, its inner loops run as a
 * single one over all elements, which has longer rows for vectors.
 */
import type { Affine } from '../affine.js';
import type { Ex } from '../elaborated.js';
import { viewOf } from './bytes.js';
import type { EmitContext } from './emit-context.js';
import { classOf, storageBytes } from './layout.js';
import type { Leaf } from './nest.js';

/** Whether the loops `from` and deeper of `loops`, none of them open yet, may run as one for `leaf`. */
export function mergeable(c: EmitContext, leaf: Leaf, loops: readonly number[], from: number): boolean {
  const target = c.signal(leaf.target);
  if (leaf.ripple === true || target.width > 64 || loops.length - from < 2) return false;
  const rows = new Rows(c, loops, from);
  return (
    rows.hold(c.byteAffine(leaf.target, leaf.index, leaf.shadow), storageBytes(target.width), true) &&
    rows.read(leaf.value)
  );
}

class Rows {
  private readonly mask: number;
  /** Elements from one iteration of a loop to the next. */
  private readonly steps: number[] = [];

  constructor(
    private readonly c: EmitContext,
    private readonly loops: readonly number[],
    private readonly from: number,
  ) {
    let step = 1;
    let mask = 0;
    for (let v = loops.length - 1; v >= from; v--) {
      this.steps[v] = step;
      step *= loops[v] ?? 1;
      mask |= 1 << v;
    }
    this.mask = mask;
  }

  /** Addresses that follow the loops without gaps, or, unless they have to, do not follow them at all. */
  hold(bytes: Affine, size: number, must: boolean): boolean {
    const mine = bytes.terms.filter((t) => t.v >= this.from && t.v < this.loops.length);
    if (mine.length === 0) return !must;
    for (let v = this.from; v < this.loops.length; v++) {
      const terms = mine.filter((t) => t.v === v);
      // The variable of the last loop is the one that stays, so it has to be there even where it counts to one.
      if (this.loops[v] === 1 && terms.length === 0 && v < this.loops.length - 1) continue;
      const [term] = terms;
      if (terms.length !== 1 || term?.table !== undefined || term?.k !== size * (this.steps[v] ?? 0)) return false;
    }
    return true;
  }

  read(ex: Ex): boolean {
    const { c } = this;
    if ((c.shared.interner.factsOf(ex).vars & this.mask) === 0) return true;
    switch (ex.op) {
      case 'index': {
        const [step] = ex.value.terms.filter((t) => t.v === this.loops.length - 1);
        return this.hold(c.folded(ex.value), step?.k ?? 0, false);
      }
      case 'load':
      case 'slice': {
        if (classOf(ex.width) === 'wide') return false;
        const size = storageBytes(ex.width);
        const view = ex.op === 'load' || size * 8 === ex.width ? viewOf(c, ex) : undefined;
        if (view !== undefined) return this.hold(view, size, false);
        return ex.op === 'slice' && ex.low.terms.length === 0 && this.read(ex.a);
      }
      case 'mux':
        return this.read(ex.cond) && this.read(ex.a) && this.read(ex.b);
      case 'convert':
      case 'unary':
        return this.read(ex.a);
      case 'binary':
        return this.read(ex.a) && this.read(ex.b);
      case 'cat':
        return ex.parts.every((part) => this.read(part));
      case 'fold':
        return this.read(ex.body);
      default:
        return false;
    }
  }
}

/** Runs `body` with the loops `from` and deeper as one, whose variable is that of the innermost one. */
export function withMerged<T>(c: EmitContext, loops: readonly number[], from: number, body: (count: number) => T): T {
  const before = c.merged;
  c.merged = { from, to: loops.length - 1 };
  const out = body(loops.slice(from).reduce((n, d) => n * d, 1));
  c.merged = before;
  return out;
}
