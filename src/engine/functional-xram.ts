/** The X-RAM of the functional model: M banks of words, and who wrote each of them. */
import type { Engine } from './config.js';
import { engineError } from './errors.js';

const unwritten = -2;

/** Codes of XB bits, unsigned. Words that nobody wrote, or that a pass wrote since the last flush, cannot be read. */
export class XRam {
  readonly #codes: Uint16Array;
  /** Per word: the pass that wrote it, -1 for the pixel port, -2 for nobody. */
  readonly #writer: Int32Array;
  /** Words that passes wrote and no flush has made visible. */
  readonly #pending = new Set<number>();

  constructor(readonly engine: Pick<Engine, 'M' | 'P' | 'XD' | 'XB'>) {
    const { M, P, XD } = engine;
    this.#codes = new Uint16Array(M * XD * P);
    this.#writer = new Int32Array(M * XD).fill(unwritten);
  }

  #index(bank: number, address: number, what: string): number {
    const { M, XD } = this.engine;
    if (!(bank >= 0 && bank < M && address >= 0 && address < XD))
      throw engineError(
        'H2210',
        what,
        `bank ${bank}, address ${address} is outside of the X-RAM (${M} banks of ${XD})`,
      );
    return bank * XD + address;
  }

  /**
   * One word of consecutive pixels, number `word` of its row, split into `phases` phases. With one phase the word is written as
   * it is; with more each phase takes its own lanes.
   */
  scatter(
    bank: number,
    base: number,
    word: number,
    lanes: readonly number[],
    phases: number,
    phaseStride: number,
    writer: number,
  ): void {
    const { P } = this.engine;
    lanes.forEach((code, lane) => {
      const pixel = word * P + lane;
      const [phase, position] = [pixel % phases, Math.floor(pixel / phases)];
      const at = this.#index(bank, base + phase * phaseStride + Math.floor(position / P), 'write');
      this.#codes[at * P + (position % P)] = code;
      this.#writer[at] = writer;
      if (writer >= 0) this.#pending.add(at);
    });
  }

  /** Everything that was written is visible from here on. */
  flush(): void {
    this.#pending.clear();
  }

  /** The codes of a word. */
  read(bank: number, address: number, what: string): Uint16Array {
    const { P } = this.engine;
    const at = this.#index(bank, address, what);
    if (this.#writer[at] === unwritten)
      throw engineError('H2210', what, `reads bank ${bank}, address ${address}, which nothing was written to`);
    if (this.#pending.has(at))
      throw engineError('H2210', what, `reads bank ${bank}, address ${address} before a flush behind its writer`);
    return this.#codes.subarray(at * P, (at + 1) * P);
  }
}
