/** A port of the compiled simulator as 32-bit words, packed, lowest first: no big integers, whatever the elements are. */
import { type ElabSignal, elementCount } from '../elaborated.js';
import { type Layout, storageBytes } from './layout.js';
import { type Storage, readNumber, readRun, writeNumber, writeRun } from './storage.js';

export interface PortWords {
  /** Copies the port into `to` from word `at` on; bits above its width are zero. */
  readonly read: (to: Uint32Array, at: number) => void;
  /** Sets the port from the words of `from` from `at` on; bits above its width do not count. */
  readonly write: (from: Uint32Array, at: number) => void;
}

export function portWords(storage: Storage, layout: Layout, signal: ElabSignal): PortWords {
  const { width } = signal;
  const count = elementCount(signal);
  const size = storageBytes(width);
  const address = layout.slots[signal.id]?.address ?? 0;
  if (width === 8 * size) return dense(storage, address, count * size);
  if (width <= 32) return packed(storage, address, signal, count, size);
  if (count === 1) return wide(storage, address, signal);
  const words = Math.ceil((width * count) / 32);
  return {
    read: (to, at) => {
      let rest = readRun(storage, layout, signal, 0, count);
      for (let k = 0; k < words; k++, rest >>= 32n) to[at + k] = Number(BigInt.asUintN(32, rest));
    },
    write: (from, at) => {
      let bits = 0n;
      for (let k = words - 1; k >= 0; k--) bits = (bits << 32n) | BigInt(from[at + k] ?? 0);
      writeRun(storage, layout, signal, 0, count, bits);
    },
  };
}

/** Elements that fill their storage: the bytes in memory are the words. */
function dense(storage: Storage, address: number, bytes: number): PortWords {
  const words = bytes >> 2;
  return {
    read: (to, at) => {
      const { view } = storage;
      for (let k = 0; k < words; k++) to[at + k] = view.getUint32(address + 4 * k, true);
      if (4 * words === bytes) return;
      let last = 0;
      for (let k = bytes - 1; k >= 4 * words; k--) last = (last << 8) | view.getUint8(address + k);
      to[at + words] = last;
    },
    write: (from, at) => {
      const { view } = storage;
      for (let k = 0; k < words; k++) view.setUint32(address + 4 * k, from[at + k] ?? 0, true);
      for (let k = 4 * words, last = from[at + words] ?? 0; k < bytes; k++, last >>>= 8)
        view.setUint8(address + k, last);
    },
  };
}

/** Elements of at most 32 bits, side by side at their width. */
function packed(storage: Storage, address: number, signal: ElabSignal, count: number, size: number): PortWords {
  const { width, signed } = signal;
  return {
    read: (to, at) => {
      const { view } = storage;
      let [word, have, k] = [0, 0, at];
      for (let i = 0; i < count; i++) {
        const value = readNumber(view, address + i * size, size, width);
        word |= value << have;
        have += width;
        if (have < 32) continue;
        to[k++] = word;
        have -= 32;
        word = have === 0 ? 0 : value >>> (width - have);
      }
      if (have > 0) to[k] = word;
    },
    write: (from, at) => {
      const { view } = storage;
      for (let i = 0; i < count; i++) {
        const bit = i * width;
        const [k, by] = [at + (bit >>> 5), bit & 31];
        const low = (from[k] ?? 0) >>> by;
        const value = by + width > 32 ? low | ((from[k + 1] ?? 0) << (32 - by)) : low;
        writeNumber(view, address + i * size, size, width, signed, value);
      }
    },
  };
}

/** One value of more than 32 bits in 64-bit limbs, extended at the top. */
function wide(storage: Storage, address: number, { width, signed }: ElabSignal): PortWords {
  const words = Math.ceil(width / 32);
  const spare = 32 * words - width;
  return {
    read: (to, at) => {
      const { view } = storage;
      for (let k = 0; k < words; k++) to[at + k] = view.getUint32(address + 4 * k, true);
      to[at + words - 1] = ((to[at + words - 1] ?? 0) << spare) >>> spare;
    },
    write: (from, at) => {
      const { view } = storage;
      for (let k = 0; k < words - 1; k++) view.setUint32(address + 4 * k, from[at + k] ?? 0, true);
      const last = (from[at + words - 1] ?? 0) << spare;
      const top = signed ? last >> spare : last >>> spare;
      view.setInt32(address + 4 * (words - 1), top, true);
      if ((words & 1) === 1) view.setInt32(address + 4 * words, signed ? top >> 31 : 0, true);
    },
  };
}
