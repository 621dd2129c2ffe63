/**
 * A row: all ports of a module in one cycle as 32-bit words. Drivers write inputs into it, the leader its outputs; any form
 * of the module takes its inputs from it and puts its outputs into another one.
 */
import type { PortInfo, Simulation } from '../simulator/simulation.js';
import { type Bits, portReader, portWriter } from './access.js';
import { type PortSlot, layoutPorts } from './port-layout.js';
import { VerilatorModel } from './verilator-model.js';
import { bitsAt, limbsOf, putBits } from './words.js';

export interface RowLayout {
  /** Words of a row; the first ones are nobody's. */
  readonly words: number;
  /** First word of a port; throws where there is no such port. */
  at(port: string): number;
  has(port: string): boolean;
}

/** A row for all ports of these forms. It is laid out as the buffer of the first Verilated model among them. */
export function rowLayout(sims: readonly Simulation[]): RowLayout {
  const widest = new Map<string, PortInfo>();
  const first = sims.find((sim) => sim instanceof VerilatorModel);
  for (const port of [...(first?.ports ?? []), ...sims.flatMap(({ ports }) => ports)]) {
    if ((widest.get(port.name)?.width ?? -1) < port.width) widest.set(port.name, port);
  }
  const { slots, words } = layoutPorts([...widest.values()]);
  const places = new Map(slots.map(({ name, word }) => [name, word]));
  return {
    words,
    has: (port) => places.has(port),
    at: (port) => {
      const place = places.get(port);
      if (place === undefined) throw new Error(`no port '${port}' among ${[...places.keys()].join(', ')}`);
      return place;
    },
  };
}

/** One port of one form. */
interface Wire {
  readonly at: number;
  readonly limbs: number;
  readonly move: (row: Uint32Array, at: number) => void;
}

/** What the built-in simulator's port handles offer. */
interface WordPorts {
  port(name: string): {
    getWords?: (to: Uint32Array, at: number) => void;
    setWords?: (from: Uint32Array, at: number) => void;
  };
}

/** A simulation that is driven by rows. All its inputs are 0 at the start. */
export class Form {
  readonly #inputs: readonly Wire[];
  readonly #outputs: readonly Wire[];
  /** The row as last driven. */
  readonly #last: Uint32Array;

  constructor(
    readonly sim: Simulation,
    layout: RowLayout,
  ) {
    const wires = (dir: PortInfo['dir'], move: (sim: Simulation, port: PortInfo) => Wire['move']): Wire[] =>
      sim.ports
        .filter((port) => port.dir === dir)
        .map((port) => ({ at: layout.at(port.name), limbs: limbsOf(port.width), move: move(sim, port) }));
    this.#inputs = wires('input', writerOf);
    this.#outputs = wires('output', readerOf);
    this.#last = new Uint32Array(layout.words);
  }

  /** Sets the inputs that have changed. */
  drive(row: Uint32Array): void {
    const [inputs, last] = [this.#inputs, this.#last];
    for (let k = 0; k < inputs.length; k++) {
      const wire = inputs[k];
      if (wire === undefined) continue;
      const { at, limbs } = wire;
      let same = true;
      for (let i = at; i < at + limbs; i++) {
        const word = row[i] ?? 0;
        if (word === last[i]) continue;
        last[i] = word;
        same = false;
      }
      if (!same) wire.move(row, at);
    }
  }

  /** Puts the outputs as of the last settle into a row, always the same one. */
  read(row: Uint32Array): void {
    const outputs = this.#outputs;
    for (let k = 0; k < outputs.length; k++) {
      const wire = outputs[k];
      wire?.move(row, wire.at);
    }
  }
}

function readerOf(sim: Simulation, { name, width }: PortInfo): Wire['move'] {
  const limbs = limbsOf(width);
  if (sim instanceof VerilatorModel) {
    const { words } = sim;
    const { word } = sim.slot(name);
    return (row, at) => {
      for (let i = 0; i < limbs; i++) row[at + i] = words[word + i] ?? 0;
    };
  }
  const { getWords } = (sim as Simulation & Partial<WordPorts>).port?.(name) ?? {};
  if (getWords !== undefined) return getWords;
  const read = portReader(sim, name, width);
  // Big integers are slow to take apart, and most of them stay what they were.
  let last: Bits | undefined;
  return (row, at) => {
    const value = read();
    if (value === last) return;
    last = value;
    putBits(row, at, limbs, value);
  };
}

function writerOf(sim: Simulation, { name, width }: PortInfo): Wire['move'] {
  const limbs = limbsOf(width);
  if (sim instanceof VerilatorModel) {
    const { words } = sim;
    const { word } = sim.slot(name);
    return (row, at) => {
      for (let i = 0; i < limbs; i++) words[word + i] = row[at + i] ?? 0;
      words[0] = 1;
    };
  }
  const { setWords } = (sim as Simulation & Partial<WordPorts>).port?.(name) ?? {};
  if (setWords !== undefined) return setWords;
  const write = portWriter(sim, name, width);
  return (row, at) => {
    write(bitsAt(row, at, limbs));
  };
}

/** Whether a Verilated model can take whole rows as they are, and starts with inputs at 0 as rows do. */
export function takesRows(model: VerilatorModel, layout: RowLayout): boolean {
  const fits = (slot: PortSlot): boolean => layout.at(slot.name) === slot.word;
  return model.ports.every(fits) && model.words.every((word, k) => word === 0 || !isInput(model, k));
}

const isInput = (model: VerilatorModel, k: number): boolean =>
  model.ports.some(({ dir, word, limbs }) => dir === 'input' && k >= word && k < word + limbs);
