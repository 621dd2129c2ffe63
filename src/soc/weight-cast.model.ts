/** Cycle model of `weight_cast`: an image is read word by word; numbers go through a pipe of three places and leave packed. */
import { type CastFormat, castNumber } from '../blocks/arith/float-cast.model.js';
import type { PortModel, Ports } from '../engine/model/port-model.js';

const bit = (value: boolean): bigint => (value ? 1n : 0n);
const field = (word: bigint, low: number, width: number): number => Number(BigInt.asUintN(width, word >> BigInt(low)));
const types = ['unsigned', 'signed', 'bipolar'] as const;

/** A record of numbers that is under way. */
interface Numbers {
  /** Numbers that have not come. */
  left: number;
  readonly format: CastFormat;
  readonly fields: number;
  readonly stride: number;
  /** Word address of the next 32 bits. */
  at: bigint;
  /** Codes packed so far of the word of the store. */
  place: number;
  /** Packed bits, the first one lowest, and how many. */
  bits: bigint;
  count: number;
  /** A word of the store is complete; what is left of it leaves. */
  closes: boolean;
  /** Words of the record that leaves now that have left: address, count. */
  beat: number;
  ended: boolean;
  cut: boolean;
}

/** What the next word is, or what happens instead. */
type Next =
  | { readonly is: 'address' | 'count' | 'drop' }
  | { readonly is: 'words'; readonly left: number }
  | { readonly is: 'head'; readonly words: readonly bigint[] }
  | { readonly is: 'numbers'; readonly of: Numbers }
  | { readonly is: 'refuse'; readonly ended: boolean };

export class WeightCastModel implements PortModel {
  #next: Next = { is: 'address' };
  #pipe: (bigint | undefined)[] = [undefined, undefined, undefined];

  #now(inputs: Ports) {
    const next = this.#next;
    const word = inputs['s_axis_tdata'] ?? 0n;
    const cancel = inputs['cancel'] === 1n;
    const numbers = next.is === 'numbers' ? next.of : undefined;
    const emits = numbers !== undefined && (numbers.count >= 32 || numbers.closes);
    const moves = this.#pipe[2] === undefined || !emits;
    const isHead = next.is === 'head' || (next.is === 'address' && word % 4n === 1n);
    const through =
      next.is === 'count' || next.is === 'words' || next.is === 'drop' || (next.is === 'address' && !isHead);
    const wanted =
      isHead || (through && inputs['m_axis_tready'] === 1n) || (numbers !== undefined && numbers.left > 0 && moves);
    const offers = (through && inputs['s_axis_tvalid'] === 1n) || emits || next.is === 'refuse';
    return { next, word, cancel, numbers, emits, moves, through, ready: !cancel && wanted, valid: !cancel && offers };
  }

  /** Nothing of the record is left but what leaves now. */
  #over(of: Numbers): boolean {
    return of.closes && of.count <= 32 && of.left === 0 && this.#pipe.every((place) => place === undefined);
  }

  settle(inputs: Ports): Ports {
    const { next, word, numbers, emits, through, ready, valid } = this.#now(inputs);
    const outputs = { s_axis_tready: bit(ready), m_axis_tvalid: bit(valid) };
    if (!valid) return outputs;
    if (through) return { ...outputs, m_axis_tdata: word, m_axis_tlast: inputs['s_axis_tlast'] ?? 0n };
    if (emits && numbers !== undefined) {
      const last = numbers.beat === 2 && numbers.ended && !numbers.cut && this.#over(numbers);
      const data = [numbers.at * 4n, 1n, BigInt.asUintN(32, numbers.bits)][numbers.beat]!;
      return { ...outputs, m_axis_tdata: data, m_axis_tlast: bit(last) };
    }
    return { ...outputs, m_axis_tdata: 0xffffffffn, m_axis_tlast: bit(next.is === 'refuse' && next.ended) };
  }

  tick(inputs: Ports): void {
    const { next, word, cancel, numbers, emits, moves, ready, valid } = this.#now(inputs);
    const taken = ready && inputs['s_axis_tvalid'] === 1n;
    const left = valid && inputs['m_axis_tready'] === 1n;
    const over = numbers !== undefined && this.#over(numbers);
    const leaves = this.#pipe[2] !== undefined && !emits ? this.#pipe[2] : undefined;
    if (moves) {
      const enters = numbers !== undefined && taken ? castNumber(word, numbers.format) : undefined;
      this.#pipe = [enters, this.#pipe[0], this.#pipe[1]];
    }
    if (cancel) this.#next = { is: 'address' };
    else if (next.is === 'numbers') {
      const { of } = next;
      if (taken) this.#count(of, inputs['s_axis_tlast'] === 1n);
      if (leaves !== undefined) this.#pack(of, leaves, taken);
      else if (left && emits) this.#emit(of, over);
    } else if (next.is === 'refuse') {
      if (left) this.#next = { is: next.ended ? 'address' : 'drop' };
    } else if (taken) this.#next = this.#read(next, word, inputs['s_axis_tlast'] === 1n);
  }

  #read(next: Exclude<Next, { is: 'numbers' | 'refuse' }>, word: bigint, last: boolean): Next {
    if (next.is === 'head' || (next.is === 'address' && word % 4n === 1n)) {
      const words = [...(next.is === 'head' ? next.words : []), word];
      const wrong = [
        false,
        word === 0n,
        field(word, 13, 2) === 3,
        field(word, 0, 16) === 0 || field(word, 16, 16) !== 0,
      ][words.length - 1];
      if (last || wrong === true) return { is: 'refuse', ended: last };
      return words.length < 4 ? { is: 'head', words } : { is: 'numbers', of: this.#begin(words) };
    }
    if (last) return { is: 'address' };
    if (next.is === 'address') return { is: 'count' };
    if (next.is === 'count') return { is: 'words', left: Number(word) };
    if (next.is === 'words') return next.left === 1 ? { is: 'address' } : { is: 'words', left: next.left - 1 };
    return next;
  }

  #begin([address = 0n, count = 0n, format = 0n, fields = 0n]: readonly bigint[]): Numbers {
    return {
      format: {
        ...{ type: types[field(format, 13, 2)]!, bits: field(format, 8, 5) + 1, rounding: 'half_even' },
        frac: Number(BigInt.asIntN(8, format)),
      },
      ...{ left: Number(count), fields: Number(fields), stride: field(format, 16, 4), at: address >> 2n },
      ...{ place: 0, bits: 0n, count: 0, closes: false, beat: 0, ended: false, cut: false },
    };
  }

  #count(of: Numbers, last: boolean): void {
    of.ended = last;
    of.cut = last && of.left > 1;
    of.left = last ? 0 : of.left - 1;
  }

  /** `more`: a number has come in the same cycle, so that this code is not the last one. */
  #pack(of: Numbers, code: bigint, more: boolean): void {
    // A bipolar code is one bit in a field of any width.
    of.bits |= BigInt.asUintN(of.format.bits, code) << BigInt(of.count);
    of.count += of.format.bits;
    of.place++;
    const last = of.left === 0 && !more && this.#pipe.every((place) => place === undefined);
    of.closes = of.place === of.fields || last;
    if (of.closes) of.place = 0;
  }

  #emit(of: Numbers, over: boolean): void {
    if (of.beat < 2) {
      of.beat++;
      return;
    }
    of.beat = 0;
    const ends = of.closes && of.count <= 32;
    of.bits >>= 32n;
    of.count = Math.max(0, of.count - 32);
    const step = 1n << BigInt(of.stride);
    of.at = BigInt.asUintN(30, ends ? (of.at / step + 1n) * step : of.at + 1n);
    if (ends) of.closes = false;
    if (over) this.#next = of.cut ? { is: 'refuse', ended: true } : { is: 'address' };
  }

  reset(): void {
    this.#next = { is: 'address' };
    this.#pipe = [undefined, undefined, undefined];
  }
}
