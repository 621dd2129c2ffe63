/** A netlist of gates in two states, without delays, one clock: what its nets do in every cycle, counted. */
import type { PortInfo, Simulation } from '../../simulator/index.js';
import { evaluate, pinsOf } from './boolean.js';
import type { Library, LibraryCell } from './liberty.js';
import type { NetBit, Netlist, NetlistCell } from './netlist.js';

/** What a net did over the cycles that were counted. */
export interface NetCount {
  /** Cycles in which it was 1, and changes from one cycle to the next. */
  readonly high: number;
  readonly toggles: number;
}

/** An output of a gate: its value is bit `inputs` (first input lowest) of the table. */
interface Gate {
  readonly output: number;
  readonly inputs: readonly number[];
  readonly table: Uint8Array;
}

const ZERO = 0;
const ONE = 1;

/**
 * Registers begin with 0. The clock is the input `clock`, which must reach every register straight; `poke`, `settle`, `peek` and
 * `tick` are those of every simulation. Throws where cells form a loop or have a state other than one register.
 */
export class GateSimulation implements Simulation {
  readonly ports: readonly PortInfo[];
  readonly #bits: ReadonlyMap<string, readonly number[]>;
  readonly #values: Uint8Array;
  readonly #gates: readonly Gate[];
  readonly #flops: readonly { readonly next: Gate; readonly q: number }[];
  readonly #index: ReadonlyMap<number, number>;
  readonly #last: Uint8Array;
  readonly #high: Uint32Array;
  readonly #toggles: Uint32Array;
  #cycles = 0;

  constructor(netlist: Netlist, library: Library, clock = 'aclk') {
    const index = new Map<number, number>();
    let nets = 2;
    const at = (bit: NetBit): number => {
      if (typeof bit !== 'number') return bit === '1' ? ONE : ZERO;
      const known = index.get(bit);
      if (known !== undefined) return known;
      index.set(bit, nets);
      return nets++;
    };
    const bits = new Map(netlist.ports.map((port) => [port.name, port.bits.map(at)]));
    const clockNet = bits.get(clock)?.[0];
    const gates: Gate[] = [];
    const flops: { next: Gate; q: number }[] = [];
    const tables = new Map<string, Uint8Array>();
    for (const cell of netlist.cells) {
      const model = library.cells.get(cell.type);
      if (model === undefined || model.otherState) throw new Error(`${cell.name}: no model of ${cell.type}`);
      const net = (pin: string): number => at(cell.pins.get(pin) ?? 'x');
      const state = model.flop === undefined ? undefined : nets++;
      gates.push(...outputsOf(cell, model, net, state, () => nets++, tables));
      if (model.flop === undefined || state === undefined) continue;
      const { clock: clocked, next } = model.flop;
      if (clocked.kind !== 'pin' || net(clocked.name) !== clockNet)
        throw new Error(`${cell.name}: its clock is not ${clock} itself`);
      flops.push({ next: gateOf(`${model.name} next`, next, net, nets++, tables), q: state });
    }
    this.#gates = inOrder(gates, nets);
    this.#flops = flops;
    this.#bits = bits;
    this.#index = index;
    this.#values = new Uint8Array(nets);
    this.#values[ONE] = 1;
    this.#last = new Uint8Array(nets);
    this.#high = new Uint32Array(nets);
    this.#toggles = new Uint32Array(nets);
    this.ports = netlist.ports
      .filter(({ name }) => name !== clock)
      .map(({ name, dir, bits: { length } }) => ({ name, dir, width: length, signed: false }));
  }

  poke(port: string, value: bigint | number): void {
    let rest = BigInt(value);
    for (const net of this.#netsOf(port)) {
      this.#values[net] = Number(rest & 1n);
      rest >>= 1n;
    }
  }

  peek(port: string): bigint {
    return this.#netsOf(port).reduceRight((word, net) => (word << 1n) | BigInt(this.#values[net] ?? 0), 0n);
  }

  settle(): void {
    for (const gate of this.#gates) this.#values[gate.output] = this.#valueOf(gate);
  }

  tick(): void {
    this.settle();
    this.#count();
    const next = this.#flops.map((flop) => this.#valueOf(flop.next));
    this.#flops.forEach(({ q }, n) => (this.#values[q] = next[n] ?? 0));
    this.settle();
  }

  /** Forgets what was counted; the next cycle is the first one. */
  restartCounts(): void {
    this.#cycles = 0;
    this.#high.fill(0);
    this.#toggles.fill(0);
  }

  /** Cycles that were counted: edges since the beginning or `restartCounts`. */
  get cycles(): number {
    return this.#cycles;
  }

  /** What a net of the netlist did; the clock and constants stand still. */
  countOf(net: NetBit): NetCount {
    const at = typeof net === 'number' ? this.#index.get(net) : net === '1' ? ONE : ZERO;
    if (at === undefined) return { high: 0, toggles: 0 };
    return { high: this.#high[at] ?? 0, toggles: this.#toggles[at] ?? 0 };
  }

  #count(): void {
    const [values, last] = [this.#values, this.#last];
    for (let net = 0; net < values.length; net++) {
      const value = values[net] ?? 0;
      this.#high[net]! += value;
      if (this.#cycles > 0 && value !== last[net]) this.#toggles[net]!++;
    }
    last.set(values);
    this.#cycles++;
  }

  #valueOf({ inputs, table }: Gate): number {
    let row = 0;
    for (let i = 0; i < inputs.length; i++) row |= (this.#values[inputs[i]!] ?? 0) << i;
    return table[row] ?? 0;
  }

  #netsOf(port: string): readonly number[] {
    const nets = this.#bits.get(port);
    if (nets === undefined) throw new Error(`the netlist has no port ${port}`);
    return nets;
  }
}

type NetOf = (pin: string) => number;

function outputsOf(
  cell: NetlistCell,
  model: LibraryCell,
  net: NetOf,
  state: number | undefined,
  fresh: () => number,
  tables: Map<string, Uint8Array>,
): Gate[] {
  const { flop } = model;
  // The complement of the state, where an output has it.
  const inverted = flop === undefined ? undefined : fresh();
  const source: NetOf = (pin) =>
    flop !== undefined && pin === flop.state
      ? state!
      : flop !== undefined && pin === flop.inverted
        ? inverted!
        : net(pin);
  const outputs = model.pins.flatMap((pin): Gate[] => {
    if (pin.function === undefined || !cell.pins.has(pin.name)) return [];
    return [gateOf(`${model.name} ${pin.name}`, pin.function, source, net(pin.name), tables)];
  });
  if (inverted === undefined || state === undefined) return outputs;
  return [{ output: inverted, inputs: [state], table: Uint8Array.of(1, 0) }, ...outputs];
}

function gateOf(
  key: string,
  f: Parameters<typeof evaluate>[0],
  net: NetOf,
  output: number,
  tables: Map<string, Uint8Array>,
): Gate {
  const pins = pinsOf(f);
  let table = tables.get(key);
  if (table === undefined) {
    table = Uint8Array.from({ length: 1 << pins.length }, (_, row) =>
      evaluate(f, (pin) => ((row >> pins.indexOf(pin)) & 1) as 0 | 1),
    );
    tables.set(key, table);
  }
  return { output, inputs: pins.map(net), table };
}

/** Gates behind all gates that they read. */
function inOrder(gates: readonly Gate[], nets: number): Gate[] {
  const readers: Gate[][] = Array.from({ length: nets }, () => []);
  const waits = new Map<Gate, number>();
  const driven = new Set(gates.map(({ output }) => output));
  for (const gate of gates) {
    const sources = gate.inputs.filter((net) => driven.has(net));
    waits.set(gate, sources.length);
    for (const net of sources) readers[net]!.push(gate);
  }
  const order = gates.filter((gate) => waits.get(gate) === 0);
  for (let at = 0; at < order.length; at++)
    for (const reader of readers[order[at]!.output]!) {
      const left = waits.get(reader)! - 1;
      waits.set(reader, left);
      if (left === 0) order.push(reader);
    }
  if (order.length < gates.length) throw new Error('the gates form a loop');
  return order;
}
