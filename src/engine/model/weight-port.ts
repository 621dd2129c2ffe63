/** Cycle model of `engine_weight_port`: its time is that of `WeightPortTiming`, its data are the bits of a segment in order. */
import type { Engine } from '../config.js';
import { decodeHeader, type Header, headerMagic, headerWords } from '../header.js';
import { comparisonProblems, productProblems, ruleNumber } from '../header-rules.js';
import { packed, type PortModel, type Ports } from './port-model.js';
import { type WeightError, weightErrors, WeightPortTiming } from './weight-port-timing.js';

const bit = (value: boolean): bigint => (value ? 1n : 0n);

export class WeightPortModel implements PortModel {
  #timing: WeightPortTiming;
  /** Bits of the segment that are held, the oldest lowest. */
  #bits = 0n;
  #words: bigint[] = [];
  /** Headers between the port and the sequencer, the oldest first. */
  #queue: bigint[] = [];
  /** The words of headers that came last; no reset. */
  #shown: bigint[] = [];
  /** The ring by place; the word that was read. */
  readonly #ring = new Map<number, bigint>();
  #place = 0;
  #word: bigint | undefined;

  constructor(readonly engine: Engine) {
    this.#timing = this.#begin();
  }

  settle(): Ports {
    const t = this.#timing;
    const item = this.#item();
    const passes = (state: string): bigint => bit(t.passes && t.state === state);
    return {
      ...{ s_axis_tready: bit(t.ready), m_header_tvalid: bit(t.offered), params_full: bit(t.paramsFull) },
      ...(t.offered ? { m_header_tdata: this.#queue[0] ?? packed(this.#words, 32) } : {}),
      ...{ tap_write: bit(t.tap), row_write: passes('rows'), param_write: passes('plane') },
      ...{ table_write: passes('entries'), ring_write: passes('words') },
      ...(t.tap ? { tap_address: BigInt((this.engine.HQ + 1) * t.item + t.set), tap_data: this.#tap(item) } : {}),
      ...(t.state === 'rows' && t.passes
        ? { row_address: BigInt((this.engine.HQ + 1) * t.item + t.set), row_data: item }
        : {}),
      ...(t.state === 'plane' && t.passes
        ? {
            ...{ param_plane: BigInt(t.plane), param_set: BigInt(t.paramSet), param_group: BigInt(t.item) },
            param_data: item,
          }
        : {}),
      ...(t.state === 'entries' && t.passes ? { table_address: BigInt(t.item), table_data: item } : {}),
      ...(this.#word === undefined ? {} : { ring_word: this.#word }),
      error_code: BigInt(t.error),
      error_rule: t.error === weightErrors.limits ? BigInt(ruleNumber(this.engine, this.#header())) : 0n,
      ...(this.#shown.length === headerWords ? { error_header: packed(this.#shown, 32) } : {}),
      error_place: BigInt(t.packets) * 65536n + BigInt(t.beats),
    };
  }

  tick(inputs: Ports): void {
    this.#store(inputs);
    const t = this.#timing;
    const {
      s_axis_tdata = 0n,
      s_axis_tvalid,
      s_axis_tlast,
      m_header_tready,
      param_free,
      passes_done,
      ring_freed,
    } = inputs;
    const item = this.#item();
    if (t.queues) this.#queue.push(packed(this.#words, 32));
    if (t.passes) {
      if (t.state === 'head') {
        if (this.#words.length === headerWords) this.#words = [];
        this.#words.push(item);
      }
      this.#bits = t.ends ? 0n : this.#bits >> BigInt(t.itemBits);
    }
    const taken = t.ready && s_axis_tvalid === 1n;
    const kept = t.passes ? (t.ends ? 0 : t.level - t.itemBits) : t.level;
    if (taken) this.#bits |= s_axis_tdata << BigInt(kept);
    const headerTaken = t.offered && m_header_tready === 1n;
    if (headerTaken) this.#queue.shift();
    const [done, freed] = [Number(passes_done ?? 0n), Number(ring_freed ?? 0n)];
    t.tick(s_axis_tvalid === 1n, s_axis_tlast === 1n, headerTaken, param_free === 1n, done, freed);
  }

  /** Memories keep what they have, and take what is written in the cycle. */
  reset(inputs: Ports): void {
    this.#store(inputs);
    this.#timing = this.#begin();
    this.#bits = 0n;
    this.#words = [];
    this.#queue = [];
    this.#place = 0;
  }

  #begin(): WeightPortTiming {
    return new WeightPortTiming(
      this.engine,
      () => this.#judge(),
      () => productProblems(this.engine, this.#header()).length === 0,
    );
  }

  #store({ ring_address }: Ports): void {
    if (this.#timing.passes && this.#timing.state === 'head')
      this.#shown = [...this.#shown, this.#item()].slice(-headerWords);
    this.#word = this.#ring.get(Number(ring_address ?? 0n));
    if (!this.#timing.passes || this.#timing.state !== 'words') return;
    this.#ring.set(this.#place, this.#item());
    this.#place = (this.#place + 1) % this.engine.WD;
  }

  #item(): bigint {
    return BigInt.asUintN(this.#timing.itemBits, this.#bits);
  }

  #tap(item: bigint): bigint {
    return this.#timing.half ? item >> 16n : BigInt.asUintN(16, item);
  }

  /** The header, or what is wrong with it. */
  #judge(): Header | WeightError {
    const header = this.#header();
    if (header.magic !== headerMagic) return weightErrors.magic;
    return comparisonProblems(this.engine, header).length > 0 ? weightErrors.limits : header;
  }

  #header(): Header {
    return decodeHeader(this.#words.map(Number));
  }
}
