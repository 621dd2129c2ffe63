type PortValues = Readonly<Record<string, bigint>>;

/** Cycle model of `uart_transmitter`: bit k of a byte stands in cycles 1 + k CLOCKS .. (k + 1) CLOCKS after it was taken. */
export class UartTransmitterModel {
  readonly #clocks: number;
  #byte = 0n;
  /** Cycles since the byte was taken; undefined when idle. */
  #cycle: number | undefined;

  constructor({ CLOCKS }: { readonly CLOCKS: number }) {
    this.#clocks = CLOCKS;
  }

  settle(): PortValues {
    return { s_axis_tready: this.#cycle === undefined ? 1n : 0n, line: this.#line() };
  }

  tick({ s_axis_tvalid, s_axis_tdata }: PortValues): void {
    if (this.#cycle !== undefined) {
      this.#cycle = this.#cycle === 10 * this.#clocks ? undefined : this.#cycle + 1;
    } else if (s_axis_tvalid === 1n) {
      this.#byte = s_axis_tdata ?? 0n;
      this.#cycle = 1;
    }
  }

  reset(): void {
    this.#cycle = undefined;
  }

  #line(): bigint {
    if (this.#cycle === undefined) return 1n;
    const place = Math.floor((this.#cycle - 1) / this.#clocks);
    if (place === 0) return 0n;
    return place > 8 ? 1n : (this.#byte >> BigInt(place - 1)) & 1n;
  }
}
