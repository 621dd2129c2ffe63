/** Forms of the engine side by side: simulations of its circuit and its models see the same beats and stalls, and must agree. */
import type { RandomStream } from '../../../src/base/random.js';
import { beatsOf, BitWriter } from '../../../src/engine/bit-stream.js';
import type { Engine } from '../../../src/engine/config.js';
import { EngineModel } from '../../../src/engine/model/engine-model.js';
import { EngineTiming, type EngineWork } from '../../../src/engine/model/engine-timing.js';
import type { Size } from '../../../src/engine/layer.js';
import { type PassPlan, tileChannels } from '../../../src/engine/passes.js';
import type { Simulation } from '../../../src/simulator/index.js';
import type { Packets } from '../rtl/core-bench.js';

/** Inputs of a cycle by port. */
export type Inputs = Readonly<Record<string, bigint>>;

/** A form of the engine: what its outputs are for the inputs of a cycle, and the edge behind it. */
export interface Form {
  readonly name: string;
  reset(): void;
  /** Outputs; one that is left out may have any value. */
  settle(inputs: Inputs): Inputs;
  tick(inputs: Inputs): void;
}

const bit = (value: boolean): bigint => (value ? 1n : 0n);

/** The circuit in a simulator. */
export function simulated(name: string, sim: Simulation): Form {
  const outputs = sim.ports.filter(({ dir }) => dir === 'output').map((port) => port.name);
  return {
    name,
    reset() {
      for (const port of sim.ports) if (port.dir === 'input') sim.poke(port.name, 0);
      for (let k = 0; k < 8; k++) sim.tick();
      sim.poke('aresetn', 1);
    },
    settle(inputs) {
      for (const [port, value] of Object.entries(inputs)) sim.poke(port, value);
      sim.settle();
      return Object.fromEntries(outputs.map((port) => [port, sim.peek(port)]));
    },
    tick: () => sim.tick(),
  };
}

/** The model without data: handshakes, and what the engine says of itself. */
export function timed(engine: Engine, work: EngineWork): Form {
  let model = new EngineTiming(engine, work);
  let [stalled, running] = [0, false];
  const wires = (inputs: Inputs) => ({
    ...{ enable: inputs['enable'] === 1n, resultReady: inputs['m_axis_y_tready'] === 1n },
    ...{ weightValid: inputs['s_axis_w_tvalid'] === 1n, weightLast: inputs['s_axis_w_tlast'] === 1n },
    ...{ pixelValid: inputs['s_axis_x_tvalid'] === 1n, pixelLast: inputs['s_axis_x_tlast'] === 1n },
  });
  return {
    name: 'timing',
    reset() {
      model = new EngineTiming(engine, work);
    },
    settle(inputs) {
      const before = {
        ...{ s_axis_w_tready: bit(model.weights.ready), s_axis_x_tready: bit(model.pixels.ready) },
        ...{ m_axis_y_tvalid: bit(model.output.valid), step: bit(model.step), done: bit(model.jobs.done) },
        ...(model.output.valid ? { m_axis_y_tlast: bit(model.output.last) } : {}),
        passes_done: BigInt(model.jobs.passesDone),
      };
      // The model goes on to the next cycle at once.
      ({ stalled, running } = model.cycle(wires(inputs)));
      return {
        ...{ ...before, stalled: BigInt(stalled), running: bit(running) },
        ...{ error_code: 0n, x_error: 0n, conflict: 0n },
      };
    },
    tick: () => undefined,
  };
}

/** The model with data. */
export function modelled(engine: Engine): Form {
  const model = new EngineModel(engine);
  return {
    name: 'model',
    reset: () => model.reset({}),
    settle: (inputs) => model.settle(inputs),
    tick: (inputs) => model.tick(inputs),
  };
}

interface Beat {
  readonly data: bigint;
  readonly last: boolean;
}

export function beatList(packets: readonly Uint8Array[], width: number): Beat[] {
  return packets.flatMap((packet) => {
    const list = beatsOf(packet, width);
    return list.map((data, k) => ({ data, last: k === list.length - 1 }));
  });
}

/** Which bits of the beats of m_axis_y are results: pixels behind a row and channels behind the last one are not. */
export function resultMasks(engine: Engine, passes: readonly PassPlan[], size: Size): bigint[] {
  return beatList(
    passes.map(({ header, weights }) => {
      const out = new BitWriter(engine.YP);
      for (let tile = 0; tile < header.OTN; tile++) {
        const lanes = Math.ceil(tileChannels(engine.M, header, tile) / engine.D) * engine.D * engine.P;
        const end = Math.min(weights.channel0 + weights.channels, size.channels);
        for (let row = 0; row < header.Ho; row++) {
          for (let word = 0; word < header.XT; word++) {
            for (let lane = 0; lane < lanes; lane++) {
              const channel = weights.channel0 + tile * engine.M + Math.floor(lane / engine.P);
              const column = word * engine.P + (lane % engine.P);
              out.put(channel < end && column < size.width ? -1 : 0, engine.XB);
            }
          }
          out.endSegment();
        }
      }
      return out.finish();
    }),
    engine.YP,
  ).map(({ data }) => data);
}

/** Chance that the far side of a port waits. */
export interface PortStalls {
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

export interface BenchRun {
  readonly cycles: number;
  readonly steps: number;
  readonly stalled: number;
  /** Beats of m_axis_y of the first form. */
  readonly results: readonly bigint[];
}

/**
 * Feeds the packets to all forms until `passes` are done and nothing moves. Every output that a form names must be that of
 * the first form, in every cycle; throws at the first difference. `masks`: bits of the beats of m_axis_y that count.
 */
export function compareForms(
  forms: readonly Form[],
  engine: Engine,
  packets: Packets,
  passes: number,
  random: RandomStream,
  stalls: number | PortStalls = 0,
  masks: readonly bigint[] = [],
): BenchRun {
  const of = typeof stalls === 'number' ? { w: stalls, x: stalls, y: stalls } : stalls;
  const go = (port: keyof PortStalls): boolean => of[port] === 0 || random.nextFloat() >= of[port];
  const [w, x] = [beatList(packets.weights, engine.WP), beatList(packets.pixels, engine.XP)];
  const valid = { w: false, x: false };
  const at = { w: 0, x: 0 };
  let [quiet, steps, waits] = [0, 0, 0];
  const results: bigint[] = [];
  for (const form of forms) form.reset();
  for (let cycle = 0; ; cycle++) {
    valid.w ||= at.w < w.length && go('w');
    valid.x ||= at.x < x.length && go('x');
    const ready = go('y');
    const inputs: Inputs = {
      ...{ enable: 1n, m_axis_y_tready: bit(ready), s_axis_w_tvalid: bit(valid.w), s_axis_x_tvalid: bit(valid.x) },
      ...{ s_axis_w_tdata: w[at.w]?.data ?? 0n, s_axis_w_tlast: bit(w[at.w]?.last === true) },
      ...{ s_axis_x_tdata: x[at.x]?.data ?? 0n, s_axis_x_tlast: bit(x[at.x]?.last === true) },
    };
    const seen = forms.map((form) => form.settle(inputs));
    const [first] = seen;
    if (first === undefined) throw new Error('no form');
    const mask = masks[results.length] ?? -1n;
    seen.forEach((outputs, k) => {
      if (k === 0) return;
      for (const [port, value] of Object.entries(outputs))
        if (port === 'm_axis_y_tdata' ? (((first[port] ?? 0n) ^ value) & mask) !== 0n : first[port] !== value)
          throw new Error(
            `cycle ${cycle}: ${port} is ${first[port]?.toString(16)} in ${forms[0]?.name}, ${value.toString(16)} in ${forms[k]?.name}`,
          );
    });
    const takes = {
      w: valid.w && first['s_axis_w_tready'] === 1n,
      x: valid.x && first['s_axis_x_tready'] === 1n,
      y: ready && first['m_axis_y_tvalid'] === 1n,
    };
    if (takes.w) [at.w, valid.w] = [at.w + 1, false];
    if (takes.x) [at.x, valid.x] = [at.x + 1, false];
    if (takes.y) results.push(first['m_axis_y_tdata'] ?? 0n);
    const step = first['step'] === 1n;
    if (step) steps++;
    if (first['stalled'] !== 0n) waits++;
    quiet = takes.w || takes.x || takes.y || step ? 0 : quiet + 1;
    const over = Number(first['passes_done']) === passes && at.w === w.length && at.x === x.length;
    if (over && quiet > 40) return { cycles: cycle - quiet, steps, stalled: waits, results };
    if (quiet > 2000) throw new Error(`cycle ${cycle}: nothing moves, ${first['passes_done']} of ${passes} passes`);
    for (const form of forms) form.tick(inputs);
  }
}
