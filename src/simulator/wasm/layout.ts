/**
 * Where every signal lives in linear memory. An element takes 1, 2, 4 or 8 bytes, wider ones whole 64-bit limbs; values
 * are kept zero- or sign-extended to that size.
 */
import { type ElabSignal, type ElaboratedCircuit, elementCount } from '../elaborated.js';

export interface Slot {
  readonly address: number;
  /** Bytes from one element to the next. */
  readonly stride: number;
  readonly ring?: PlacedRing;
}

/** A register array that shifts by a whole element in a window of memory that is wider than it is. */
export interface Ring {
  /** Elements go to lower indices (`q[i] <= q[i + 1]`). */
  readonly down: boolean;
  /** Bytes of an element of the first dimension, and of the register. */
  readonly step: number;
  readonly bytes: number;
  /** Bytes of the window beside those of the register: after it where elements go to lower indices, else before it. */
  readonly room: number;
}

/** A ring in memory. `address` of its slot is where it lies whenever no cycle runs. */
export interface PlacedRing extends Ring {
  /** First byte of the window. */
  readonly window: number;
  /** Address of the variable that says how far into the window element 0 is, and its value when no cycle runs. */
  readonly variable: number;
  readonly home: number;
}

export interface Layout {
  readonly slots: readonly Slot[];
  /** Registers and memories, next to each other; what a snapshot holds. */
  readonly state: { readonly from: number; readonly to: number };
  /** Ports and registers: what a journal watches; multiples of 64 bytes may be read from here. */
  readonly watched: { readonly from: number; readonly to: number };
  /** First free byte after all signals. */
  readonly end: number;
}

/** A layout as it is made, with the addresses of its slots side by side. */
export interface FreshLayout extends Layout {
  readonly addresses: Int32Array;
}

export type ValueClass = 'i32' | 'i64' | 'wide';

export const classOf = (width: number): ValueClass => (width <= 32 ? 'i32' : width <= 64 ? 'i64' : 'wide');

/** 64-bit limbs of a value. */
export const limbsOf = (width: number): number => Math.ceil(width / 64);

export function storageBytes(width: number): number {
  if (width <= 8) return 1;
  if (width <= 16) return 2;
  if (width <= 32) return 4;
  return 8 * limbsOf(width);
}

/** Unaligned accesses read, or write back unchanged, up to this many bytes after a value. */
const GUARD = 64;

const align = (n: number): number => Math.ceil(n / 16) * 16;

export function layoutOf(circuit: ElaboratedCircuit, rings: ReadonlyMap<number, Ring> = new Map()): FreshLayout {
  const { signals } = circuit;
  const ports: ElabSignal[] = [];
  const registers: ElabSignal[] = [];
  const memories: ElabSignal[] = [];
  const wires: ElabSignal[] = [];
  for (const s of signals) {
    if (s.port !== undefined) ports.push(s);
    else if (s.kind === 'reg') registers.push(s);
    else if (s.kind === 'memory') memories.push(s);
    else wires.push(s);
  }
  const places = new Places(signals.length, rings);
  places.add(ports);
  const from = places.next;
  places.add(registers);
  const watched = { from: START, to: places.next };
  places.add(memories);
  const to = places.next;
  places.add(wires);
  places.addVariables();
  return { slots: places.slots, addresses: places.addresses, state: { from, to }, watched, end: places.next + GUARD };
}

/** The first place from `next` on where so many bytes of elements of `stride` may lie. */
function alignedFor(next: number, bytes: number, stride: number): number {
  const to = bytes >= 16 ? 16 : bytes >= 8 ? 8 : bytes >= 4 ? 4 : stride;
  return Math.ceil(next / to) * to;
}

/** Places of signals without rings one after the other, from 0 on, and how many bytes they take. */
export function sideBySide(signals: readonly ElabSignal[]): { places: Map<number, number>; bytes: number } {
  const places = new Map<number, number>();
  let next = 0;
  for (const s of signals) {
    const stride = storageBytes(s.width);
    const bytes = stride * elementCount(s);
    next = alignedFor(next, bytes, stride);
    places.set(s.id, next);
    next += bytes;
  }
  return { places, bytes: next };
}

const START = 1024;

/** Hands out the places of signals. */
class Places {
  readonly slots: Slot[];
  readonly addresses: Int32Array;
  next = START;
  private readonly placed: number[] = [];

  constructor(
    signals: number,
    private readonly rings: ReadonlyMap<number, Ring>,
  ) {
    this.slots = new Array<Slot>(signals);
    this.addresses = new Int32Array(signals);
  }

  /** Signals that lie side by side. */
  add(signals: readonly ElabSignal[]): void {
    const { slots, addresses } = this;
    let next = this.next;
    for (const s of signals) {
      const { id, width } = s;
      const stride = width > 16 && width <= 32 ? 4 : storageBytes(width);
      if (s.dims.length === 0 && stride <= 8) {
        // Scalars lie close together, for the sake of the cache; what reaches over its end only meets a neighbour.
        next = (next + stride - 1) & -stride;
        slots[id] = { address: next, stride };
        addresses[id] = next;
        next += stride;
        continue;
      }
      const bytes = stride * elementCount(s);
      next = alignedFor(next, bytes, stride);
      const ring = this.rings.get(id);
      let address = next;
      if (ring !== undefined) {
        // The variables come last: no snapshot and no journal knows of them.
        next = align(next);
        const placed = placeRing(ring, stride, next, 0);
        address = placed.address;
        slots[id] = placed;
        this.placed.push(id);
        next = align(next + ring.room);
      } else slots[id] = { address, stride };
      addresses[id] = address;
      next += bytes;
    }
    this.next = align(next);
  }

  /** Gives rings their variables. */
  addVariables(): void {
    for (const id of this.placed) {
      const slot = this.slots[id];
      if (slot?.ring === undefined) continue;
      this.slots[id] = { ...slot, ring: { ...slot.ring, variable: this.next } };
      this.next += 4;
    }
  }
}

/** A ring of elements of `stride` bytes in a window of memory, with the address of its variable. */
export function placeRing(ring: Ring, stride: number, window: number, variable: number): Slot {
  const home = ring.down ? 0 : ring.room;
  return { address: window + home, stride, ring: { ...ring, window, variable, home } };
}

/** Hands out memory after the signals: constants, tables, shadow copies, scratch. */
export class Allocator {
  constructor(public end: number) {}

  take(bytes: number): number {
    const at = this.end;
    this.end = align(at + bytes + GUARD);
    return at;
  }
}
