/**
 * A running Verilator model as a `Simulation`, in this process: ports live in one buffer shared with the C++ side.
 *
 * Numbers (`reader`, `writer`, the raw `words`) cost nanoseconds; `poke` and `peek` are the convenient bigint form.
 */
import { createRequire } from 'node:module';
import { HeddleError } from '../base/diagnostics.js';
import type { Simulation } from '../simulator/simulation.js';
import type { PortSlot } from './port-layout.js';
import type { VerilatorBuild } from './verilator-build.js';

/** Functions bound to one instance; they need no `this`. */
interface Native {
  readonly settle: () => void;
  readonly tick: (clocks?: number) => void;
  readonly run: (cycles: number) => void;
  readonly replay: (rows: Uint32Array, stride: number, count: number, from: number, pairs: Uint32Array) => number;
  readonly trace: (file: string) => void;
}
interface Addon {
  open(words: Uint32Array, seed: number, imageFolder: string): Native;
}

const load = createRequire(import.meta.url);

export interface OpenOptions {
  /** Not 0: registers, memories and X without a reset start at random values of this seed (31 bits). */
  readonly seed?: number;
  /** Writes a VCD file from the first settle after this; the build needs the `trace` flag. */
  readonly trace?: string;
}

export class VerilatorModel implements Simulation {
  readonly ports: readonly PortSlot[];
  /** The shared buffer; set word 0 to 1 after writing an input here. */
  readonly words: Uint32Array;
  readonly settle: () => void;
  readonly tick: (clocks?: readonly string[]) => void;
  /** `tick` n times with the inputs as they are. */
  readonly run: (cycles: number) => void;
  /**
   * Plays `count` rows of `stride` words laid out like `words`, an edge between any two: sets the inputs, settles, and
   * from row `from` on compares outputs with those of the row. `pairs`: words to compare, each with the word that has to
   * be other than 0 for it, or 0. Gives the first row that differs, else `count`. For a whole run or not at all: the edge
   * after the last row comes with the next call, and a model that differed is of no more use.
   */
  readonly replay: (rows: Uint32Array, stride: number, count: number, from: number, pairs: Uint32Array) => number;
  /** Starts a VCD file; an empty name closes it. */
  readonly trace: (file: string) => void;
  readonly #slots: ReadonlyMap<string, PortSlot>;

  constructor(build: VerilatorBuild, options: OpenOptions = {}) {
    const { slots, words } = build.layout;
    this.ports = slots;
    this.words = new Uint32Array(new ArrayBuffer(words * 4));
    this.#slots = new Map(slots.map((slot) => [slot.name, slot]));
    const addon = load(build.addon) as Addon;
    const native = addon.open(this.words, (options.seed ?? 0) & 0x7fffffff, build.imageFolder);
    this.settle = native.settle;
    this.tick = (clocks) => {
      if (clocks === undefined) native.tick();
      else native.tick(maskOf(build.clocks, clocks));
    };
    this.run = native.run;
    this.replay = native.replay;
    this.trace = native.trace;
    if (options.trace !== undefined) this.trace(options.trace);
  }

  /** Where a port lives; throws on an unknown name. */
  slot(port: string): PortSlot {
    const slot = this.#slots.get(port);
    if (slot !== undefined) return slot;
    throw new HeddleError({
      code: 'H5012',
      message: `${port}: no such port`,
      places: [{ text: `ports: ${[...this.#slots.keys()].join(' ')}` }],
    });
  }

  poke(port: string, value: bigint | number): void {
    const { word, limbs, width } = this.slot(port);
    let rest = BigInt.asUintN(width, BigInt(value));
    for (let i = 0; i < limbs; i++) {
      this.words[word + i] = Number(rest & 0xffffffffn);
      rest >>= 32n;
    }
    this.words[0] = 1;
  }

  peek(port: string): bigint {
    const { word, limbs } = this.slot(port);
    let value = 0n;
    for (let i = limbs - 1; i >= 0; i--) value = (value << 32n) | BigInt(this.words[word + i] ?? 0);
    return value;
  }

  /** Fast form of `peek` for a port of at most 32 bits. */
  reader(port: string): () => number {
    const { words } = this;
    const { word } = this.#narrow(port);
    return () => words[word] ?? 0;
  }

  /** Fast form of `poke` for a port of at most 32 bits. */
  writer(port: string): (value: number) => void {
    const { words } = this;
    const { word, width } = this.#narrow(port);
    const mask = width === 32 ? -1 : 2 ** width - 1;
    return (value) => {
      words[word] = value & mask;
      words[0] = 1;
    };
  }

  #narrow(port: string): PortSlot {
    const slot = this.slot(port);
    if (slot.width > 32) throw new RangeError(`${port} has ${slot.width} bits; read and write it as bigint`);
    return slot;
  }
}

/** Bit k set where the k-th clock is among `chosen`; throws on a name that is no clock. */
function maskOf(clocks: readonly string[], chosen: readonly string[]): number {
  return chosen.reduce((mask, name) => {
    const index = clocks.indexOf(name);
    if (index >= 0) return mask | (1 << index);
    throw new HeddleError({
      code: 'H5012',
      message: `${name}: no such clock`,
      places: [{ text: `clocks: ${clocks.join(' ')}` }],
    });
  }, 0);
}
