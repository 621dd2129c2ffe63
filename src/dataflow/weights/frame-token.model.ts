import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/** Cycle model of `frame_token`: wires, but for the first beat of a frame while TOKENS tokens wait. */
export class FrameTokenModel implements CycleModel {
  #beat = 0;
  #tokens = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    readonly token: Channel<bigint>,
    readonly sizes: { readonly BEATS: number; readonly TOKENS: number },
  ) {}

  settle(): void {
    const open = this.#beat > 0 || this.#tokens < this.sizes.TOKENS;
    this.output.valid = this.input.valid && open;
    this.output.data = this.input.data;
    this.input.ready = this.output.ready && open;
    this.token.valid = this.#tokens > 0;
    this.token.data = 0n;
  }

  tick(): void {
    if (fires(this.token)) this.#tokens--;
    if (!fires(this.input)) return;
    if (this.#beat === 0) this.#tokens++;
    this.#beat = (this.#beat + 1) % this.sizes.BEATS;
  }

  reset(): void {
    this.#beat = 0;
    this.#tokens = 0;
  }
}
