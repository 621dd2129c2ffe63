/** Cycle model of `weight_loader`: what it does in turn, a `yield` a cycle. */
import type { PortModel, Ports } from '../engine/model/port-model.js';

/** What is on the outputs while it waits. */
interface Wish {
  /** A word of the image is taken when it comes. */
  readonly reads?: boolean;
  /** It goes on to a store. */
  readonly writes?: bigint;
  /** An access of its own; `data` undefined reads. */
  readonly asks?: { readonly addr: bigint; readonly data?: bigint };
  readonly hold?: boolean;
}
type Life = Generator<Wish, never, Ports>;

const bit = (value: boolean): bigint => (value ? 1n : 0n);
const high = (inputs: Ports, name: string): boolean => inputs[name] === 1n;
const [CONTROL, STATUS, AT] = [0n, 1n, 3n];
/** Commits, and not before frame AT. */
const COMMIT_AT = 3n;

export class WeightLoaderModel implements PortModel {
  readonly #windowBits: bigint;
  readonly #addressBits: number;
  #life: Life;
  #wish: Wish;
  #pending = false;
  #finished = false;
  #failed = false;

  constructor(readonly sizes: { readonly LAYERS: number; readonly WINDOW_W: number }) {
    this.#windowBits = BigInt(sizes.WINDOW_W);
    this.#addressBits = sizes.WINDOW_W + Math.max(1, Math.ceil(Math.log2(sizes.LAYERS)));
    this.#life = this.#run();
    this.#wish = this.#life.next().value;
  }

  *#run(): Life {
    for (;;) {
      const wrong = yield* this.#image();
      if (wrong === 'cancelled') this.#pending = false;
    }
  }

  /** One image from its first word to its end. */
  *#image(): Generator<Wish, 'cancelled' | 'over', Ports> {
    for (;;) {
      const address = yield* this.#word();
      if (address === 'cancelled') return address;
      this.#pending = true;
      const at = address.data >> 2n;
      if (address.data % 4n !== 0n || at >= 1n << BigInt(this.#addressBits) || address.last)
        return yield* this.#drop(address.last);
      const count = yield* this.#word();
      if (count === 'cancelled') return count;
      if (count.data === 0n || count.last) return yield* this.#drop(count.last);
      const end = yield* this.#record(at, count.data);
      if (end === 'commit') return yield* this.#commit();
      if (end !== 'next') return end;
    }
  }

  /** The words of a record, an access each. */
  *#record(first: bigint, count: bigint): Generator<Wish, 'next' | 'commit' | 'cancelled' | 'over', Ports> {
    for (let k = 0n; k < count; k++) {
      const addr = BigInt.asUintN(this.#addressBits, first + k);
      let now: Ports;
      do now = yield { writes: addr };
      while (!high(now, 'cancel') && !(high(now, 's_axis_tvalid') && high(now, 'm_req_tready')));
      if (high(now, 'cancel')) return 'cancelled';
      const last = high(now, 's_axis_tlast');
      const answer = yield* this.#answer({});
      if (high(answer, 'cancel')) return 'cancelled';
      if (high(answer, 's_rsp_error') || (last && k + 1n < count)) return yield* this.#drop(last);
      if (last) return 'commit';
    }
    return 'next';
  }

  /** All layers swap with the same frame. */
  *#commit(): Generator<Wish, 'cancelled' | 'over', Ports> {
    let now: Ports;
    do {
      now = yield { hold: true };
      if (high(now, 'cancel')) return 'cancelled';
    } while (!high(now, 'boundary'));
    const frame = now['frame'] ?? 0n;
    for (let layer = 0n; layer < BigInt(this.sizes.LAYERS); layer++) {
      const base = layer << this.#windowBits;
      for (const asks of [
        { addr: base + AT, data: frame },
        { addr: base + CONTROL, data: COMMIT_AT },
      ]) {
        yield* this.#ask({ asks, hold: true });
        const answer = yield* this.#answer({ hold: true });
        // Too late to give up: the others have it, or will.
        this.#failed = high(answer, 's_rsp_error') && !high(answer, 'cancel');
      }
    }
    for (let layer = 0n; layer < BigInt(this.sizes.LAYERS);) {
      yield* this.#ask({ asks: { addr: (layer << this.#windowBits) + STATUS } });
      const { s_rsp_data: status = 0n } = yield* this.#answer({});
      if (status % 2n === 0n) layer++;
    }
    this.#finished = true;
    this.#pending = false;
    return 'over';
  }

  *#word(): Generator<Wish, { readonly data: bigint; readonly last: boolean } | 'cancelled', Ports> {
    for (;;) {
      const now = yield { reads: true };
      if (high(now, 'cancel')) return 'cancelled';
      if (high(now, 's_axis_tvalid')) return { data: now['s_axis_tdata'] ?? 0n, last: high(now, 's_axis_tlast') };
    }
  }

  /** The rest of an image that is wrong, up to its end. */
  *#drop(ended: boolean): Generator<Wish, 'over', Ports> {
    this.#failed = true;
    for (;;) {
      const now = yield { reads: true };
      const last = high(now, 's_axis_tvalid') && high(now, 's_axis_tlast');
      if (ended || last || high(now, 'cancel')) break;
    }
    this.#pending = false;
    return 'over';
  }

  *#ask(wish: Wish): Generator<Wish, void, Ports> {
    let now: Ports;
    do now = yield wish;
    while (!high(now, 'm_req_tready'));
  }

  *#answer(wish: Wish): Generator<Wish, Ports, Ports> {
    let now: Ports;
    do now = yield wish;
    while (!high(now, 's_rsp_tvalid'));
    return now;
  }

  settle(inputs: Ports): Ports {
    const { reads = false, writes, asks, hold = false } = this.#wish;
    const run = !high(inputs, 'cancel');
    const goes = writes !== undefined && run && high(inputs, 's_axis_tvalid');
    const outputs = {
      s_axis_tready: bit(run && (reads || (writes !== undefined && high(inputs, 'm_req_tready')))),
      ...{ m_req_tvalid: bit(goes || asks !== undefined), m_req_strobe: 15n, s_rsp_tready: 1n, hold: bit(hold) },
      ...{ pending: bit(this.#pending), finished: bit(this.#finished), failed: bit(this.#failed) },
    };
    if (goes) return { ...outputs, m_req_write: 1n, m_req_addr: writes, m_req_data: inputs['s_axis_tdata'] ?? 0n };
    if (asks === undefined) return outputs;
    const { addr, data } = asks;
    return {
      ...outputs,
      m_req_write: bit(data !== undefined),
      m_req_addr: addr,
      ...(data === undefined ? {} : { m_req_data: data }),
    };
  }

  tick(inputs: Ports): void {
    this.#failed = this.#finished = false;
    this.#wish = this.#life.next(inputs).value;
  }

  reset(): void {
    this.#pending = this.#finished = this.#failed = false;
    this.#life = this.#run();
    this.#wish = this.#life.next().value;
  }
}
