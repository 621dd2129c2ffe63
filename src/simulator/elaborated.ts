/**
 * The elaborated circuit: parameters are numbers, the hierarchy is inlined, replication is kept.
 *
 * A signal inside generate loops and instance arrays is one array with the extents of those loops as leading
 * dimensions, its vector dimensions after them. What drives it is one array node: a loop nest with affine index maps.
 * Loop variables are numbered by depth: 0 .. loops - 1 for the generate loops of a node, then its inner (vector) loops,
 * then the variables bound by `fold` and `pack`.
 */
import type { BlackBoxBehaviour, SourcePlace, StreamPort } from '../circuit/index.js';
import type { Affine } from './affine.js';
import type { Ex } from './ex.js';
import type { Expressions } from './expressions.js';

export * from './ex.js';

export type ElabSignalKind = 'input' | 'output' | 'wire' | 'reg' | 'memory';

export interface Branch {
  readonly label: string;
  readonly path: string;
  readonly loops: number;
}

export interface ElabSignal {
  readonly id: number;
  /** Instance path and name: `dense_0.acc_q`; two signals share it where a loop was split, told apart by `origin`. */
  readonly name: string;
  readonly kind: ElabSignalKind;
  /** Extents of generate loops, of a memory its depth, of vectors; empty for one scalar. */
  readonly dims: readonly number[];
  /** How many of `dims` are loops. */
  readonly loopRank: number;
  /** Index of the first element along each loop dimension. */
  readonly origin: readonly number[];
  /** The loops: label of the generate block and the instance path around it, with a trailing dot where not empty. */
  readonly nest?: readonly { readonly label: string; readonly path: string }[] | undefined;
  /** The branches of generate conditions around it: label, instance path, and how many of the loops are around the branch. */
  readonly branches?: readonly Branch[] | undefined;
  /** Bits of one element. */
  readonly width: number;
  readonly signed: boolean;
  /** Enum members, for waves. */
  readonly members?: readonly string[] | undefined;
  /** Made by the elaboration, not by the author. */
  readonly temporary: boolean;
  /** A register that no reset sets: takes a random initial value when asked to. */
  readonly unreset: boolean;
  /** Contents of a read-only memory: packed words, address 0 first. */
  readonly image?: readonly bigint[] | undefined;
  /** The signal is a port of the top. */
  readonly port?: 'input' | 'output' | undefined;
  /** The port belongs to a black box inside, seen from the circuit: nobody outside pokes it. */
  readonly hidden?: boolean | undefined;
  readonly place?: SourcePlace | undefined;
}

/** Combinational: `target[index] = value` for every iteration. */
export interface Assign {
  readonly loops: readonly number[];
  readonly target: number;
  readonly index: readonly Affine[];
  readonly value: Ex;
  readonly place?: SourcePlace | undefined;
}

/** What happens to a register: nothing, one value, or a decision. Conditions never use the inner variables. */
export type Tree =
  | { readonly kind: 'keep' }
  | { readonly kind: 'value'; readonly value: Ex }
  | { readonly kind: 'if'; readonly cond: Ex; readonly then: Tree; readonly else: Tree };

/** At the clock edge: `target[index]` changes as `tree` says, for every iteration. */
export interface Update {
  /** Generate loops; conditions range over these. */
  readonly loops: readonly number[];
  /** Vector dimensions below the decisions. */
  readonly inner: readonly number[];
  readonly target: number;
  readonly index: readonly Affine[];
  readonly tree: Tree;
  /** Position among the circuit's clocks. */
  readonly domain: number;
  readonly place?: SourcePlace | undefined;
}

/** One write port at the clock edge; writes happen in the order of the list, a read in the same cycle sees the old word. */
export interface MemoryWrite {
  readonly loops: readonly number[];
  readonly inner: readonly number[];
  readonly memory: number;
  /** Dimensions before the address. */
  readonly prefix: readonly Affine[];
  readonly address: Ex;
  /** Dimensions after the address. */
  readonly suffix: readonly Affine[];
  readonly data: Ex;
  /** All must hold. */
  readonly guards: readonly { readonly cond: Ex; readonly value: boolean }[];
  readonly domain: number;
  readonly place?: SourcePlace | undefined;
}

/** While `reset` is low the register has `value`, edge or not. */
export interface AsyncReset {
  readonly reset: number;
  readonly loops: readonly number[];
  readonly target: number;
  readonly index: readonly Affine[];
  readonly value: Ex;
}

/** An external module in its place, one per point of the loops around it. Its ports are hidden ports of the circuit. */
export interface ElabBlackBox {
  /** Instance path without a trailing dot. */
  readonly path: string;
  readonly module: string;
  readonly params: Readonly<Record<string, number>>;
  readonly behaviour: BlackBoxBehaviour;
  /** Instances: the product of the extents of the loops. */
  readonly count: number;
  /** Names of its ports, and the signals of all instances side by side. */
  readonly inputs: readonly { readonly name: string; readonly signal: number }[];
  readonly outputs: readonly { readonly name: string; readonly signal: number }[];
  /** Outputs that follow inputs within the cycle. */
  readonly paths: readonly string[];
  /** Position of its clock among the circuit's; nothing changes at that edge if it has none. */
  readonly domain: number;
}

export interface ElaboratedCircuit {
  readonly top: string;
  /** Clocks of the top by name. */
  readonly clocks: readonly string[];
  readonly expressions: Expressions;
  readonly signals: readonly ElabSignal[];
  readonly assigns: readonly Assign[];
  readonly updates: readonly Update[];
  readonly writes: readonly MemoryWrite[];
  readonly asyncResets: readonly AsyncReset[];
  /** Top ports in order, resets first. */
  readonly ports: readonly number[];
  readonly blackBoxes: readonly ElabBlackBox[];
  readonly streams: readonly StreamPort[];
}

/** Number of elements. */
export function elementCount(signal: ElabSignal): number {
  let n = 1;
  // Most signals have no dimensions.
  if (signal.dims.length > 0) for (const d of signal.dims) n *= d;
  return n;
}

/** Row-major strides of an array. */
export function strides(dims: readonly number[]): number[] {
  const out = new Array<number>(dims.length);
  let step = 1;
  for (let d = dims.length - 1; d >= 0; d--) {
    out[d] = step;
    step *= dims[d] ?? 1;
  }
  return out;
}

/** Calls `visit` with every point of a nest, last variable fastest; the array is reused. */
export function forEachPoint(extents: readonly number[], visit: (point: number[]) => void): void {
  const point = extents.map(() => 0);
  if (extents.some((n) => n === 0)) return;
  for (;;) {
    visit(point);
    let d = extents.length - 1;
    for (; d >= 0; d--) {
      const next = (point[d] ?? 0) + 1;
      if (next < (extents[d] ?? 0)) {
        point[d] = next;
        break;
      }
      point[d] = 0;
    }
    if (d < 0) return;
  }
}

/** The value of raw bits as a signed or unsigned number of `width` bits. */
export const wrap = (value: bigint, width: number, signed: boolean): bigint =>
  signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);

/** The circuit's signals by id; throws on an id that no signal has. */
export function signalOf(circuit: { readonly signals: readonly ElabSignal[] }, id: number): ElabSignal {
  const signal = circuit.signals[id];
  if (signal === undefined) throw new Error(`no signal ${id}`);
  return signal;
}
