/** Walks expressions: which elements of which signals an expression reads. */
import { type ElabSignal, type Ex, type Index, type Tree, isAffine } from './elaborated.js';
import { NOTHING_BOUND } from './expressions.js';

/** A read of `signal`; `bound` holds the extents of variables that the expression itself binds around the read. */
export interface Read {
  readonly signal: number;
  readonly index: readonly Index[];
  readonly bound: ReadonlyMap<number, number>;
}

/** Sub-expressions of `ex`, one level down. */
export function children(ex: Ex): readonly Ex[] {
  switch (ex.op) {
    case 'const':
    case 'index':
      return [];
    case 'load':
      return ex.index.flatMap((i) => (isAffine(i) ? [] : [i.at]));
    case 'slice':
    case 'convert':
    case 'unary':
      return [ex.a];
    case 'mux':
      return [ex.cond, ex.a, ex.b];
    case 'binary':
      return [ex.a, ex.b];
    case 'cat':
      return ex.parts;
    case 'fold':
    case 'pack':
      return [ex.body];
  }
}

// Called for every node of every expression several times, mostly before it is compiled: no closures, no lists, and no
// iterators over what is mostly empty.
export function visitReads(ex: Ex, visit: (read: Read) => void, bound = NOTHING_BOUND): void {
  switch (ex.op) {
    case 'const':
    case 'index':
      return;
    case 'load':
      // A load has the fields of a read with nothing bound around it.
      if (bound === NOTHING_BOUND) visit(ex as unknown as Read);
      else visit({ signal: ex.signal, index: ex.index, bound });
      if (ex.index.length > 0) for (const i of ex.index) if (!isAffine(i)) visitReads(i.at, visit, bound);
      return;
    case 'slice':
    case 'convert':
    case 'unary':
      return visitReads(ex.a, visit, bound);
    case 'mux':
      visitReads(ex.cond, visit, bound);
      visitReads(ex.a, visit, bound);
      return visitReads(ex.b, visit, bound);
    case 'binary':
      visitReads(ex.a, visit, bound);
      return visitReads(ex.b, visit, bound);
    case 'cat':
      for (const part of ex.parts) visitReads(part, visit, bound);
      return;
    case 'fold':
    case 'pack':
      return visitReads(ex.body, visit, new Map(bound).set(ex.v, ex.count));
  }
}

export function visitTree(tree: Tree, visit: (ex: Ex) => void): void {
  if (tree.kind === 'value') visit(tree.value);
  else if (tree.kind === 'if') {
    visit(tree.cond);
    visitTree(tree.then, visit);
    visitTree(tree.else, visit);
  }
}

/** Settled before the edge, so a matter of combinational order; registers and memories are not. */
export const isCombinational = (signal: ElabSignal): boolean => signal.kind === 'wire' || signal.kind === 'output';
