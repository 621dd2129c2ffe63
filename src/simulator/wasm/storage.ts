/** Reads and writes elements of signals in the simulator's memory from JavaScript. */
import { type ElabSignal, wrap } from '../elaborated.js';
import type { WasmMemory } from './runtime.js';
import { type Layout, limbsOf, storageBytes } from './layout.js';

export interface Storage {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export const storageOf = (memory: WasmMemory): Storage => ({
  bytes: new Uint8Array(memory.buffer),
  view: new DataView(memory.buffer),
});

const addressOf = (layout: Layout, signal: ElabSignal): number => layout.slots[signal.id]?.address ?? 0;

/** Unsigned bits of one element. */
export function readElement(s: Storage, layout: Layout, signal: ElabSignal, flat: number): bigint {
  const { width } = signal;
  const size = storageBytes(width);
  const at = addressOf(layout, signal) + flat * size;
  if (size <= 4) return BigInt(readNumber(s.view, at, size, width));
  let value = 0n;
  for (let k = limbsOf(width) - 1; k >= 0; k--) value = (value << 64n) | s.view.getBigUint64(at + 8 * k, true);
  return BigInt.asUintN(width, value);
}

/** Unsigned number of an element of at most 32 bits. */
export function readNumber(view: DataView, at: number, size: number, width: number): number {
  const raw = size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  return width === 32 ? raw : raw & (2 ** width - 1);
}

/** Stores the low bits of `value` as one element, extended to its storage. */
export function writeElement(s: Storage, layout: Layout, signal: ElabSignal, flat: number, value: bigint): void {
  const { width, signed } = signal;
  const size = storageBytes(width);
  const at = addressOf(layout, signal) + flat * size;
  if (size <= 4) return writeNumber(s.view, at, size, width, signed, Number(BigInt.asIntN(32, value)));
  const canonical = wrap(value, width, signed);
  for (let k = 0; k < limbsOf(width); k++) {
    s.view.setBigInt64(at + 8 * k, BigInt.asIntN(64, canonical >> BigInt(64 * k)), true);
  }
}

/** Stores the low bits of a number as an element of at most 32 bits. */
export function writeNumber(
  view: DataView,
  at: number,
  size: number,
  width: number,
  signed: boolean,
  value: number,
): void {
  const by = 32 - width;
  const canonical = signed ? (value << by) >> by : (value << by) >>> by;
  if (size === 1) view.setUint8(at, canonical);
  else if (size === 2) view.setUint16(at, canonical, true);
  else view.setUint32(at, canonical, true);
}

/** Elements `flat` .. `flat + count - 1` side by side, the first lowest. */
export function readRun(s: Storage, layout: Layout, signal: ElabSignal, flat: number, count: number): bigint {
  if (count === 1) return readElement(s, layout, signal, flat);
  // Through hexadecimal text: shifting one big integer per element would take quadratic time.
  if (signal.width % 4 === 0) {
    const digits = signal.width / 4;
    let text = '';
    for (let i = count - 1; i >= 0; i--) {
      text += readElement(s, layout, signal, flat + i)
        .toString(16)
        .padStart(digits, '0');
    }
    return BigInt(`0x${text}`);
  }
  let text = '';
  for (let i = count - 1; i >= 0; i--)
    text += readElement(s, layout, signal, flat + i)
      .toString(2)
      .padStart(signal.width, '0');
  return BigInt(`0b${text}`);
}

export function writeRun(
  s: Storage,
  layout: Layout,
  signal: ElabSignal,
  flat: number,
  count: number,
  bits: bigint,
): void {
  if (count === 1) return writeElement(s, layout, signal, flat, bits);
  const { width } = signal;
  if (width % 4 === 0) {
    const digits = width / 4;
    const text = BigInt.asUintN(width * count, bits)
      .toString(16)
      .padStart(digits * count, '0');
    for (let i = 0; i < count; i++) {
      const end = text.length - i * digits;
      writeElement(s, layout, signal, flat + i, BigInt(`0x${text.slice(end - digits, end)}`));
    }
    return;
  }
  for (let i = 0; i < count; i++) writeElement(s, layout, signal, flat + i, bits >> BigInt(i * width));
}
