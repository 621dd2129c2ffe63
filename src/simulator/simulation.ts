/**
 * What every executable form of a circuit offers: the interpreter, the WebAssembly simulator, Verilator's model.
 *
 * One clock cycle is: poke inputs, `settle` (combinational logic follows inputs and state), peek outputs, `tick` (the
 * rising edge; registers take the values settled before it). Values are raw bits: unsigned, packed, vectors with element
 * 0 lowest. Reset is an input like any other.
 */

export interface PortInfo {
  readonly name: string;
  readonly dir: 'input' | 'output';
  /** Bits, packed. */
  readonly width: number;
  readonly signed: boolean;
}

export interface Simulation {
  /** Data ports and reset; the clock is not a port here. */
  readonly ports: readonly PortInfo[];
  /** Sets an input to the low `width` bits of `value`. */
  poke(port: string, value: bigint | number): void;
  /** Bits of a port as of the last `settle`. */
  peek(port: string): bigint;
  settle(): void;
  /**
   * One rising edge of every clock, or of the `clocks` named, at one instant; settles first if an input changed. Registers
   * of one clock take what those of the others had before the edge.
   */
  tick(clocks?: readonly string[]): void;
}

/** A simulation whose whole state can be taken out and put back. */
export interface SnapshotSimulation extends Simulation {
  /** Registers and memories; restoring it reproduces every later cycle. */
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
}
