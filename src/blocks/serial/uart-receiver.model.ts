type PortValues = Readonly<Record<string, bigint>>;

const bit = (value: boolean): bigint => (value ? 1n : 0n);

/**
 * Cycle model of `uart_receiver`, written by times: cycle 0 of a byte is the first one with a low line after an idle one.
 * Bit k (0 start, 1 .. 8 data, 9 stop) is read in cycle floor(CLOCKS / 2) + k CLOCKS.
 */
export class UartReceiverModel {
  readonly #clocks: number;
  /** Cycle within the byte; undefined when idle. */
  #cycle: number | undefined;
  #bits: boolean[] = [];
  #waiting: bigint | undefined;
  #broken = false;
  #lost = false;

  constructor({ CLOCKS }: { readonly CLOCKS: number }) {
    this.#clocks = CLOCKS;
  }

  settle(): PortValues {
    return {
      ...{ m_axis_tvalid: bit(this.#waiting !== undefined), broken: bit(this.#broken), lost: bit(this.#lost) },
      ...(this.#waiting === undefined ? {} : { m_axis_tdata: this.#waiting }),
    };
  }

  tick({ line, m_axis_tready }: PortValues): void {
    const high = line === 1n;
    if (m_axis_tready === 1n) this.#waiting = undefined;
    if (this.#broken) {
      if (high) this.#broken = false;
      return;
    }
    if (this.#cycle === undefined) {
      if (!high) this.#cycle = 1;
      this.#bits = [];
      return;
    }
    const since = this.#cycle - Math.floor(this.#clocks / 2);
    this.#cycle++;
    if (since < 0 || since % this.#clocks !== 0) return;
    this.#bits.push(high);
    if (this.#bits.length === 1 && high) this.#cycle = undefined;
    if (this.#bits.length < 10) return;
    this.#cycle = undefined;
    if (!high) this.#broken = true;
    else if (this.#waiting !== undefined) this.#lost = true;
    else this.#waiting = this.#bits.slice(1, 9).reduceRight((byte, each) => 2n * byte + bit(each), 0n);
  }

  reset(): void {
    this.#cycle = undefined;
    this.#bits = [];
    this.#waiting = undefined;
    this.#broken = false;
    this.#lost = false;
  }
}
