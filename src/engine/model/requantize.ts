/** The arithmetic of the requantizer by its definition, on unbounded integers, and its pipeline as a cycle model. */
import { element, elements, packed, type PortModel, type Ports } from './port-model.js';

/** What a pass says to all lanes; encodings are those of the header. */
export interface RequantizeControl {
  /** 0 shift, 1 multiplier rounded twice, 2 rounded once, 3 fixed. */
  readonly mode: number;
  /** 0 floor, 1 half up, 2 half away from zero, 3 half to even, 4 to zero. */
  readonly round: number;
  readonly leaky: number;
  readonly threshold: boolean;
  readonly wrap: boolean;
  readonly zero: number;
  readonly lo: number;
  readonly hi: number;
}

/** What the pixels of a channel share. */
export interface ChannelParameters {
  readonly bias: bigint;
  readonly mult: bigint;
  /** Upper bits of the addend of mode 3. */
  readonly high: bigint;
  readonly shift: number;
  readonly left: number;
  readonly thresholds: readonly bigint[];
}

/**
 * One sum requantized. `W` is the width of sums, biases and multipliers; the result is a value, cut to `XB` bits (signed) only
 * where the pass wraps.
 */
export function requantize(
  sum: bigint,
  channel: ChannelParameters,
  control: RequantizeControl,
  { W, XB }: { readonly W: number; readonly XB: number },
): bigint {
  const { mode, round, leaky, threshold, wrap, zero, lo, hi } = control;
  const z = BigInt.asIntN(W, mode === 3 && !threshold ? sum : sum + channel.bias);
  const finish = (value: bigint): bigint => {
    const relu = lo === 0 && value < 0n;
    if (wrap && !relu) return BigInt.asIntN(XB, value);
    return value < BigInt(lo) ? BigInt(lo) : value > BigInt(hi) ? BigInt(hi) : value;
  };
  if (threshold) return finish(BigInt(lo + channel.thresholds.filter((level) => z >= level).length));
  const t = saturate(z << BigInt(channel.left), W);
  const scaled = multiplied(t, channel, mode, W);
  const shifted = scaled >= 0n ? scaled << BigInt(leaky) : scaled;
  return finish(divideRounded(shifted, channel.shift, round) + BigInt(zero));
}

function multiplied(t: bigint, { bias, mult, high }: ChannelParameters, mode: number, W: number): bigint {
  switch (mode) {
    case 0:
      return t;
    case 1:
      return saturate(divideRounded(t * mult, W - 1, 1), W);
    case 2:
      return t * mult;
    default:
      return t * mult + ((high << BigInt(W)) | BigInt.asUintN(W, bias));
  }
}

function saturate(value: bigint, width: number): bigint {
  const greatest = (1n << BigInt(width - 1)) - 1n;
  return value > greatest ? greatest : value < -greatest - 1n ? -greatest - 1n : value;
}

/** value / 2^places, rounded by the definition of each mode. */
export function divideRounded(value: bigint, places: number, round: number): bigint {
  const whole = 1n << BigInt(places);
  const floor = value >> BigInt(places);
  const twice = 2n * (value - floor * whole);
  if (twice === 0n || round === 0) return floor;
  if (round === 4) return value < 0n ? floor + 1n : floor;
  if (twice !== whole) return twice > whole ? floor + 1n : floor;
  if (round === 1) return floor + 1n;
  if (round === 2) return value < 0n ? floor : floor + 1n;
  return floor + (floor & 1n);
}

export interface RequantizeSizes {
  readonly P: number;
  readonly D: number;
  readonly W: number;
  readonly XB: number;
  readonly NTHR: number;
  readonly LUT: number;
}

/**
 * Cycle model of `engine_requantize`: a group goes in with its parameters and comes out as pixels after a fixed number of
 * cycles. The table is read in the last of them.
 */
export class RequantizeModel implements PortModel {
  readonly #sizes: RequantizeSizes;
  /** Groups on their way, the newest first; without a table, finished pixels. */
  readonly #line: (Group | undefined)[];
  readonly #table = new Map<bigint, bigint>();

  constructor(sizes: RequantizeSizes, latency: number) {
    this.#sizes = sizes;
    this.#line = new Array<Group | undefined>(latency).fill(undefined);
  }

  settle(): Ports {
    const group = this.#line.at(-1);
    return group === undefined ? { out_valid: 0n } : { out_valid: 1n, pixels: packed(group.pixels, this.#sizes.XB) };
  }

  tick(inputs: Ports): void {
    const { LUT, XB } = this.#sizes;
    // A group that enters its last cycle is looked up before the write of this cycle is seen.
    const last = this.#line.at(-2);
    const looked =
      LUT === 1 && last?.lookup === true
        ? { ...last, pixels: last.pixels.map((y) => this.#table.get(BigInt.asUintN(XB, y)) ?? 0n) }
        : last;
    this.#line.pop();
    this.#line.pop();
    this.#line.push(looked);
    this.#line.unshift(inputs['in_valid'] === 1n ? this.#group(inputs) : undefined);
    this.#write(inputs);
  }

  reset(inputs: Ports): void {
    this.#line.fill(undefined);
    this.#write(inputs);
  }

  #write({ table_write, table_address = 0n, table_data = 0n }: Ports): void {
    if (table_write === 1n) this.#table.set(table_address, table_data);
  }

  #group(inputs: Ports): Group {
    const { P, D, W, XB, NTHR } = this.#sizes;
    const of = (name: string): bigint => inputs[name] ?? 0n;
    const number = (name: string, width: number): number => Number(BigInt.asIntN(width, of(name)));
    const control: RequantizeControl = {
      mode: Number(of('mode')),
      round: Number(of('round')),
      leaky: Number(of('leaky')),
      threshold: of('threshold') === 1n,
      wrap: of('wrap') === 1n,
      ...{ zero: number('zero', XB), lo: number('lo', XB + 1), hi: number('hi', XB + 1) },
    };
    const pixels = Array.from({ length: D }, (_, d) => {
      const channel: ChannelParameters = {
        bias: element(of('bias'), d, W, true),
        mult: element(of('mult'), d, W, true),
        high: element(of('high'), d, W / 2, true),
        shift: Number(element(of('shift'), d, Math.ceil(Math.log2(2 * W)))),
        left: Number(element(of('left'), d, Math.ceil(Math.log2(W)))),
        thresholds: elements(of('thresholds') >> BigInt(d * NTHR * W), NTHR, W, true),
      };
      return elements(of('sums') >> BigInt(d * P * W), P, W, true).map((sum) =>
        requantize(sum, channel, control, { W, XB }),
      );
    });
    return { pixels: pixels.flat(), lookup: of('lookup') === 1n };
  }
}

interface Group {
  readonly pixels: readonly bigint[];
  readonly lookup: boolean;
}
