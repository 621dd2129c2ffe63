/**
 * Protocol rules of one ready/valid stream, watched every cycle; after ARM's AXI4-Stream checker (IHI 0051).
 *
 * - `VALID_RESET`: valid is low in the cycle after an edge with reset asserted.
 * - `VALID_STABLE`: valid, once high, stays until the transfer.
 * - `<FIELD>_STABLE` (`TDATA_STABLE`, `TLAST_STABLE`, ...): a field on offer keeps its value until the transfer; bytes of
 *   tdata that tkeep rules out are free.
 * - `LAST_POSITION`: packets have the length that the stream promises.
 * - `KEEP_RESERVED`: tkeep low with tstrb high for a byte is reserved.
 * - `STREAM_DONE`: at the end no packet is unfinished and no beat is left on offer.
 *
 * `VALID_WAITS_READY` (valid must not wait for ready) needs a run of its own: `validWithoutReady` in `measure.ts`.
 */
import type { Bits } from './access.js';
import type { StreamSpec } from './streams.js';

export interface Violation {
  readonly rule: string;
  readonly message: string;
}

/** Wires of one stream in one settled cycle; `fields` in the order of the stream, an array that nobody changes later. */
export interface StreamSample {
  readonly reset: boolean;
  readonly valid: boolean;
  readonly ready: boolean;
  readonly fields: readonly Bits[];
}

/** Mask with ones in the bytes that `keep` selects. */
function keptBytes(keep: Bits): bigint {
  let mask = 0n;
  for (let rest = BigInt(keep), low = 0n; rest !== 0n; rest >>= 1n, low += 8n) if (rest & 1n) mask |= 0xffn << low;
  return mask;
}

export class ProtocolChecker {
  readonly #stream: StreamSpec;
  readonly #packet: number | undefined;
  readonly #lastIndex: number;
  readonly #keepIndex: number;
  readonly #strbIndex: number;
  #held: readonly Bits[] | undefined;
  #afterReset = false;
  #inPacket = 0;
  #offered = false;

  /** `packet`: promised beats per packet, checked against the field that ends it. */
  constructor(stream: StreamSpec, packet?: number) {
    const index = (name: string | undefined): number => stream.fields.findIndex((field) => field.name === name);
    this.#stream = stream;
    this.#packet = packet;
    this.#lastIndex = index(stream.last);
    this.#keepIndex = index('tkeep');
    this.#strbIndex = index('tstrb');
  }

  /** Looks at one settled cycle; returns the rule it breaks, if any. */
  check(sample: StreamSample): Violation | undefined {
    const violation =
      this.#afterReset && sample.valid ? this.#say('VALID_RESET', 'valid is high after reset') : undefined;
    this.#afterReset = sample.reset;
    if (violation !== undefined) return violation;
    if (sample.reset) {
      this.#held = undefined;
      this.#inPacket = 0;
      this.#offered = false;
      return undefined;
    }
    return this.#stability(sample) ?? this.#payload(sample);
  }

  /** At the end of a run that should have drained. */
  finish(): Violation | undefined {
    if (this.#offered) return this.#say('STREAM_DONE', 'a beat is still on offer at the end');
    if (this.#lastIndex >= 0 && this.#inPacket > 0) return this.#say('STREAM_DONE', 'the last packet is unfinished');
    return undefined;
  }

  #say(rule: string, message: string): Violation {
    return { rule, message: `${this.#stream.name}: ${message}` };
  }

  #stability({ valid, ready, fields }: StreamSample): Violation | undefined {
    const held = this.#held;
    this.#offered = valid && !ready;
    this.#held = this.#offered ? fields : undefined;
    if (held === undefined) return undefined;
    if (!valid) return this.#say('VALID_STABLE', 'valid fell before the transfer');
    for (const [i, field] of this.#stream.fields.entries()) {
      const before = held[i] ?? 0;
      const now = fields[i] ?? 0;
      if (before === now) continue;
      const keep = held[this.#keepIndex];
      const mask = keep !== undefined && field.name === 'tdata' ? keptBytes(keep) : -1n;
      if (((BigInt(before) ^ BigInt(now)) & mask) === 0n) continue;
      const rule = `${field.name.toUpperCase()}_STABLE`;
      return this.#say(
        rule,
        `${field.name} changed from 0x${before.toString(16)} to 0x${now.toString(16)} before the transfer`,
      );
    }
    return undefined;
  }

  #payload({ valid, ready, fields }: StreamSample): Violation | undefined {
    if (!valid) return undefined;
    if (this.#keepIndex >= 0 && this.#strbIndex >= 0) {
      const keep = BigInt(fields[this.#keepIndex] ?? 0);
      const strb = BigInt(fields[this.#strbIndex] ?? 0);
      if ((strb & ~keep) !== 0n) return this.#say('KEEP_RESERVED', 'tstrb is high for a byte with tkeep low');
    }
    if (!ready || this.#lastIndex < 0) return undefined;
    this.#inPacket++;
    const mark = fields[this.#lastIndex];
    const last = mark !== 0 && mark !== 0n;
    const due = this.#packet === undefined ? last : this.#inPacket === this.#packet;
    const beat = this.#inPacket;
    if (last || due) this.#inPacket = 0;
    if (last === due) return undefined;
    return this.#say(
      'LAST_POSITION',
      `beat ${beat} of a packet of ${this.#packet ?? 0} has ${this.#stream.last} = ${last ? 1 : 0}`,
    );
  }
}
