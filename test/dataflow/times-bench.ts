/** Timing equations against a cycle model, transfer by transfer, with streams that pause and readers that stall. */
import { expect } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { Times } from '../../src/dataflow/times.js';
import type { TimedModule } from '../../src/dataflow/timing-equations.js';
import { type Channel, channel, type CycleModel, fires } from '../../src/simulator/index.js';

export interface TimesCase {
  readonly model: (inputs: Channel<bigint>[], outputs: Channel<bigint>[]) => CycleModel;
  readonly times: (inputs: Times[], outputs: Times[]) => TimedModule;
  /** Beats given to each input. */
  readonly inputs: readonly number[];
  readonly outputs: number;
}

/** Cycles in which a side is open; all of them from some cycle on. */
type Openings = readonly boolean[];
const isOpen = (openings: Openings, cycle: number): boolean => openings[cycle] ?? true;
const nextOpen = (openings: Openings, from: number): number => {
  let cycle = from;
  while (!isOpen(openings, cycle)) cycle++;
  return cycle;
};

function openings(seed: bigint, side: string): Openings {
  const random = randomStream(seed, side);
  const of = 1 + random.nextInt(4);
  const shut = random.nextInt(of);
  return Array.from({ length: 200 }, () => random.nextInt(of) >= shut);
}

/** The same transfers by the model and by the equations, with `seed` deciding who is open when. */
export function expectEqualTimes(one: TimesCase, seed: bigint): void {
  const sources = one.inputs.map((_, port) => openings(seed, `source ${port}`));
  const sinks = Array.from({ length: one.outputs }, (_, port) => openings(seed, `sink ${port}`));
  expect({ seed, ...solved(one, sources, sinks) }).toEqual({ seed, ...stepped(one, sources, sinks) });
}

interface Transfers {
  readonly inputs: number[][];
  readonly outputs: number[][];
}
const empty = (one: TimesCase): Transfers => ({
  inputs: one.inputs.map(() => []),
  outputs: Array.from({ length: one.outputs }, () => []),
});

/** Cycle by cycle. A beat on offer stays on offer. */
function stepped(one: TimesCase, sources: readonly Openings[], sinks: readonly Openings[]): Transfers {
  const [inputs, outputs] = [one.inputs.map(() => channel(0n)), sinks.map(() => channel(0n))];
  const model = one.model(inputs, outputs);
  model.reset();
  const found = empty(one);
  for (let cycle = 0; cycle < 3000; cycle++) {
    inputs.forEach((input, port) => {
      const left = (found.inputs[port]?.length ?? 0) < (one.inputs[port] ?? 0);
      input.valid = left && (input.valid || isOpen(sources[port] ?? [], cycle));
    });
    outputs.forEach((output, port) => (output.ready = isOpen(sinks[port] ?? [], cycle)));
    for (let round = 0; round < 3; round++) model.settle();
    const note = (wires: Channel<bigint>[], times: number[][]) =>
      wires.map((each, port) => (fires(each) ? times[port]?.push(cycle) : 0));
    note(inputs, found.inputs);
    note(outputs, found.outputs);
    const moved = inputs.map(fires);
    model.tick();
    inputs.forEach((input, port) => (input.valid &&= moved[port] !== true));
  }
  return found;
}

/** By the equations alone, in any order, until nothing more follows. */
function solved(one: TimesCase, sources: readonly Openings[], sinks: readonly Openings[]): Transfers {
  const inputs = one.inputs.map(() => new Times());
  const outputs = Array.from({ length: one.outputs }, () => new Times());
  const equations = one.times(inputs, outputs);
  for (let moved = true; moved;) {
    moved = false;
    const learn = (times: Times, time: number): void => {
      if (time === Infinity) return;
      times.push(time);
      moved = true;
    };
    inputs.forEach((times, port) => {
      const k = times.length;
      const from = nextOpen(sources[port] ?? [], k === 0 ? 0 : times.at(k - 1) + 1);
      if (k < (one.inputs[port] ?? 0)) learn(times, equations.take(from, port));
    });
    outputs.forEach((times, port) => {
      const from = equations.offer(port);
      learn(times, from === Infinity ? from : nextOpen(sinks[port] ?? [], from));
    });
  }
  const known = (all: readonly Times[]) => all.map((times) => [...times.known()]);
  return { inputs: known(inputs), outputs: known(outputs) };
}
