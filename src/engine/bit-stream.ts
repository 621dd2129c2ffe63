/** Packets of a stream as bytes: items without gaps in segments, each segment filled with zero bits to a whole beat. */

/** Writes items of up to 32 bits, first item in the lowest bits. */
export class BitWriter {
  #bytes = new Uint8Array(1024);
  #bits = 0;

  /** @param beatBits width of the stream, a multiple of 8 */
  constructor(readonly beatBits: number) {}

  #reserve(bits: number): void {
    const needed = Math.ceil((this.#bits + bits) / 8) + 8;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** The low `bits` bits of a number. */
  put(value: number, bits: number): void {
    this.#reserve(bits);
    let rest = bits;
    let left = value;
    while (rest > 0) {
      const at = this.#bits & 7;
      const take = Math.min(8 - at, rest);
      const mask = (1 << take) - 1;
      const index = this.#bits >>> 3;
      this.#bytes[index] = (this.#bytes[index] ?? 0) | ((left & mask) << at);
      left >>= take;
      rest -= take;
      this.#bits += take;
    }
  }

  /** The low `bits` bits of every number. */
  putAll(values: ArrayLike<number>, bits: number): void {
    if (bits === 8 && (this.#bits & 7) === 0) {
      this.#reserve(8 * values.length);
      this.#bytes.set(values, this.#bits >>> 3);
      this.#bits += 8 * values.length;
      return;
    }
    for (let i = 0; i < values.length; i++) this.put(values[i] ?? 0, bits);
  }

  /** Ends a segment: zero bits up to the end of the beat. */
  endSegment(): void {
    const rest = this.#bits % this.beatBits;
    if (rest === 0) return;
    this.#reserve(this.beatBits - rest);
    this.#bits += this.beatBits - rest;
  }

  /** The packet, a multiple of the beat. */
  finish(): Uint8Array {
    this.endSegment();
    return this.#bytes.slice(0, this.#bits / 8);
  }
}

/** Reads what {@link BitWriter} wrote. */
export class BitReader {
  #bits = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly beatBits: number,
  ) {}

  /** Bits that are left. */
  get left(): number {
    return 8 * this.bytes.length - this.#bits;
  }

  /** The next `bits` bits, unsigned. Bits behind the end are 0: callers look at {@link left} first. */
  take(bits: number): number {
    let value = 0;
    let got = 0;
    while (got < bits) {
      const at = this.#bits & 7;
      const n = Math.min(8 - at, bits - got);
      const part = ((this.bytes[this.#bits >>> 3] ?? 0) >> at) & ((1 << n) - 1);
      value += part * 2 ** got;
      got += n;
      this.#bits += n;
    }
    return value;
  }

  /** The next `bits` bits, two's complement. */
  takeSigned(bits: number): number {
    const value = this.take(bits);
    return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }

  /** The next `count` numbers of `bits` bits, two's complement: weights of whole networks. */
  takeAllSigned(count: number, bits: number): Int16Array {
    if (bits !== 8 || (this.#bits & 7) !== 0) return Int16Array.from({ length: count }, () => this.takeSigned(bits));
    const from = Math.min(this.#bits >>> 3, this.bytes.length);
    this.#bits += 8 * count;
    const there = Math.min(count, this.bytes.length - from);
    const values = new Int16Array(count);
    values.set(new Int8Array(this.bytes.buffer, this.bytes.byteOffset + from, there));
    return values;
  }

  /** Leaves the rest of the beat. */
  endSegment(): void {
    this.#bits = Math.ceil(this.#bits / this.beatBits) * this.beatBits;
  }
}

/** The beats of a packet as numbers, for ports of a simulation. */
export function beatsOf(packet: Uint8Array, beatBits: number): bigint[] {
  const bytes = beatBits / 8;
  return Array.from({ length: packet.length / bytes }, (_, beat) => {
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(packet[beat * bytes + i] ?? 0);
    return value;
  });
}

/** A packet from its beats. */
export function packetOf(beats: readonly bigint[], beatBits: number): Uint8Array {
  const bytes = beatBits / 8;
  const packet = new Uint8Array(beats.length * bytes);
  beats.forEach((beat, index) => {
    let rest = beat;
    for (let i = 0; i < bytes; i++) {
      packet[index * bytes + i] = Number(rest & 255n);
      rest >>= 8n;
    }
  });
  return packet;
}
