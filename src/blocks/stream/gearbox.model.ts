export interface GearboxSizes {
  readonly UNIT: number;
  readonly IN: number;
  readonly OUT: number;
}

type Values = Readonly<Record<string, bigint>>;

/**
 * Cycle model of `gearbox`: a queue of units. A beat leaves when there are OUT units or the frame has ended; a beat enters
 * when fewer than OUT units stay and none of them belongs to a frame that has ended.
 */
export class GearboxModel {
  #units: bigint[] = [];
  #ending = false;
  #user = 0n;

  constructor(readonly sizes: GearboxSizes) {}

  settle(inputs: Values): Values {
    const { UNIT, OUT } = this.sizes;
    const valid = this.#units.length >= OUT || this.#ending;
    const { stays, ends } = this.#next(inputs);
    const ready = stays.length < OUT && !ends ? 1n : 0n;
    if (!valid) return { m_axis_tvalid: 0n, s_axis_tready: ready };
    const beat = this.#units.slice(0, OUT).reduceRight((word, unit) => (word << BigInt(UNIT)) | unit, 0n);
    const last = this.#last();
    return {
      ...{ m_axis_tvalid: 1n, s_axis_tready: ready, m_axis_tdata: beat, m_axis_tlast: last ? 1n : 0n },
      ...(last ? { m_axis_tuser: this.#user } : {}),
    };
  }

  tick(inputs: Values): void {
    const { UNIT, IN, OUT } = this.sizes;
    const { stays, ends } = this.#next(inputs);
    const enters = inputs['s_axis_tvalid'] === 1n && stays.length < OUT && !ends;
    this.#units = stays;
    this.#ending = ends;
    if (!enters) return;
    const data = inputs['s_axis_tdata'] ?? 0n;
    for (let i = 0; i < IN; i++) this.#units.push(BigInt.asUintN(UNIT, data >> BigInt(i * UNIT)));
    this.#ending = inputs['s_axis_tlast'] === 1n;
    this.#user = inputs['s_axis_tuser'] ?? 0n;
  }

  reset(): void {
    this.#units = [];
    this.#ending = false;
  }

  #last(): boolean {
    return this.#ending && this.#units.length <= this.sizes.OUT;
  }

  /** What stays of the units when this cycle's beat has left. */
  #next(inputs: Values): { readonly stays: bigint[]; readonly ends: boolean } {
    const { OUT } = this.sizes;
    const valid = this.#units.length >= OUT || this.#ending;
    if (!valid || inputs['m_axis_tready'] !== 1n) return { stays: [...this.#units], ends: this.#ending };
    if (inputs['drop'] === 1n || this.#last()) return { stays: [], ends: false };
    return { stays: this.#units.slice(OUT), ends: this.#ending };
  }
}
