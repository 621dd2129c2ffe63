/**
 * Homes: arrays under construction and the places of scalars in them. An array is an order of copies; whoever is placed
 * first sets it, and everybody after that follows or does without. Rows that turn out to continue each other are joined.
 */
import { type ElaboratedCircuit, signalOf } from '../elaborated.js';
import { storageBytes } from '../wasm/layout.js';
import { mayBeMember } from './statements.js';

export interface Home {
  readonly array: number;
  readonly position: number;
}

/** Positions from `least` on, all taken. */
export interface Row {
  readonly least: number;
  readonly members: readonly number[];
}

/** An array that has become part of another one. */
interface Joined {
  readonly array: number;
  readonly offset: number;
}

/** Lookups that a draft sees through to what it has not changed. */
interface Rows {
  readonly places: Map<number, Home>;
  readonly rows: Map<number, Row>;
  readonly joined: Map<number, Joined>;
}

export class Homes implements Rows {
  readonly places = new Map<number, Home>();
  readonly rows = new Map<number, Row>();
  readonly joined = new Map<number, Joined>();
  next = 0;

  /** `addressOf` tells where inputs lie: only those that are neighbours anyway can be an array. */
  constructor(
    readonly circuit: ElaboratedCircuit,
    readonly addressOf: (signal: number) => number,
  ) {}

  find(signal: number): Home | undefined {
    return this.places.get(signal);
  }

  draft(): Draft {
    return new Draft(this);
  }

  /** Where what was noted as `home` is now. */
  current(home: Home): Home {
    let now = home;
    for (let j = this.joined.get(now.array); j !== undefined; j = this.joined.get(now.array)) {
      now = { array: j.array, position: now.position + j.offset };
    }
    return now;
  }
}

/** Places that are tried together and kept together, or not at all. */
export class Draft implements Rows {
  readonly places = new Map<number, Home>();
  readonly rows = new Map<number, Row>();
  readonly joined = new Map<number, Joined>();
  private next: number;

  constructor(private readonly homes: Homes) {
    this.next = homes.next;
  }

  keep(): void {
    const { homes } = this;
    for (const [signal, home] of this.places) homes.places.set(signal, home);
    for (const [array, row] of this.rows) homes.rows.set(array, row);
    for (const [array, into] of this.joined) {
      homes.joined.set(array, into);
      homes.rows.delete(array);
    }
    homes.next = this.next;
  }

  private find(signal: number): Home | undefined {
    return this.places.get(signal) ?? this.homes.find(signal);
  }

  private row(array: number): Row {
    return this.rows.get(array) ?? this.homes.rows.get(array) ?? { least: 0, members: [] };
  }

  /**
   * The array that these signals share, and their positions, after what has none is placed; undefined if that cannot be.
   */
  place(signals: readonly number[]): { readonly array: number; readonly positions: readonly number[] } | undefined {
    const arrays = new Set<number>();
    let missing = false;
    for (const s of signals) {
      const home = this.find(s);
      if (home === undefined) missing = true;
      else arrays.add(home.array);
    }
    let [array] = arrays;
    if (array === undefined) array = this.create(signals);
    else if ((missing || arrays.size > 1) && !this.extend(array, signals)) return undefined;
    if (array === undefined) return undefined;
    return { array, positions: signals.map((s) => this.find(s)?.position ?? 0) };
  }

  /** `distance`: positions after `like`. */
  private fits(signal: number, like: number, distance: number): boolean {
    const { circuit, addressOf } = this.homes;
    const [s, l] = [signalOf(circuit, signal), signalOf(circuit, like)];
    if (!mayBeMember(s) || s.kind !== l.kind || s.width !== l.width || s.signed !== l.signed) return false;
    return s.kind !== 'input' || addressOf(signal) - addressOf(like) === distance * storageBytes(s.width);
  }

  /** An array of the signals in the order in which they come first. */
  private create(signals: readonly number[]): number | undefined {
    const [like = 0] = signals;
    const members = [...new Set(signals)];
    if (!members.every((s, position) => this.fits(s, like, position))) return undefined;
    const array = this.next++;
    members.forEach((s, position) => this.places.set(s, { array, position }));
    this.rows.set(array, { least: 0, members });
    return array;
  }

  /** What comes before and after a part that lies in `array` gets the places next to it; other arrays as wholes. */
  private extend(array: number, signals: readonly number[]): boolean {
    const homes = signals.map((s) => this.find(s));
    const at = homes.findIndex((h, k) => h?.array === array && homes[k + 1]?.array === array);
    const [p, q] = [homes[at]?.position, homes[at + 1]?.position];
    if (p === undefined || q === undefined || Math.abs(q - p) !== 1) return false;
    const wanted = new Map<number, number>();
    const offsets = new Map<number, number>();
    for (const [k, s] of signals.entries()) {
      const position = p + (q - p) * (k - at);
      const home = homes[k];
      if (home?.array === array) {
        if (home.position !== position) return false;
      } else if (home === undefined) {
        if (wanted.has(s)) return false;
        wanted.set(s, position);
      } else {
        const offset = position - home.position;
        if ((offsets.get(home.array) ?? offset) !== offset) return false;
        offsets.set(home.array, offset);
      }
    }
    for (const [other, offset] of offsets) {
      const { least, members } = this.row(other);
      members.forEach((s, k) => wanted.set(s, least + k + offset));
    }
    if (!this.grow(array, wanted)) return false;
    for (const [other, offset] of offsets) {
      this.joined.set(other, { array, offset });
      this.rows.delete(other);
    }
    return true;
  }

  private grow(array: number, wanted: ReadonlyMap<number, number>): boolean {
    const row = this.row(array);
    const like = row.members[0] ?? 0;
    let [least, most] = [row.least, row.least + row.members.length - 1];
    const [before, after]: [number[], number[]] = [[], []];
    for (const [s, position] of [...wanted].sort((a, b) => a[1] - b[1])) {
      if (!this.fits(s, like, position - row.least)) return false;
      if (position < least) before.push(s);
      else if (position !== ++most) return false;
      else after.push(s);
    }
    // The lowest of those before must be as far away as there are.
    const lowest = Math.min(least, ...wanted.values());
    if (lowest !== least - before.length || new Set(wanted.values()).size !== wanted.size) return false;
    least = lowest;
    for (const [s, position] of wanted) this.places.set(s, { array, position });
    this.rows.set(array, { least, members: [...before, ...row.members, ...after] });
    return true;
  }
}
