/** Cycle models of the guards of the streams: what passes, what is dropped, how a packet that was cut off ends. */

/** A beat of a stream of packets. */
export interface GuardBeat {
  readonly data: bigint;
  readonly last: boolean;
}

/** A stream in one cycle; `beat` where it is valid. */
export interface GuardWires {
  readonly beat: GuardBeat | undefined;
  readonly ready: boolean;
}

/** Two places: what enters in a cycle is on offer in the next one, a third beat waits. */
class TwoPlaces {
  #beats: GuardBeat[] = [];
  get head(): GuardBeat | undefined {
    return this.#beats[0];
  }
  get open(): boolean {
    return this.#beats.length < 2;
  }
  tick(leaves: boolean, enters: GuardBeat | undefined): void {
    if (leaves) this.#beats.shift();
    if (enters !== undefined) this.#beats.push(enters);
  }
}

/** What the control says to an input guard. */
export interface InputGuardOrders {
  /** Beats pass. */
  readonly pass: boolean;
  /** All beats are dropped. */
  readonly flush: boolean;
  /** Packets are counted anew. */
  readonly restart: boolean;
  /** Packets between two restarts; 0: any number. */
  readonly limit: number;
}

/**
 * Model of `engine_input_guard`. With flush every beat is dropped; a packet of which something was dropped is dropped to its
 * end, also behind the flush.
 */
export class InputGuardModel {
  readonly #places = new TwoPlaces();
  /** The beats that have left the places end in the middle of a packet. */
  #midway = false;
  dropping = false;
  #packets = 0;

  get ready(): boolean {
    return this.#places.open;
  }

  /** The beat that is on offer behind the guard. */
  offer({ pass, flush, limit }: InputGuardOrders): GuardBeat | undefined {
    const waits = flush || this.dropping || !pass || (limit !== 0 && this.#packets === limit);
    return waits ? undefined : this.#places.head;
  }

  /** @param entering the beat that is offered in front; @param taken the beat behind the guard is taken */
  tick(entering: GuardBeat | undefined, taken: boolean, orders: InputGuardOrders): void {
    const drops = orders.flush || this.dropping;
    const head = this.#places.head;
    const leaves = head !== undefined && (drops || taken);
    if (orders.restart) this.#packets = 0;
    else if (taken && head?.last === true) this.#packets = (this.#packets + 1) % 2 ** 16;
    this.#places.tick(leaves, this.ready ? entering : undefined);
    if (leaves) this.#midway = !head.last;
    this.dropping = drops && this.#midway;
  }
}

/** Model of `engine_result_guard`: when its source is cut off, the packet that is under way gets a last beat of zeros. */
export class ResultGuardModel {
  readonly #places = new TwoPlaces();
  /** A packet has begun to enter the places and has not ended. */
  midway = false;

  /** The beat that leaves. */
  get beat(): GuardBeat | undefined {
    return this.#places.head;
  }
  /** Its source may send. */
  ready(cut: boolean): boolean {
    return this.#places.open && !cut;
  }

  /** @param sent what the source offers; @param taken the beat that leaves is taken */
  tick(sent: GuardBeat | undefined, taken: boolean, cut: boolean): void {
    const ending: GuardBeat | undefined = this.midway ? { data: 0n, last: true } : undefined;
    const enters = this.#places.open ? (cut ? ending : sent) : undefined;
    this.#places.tick(taken, enters);
    if (enters !== undefined) this.midway = !enters.last;
  }
}
