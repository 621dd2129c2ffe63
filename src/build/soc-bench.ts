/** What the bench of `soc/` plays: registers of a frame, and the memory before and behind it. */
import type { RegisterTable } from '../blocks/registers/index.js';
import type { BenchMemory } from '../target/bench-parts.js';
import type { BenchOptions } from '../target/bench.js';
import { registerScript } from './register-script.js';

/** Where the memory of a bench begins: behind 4 GiB, so that upper halves of addresses count. */
export const benchBase = 0x1_8000_0000n;

/** The two words of an address. */
export const addressWrites = (name: string, address: bigint): readonly (readonly [string, number])[] => [
  [`${name}_LO`, Number(BigInt.asUintN(32, address))],
  [`${name}_HI`, Number(address >> 32n)],
];

export interface FrameScript {
  readonly table: RegisterTable;
  readonly build: number;
  /** Registers and values in front of START. */
  readonly before: readonly (readonly [name: string, value: number])[];
  /** What the counter FRAMES has at the end. */
  readonly frames: number;
}

/** Identity, addresses, START, the interrupt, no error, idle again, the frames that were counted. */
export function socScript({ table, build, before, frames }: FrameScript): string {
  const { write, read, interrupt, bit } = registerScript(table);
  const id = table.registers.find(({ name }) => name === 'ID')?.fields[0]?.reset ?? 0;
  return [
    read('ID', id),
    read('BUILD', build),
    ...before.map(([name, value]) => write(name, value)),
    write('GIE', bit('GIE', 'ENABLE')),
    write('IER', bit('IER', 'DONE') + bit('IER', 'ERROR')),
    write('CTRL', bit('CTRL', 'START')),
    interrupt(1),
    read('ERROR', 0),
    read('STATUS', 0, 7),
    write('ISR', bit('ISR', 'DONE')),
    interrupt(0),
    write('COMMAND', bit('COMMAND', 'SNAPSHOT')),
    read('FRAMES_LO', frames),
  ].join('');
}

/** What the bench plays, and the files of `vectors/` that it reads; those of the registers are found by themselves. */
export interface SocBench extends Pick<BenchOptions, 'vectors' | 'idle' | 'memory' | 'patience'> {
  readonly files: Readonly<Record<string, string>>;
}

/** Bytes of the memory at a place. */
export interface MemoryPiece {
  /** From the begin of the memory. */
  readonly at: number;
  readonly data: Uint8Array;
}

/** Words of 32 bits that stay as they are in front of results and behind them. */
const guard = 8;
/** A byte that nobody has written. */
const blank = 0xa5;

export interface MemoryVectors {
  readonly memory: BenchMemory;
  /** Files of `vectors/` by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The memory with its pieces, and what has to be at the place of the results; `care` has ones where bits mean something. */
export function memoryVectors(
  pieces: readonly MemoryPiece[],
  { at, data, care = data.map(() => 255) }: MemoryPiece & { readonly care?: Uint8Array | undefined },
): MemoryVectors {
  const end = Math.max(at + data.length, ...pieces.map((piece) => piece.at + piece.data.length));
  const words = 8 * Math.ceil((end + 4 * guard) / 32) + 8;
  const [before, behind] = [new Uint8Array(4 * words).fill(blank), new Uint8Array(4 * words).fill(blank)];
  for (const piece of pieces) before.set(piece.data, piece.at);
  behind.set(before);
  const mask = new Uint8Array(4 * words);
  const [first, last] = [Math.max(0, Math.floor(at / 4) - guard), Math.ceil((at + data.length) / 4) + guard];
  mask.fill(255, 4 * first, 4 * last);
  behind.set(data, at);
  mask.set(care, at);
  const wordOf = (bytes: Uint8Array, k: number): string =>
    [3, 2, 1, 0].map((byte) => (bytes[4 * k + byte] ?? 0).toString(16).padStart(2, '0')).join('');
  const lines = (from: number, to: number, line: (k: number) => string): string =>
    Array.from({ length: to - from }, (_, k) => `${line(from + k)}\n`).join('');
  return {
    memory: { base: benchBase, words, image: 'memory.hex', expected: 'expected.hex' },
    files: {
      'memory.hex': lines(0, words, (k) => wordOf(before, k)),
      'expected.hex': lines(first, last, (k) => `${k.toString(16)} ${wordOf(behind, k)} ${wordOf(mask, k)}`),
    },
  };
}
