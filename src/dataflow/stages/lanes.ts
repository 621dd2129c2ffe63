/**
 * Lanes of a beat as numbers, for the cycle models: lane i is bits [i * width +: width], lane 0 lowest.
 *
 * Lanes of at most `numberBits` bits are exact as numbers; wider ones stay big integers.
 */

/** Widest lane that a number holds with room for one addition. */
export const numberBits = 52;

/** 32-bit words of the low `bits` bits, lowest first. */
function toWords(beat: bigint, bits: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(bits / 32));
  if (words.length <= 2) {
    words[0] = Number(BigInt.asUintN(32, beat));
    if (words.length === 2) words[1] = Number(BigInt.asUintN(32, beat >> 32n));
    return words;
  }
  // Linear in the length, where shifting a wide number lane by lane is quadratic.
  const hex = beat.toString(16).padStart(words.length * 8, '0');
  for (let i = 0, end = hex.length; i < words.length; i++, end -= 8) words[i] = parseInt(hex.slice(end - 8, end), 16);
  return words;
}

function fromWords(words: Uint32Array): bigint {
  if (words.length === 1) return BigInt(words[0] ?? 0);
  let hex = '0x';
  for (let i = words.length - 1; i >= 0; i--) hex += (words[i] ?? 0).toString(16).padStart(8, '0');
  return BigInt(hex);
}

/** Unsigned lanes of at most 52 bits, written to `into` from `offset` on, as signed values where `signed`. */
export function readLanes(
  beat: bigint,
  count: number,
  width: number,
  signed: boolean,
  into: Float64Array = new Float64Array(count),
  offset = 0,
): Float64Array {
  const words = toWords(beat, count * width);
  const half = 2 ** (width - 1);
  for (let lane = 0, at = 0; lane < count; lane++) {
    let value = 0;
    for (let have = 0; have < width;) {
      const take = Math.min(32 - (at & 31), width - have);
      const rest = (words[at >>> 5] ?? 0) >>> (at & 31);
      value += (take === 32 ? rest : rest & (2 ** take - 1)) * 2 ** have;
      have += take;
      at += take;
    }
    into[offset + lane] = signed && value >= half ? value - 2 * half : value;
  }
  return into;
}

/** Packs integers of at most 53 bits, each modulo 2^width, width at most 52. */
export function packLanes(values: ArrayLike<number>, width: number): bigint {
  const words = new Uint32Array(Math.max(1, Math.ceil((values.length * width) / 32)));
  const range = 2 ** width;
  for (let lane = 0, at = 0; lane < values.length; lane++) {
    const value = values[lane] ?? 0;
    let rest = value - Math.floor(value / range) * range;
    for (let have = 0; have < width;) {
      const take = Math.min(32 - (at & 31), width - have);
      const part = rest % 2 ** take;
      words[at >>> 5] = (words[at >>> 5] ?? 0) + part * 2 ** (at & 31);
      rest = (rest - part) / 2 ** take;
      have += take;
      at += take;
    }
  }
  return fromWords(words);
}

/** Lanes of any width. */
export function readBigLanes(beat: bigint, count: number, width: number, signed: boolean): bigint[] {
  return Array.from({ length: count }, (_, lane) => {
    const raw = beat >> BigInt(lane * width);
    return signed ? BigInt.asIntN(width, raw) : BigInt.asUintN(width, raw);
  });
}

export function packBigLanes(values: readonly bigint[], width: number): bigint {
  return values.reduceRight((beat, value) => (beat << BigInt(width)) | BigInt.asUintN(width, value), 0n);
}

/** Lanes as numbers where they fit, else as big integers; the two compare with each other. */
export function readAnyLanes(
  beat: bigint,
  count: number,
  width: number,
  signed: boolean,
): ArrayLike<number> | ArrayLike<bigint> {
  return width <= numberBits ? readLanes(beat, count, width, signed) : readBigLanes(beat, count, width, signed);
}
