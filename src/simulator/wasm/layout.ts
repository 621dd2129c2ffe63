/**
 * Where every signal lives in linear memory. An element takes 1, 2, 4 or 8 bytes, wider ones whole 64-bit limbs; values
 * are kept zero- or sign-extended to that size.
 */
import { type ElabSignal, type ElaboratedCircuit, elementCount } from '../elaborated.js';

export interface Slot {
  readonly address: number;
  /** Bytes from one element to the next. */
  readonly stride: number;
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

export function layoutOf(circuit: ElaboratedCircuit): Layout {
  const slots = new Array<Slot>(circuit.signals.length);
  let next = 1024;
  const areas: Record<Area, ElabSignal[]> = { port: [], reg: [], memory: [], wire: [] };
  for (const s of circuit.signals) areas[areaOf(s)].push(s);
  const place = (area: Area): void => {
    for (const s of areas[area]) {
      const stride = storageBytes(s.width);
      const bytes = stride * elementCount(s);
      const to = bytes >= 16 ? 16 : bytes >= 8 ? 8 : bytes >= 4 ? 4 : stride;
      next = Math.ceil(next / to) * to;
      slots[s.id] = { address: next, stride };
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
  return { slots, state: { from, to }, watched, end: next + GUARD };
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
