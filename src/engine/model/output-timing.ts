/** Time of the output: a queue of groups, a gearbox that fills segments up to whole beats, a register slice of two beats. */
export interface OutputShape {
  readonly P: number;
  readonly D: number;
  readonly XB: number;
  readonly YP: number;
}

/** A group on its way: 0 within a segment, 1 the last of it, 3 the last of a packet too. */
export type GroupEnd = 0 | 1 | 3;

export class OutputTiming {
  /** Outputs of this cycle. */
  valid = false;
  last = false;
  credit = false;
  readonly #groups: GroupEnd[] = [];
  readonly #beats: boolean[] = [];
  #level = 0;
  /** End of the segment whose bits are held. */
  #ending: GroupEnd = 0;

  constructor(readonly shape: OutputShape) {}

  /** @param group the group that comes in this cycle */
  tick(group: GroupEnd | undefined, ready: boolean): void {
    const { P, D, XB, YP } = this.shape;
    const slice = this.#beats.length;
    const full = this.#level >= YP || this.#ending !== 0;
    const moves = full && slice < 2;
    const ends = this.#ending !== 0 && this.#level <= YP;
    if (this.valid && ready) this.#beats.shift();
    if (moves) {
      this.#beats.push(ends && this.#ending === 3);
      this.#level = ends ? 0 : this.#level - YP;
      if (ends) this.#ending = 0;
    }
    this.credit = this.#groups.length > 0 && this.#level < YP && this.#ending === 0;
    if (this.credit) {
      this.#ending = this.#groups.shift() ?? 0;
      this.#level += P * D * XB;
    }
    if (group !== undefined) this.#groups.push(group);
    this.valid = this.#beats.length > 0;
    this.last = this.#beats[0] === true;
  }
}
