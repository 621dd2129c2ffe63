import type { Image } from '../../circuit/module.js';
import { type AccessRequest, type AccessResponse, mergeBytes, noResponse } from '../../blocks/axi/access-port.model.js';
import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

export interface StoreSizes {
  readonly W: number;
  readonly WORDS: number;
  /** Reads of a frame. */
  readonly FRAME: number;
}

/** Bits of an index of `count` things. */
const indexBits = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));

/**
 * Cycle model of `weight_store` without the register of its read port: `read` says that a word is read in this cycle, and
 * gives it at once.
 *
 * An access is taken while none is under way and answered in the next cycle; a write to the weights is done as its answer
 * leaves. A commit that waits is done at the edge behind which a frame may begin (none is under way, or its last read is
 * made now), unless an access to weights is under way or is being taken.
 */
export class WeightStoreModel implements CycleModel {
  readonly #banks: readonly [bigint[], bigint[]];
  readonly #pieces: number;
  readonly #stride: number;
  #active = 0;
  #waits = false;
  #waitsAt = false;
  #at = 0;
  #place = 0;
  #begun = 0;
  #reading = false;
  #access:
    { readonly response: AccessResponse; readonly request: AccessRequest; readonly weights: boolean } | undefined;

  constructor(
    readonly requests: Channel<AccessRequest>,
    readonly responses: Channel<AccessResponse>,
    readonly sizes: StoreSizes,
    { WEIGHTS }: { readonly WEIGHTS: Image },
  ) {
    const words = (): bigint[] => Array.from({ length: sizes.WORDS }, (_, word) => WEIGHTS.words[word] ?? 0n);
    this.#banks = [words(), words()];
    this.#pieces = Math.ceil(sizes.W / 32);
    this.#stride = 2 ** indexBits(this.#pieces);
  }

  /** First word address of the weights; registers are below. */
  get #window(): number {
    return this.#stride * 2 ** indexBits(this.sizes.WORDS);
  }

  /** The unit reads a word in this cycle. */
  read(word: number): bigint {
    this.#reading = true;
    return this.#banks[this.#active]?.[word] ?? 0n;
  }

  settle(): void {
    this.requests.ready = this.#access === undefined;
    this.responses.valid = this.#access !== undefined;
    this.responses.data = this.#access?.response ?? noResponse;
  }

  tick(): void {
    const { FRAME } = this.sizes;
    const taken = fires(this.requests) ? this.requests.data : undefined;
    const begun = this.#reading && this.#place === 0 ? (this.#begun + 1) >>> 0 : this.#begun;
    const between = this.#place === (this.#reading ? FRAME - 1 : 0);
    const reached = (begun - this.#at) >>> 0 < 2 ** 31;
    const touches = this.#access?.weights === true || (taken !== undefined && taken.addr >= this.#window);
    const swap = this.#waits && between && (!this.#waitsAt || reached) && !touches;
    if (this.#reading) this.#place = (this.#place + 1) % FRAME;
    this.#finish();
    if (taken !== undefined) this.#take(taken, swap);
    if (swap) {
      this.#active = 1 - this.#active;
      this.#waits = false;
    }
    this.#begun = begun;
    this.#reading = false;
  }

  /** The answer leaves: a write to the weights is done. */
  #finish(): void {
    const done = this.#access;
    if (done === undefined || !this.responses.ready) return;
    this.#access = undefined;
    if (!done.weights || !done.request.write || done.response.error) return;
    const { index, piece } = this.#placeOf(done.request.addr);
    const bank = this.#banks[1 - this.#active] ?? [];
    const old = bank[index] ?? 0n;
    const low = BigInt(32 * piece);
    const before = Number((old >> low) & 0xffffffffn);
    const after = mergeBytes(before, done.request.data, done.request.strobe);
    bank[index] = BigInt.asUintN(this.sizes.W, old + (BigInt(after - before) << low));
  }

  #take(request: AccessRequest, swap: boolean): void {
    const { write, addr, data } = request;
    const weights = addr >= this.#window;
    const answer = weights ? this.#readWeights(addr) : this.#readRegister(addr);
    const withdraws = addr === 0 && data % 2 === 0;
    const refused = write && (addr === 1 || addr === 2 || (this.#waits && !withdraws));
    const error = answer === undefined || refused;
    this.#access = { request, weights, response: { write, data: error || write ? 0 : answer, error } };
    if (!write || error || weights) return;
    if (addr === 3) this.#at = data;
    else if (!swap) {
      this.#waits = data % 2 === 1;
      this.#waitsAt = (data & 2) !== 0;
    }
  }

  #placeOf(addr: number): { readonly index: number; readonly piece: number } {
    const offset = addr - this.#window;
    return { index: Math.floor(offset / this.#stride), piece: offset % this.#stride };
  }

  #readWeights(addr: number): number | undefined {
    const { index, piece } = this.#placeOf(addr);
    if (index >= this.sizes.WORDS || piece >= this.#pieces) return undefined;
    return Number(((this.#banks[1 - this.#active]?.[index] ?? 0n) >> BigInt(32 * piece)) & 0xffffffffn);
  }

  #readRegister(addr: number): number | undefined {
    const waits = this.#waits ? 1 : 0;
    return [waits + (this.#waits && this.#waitsAt ? 2 : 0), waits + 2 * this.#active, this.#begun, this.#at][addr];
  }

  /** A write that is answered as reset comes is still done: memories have no reset. */
  reset(): void {
    this.#finish();
    this.#access = undefined;
    this.#active = 0;
    this.#waits = false;
    this.#waitsAt = false;
    this.#at = 0;
    this.#place = 0;
    this.#begun = 0;
    this.#reading = false;
  }
}
