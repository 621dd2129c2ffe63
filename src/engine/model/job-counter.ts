import type { Header } from '../header.js';

/** Passes that are done, and whether the last one of a job is: a cycle behind. */
export class JobCounter {
  passesDone = 0;
  done = false;
  #started = 0;
  /** Number of a pass that says it is the last one. */
  #last: number | undefined;

  /** @param begun the pass that is taken in this cycle; @param passDone the last result of a pass was written */
  tick(begun: Header | undefined, passDone: boolean): void {
    const reached = this.#last === this.passesDone;
    if (begun !== undefined) this.done = false;
    else if (reached) this.done = true;
    if (reached) this.#last = undefined;
    if (begun !== undefined) {
      this.#started = (this.#started + 1) & 0xffff;
      if (begun.last === 1) this.#last = this.#started;
    }
    if (passDone) this.passesDone = (this.passesDone + 1) & 0xffff;
  }
}
