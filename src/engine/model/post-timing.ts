/** Time of everything behind the last step of a tile: drain, requantizer, writer; a tile is a line in a calendar. */
import type { Header } from '../header.js';
import { ADDITION_TO_REQUANTIZER, DRAIN_TO_REQUANTIZER, requantizeLatency } from '../latency.js';
import type { GroupEnd } from './output-timing.js';

/** A tile whose sums leave the array. */
export interface DrainedTile {
  readonly header: Header;
  /** Cycle of its first group at the array's output, and how many groups there are. */
  readonly start: number;
  readonly groups: number;
  /** Its groups leave for the output or the X-RAM: it is of the last chunk. */
  readonly results: boolean;
  readonly rowEnd: boolean;
  /** Last tile of its weight tile, of its pass. */
  readonly weightTileEnd: boolean;
  readonly passEnd: boolean;
}

/** A result on its way to the X-RAM; the last one of a pass goes along even if it is not written. */
interface Result {
  readonly phases: number;
  readonly writes: boolean;
  readonly passEnd: boolean;
}

/** Group k of a tile. */
interface Group {
  readonly tile: DrainedTile;
  readonly k: number;
}

export class PostTiming {
  /** Outputs of this cycle. */
  configReady = true;
  parametersFree = false;
  writeValid = false;
  passDone = false;
  /** The group that goes to the output in this cycle. */
  out: GroupEnd | undefined;
  #now = 0;
  readonly #latency: number;
  /** Groups that have met their residual words and wait; those that are added, with the cycle in which they are results. */
  readonly #pairs: Group[] = [];
  readonly #added: (Group & { readonly at: number })[] = [];
  /** Tiles whose groups are not all out; how many of them have left the array. */
  readonly #tiles: DrainedTile[] = [];
  #drained = 0;
  #result: Result | undefined;
  readonly #queue: Result[] = [];
  #phase = 0;
  #write: Result | undefined;
  #writePhase = 0;
  /** A header waits, has waited for a cycle, is in use. */
  #waiting = false;
  #waited = false;
  #busy = false;

  constructor(shape: Readonly<Record<'MUL' | 'LUT' | 'NTHR', number>>) {
    this.#latency = DRAIN_TO_REQUANTIZER + requantizeLatency(shape);
  }

  /** A tile will leave the array; tiles come in the order of their time, ahead of it. */
  push(tile: DrainedTile): void {
    this.#tiles.push(tile);
  }

  /** @param configTaken a header comes in this cycle */
  tick(configTaken: boolean): void {
    this.#writer();
    const passEnd = this.#drain();
    if (passEnd) this.#busy = false;
    if (this.#waiting && this.#waited && !this.#busy) {
      this.#busy = true;
      this.#waiting = this.#waited = false;
    } else this.#waited = this.#waiting;
    if (configTaken) this.#waiting = true;
    this.configReady = !this.#waiting;
    this.#now++;
    this.#leave();
  }

  /** One phase of the oldest result a cycle. */
  #writer(): void {
    const finished = this.#write;
    this.passDone = finished !== undefined && finished.passEnd && this.#writePhase === finished.phases - 1;
    const head = this.#queue[0];
    this.#write = head;
    this.#writePhase = this.#phase;
    if (head !== undefined) {
      const over = this.#phase === head.phases - 1;
      this.#phase = over ? 0 : this.#phase + 1;
      if (over) this.#queue.shift();
    }
    this.writeValid = head?.writes === true;
    if (this.#result !== undefined) this.#queue.push(this.#result);
  }

  /** The last group of a tile at the array's output; true if it is the last one of a pass. */
  #drain(): boolean {
    this.parametersFree = false;
    const tile = this.#tiles[this.#drained];
    if (tile === undefined || this.#now !== tile.start + tile.groups - 1) return false;
    this.#drained++;
    this.parametersFree = tile.weightTileEnd && tile.header.planes !== 0;
    return tile.passEnd;
  }

  /** The group that is out in this cycle. */
  #leave(): void {
    this.out = this.#result = undefined;
    if (this.#pairs.length > 0 || this.#added.length > 0) this.#add();
    const tile = this.#tiles[0];
    if (tile === undefined) return;
    const k = this.#now - tile.start - this.#latency;
    if (k < 0) return;
    if (k === tile.groups - 1) {
      this.#tiles.shift();
      this.#drained--;
    }
    if (!tile.results) return;
    if (tile.header.res === 1) this.#pairs.push({ tile, k });
    else this.#finish({ tile, k });
  }

  /** The oldest pair enters the addition unless its sums would meet a group of the array at the requantizer. */
  #add(): void {
    const [first] = this.#added;
    if (first?.at === this.#now) {
      this.#added.shift();
      this.#finish(first);
    }
    const ahead = this.#now + ADDITION_TO_REQUANTIZER - DRAIN_TO_REQUANTIZER;
    if (this.#tiles.some(({ start, groups }) => ahead >= start && ahead < start + groups)) return;
    const pair = this.#pairs.shift();
    const at = ahead + this.#latency;
    if (pair !== undefined) this.#added.push({ ...pair, at });
  }

  #finish({ tile, k }: Group): void {
    const last = k === tile.groups - 1;
    const { dstAxis, dstXram, ySW } = tile.header;
    const passEnd = last && tile.passEnd;
    if (dstAxis === 1) this.out = last && tile.rowEnd ? (passEnd ? 3 : 1) : 0;
    if (dstXram === 1 || passEnd) this.#result = { phases: ySW, writes: dstXram === 1, passEnd };
  }
}
