/** Typed access to one port of the compiled simulator, without big integers where the port is narrow. */
import { type ElabSignal, type ElaboratedCircuit, elementCount } from '../elaborated.js';
import { type PortHandle, noPort, notAnInput, portInfos } from '../inspect.js';
import { type Layout, storageBytes } from './layout.js';
import { portWords } from './port-words.js';
import { type Storage, readNumber, readRun, writeNumber, writeRun } from './storage.js';

export interface WasmPort extends PortHandle {
  /**
   * The port's storage: elements of 1, 2, 4 or 8 bytes or whole 64-bit words, little-endian, lowest first. Writing needs a
   * fresh call, which is cheap: it tells the simulator that the input changes.
   */
  bytes(): Uint8Array;
  /** The same storage for reading only: the simulator need not know. */
  raw(): Uint8Array;
  /** Copies the port as packed 32-bit words, lowest first, into `to` from word `at` on. */
  getWords(to: Uint32Array, at: number): void;
  /** Sets an input from such words. */
  setWords(from: Uint32Array, at: number): void;
}

export function bindPort(
  circuit: ElaboratedCircuit,
  layout: Layout,
  storage: Storage,
  signal: ElabSignal,
  touch: () => void,
): WasmPort {
  const info = portInfos(circuit, true).find((p) => p.name === signal.name);
  if (info === undefined) throw noPort(signal.name, circuit);
  const { width, signed } = signal;
  const count = elementCount(signal);
  const size = storageBytes(width);
  const at = layout.slots[signal.id]?.address ?? 0;
  const input = signal.port === 'input';
  const narrow = count === 1 && width <= 32;
  const words = portWords(storage, layout, signal);
  const change = (): void => {
    if (!input) throw notAnInput(signal.name, circuit);
    touch();
  };
  const set = (value: bigint): void => {
    change();
    writeRun(storage, layout, signal, 0, count, value);
  };
  const get = (): bigint => readRun(storage, layout, signal, 0, count);
  return {
    ...info,
    set,
    get,
    setNumber:
      narrow && size === 1 && input
        ? (value) => {
            touch();
            storage.bytes[at] = signed ? (value << (32 - width)) >> (32 - width) : value & (2 ** width - 1);
          }
        : (value) => {
            if (!narrow) return set(BigInt(value));
            change();
            writeNumber(storage.view, at, size, width, signed, value);
          },
    getNumber: narrow ? numberReader(storage, at, size, width) : () => Number(get()),
    setElements: (values) => {
      change();
      for (let i = 0; i < count; i++) writeNumber(storage.view, at + i * size, size, width, signed, values[i] ?? 0);
    },
    getElements: () =>
      Array.from({ length: count }, (_, i) => {
        const raw = readNumber(storage.view, at + i * size, size, width);
        return signed ? (raw << (32 - width)) >> (32 - width) : raw;
      }),
    bytes: () => {
      if (input) touch();
      return storage.bytes.subarray(at, at + count * size);
    },
    getWords: words.read,
    setWords: (from, at) => {
      change();
      words.write(from, at);
    },
    raw: () => storage.bytes.subarray(at, at + count * size),
  };
}

/** Reads of one size are functions of their own: test benches make several a cycle. */
function numberReader(storage: Storage, at: number, size: number, width: number): () => number {
  const mask = 2 ** width - 1;
  if (size === 1) return () => (storage.bytes[at] ?? 0) & mask;
  return () => readNumber(storage.view, at, size, width);
}
