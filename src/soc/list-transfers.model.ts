/** Cycle models of `list_fetch` and `list_transfers`: lists in memory and what they say. */
import { GearboxModel } from '../blocks/stream/gearbox.model.js';
import type { Ports } from '../engine/model/port-model.js';

const bit = (value: boolean): bigint => (value ? 1n : 0n);
const high = (inputs: Ports, name: string): boolean => inputs[name] === 1n;
const bits = (word: bigint, low: number, width: number): bigint => BigInt.asUintN(width, word >> BigInt(low));

/** Bytes of an entry, entries that may wait, and the border that pieces end at. */
const [ENTRY, PLACES, PIECE] = [16n, 8, 64n];

export interface ListSizes {
  readonly ADDR_W: number;
  /** 32-bit words of a beat. */
  readonly WORDS: number;
}

interface ListEntry {
  readonly offset: bigint;
  readonly bytes: bigint;
  readonly after: bigint;
  readonly last: boolean;
}

/** Asks for a list piece by piece and keeps its entries. */
export class ListFetchModel {
  readonly #gearbox: GearboxModel;
  #entries: ListEntry[] = [];
  #ended = true;
  #bad = false;
  /** A piece is under way; entries of it that have not come. */
  #waits = false;
  #due = 0;
  #at = 0n;

  constructor(readonly sizes: ListSizes) {
    this.#gearbox = new GearboxModel({ UNIT: 32, IN: sizes.WORDS, OUT: 4 });
  }

  get entry(): ListEntry | undefined {
    return this.#entries[0];
  }
  get ended(): boolean {
    return this.#ended;
  }
  get bad(): boolean {
    return this.#bad;
  }

  /** What it asks for. */
  piece(buffer: bigint): { readonly addr: bigint; readonly bytes: bigint } | undefined {
    if (this.#ended || this.#waits || this.#entries.length > PLACES / 2) return undefined;
    return { addr: BigInt.asUintN(this.sizes.ADDR_W, buffer + this.#at), bytes: PIECE - (this.#at % PIECE) };
  }

  #gears(inputs: Ports): Ports {
    return { ...inputs, s_axis_tuser: 0n, m_axis_tready: 1n, drop: 0n };
  }

  /** Whether a beat of the list would be taken. */
  ready(inputs: Ports): boolean {
    return this.#gearbox.settle(this.#gears(inputs))['s_axis_tready'] === 1n;
  }

  /** `inputs`: start, buffer, first, and the beats of the list at s_axis. */
  tick(inputs: Ports, asked: boolean, taken: boolean): void {
    const out = this.#gearbox.settle(this.#gears(inputs));
    this.#gearbox.tick(this.#gears(inputs));
    const came = out['m_axis_tvalid'] === 1n ? (out['m_axis_tdata'] ?? 0n) : undefined;
    const { bytes } = this.piece(inputs['buffer'] ?? 0n) ?? { bytes: 0n };
    const isEntry = came !== undefined && this.#due > 0;
    const found = isEntry && !this.#ended;
    const entry = { offset: bits(came ?? 0n, 0, 32), bytes: bits(came ?? 0n, 32, 32) };
    if (taken) this.#entries.shift();
    if (found) this.#entries.push({ ...entry, after: bits(came, 64, 16), last: bits(came, 94, 1) === 1n });
    const ends = found && bits(came, 95, 1) === 1n;
    if (high(inputs, 'start')) {
      this.#ended = inputs['first'] === 0n;
      this.#at = inputs['first'] ?? 0n;
      this.#bad = false;
    } else {
      this.#bad ||= found && entry.bytes === 0n;
      if (asked) this.#at = BigInt.asUintN(32, this.#at + bytes);
      else this.#ended ||= ends;
    }
    if (asked) this.#due = Number(bytes / ENTRY);
    else if (isEntry) this.#due--;
    if (asked) this.#waits = true;
    else if (came !== undefined && out['m_axis_tlast'] === 1n) this.#waits = false;
  }

  reset(): void {
    this.#gearbox.reset();
    this.#entries = [];
    this.#ended = true;
    this.#bad = this.#waits = false;
    this.#due = 0;
  }
}

/** Commands that may be under way. */
const UNDER_WAY = 16;

/** Runs a list: pieces of it go first, transfers wait for their results. */
export class ListTransfersModel {
  readonly #fetch: ListFetchModel;
  /** What the commands under way bring. */
  #order: { readonly list: boolean; readonly last: boolean }[] = [];

  constructor(readonly sizes: ListSizes) {
    this.#fetch = new ListFetchModel(sizes);
  }

  #now(inputs: Ports) {
    const buffer = inputs['buffer'] ?? 0n;
    const piece = this.#fetch.piece(buffer);
    const { entry } = this.#fetch;
    const there = entry !== undefined && BigInt.asIntN(16, (inputs['arrived'] ?? 0n) - entry.after) >= 0n;
    const room = this.#order.length < UNDER_WAY;
    const own = there
      ? { addr: BigInt.asUintN(this.sizes.ADDR_W, buffer + entry.offset), bytes: entry.bytes }
      : undefined;
    const command = room ? (piece ?? own) : undefined;
    const [brings] = this.#order;
    const toList = brings?.list === true;
    const comes = high(inputs, 's_axis_tvalid') && brings !== undefined;
    const forList = { ...inputs, s_axis_tvalid: bit(comes && toList) };
    const ready = brings !== undefined && (toList ? this.#fetch.ready(forList) : high(inputs, 'm_axis_tready'));
    return { command, isPiece: piece !== undefined, entry, brings, comes, toList, forList, ready };
  }

  settle(inputs: Ports): Ports {
    const { command, brings, comes, toList, ready } = this.#now(inputs);
    const goes = comes && !toList;
    return {
      ...{ m_cmd_tvalid: bit(command !== undefined), s_axis_tready: bit(ready), m_axis_tvalid: bit(goes) },
      bad: bit(this.#fetch.bad),
      ...(command === undefined ? {} : { m_cmd_addr: command.addr, m_cmd_bytes: command.bytes, m_cmd_last: 1n }),
      ...(goes
        ? {
            m_axis_tdata: inputs['s_axis_tdata'] ?? 0n,
            m_axis_tlast: bit(high(inputs, 's_axis_tlast') && brings!.last),
          }
        : {}),
    };
  }

  tick(inputs: Ports): void {
    const { command, isPiece, entry, comes, forList, ready } = this.#now(inputs);
    const asked = command !== undefined && high(inputs, 'm_cmd_tready');
    this.#fetch.tick(forList, asked && isPiece, asked && !isPiece);
    if (comes && ready && high(inputs, 's_axis_tlast')) this.#order.shift();
    if (asked) this.#order.push({ list: isPiece, last: entry?.last === true });
  }

  reset(): void {
    this.#fetch.reset();
    this.#order = [];
  }
}
