/** Nodes that run only where something that they read has changed: what tells so, as bits. */
import type { Ex } from '../elaborated.js';
import type { PlannedAssign, PlannedUpdate } from './plan.js';

export type GatedNode = PlannedAssign | PlannedUpdate;

/** What a node depends on; bits of `then` or `else` count by a condition that is the same in all iterations. */
export interface Sources {
  readonly bits: ReadonlySet<number>;
  /** Depends on something that nobody watches. */
  readonly always: boolean;
  readonly branch?: { readonly cond: Ex; readonly then: Sources; readonly else: Sources };
}

export interface Gate {
  readonly bit: number;
  readonly sources: Sources;
  /** The register depends on itself in some way: its bit is set only when an element really changes. */
  readonly detect: boolean;
}

/** Values that are compared with what they were; they share a bit. */
export interface Watched {
  readonly bit: number;
  readonly signals: readonly number[];
}

export interface Part {
  /** Set where something that other parts store, and this one reads, has changed. */
  readonly bit: number;
  /** With bits of nodes that have gates, of memories, and of values that are compared. */
  readonly sources: Sources;
}

export interface Activity {
  readonly gates: ReadonlyMap<GatedNode, Gate>;
  readonly watched: readonly Watched[];
  /** Bits of memories by signal. */
  readonly memories: ReadonlyMap<number, number>;
  /** Small nodes that run together. */
  readonly parts: ReadonlyMap<GatedNode, Part>;
  /** By signal that a part stores, the bits to set where it changes. */
  readonly marks: ReadonlyMap<number, readonly number[]>;
  /** Wires of parts that others read. */
  readonly kept: ReadonlySet<number>;
  /** Number of bits. */
  readonly bits: number;
}
