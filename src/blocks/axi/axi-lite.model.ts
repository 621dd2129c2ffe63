/** Cycle models of the AXI4-Lite blocks, with addresses as numbers of bytes on the bus and of words behind it. */
import { type Channel, type CycleModel, channel, fires } from '../../simulator/cycle-model.js';
import { type AccessRequest, type AccessResponse, mergeBytes, noRequest, noResponse } from './access-port.model.js';

/** The five channels of the bus. Responses: true is SLVERR. */
export interface AxiLiteChannels {
  readonly aw: Channel<number>;
  readonly w: Channel<{ readonly data: number; readonly strobe: number }>;
  readonly b: Channel<boolean>;
  readonly ar: Channel<number>;
  readonly r: Channel<{ readonly data: number; readonly error: boolean }>;
}

/** A queue between a channel and the model: at most `depth` beats, in and out by the state at the start of the cycle. */
class Queue<T> {
  readonly beats: T[] = [];
  constructor(readonly depth: number) {}
  get head(): T | undefined {
    return this.beats[0];
  }
  get open(): boolean {
    return this.beats.length < this.depth;
  }
}

/**
 * Cycle model of `axi_lite_subordinate`.
 *
 * AW, W and AR have queues of two. When the request place is empty or being read, the next request enters it: a write needs
 * the heads of AW and W, a read that of AR, each fewer than OUTSTANDING of its kind whose response has not left; the kind
 * that did not go last goes first. Responses pass queues of OUTSTANDING to B and R.
 */
export class AxiLiteSubordinateModel implements CycleModel {
  readonly #aw = new Queue<number>(2);
  readonly #w = new Queue<{ data: number; strobe: number }>(2);
  readonly #ar = new Queue<number>(2);
  readonly #b: Queue<boolean>;
  readonly #r: Queue<{ data: number; error: boolean }>;
  #request: AccessRequest | undefined;
  #wroteLast = false;
  #writes = 0;
  #reads = 0;

  constructor(
    readonly bus: AxiLiteChannels,
    readonly requests: Channel<AccessRequest>,
    readonly responses: Channel<AccessResponse>,
    readonly sizes: { readonly OUTSTANDING: number },
  ) {
    this.#b = new Queue(sizes.OUTSTANDING);
    this.#r = new Queue(sizes.OUTSTANDING);
  }

  settle(): void {
    const { aw, w, b, ar, r } = this.bus;
    aw.ready = this.#aw.open;
    w.ready = this.#w.open;
    ar.ready = this.#ar.open;
    b.valid = this.#b.head !== undefined;
    b.data = this.#b.head ?? false;
    r.valid = this.#r.head !== undefined;
    r.data = this.#r.head ?? { data: 0, error: false };
    this.requests.valid = this.#request !== undefined;
    this.requests.data = this.#request ?? noRequest;
    this.responses.ready = true;
  }

  tick(): void {
    const { aw, w, b, ar, r } = this.bus;
    const { OUTSTANDING } = this.sizes;
    const canWrite = this.#aw.beats.length > 0 && this.#w.beats.length > 0 && this.#writes < OUTSTANDING;
    const canRead = this.#ar.beats.length > 0 && this.#reads < OUTSTANDING;
    const taken = { aw: fires(aw), w: fires(w), ar: fires(ar) };
    const free = this.#request === undefined || this.requests.ready;
    const kind = canWrite && !(canRead && this.#wroteLast) ? 'write' : canRead ? 'read' : undefined;
    if (fires(b)) {
      this.#b.beats.shift();
      this.#writes--;
    }
    if (fires(r)) {
      this.#r.beats.shift();
      this.#reads--;
    }
    if (this.responses.valid) {
      const { write, data, error } = this.responses.data;
      if (write) this.#b.beats.push(error);
      else this.#r.beats.push({ data, error });
    }
    if (free) this.#request = kind && this.#next(kind);
    if (taken.aw) this.#aw.beats.push(aw.data);
    if (taken.w) this.#w.beats.push(w.data);
    if (taken.ar) this.#ar.beats.push(ar.data);
  }

  #next(kind: 'write' | 'read'): AccessRequest {
    this.#wroteLast = kind === 'write';
    if (kind === 'write') {
      this.#writes++;
      const addr = Math.floor((this.#aw.beats.shift() ?? 0) / 4);
      return { write: true, addr, ...(this.#w.beats.shift() ?? { data: 0, strobe: 0 }) };
    }
    this.#reads++;
    return { write: false, addr: Math.floor((this.#ar.beats.shift() ?? 0) / 4), data: 0, strobe: 0 };
  }

  reset(): void {
    for (const queue of [this.#aw, this.#w, this.#ar, this.#b, this.#r]) queue.beats.length = 0;
    this.#request = undefined;
    this.#wroteLast = false;
    this.#writes = 0;
    this.#reads = 0;
  }
}

/** Cycle model of `access_memory`: one response place; a request is done as it is taken. Its contents survive a reset. */
export class AccessMemoryModel implements CycleModel {
  readonly #words: Uint32Array;
  #response: AccessResponse | undefined;

  constructor(
    readonly requests: Channel<AccessRequest>,
    readonly responses: Channel<AccessResponse>,
    { WORDS }: { readonly WORDS: number },
  ) {
    this.#words = new Uint32Array(WORDS);
  }

  settle(): void {
    this.responses.valid = this.#response !== undefined;
    this.responses.data = this.#response ?? noResponse;
    this.requests.ready = this.#response === undefined || this.responses.ready;
  }

  tick(): void {
    if (!this.requests.ready) return;
    this.#response = this.requests.valid ? this.#access(this.requests.data) : undefined;
  }

  #access({ write, addr, data, strobe }: AccessRequest): AccessResponse {
    const old = this.#words[addr];
    if (old === undefined) return { write, data: 0, error: true };
    if (write) this.#words[addr] = mergeBytes(old, data, strobe);
    return { write, data: old, error: false };
  }

  /** The write that stands at the port as reset comes is still done: memories have no reset. */
  reset(): void {
    if (fires(this.requests)) this.#access(this.requests.data);
    this.#response = undefined;
  }
}

/** Cycle model of `axi_lite_memory`: the two composed. */
export class AxiLiteMemoryModel implements CycleModel {
  readonly #parts: readonly CycleModel[];

  constructor(bus: AxiLiteChannels, sizes: { readonly OUTSTANDING: number; readonly WORDS: number }) {
    const [requests, responses] = [channel(noRequest), channel(noResponse)];
    this.#parts = [
      new AxiLiteSubordinateModel(bus, requests, responses, sizes),
      new AccessMemoryModel(requests, responses, sizes),
    ];
  }

  settle(): void {
    // The subordinate's side of the access port depends on its state only.
    for (const part of this.#parts) part.settle();
  }
  tick(): void {
    for (const part of this.#parts) part.tick();
  }
  reset(): void {
    for (const part of this.#parts) part.reset();
  }
}
