/** Loop nests as data: what runs under which loops. */
import type { Affine } from '../affine.js';
import type { Ex } from '../elaborated.js';
import type { Cell } from './dirty.js';

export interface Leaf {
  readonly kind: 'leaf';
  /** Loops below the decisions. */
  readonly inner: readonly number[];
  readonly target: number;
  readonly index: readonly Affine[];
  readonly value: Ex;
  /** Base address of a shadow copy that is written instead. */
  readonly shadow?: number;
  /** Its iterations must alternate with those of its neighbours. */
  readonly ripple?: boolean;
}
export interface Branch {
  readonly kind: 'branch';
  readonly cond: Ex;
  readonly then: readonly Step[];
  readonly else: readonly Step[];
}
/** Any other action inside the loops; `roots` are the expressions it computes. */
export interface Action {
  readonly kind: 'action';
  readonly roots: readonly Ex[];
  emit(): void;
}
/** Nests of their own that run before the loops of the nest around them open. */
export interface Prelude {
  readonly kind: 'prelude';
  readonly nests: readonly Nest[];
}
export type Step = Leaf | Branch | Action | Prelude;

/** Steps under loops; `down` runs them from the last iteration to the first. */
export interface Nest {
  readonly loops: readonly number[];
  readonly steps: readonly Step[];
  readonly down: boolean;
  readonly gate?: NestGate;
}

/** The nest runs only where `push` leaves something else than 0; `enter` and `leave` are code around it. */
export interface NestGate {
  /** The byte that alone decides; absent where something else does too. */
  readonly cell?: Cell;
  /** Expressions that `push` computes. */
  readonly roots: readonly Ex[];
  push(): void;
  enter(): void;
  leave(): void;
}
