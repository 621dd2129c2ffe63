import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/** A beat that says whether it ends its frame. */
export interface FramedBeat {
  readonly data: bigint;
  readonly last: boolean;
}

/** Cycle model of `frame`: wires, and a count of beats; beat n is last where n mod FRAME = FRAME - 1. */
export class FrameModel implements CycleModel {
  readonly #frame: number;
  #next = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<FramedBeat>,
    { FRAME }: { readonly FRAME: number },
  ) {
    this.#frame = FRAME;
  }

  settle(): void {
    this.output.valid = this.input.valid;
    this.input.ready = this.output.ready;
    if (this.input.valid) this.output.data = { data: this.input.data, last: this.#next === this.#frame - 1 };
  }

  tick(): void {
    if (fires(this.input)) this.#next = (this.#next + 1) % this.#frame;
  }

  reset(): void {
    this.#next = 0;
  }
}
