/** Cycle models of the AXI4 masters: bytes in queues, written from their specification without the kit. */

type PortValues = Readonly<Record<string, bigint>>;

export interface MasterSizes {
  readonly ADDR_W: number;
  readonly LEN_W: number;
  readonly BYTES: number;
  readonly BURST: number;
  readonly OUTSTANDING: number;
  readonly DEPTH: number;
}

interface Transfer {
  readonly addr: number;
  readonly bytes: number;
  readonly last: boolean;
}

interface Burst {
  /** Number of its first beat in memory. */
  readonly word: number;
  readonly beats: number;
  /** Last burst of a transfer with `last`. */
  readonly mark: boolean;
}

interface Beat {
  readonly data: bigint;
  readonly keep: bigint;
  readonly last: boolean;
}

const bit = (value: boolean): bigint => (value ? 1n : 0n);

/** What both masters do with commands: bursts, and bytes from beats to beats. */
class TransferQueue {
  /** A command that is being counted. */
  waiting: Transfer | undefined;
  /** What of a transfer has no burst yet. */
  rest: { word: number; beats: number; last: boolean } | undefined;
  /** Transfers whose bytes have not begun to move. */
  readonly later: Transfer[] = [];
  /** Bytes of the transfer that moves: those that came and have not left. */
  moving: { held: number[]; left: number; skip: number; lead: number; primes: boolean; last: boolean } | undefined;

  constructor(
    readonly sizes: MasterSizes,
    readonly direction: 'read' | 'write',
  ) {}

  clear(): void {
    this.waiting = undefined;
    this.rest = undefined;
    this.later.length = 0;
    this.moving = undefined;
  }

  /** The next burst: up to the next multiple of BURST beats. */
  get burst(): Burst | undefined {
    if (this.rest === undefined) return undefined;
    const { word, beats, last } = this.rest;
    const { BURST } = this.sizes;
    const count = Math.min(beats, BURST - (word % BURST));
    return { word, beats: count, mark: last && count === beats };
  }

  /** Whether the waiting command goes on, for a burst that leaves or stays. */
  goes(leaves: boolean): boolean {
    const free = this.rest === undefined || (leaves && this.burst!.beats === this.rest.beats);
    return this.waiting !== undefined && free && this.later.length < this.sizes.OUTSTANDING;
  }

  /** A cycle of commands and bursts. */
  step(command: Transfer | undefined, leaves: boolean, ends: boolean): void {
    const goes = this.goes(leaves);
    const { BYTES } = this.sizes;
    if (leaves) {
      const { word, beats, last } = this.rest!;
      const count = this.burst!.beats;
      this.rest = beats === count ? undefined : { word: word + count, beats: beats - count, last };
    }
    if (ends) this.moving = undefined;
    if (this.moving === undefined) {
      const next = this.later.shift();
      if (next !== undefined) this.moving = this.#begin(next);
    }
    if (goes) {
      const { addr, bytes, last } = this.waiting!;
      const word = Math.floor(addr / BYTES);
      this.rest = { word, beats: Math.floor((addr + bytes - 1) / BYTES) - word + 1, last };
      this.later.push(this.waiting!);
      this.waiting = undefined;
    }
    if (command !== undefined) this.waiting = command;
  }

  #begin({ addr, bytes, last }: Transfer) {
    const offset = addr % this.sizes.BYTES;
    const reads = this.direction === 'read';
    return {
      ...{ held: [], left: bytes, last, primes: reads && offset > 0 },
      ...(reads ? { skip: offset, lead: 0 } : { skip: 0, lead: offset }),
    };
  }

  /** The beat that leaves now, with the next beat that may come; undefined where bytes are missing. */
  offer(comes: bigint | undefined): { readonly beat: Beat; readonly takes: boolean } | undefined {
    const at = this.moving;
    if (at === undefined || at.primes) return undefined;
    const { BYTES } = this.sizes;
    const count = Math.min(BYTES - at.lead, at.left);
    const takes = at.held.length < count;
    if (takes && comes === undefined) return undefined;
    const bytes = takes ? [...at.held, ...this.#bytesOf(comes!)] : at.held;
    let [data, keep] = [0n, 0n];
    for (let k = 0; k < count; k++) {
      data |= BigInt(bytes[k]!) << BigInt(8 * (at.lead + k));
      keep |= 1n << BigInt(at.lead + k);
    }
    return { beat: { data, keep, last: at.last && count === at.left }, takes };
  }

  /** A cycle of bytes; true where the transfer is over. */
  move(comes: bigint | undefined, leaves: boolean): { readonly takes: boolean; readonly ends: boolean } {
    const at = this.moving;
    if (at === undefined) return { takes: false, ends: false };
    if (at.primes) {
      if (comes === undefined) return { takes: false, ends: false };
      at.held = this.#bytesOf(comes).slice(at.skip);
      at.primes = false;
      return { takes: true, ends: false };
    }
    const offered = this.offer(comes);
    if (offered === undefined || !leaves) return { takes: false, ends: false };
    const count = Math.min(this.sizes.BYTES - at.lead, at.left);
    if (offered.takes) at.held.push(...this.#bytesOf(comes!));
    at.held.splice(0, count);
    at.left -= count;
    at.lead = 0;
    return { takes: offered.takes, ends: at.left === 0 };
  }

  #bytesOf(beat: bigint): number[] {
    return Array.from({ length: this.sizes.BYTES }, (_, k) => Number((beat >> BigInt(8 * k)) & 255n));
  }
}

/** Bursts on the bus and the first error among them. */
class BusState {
  asks: Burst | undefined;
  readonly due: Burst[] = [];
  /** Beats of the oldest burst that have moved. */
  beat = 0;
  error = 0n;
  errorAddr = 0n;

  constructor(readonly sizes: MasterSizes) {}

  reset(): void {
    this.asks = undefined;
    this.due.length = 0;
    this.beat = 0;
    this.error = 0n;
  }

  /** `stands`: nothing is asked for, while all is given up and in the cycle behind. */
  takes(ready: boolean, stands: boolean): boolean {
    return !stands && (this.asks === undefined || ready) && this.due.length < this.sizes.OUTSTANDING;
  }

  request(letters: 'ar' | 'aw', inputs: PortValues): PortValues {
    const { BYTES } = this.sizes;
    const fixed = {
      [`m_axi_${letters}valid`]: bit(this.asks !== undefined),
      [`m_axi_${letters}size`]: BigInt(Math.log2(BYTES)),
      [`m_axi_${letters}burst`]: 1n,
      [`m_axi_${letters}cache`]: inputs['cache'] ?? 0n,
      [`m_axi_${letters}prot`]: inputs['prot'] ?? 0n,
    };
    if (this.asks === undefined) return fixed;
    return {
      ...fixed,
      [`m_axi_${letters}addr`]: BigInt(this.asks.word) * BigInt(BYTES),
      [`m_axi_${letters}len`]: BigInt(this.asks.beats - 1),
    };
  }

  /** Notes a response; `word` is where it failed. */
  respond(resp: bigint, word: number, flush: boolean): void {
    if (flush) this.error = 0n;
    else if (resp >= 2n && this.error === 0n && this.due.length > 0) {
      this.error = resp;
      this.errorAddr = BigInt(word) * BigInt(this.sizes.BYTES);
    }
  }

  get status(): PortValues {
    const seen = this.error === 0n ? {} : { error_addr: this.errorAddr };
    return { busy: bit(this.due.length > 0), error: this.error, ...seen };
  }
}

const commandOf = (inputs: PortValues): Transfer => ({
  addr: Number(inputs['s_cmd_addr']),
  bytes: Number(inputs['s_cmd_bytes']),
  last: inputs['s_cmd_last'] === 1n,
});

/** Cycle model of `axi_read_master`; ports as raw bits. */
export class AxiReadMasterModel {
  readonly #queue: TransferQueue;
  readonly #bus: BusState;
  readonly #buffer: bigint[] = [];
  readonly #slice: Beat[] = [];
  /** Beats of the buffer that are held or asked for. */
  #promised = 0;
  #live = false;

  constructor(readonly sizes: MasterSizes) {
    this.#queue = new TransferQueue(sizes, 'read');
    this.#bus = new BusState(sizes);
  }

  #now(inputs: PortValues) {
    const high = (name: string): boolean => inputs[name] === 1n;
    const flush = high('flush');
    const runs = this.#live && !flush;
    const burst = this.#queue.burst;
    const leaves =
      burst !== undefined &&
      this.#promised + burst.beats <= this.sizes.DEPTH &&
      this.#bus.takes(high('m_axi_arready'), !runs);
    const commandReady = runs && (this.#queue.waiting === undefined || this.#queue.goes(leaves));
    const readReady = flush || this.#buffer.length < this.sizes.DEPTH;
    return { high, flush, runs, burst, leaves, commandReady, readReady };
  }

  settle(inputs: PortValues): PortValues {
    const { runs, commandReady, readReady } = this.#now(inputs);
    const [beat] = this.#slice;
    return {
      ...this.#bus.request('ar', inputs),
      ...this.#bus.status,
      ...{ s_cmd_tready: bit(commandReady), m_axi_rready: bit(readReady) },
      m_axis_tvalid: bit(runs && beat !== undefined),
      ...(runs && beat !== undefined
        ? { m_axis_tdata: beat.data, m_axis_tkeep: beat.keep, m_axis_tlast: bit(beat.last) }
        : {}),
    };
  }

  tick(inputs: PortValues): void {
    const { high, flush, runs, burst, leaves, commandReady, readReady } = this.#now(inputs);
    const comes = high('m_axi_rvalid') && readReady;
    const open = this.#slice.length < 2;
    const [held] = this.#buffer;
    const offered = this.#queue.offer(held);
    if (runs && high('m_axis_tready')) this.#slice.shift();
    const moved = this.#queue.move(held, open);
    if (offered !== undefined && open) this.#slice.push(offered.beat);
    if (moved.takes) {
      this.#buffer.shift();
      this.#promised--;
    }
    if (comes && !flush) this.#buffer.push(inputs['m_axi_rdata'] ?? 0n);
    if (leaves) this.#promised += burst!.beats;
    this.#queue.step(commandReady && high('s_cmd_tvalid') ? commandOf(inputs) : undefined, leaves, moved.ends);

    const bus = this.#bus;
    bus.respond(comes ? (inputs['m_axi_rresp'] ?? 0n) : 0n, (bus.due[0]?.word ?? 0) + bus.beat, flush);
    if (comes) {
      const last = high('m_axi_rlast');
      if (last) bus.due.shift();
      bus.beat = last ? 0 : bus.beat + 1;
    }
    if (leaves) {
      bus.asks = burst;
      bus.due.push(burst!);
    } else if (high('m_axi_arready')) bus.asks = undefined;
    if (!this.#live) this.#restart();
    this.#live = !flush;
  }

  #restart(): void {
    this.#queue.clear();
    this.#buffer.length = 0;
    this.#slice.length = 0;
    this.#promised = 0;
  }

  reset(): void {
    this.#restart();
    this.#bus.reset();
    this.#live = false;
  }
}

/** Cycle model of `axi_write_master`; ports as raw bits. */
export class AxiWriteMasterModel {
  readonly #queue: TransferQueue;
  readonly #bus: BusState;
  readonly #buffer: Beat[] = [];
  /** Bursts whose request was taken and whose beats have not all left. */
  readonly #lengths: number[] = [];
  readonly #slice: Beat[] = [];
  /** Beats that were buffered and have no burst. */
  #there = 0;
  #done = false;
  #live = false;

  constructor(readonly sizes: MasterSizes) {
    this.#queue = new TransferQueue(sizes, 'write');
    this.#bus = new BusState(sizes);
  }

  #now(inputs: PortValues) {
    const high = (name: string): boolean => inputs[name] === 1n;
    const flush = high('flush');
    const runs = this.#live && !flush;
    const burst = this.#queue.burst;
    const leaves = burst !== undefined && this.#there >= burst.beats && this.#bus.takes(high('m_axi_awready'), !runs);
    const commandReady = runs && (this.#queue.waiting === undefined || this.#queue.goes(leaves));
    // Whether a beat would be taken if one came.
    const open = this.#buffer.length < this.sizes.DEPTH;
    const streamReady = runs && open && this.#queue.offer(0n)?.takes === true;
    return { high, flush, runs, burst, leaves, commandReady, open, streamReady };
  }

  settle(inputs: PortValues): PortValues {
    const { commandReady, streamReady } = this.#now(inputs);
    const [beat] = this.#slice;
    return {
      ...this.#bus.request('aw', inputs),
      ...this.#bus.status,
      ...{ s_cmd_tready: bit(commandReady), s_axis_tready: bit(streamReady), done: bit(this.#done) },
      ...{ m_axi_bready: 1n, m_axi_wvalid: bit(beat !== undefined) },
      ...(beat === undefined ? {} : { m_axi_wstrb: beat.keep, m_axi_wlast: bit(beat.last) }),
      // Bytes that nobody writes may be anything.
      ...(beat === undefined || beat.keep === 0n ? {} : { m_axi_wdata: beat.data }),
    };
  }

  tick(inputs: PortValues): void {
    const { high, flush, runs, burst, leaves, commandReady, open } = this.#now(inputs);
    const comes = runs && high('s_axis_tvalid') ? (inputs['s_axis_tdata'] ?? 0n) : undefined;
    const [length] = this.#lengths;
    const [oldest] = this.#buffer;
    const sends = length !== undefined && this.#slice.length < 2 && (flush || oldest !== undefined);
    const bus = this.#bus;
    if (high('m_axi_wready')) this.#slice.shift();
    if (sends) {
      const last = bus.beat === length - 1;
      this.#slice.push({ data: oldest?.data ?? 0n, keep: flush ? 0n : oldest!.keep, last });
      if (!flush) this.#buffer.shift();
      if (last) this.#lengths.shift();
      bus.beat = last ? 0 : bus.beat + 1;
    }
    const offered = this.#queue.offer(comes);
    const moved = this.#queue.move(comes, open);
    if (offered !== undefined && open) {
      this.#buffer.push(offered.beat);
      this.#there++;
    }
    if (leaves) this.#there -= burst!.beats;
    this.#queue.step(commandReady && high('s_cmd_tvalid') ? commandOf(inputs) : undefined, leaves, moved.ends);

    const answered = high('m_axi_bvalid');
    const [first] = bus.due;
    bus.respond(answered ? (inputs['m_axi_bresp'] ?? 0n) : 0n, first?.word ?? 0, flush);
    this.#done = answered && !flush && first?.mark === true;
    if (answered) bus.due.shift();
    if (bus.asks !== undefined && high('m_axi_awready')) this.#lengths.push(bus.asks.beats);
    if (leaves) {
      bus.asks = burst;
      bus.due.push(burst!);
    } else if (high('m_axi_awready')) bus.asks = undefined;
    if (!this.#live) this.#restart();
    this.#live = !flush;
  }

  #restart(): void {
    this.#queue.clear();
    this.#buffer.length = 0;
    this.#there = 0;
  }

  reset(): void {
    this.#restart();
    this.#bus.reset();
    this.#lengths.length = 0;
    this.#slice.length = 0;
    this.#done = false;
    this.#live = false;
  }
}
