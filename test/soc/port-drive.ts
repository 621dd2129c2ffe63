/** Inputs of modules with plain ports under random handshakes: what is on offer stays until it is taken. */
import type { RandomStream } from '../../src/base/random.js';
import type { Ports } from '../../src/engine/model/port-model.js';

const flag = (value: boolean): bigint => (value ? 1n : 0n);

/** A stream into a module. `next` gives the payload of the next beat, or nothing for now. */
export class Offer {
  #beat: Ports | undefined;
  /** What was offered last: a payload is always there, so that every form sees the same. */
  #last: Ports;

  constructor(
    readonly name: string,
    readonly next: () => Ports | undefined,
    idle: Ports,
    /** Of AXI4-Lite channels nothing stands between name and valid. */
    readonly mark: '_t' | '' = '_t',
  ) {
    this.#last = idle;
  }

  /** The beat that moved in the cycle before, with the outputs of that cycle. */
  moved(outputs: Ports): Ports | undefined {
    const beat = this.#beat;
    if (beat === undefined || outputs[`${this.name}${this.mark}ready`] !== 1n) return undefined;
    this.#beat = undefined;
    return beat;
  }

  /** Takes back what is on offer. */
  forget(): void {
    this.#beat = undefined;
  }

  drive(go: boolean): Ports {
    if (this.#beat === undefined && go) this.#beat = this.next();
    this.#last = this.#beat ?? this.#last;
    return { [`${this.name}${this.mark}valid`]: flag(this.#beat !== undefined), ...this.#last };
  }
}

/** A level that changes now and then. */
export class Level {
  #value = false;
  constructor(
    readonly random: RandomStream,
    readonly rises: number,
    readonly falls: number,
  ) {}

  next(): bigint {
    const change = this.random.nextFloat() < (this.#value ? this.falls : this.rises);
    if (change) this.#value = !this.#value;
    return flag(this.#value);
  }

  get value(): boolean {
    return this.#value;
  }
}
