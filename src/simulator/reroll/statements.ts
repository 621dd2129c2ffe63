/** Scalar statements of a circuit: drivers of wires and registers without loops, the copies that may share one loop. */
import { type ElaboratedCircuit, type ElabSignal, type Ex, type Tree, signalOf } from '../elaborated.js';

/** What a statement does: a value, or for registers a tree of decisions. */
export type SourceTree = Ex | Tree;

/** One driver: `target[index]` takes what `tree` says, at once or at the edge of `domain`. */
export interface Statement {
  readonly kind: 'assign' | 'update';
  /** Position among the circuit's assigns or updates. */
  readonly at: number;
  readonly target: number;
  /** Element of the target, one number a dimension. */
  readonly index: readonly number[];
  readonly tree: SourceTree;
  readonly domain: number;
}

const NO_DOMAIN = -1;

/** Widest element that has lanes. */
export const MAX_WIDTH = 64;

const NO_INDEX: readonly number[] = [];

/** The scalar statements of a circuit by number: those of wires, then those of registers. */
export class Statements {
  /** Numbers are below this; not all are scalar statements. */
  readonly count: number;
  /** By signal: number of the statement that drives this scalar, or -1. */
  readonly driver: Int32Array;

  constructor(readonly circuit: ElaboratedCircuit) {
    const { assigns, updates, signals } = circuit;
    this.count = assigns.length + updates.length;
    this.driver = new Int32Array(signals.length).fill(-1);
    for (let n = 0; n < assigns.length; n++) {
      const a = assigns[n];
      if (a !== undefined && a.index.length === 0) this.driver[a.target] = n;
    }
    for (let k = 0; k < updates.length; k++) {
      const u = updates[k];
      if (u !== undefined && u.index.length === 0) this.driver[u.target] = assigns.length + k;
    }
  }

  /** Statement `n` if it has no loops and something that a loop may write. */
  at(n: number): Statement | undefined {
    const { circuit } = this;
    const a = circuit.assigns[n];
    if (a !== undefined) {
      if (a.loops.length > 0 || !mayBeTarget(signalOf(circuit, a.target))) return undefined;
      const index = a.index.length === 0 ? NO_INDEX : a.index.map((i) => i.c);
      return { kind: 'assign', at: n, target: a.target, index, tree: a.value, domain: NO_DOMAIN };
    }
    const at = n - circuit.assigns.length;
    const u = circuit.updates[at];
    if (u === undefined || u.loops.length > 0 || u.inner.length > 0) return undefined;
    if (!mayBeTarget(signalOf(circuit, u.target))) return undefined;
    const index = u.index.length === 0 ? NO_INDEX : u.index.map((i) => i.c);
    return { kind: 'update', at, target: u.target, index, tree: u.tree, domain: u.domain };
  }
}

/** An element that a loop over copies may write. */
const mayBeTarget = (s: ElabSignal): boolean =>
  s.width <= MAX_WIDTH && s.kind !== 'memory' && (s.dims.length > 0 || s.kind !== 'output');

/** A scalar that may become an element of an array: nobody outside asks for its place but through the layout. */
export const mayBeMember = (s: ElabSignal): boolean =>
  s.dims.length === 0 &&
  s.width <= MAX_WIDTH &&
  s.hidden !== true &&
  (s.kind === 'reg' || s.kind === 'wire' || s.kind === 'input');

/** A value is a tree without decisions. */
export const isTree = (tree: SourceTree): tree is Tree => 'kind' in tree;
