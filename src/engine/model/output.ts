/** Cycle model of `engine_output`: a queue of groups, a gearbox, a register slice of two beats. */
import { GearboxModel } from '../../blocks/stream/gearbox.model.js';
import type { PortModel, Ports } from './port-model.js';

export interface OutputSizes {
  readonly UNIT: number;
  readonly GROUP: number;
  readonly BEAT: number;
}

export class OutputModel implements PortModel {
  readonly #gearbox: GearboxModel;
  #groups: Ports[] = [];
  /** Beats of the slice, the oldest first: it takes one while it holds fewer than two. */
  #beats: Ports[] = [];
  #credit = false;

  constructor({ UNIT, GROUP, BEAT }: OutputSizes) {
    this.#gearbox = new GearboxModel({ UNIT, IN: GROUP, OUT: BEAT });
  }

  settle(): Ports {
    const [beat] = this.#beats;
    return {
      credit: this.#credit ? 1n : 0n,
      m_axis_tvalid: beat === undefined ? 0n : 1n,
      ...(beat && { m_axis_tdata: beat['m_axis_tdata'] ?? 0n, m_axis_tlast: beat['last'] ?? 0n }),
    };
  }

  tick(inputs: Ports): void {
    const [group] = this.#groups;
    const into: Ports = { ...group, s_axis_tvalid: group === undefined ? 0n : 1n, drop: 0n };
    const wires = { ...into, m_axis_tready: this.#beats.length < 2 ? 1n : 0n };
    const beat = this.#gearbox.settle(wires);
    const taken = group !== undefined && beat['s_axis_tready'] === 1n;
    const moved = beat['m_axis_tvalid'] === 1n && this.#beats.length < 2;
    this.#gearbox.tick(wires);
    if (this.#beats.length > 0 && inputs['m_axis_tready'] === 1n) this.#beats.shift();
    if (moved) this.#beats.push({ ...beat, last: (beat['m_axis_tlast'] ?? 0n) & (beat['m_axis_tuser'] ?? 0n) });
    if (taken) this.#groups.shift();
    this.#credit = taken;
    if (inputs['in_valid'] === 1n) {
      const { in_data: s_axis_tdata = 0n, in_end: s_axis_tlast = 0n, in_last: s_axis_tuser = 0n } = inputs;
      this.#groups.push({ s_axis_tdata, s_axis_tlast, s_axis_tuser });
    }
  }

  reset(): void {
    this.#gearbox.reset();
    [this.#groups, this.#beats, this.#credit] = [[], [], false];
  }
}
