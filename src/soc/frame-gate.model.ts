/** Cycle models of `frame_gate` and `frame_commands`. */
import type { PortModel, Ports } from '../engine/model/port-model.js';

const bit = (value: boolean): bigint => (value ? 1n : 0n);

/** Frames of BEATS beats: what has begun goes on, with zeros where it is filled. */
export class FrameGateModel implements PortModel {
  /** Beats of the frame that have moved. */
  #moved = 0;

  constructor(readonly sizes: { readonly BEATS: number }) {}

  settle(inputs: Ports): Ports {
    const { fill, open, s_axis_tvalid, s_axis_tdata = 0n, m_axis_tready } = inputs;
    const midway = this.#moved > 0;
    const passes = fill !== 1n && (midway || open === 1n);
    const valid = fill === 1n ? midway : passes && s_axis_tvalid === 1n;
    return {
      ...{ m_axis_tvalid: bit(valid), s_axis_tready: bit(passes && m_axis_tready === 1n), midway: bit(midway) },
      ...{ last: bit(this.#moved === this.sizes.BEATS - 1), begins: bit(valid && m_axis_tready === 1n && !midway) },
      ...(valid ? { m_axis_tdata: fill === 1n ? 0n : s_axis_tdata } : {}),
    };
  }

  tick(inputs: Ports): void {
    const { m_axis_tvalid } = this.settle(inputs);
    if (m_axis_tvalid === 1n && inputs['m_axis_tready'] === 1n) this.#moved = (this.#moved + 1) % this.sizes.BEATS;
  }

  reset(): void {
    this.#moved = 0;
  }
}

/** A command a frame, each behind the one before in memory. */
export class FrameCommandsModel implements PortModel {
  #left = 0n;
  #at = 0n;

  constructor(readonly sizes: { readonly ADDR_W: number; readonly BYTES: number }) {}

  settle(): Ports {
    const valid = this.#left > 0n;
    const command = { m_cmd_addr: this.#at, m_cmd_bytes: BigInt(this.sizes.BYTES), m_cmd_last: 1n };
    return { m_cmd_tvalid: bit(valid), ...(valid ? command : {}) };
  }

  tick(inputs: Ports): void {
    const leaves = this.#left > 0n && inputs['m_cmd_tready'] === 1n;
    if (inputs['start'] === 1n) this.#at = inputs['address'] ?? 0n;
    else if (leaves) this.#at = BigInt.asUintN(this.sizes.ADDR_W, this.#at + BigInt(this.sizes.BYTES));
    if (inputs['clear'] === 1n) this.#left = 0n;
    else if (inputs['start'] === 1n) this.#left = inputs['frames'] ?? 0n;
    else if (leaves) this.#left--;
  }

  reset(): void {
    this.#left = 0n;
  }
}
