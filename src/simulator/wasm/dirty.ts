/**
 * Bytes that say which gated nodes have work: whoever changes something stores 1 into the bytes of its readers, and a
 * reader clears its own when it runs. Bytes of gates that stand next to each other in the program lie side by side, so that
 * one test tells that none of them has work.
 */
import type { Ex } from '../elaborated.js';
import { allBits } from './activity.js';
import type { FunctionWriter } from './function.js';
import type { Activity, Gate, Part, Sources } from './gated.js';
import type { Allocator } from './layout.js';

/** Where the bytes are, all of which are set after registers changed behind the program's back. */
export interface GatePlace {
  readonly address: number;
  readonly bytes: number;
}

/** The byte of a gate or a part; it has an address when the order of all nests is known. */
export interface Cell {
  address: number | undefined;
}

/** What a gate with branches looks at: `leaf` is the byte of `bits`, absent at the top, which is the gate's own cell. */
export interface Arm {
  readonly bits: ReadonlySet<number>;
  readonly always: boolean;
  readonly leaf?: number | undefined;
  readonly branch?: { readonly cond: Ex; readonly then: Arm; readonly else: Arm } | undefined;
}

/** A gate with a decision: its bytes from `at` on, of which there are `count`. */
export interface Decision {
  readonly top: Arm;
  readonly at: number;
  readonly count: number;
  /** An arm runs always: there is something to decide in every cycle. */
  readonly always: boolean;
}

/** Cells of one test. */
const WORD = 8;

export class DirtyBytes {
  private readonly cells = new Map<Gate | Part, Cell>();
  private readonly decisions = new Map<Gate, Decision>();
  private readonly from: number;
  private next: number;
  private readersOf: Map<number, number[]> | undefined;

  constructor(activity: Activity, allocator: Allocator) {
    const gates = [...activity.gates.values()];
    const parts = new Set(activity.parts.values());
    for (const g of [...gates, ...parts]) this.cells.set(g, { address: undefined });
    const decided = gates.flatMap((gate) => {
      const { bytes, arm } = leavesOf(gate.sources);
      return arm.branch === undefined ? [] : [{ gate, arm, bytes }];
    });
    const room = decided.reduce((sum, { bytes }) => sum + 2 * WORD * Math.ceil(bytes / WORD), 0);
    this.from = allocator.take(room + WORD * this.cells.size);
    this.next = this.from;
    for (const { gate, arm, bytes } of decided) {
      const at = this.take(bytes);
      this.decisions.set(gate, { top: placed(arm, at), at, count: bytes, always: runsAlways(gate.sources) });
    }
  }

  get place(): GatePlace {
    return { address: this.from, bytes: this.next - this.from };
  }

  cellOf(of: Gate | Part): Cell {
    const cell = this.cells.get(of);
    if (cell === undefined) throw new Error('a gate of another program');
    return cell;
  }

  decisionOf(gate: Gate): Decision | undefined {
    return this.decisions.get(gate);
  }

  /** Gives cells that stand next to each other, {@link WORD} at most, a place of their own. */
  placeCells(cells: readonly Cell[]): void {
    const at = this.take(cells.length);
    cells.forEach((cell, k) => (cell.address = at + k));
  }

  /** The bytes of all who read what one of `bits` tells about; only when all cells have a place. */
  readers(bits: Iterable<number>): number[] {
    this.readersOf ??= this.allReaders();
    const found = new Set<number>();
    for (const bit of bits) for (const at of this.readersOf.get(bit) ?? []) found.add(at);
    return [...found].sort((a, b) => a - b);
  }

  private allReaders(): Map<number, number[]> {
    const readers = new Map<number, number[]>();
    const note = (bits: Iterable<number>, at: number): void => {
      for (const bit of bits) {
        const list = readers.get(bit);
        if (list === undefined) readers.set(bit, [at]);
        else list.push(at);
      }
    };
    const under = (arm: Arm, own: number): void => {
      note(arm.bits, arm.leaf ?? own);
      if (arm.branch === undefined) return;
      under(arm.branch.then, own);
      under(arm.branch.else, own);
    };
    for (const [of, { address }] of this.cells) {
      if (address === undefined) continue;
      const decision = 'detect' in of ? this.decisions.get(of) : undefined;
      if (decision !== undefined) under(decision.top, address);
      else note(allBits(of.sources), address);
    }
    return readers;
  }

  /** The smallest piece that one load covers, or whole words. */
  private take(bytes: number): number {
    const size = sizeOf(bytes);
    const at = Math.ceil(this.next / size) * size;
    this.next = at + Math.ceil(bytes / size) * size;
    return at;
  }
}

/** Bytes of the load that covers so many, at most a word. */
const sizeOf = (bytes: number): number => (bytes <= 1 ? 1 : bytes <= 2 ? 2 : bytes <= 4 ? 4 : WORD);

/** A tree without what is known further up, and its leaves numbered from 0. */
function leavesOf(sources: Sources): { arm: Arm; bytes: number } {
  let bytes = 0;
  const simple = (s: Sources, known: ReadonlySet<number>): Arm => {
    const bits = new Set([...s.bits].filter((b) => !known.has(b)));
    if (s.branch === undefined) return { bits, always: s.always };
    const below = new Set([...known, ...bits]);
    const [then, otherwise] = [simple(s.branch.then, below), simple(s.branch.else, below)];
    const both = new Set([...then.bits].filter((b) => otherwise.bits.has(b)));
    for (const b of both) bits.add(b);
    const without = (arm: Arm): Arm => ({ ...arm, bits: new Set([...arm.bits].filter((b) => !both.has(b))) });
    const branch = { cond: s.branch.cond, then: without(then), else: without(otherwise) };
    return isNever(branch.then) && isNever(branch.else)
      ? { bits, always: s.always }
      : { bits, always: s.always, branch };
  };
  const numbered = (arm: Arm, top: boolean): Arm => {
    const leaf = top || arm.bits.size === 0 ? undefined : bytes++;
    if (arm.branch === undefined) return { ...arm, leaf };
    const { cond } = arm.branch;
    return {
      ...arm,
      leaf,
      branch: { cond, then: numbered(arm.branch.then, false), else: numbered(arm.branch.else, false) },
    };
  };
  const arm = numbered(simple(sources, new Set()), true);
  return { arm, bytes };
}

const isNever = (arm: Arm): boolean => arm.bits.size === 0 && !arm.always && arm.branch === undefined;

function placed(arm: Arm, at: number): Arm {
  const leaf = arm.leaf === undefined ? undefined : at + arm.leaf;
  if (arm.branch === undefined) return { ...arm, leaf };
  const { cond } = arm.branch;
  return { ...arm, leaf, branch: { cond, then: placed(arm.branch.then, at), else: placed(arm.branch.else, at) } };
}

const runsAlways = (s: Sources): boolean =>
  s.always || (s.branch !== undefined && (runsAlways(s.branch.then) || runsAlways(s.branch.else)));

/** Pushes something else than 0 if one of `count` bytes, which lie in one piece, is set. */
export function pushAnySet(f: FunctionWriter, at: number, count: number): void {
  const size = sizeOf(count);
  if (size === 1) f.i32(0).mem('i32_load8_u', at).i32(1).op(0x71);
  else if (size === 2) f.i32(0).mem('i32_load16_u', at);
  else if (size === 4) f.i32(0).mem('i32_load', at);
  else {
    f.i32(0).mem('i64_load', at);
    for (let k = WORD; k < count; k += WORD)
      f.i32(0)
        .mem('i64_load', at + k)
        .op(0x84);
    f.i64(0n).op(0x52);
  }
}

/** Clears the bytes that {@link pushAnySet} looks at. */
export function clearBytes(f: FunctionWriter, at: number, count: number): void {
  const size = sizeOf(count);
  if (size === 8)
    for (let k = 0; k < count; k += WORD)
      f.i32(0)
        .i64(0n)
        .mem('i64_store', at + k);
  else
    f.i32(0)
      .i32(0)
      .mem(size === 1 ? 'i32_store8' : size === 2 ? 'i32_store16' : 'i32_store', at);
}

/** So many bytes of one word and more are set by an `or`, fewer one by one. */
const FEW = 4;

/** Sets bytes, whose addresses ascend. */
export function setBytes(f: FunctionWriter, addresses: readonly number[]): void {
  const words = new Map<number, number[]>();
  for (const at of addresses) {
    const word = at - (at % WORD);
    const list = words.get(word);
    if (list === undefined) words.set(word, [at]);
    else list.push(at);
  }
  for (const [word, list] of words) {
    if (list.length > FEW) {
      let mask = 0n;
      for (const at of list) mask |= 1n << BigInt(8 * (at - word));
      f.i32(0);
      if (list.length === WORD) f.i64(mask);
      else f.i32(0).mem('i64_load', word).i64(mask).op(0x84);
      f.mem('i64_store', word);
      continue;
    }
    for (let k = 0; k < list.length;) {
      const at = list[k] ?? 0;
      const run = (n: number): boolean => at % n === 0 && list[k + n - 1] === at + n - 1;
      const n = run(4) ? 4 : run(2) ? 2 : 1;
      f.i32(0)
        .i32(n === 4 ? 0x01010101 : n === 2 ? 0x0101 : 1)
        .mem(n === 4 ? 'i32_store' : n === 2 ? 'i32_store16' : 'i32_store8', at);
      k += n;
    }
  }
}
