/**
 * Programs by set of clock edges: the one in which all clocks rise is the circuit's cycle, others are compiled when such a
 * set occurs for the first time. All work on one memory.
 */
import type { ElaboratedCircuit } from '../elaborated.js';
import { clockSet } from '../inspect.js';
import type { EmittedProgram } from './emit-program.js';

/** One cycle function with the registers that it keeps shadow copies of. */
export interface EdgeProgram {
  readonly cycle: () => void;
  readonly shadows: EmittedProgram['shadows'];
}

export class EdgeSets {
  readonly #programs = new Map<string, EdgeProgram>();
  /** Runs next; its shadow copies are those that are kept equal to the registers. */
  current: EdgeProgram;

  constructor(
    private readonly circuit: ElaboratedCircuit,
    private readonly all: EdgeProgram,
    private readonly build: (part: ElaboratedCircuit) => EdgeProgram,
    private readonly bytes: () => Uint8Array,
  ) {
    this.current = all;
  }

  /** Makes the program of these clocks (of all of them without an argument) the current one. */
  select(clocks: readonly string[] | undefined): void {
    this.use(clocks === undefined ? this.all : this.programOf(clocks));
  }

  /** The program in which all clocks rise is the current one. */
  get isWhole(): boolean {
    return this.current === this.all;
  }

  /** Makes a program of all clocks that works on the same memory the current one. */
  use(wanted: EdgeProgram): void {
    if (wanted === this.current) return;
    this.current = wanted;
    this.synchronize();
  }

  /** After registers changed behind the program's back. */
  synchronize(): void {
    const bytes = this.bytes();
    for (const s of this.current.shadows) bytes.copyWithin(s.to, s.from, s.from + s.bytes);
  }

  private programOf(clocks: readonly string[]): EdgeProgram {
    const chosen = clockSet(this.circuit, clocks);
    if (chosen.size === this.circuit.clocks.length) return this.all;
    const key = [...chosen].sort((a, b) => a - b).join();
    let program = this.#programs.get(key);
    if (program === undefined) {
      const due = ({ domain }: { readonly domain: number }): boolean => chosen.has(domain);
      const { updates, writes } = this.circuit;
      program = this.build({ ...this.circuit, updates: updates.filter(due), writes: writes.filter(due) });
      this.#programs.set(key, program);
    }
    return program;
  }
}
