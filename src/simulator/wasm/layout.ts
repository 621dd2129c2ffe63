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

type Area = 'port' | 'reg' | 'memory' | 'wire';

function areaOf(s: ElabSignal): Area {
  if (s.port !== undefined) return 'port';
  return s.kind === 'reg' || s.kind === 'memory' ? s.kind : 'wire';
}

export function layoutOf(circuit: ElaboratedCircuit, rings: ReadonlyMap<number, Ring> = new Map()): Layout {
  const slots = new Array<Slot>(circuit.signals.length);
  let next = 1024;
  const areas: Record<Area, ElabSignal[]> = { port: [], reg: [], memory: [], wire: [] };
  for (const s of circuit.signals) areas[areaOf(s)].push(s);
  const placed: number[] = [];
  const place = (area: Area): void => {
    for (const s of areas[area]) {
      const stride = storageBytes(s.width);
      if (s.dims.length === 0 && stride <= 8) {
        next = Math.ceil(next / stride) * stride;
        slots[s.id] = { address: next, stride };
        next += stride;
        continue;
      }
      const bytes = stride * elementCount(s);
      const to = bytes >= 16 ? 16 : bytes >= 8 ? 8 : bytes >= 4 ? 4 : stride;
      next = Math.ceil(next / to) * to;
      const ring = rings.get(s.id);
      if (ring !== undefined) {
        // The variables come last: no snapshot and no journal knows of them.
        next = align(next);
        slots[s.id] = placeRing(ring, stride, next, 0);
        placed.push(s.id);
        next = align(next + ring.room);
      } else slots[s.id] = { address: next, stride };
      // Scalars lie close together, for the sake of the cache; what reaches over its end only meets a neighbour.
      next += bytes;
    }
    next = align(next);
  };
  place('port');
  const from = next;
  place('reg');
  const watched = { from: 1024, to: next };
  place('memory');
  const to = next;
  place('wire');
  for (const id of placed) {
    const slot = slots[id];
    if (slot?.ring === undefined) continue;
    slots[id] = { ...slot, ring: { ...slot.ring, variable: next } };
    next += 4;
  }
  return { slots, state: { from, to }, watched, end: next + GUARD };
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
