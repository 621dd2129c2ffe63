/** Layers through a simulation of engine_core: packets in, packets out, with stalls on all three ports. */
import type { RandomStream } from '../../../src/base/random.js';
import { ProtocolChecker } from '../../../src/cosim/protocol/index.js';
import type { StreamSpec } from '../../../src/cosim/streams.js';
import { beatsOf, packetOf } from '../../../src/engine/bit-stream.js';
import type { Engine } from '../../../src/engine/config.js';
import { inputDescriptor } from '../../../src/engine/plan/input-descriptor.js';
import { planLayer } from '../../../src/engine/plan/plan-layer.js';
import { decodeOutput, encodeInput, encodeWeights, pixelsOf } from '../../../src/engine/streams.js';
import { extentOf, placeTensor } from '../../../src/engine/tensor-place.js';
import type { Simulation } from '../../../src/simulator/index.js';
import type { RandomLayer } from '../random-layer.js';

/** Packets of the two streams that enter. */
export interface Packets {
  readonly weights: readonly Uint8Array[];
  readonly pixels: readonly Uint8Array[];
}

interface Beat {
  readonly data: bigint;
  readonly last: boolean;
}

const beats = (packets: readonly Uint8Array[], width: number): Beat[] =>
  packets.flatMap((packet) => {
    const list = beatsOf(packet, width);
    return list.map((data, k) => ({ data, last: k === list.length - 1 }));
  });

export interface CoreRun {
  readonly outputs: readonly Uint8Array[];
  readonly cycles: number;
  readonly steps: number;
  /** Cycles without a step by cause. */
  readonly stalls: readonly number[];
}

/** Resets the core and runs it until `passes` passes are done and everything has left. Throws on errors and when nothing happens. */
export function runCore(
  sims: readonly Simulation[],
  engine: Engine,
  { weights, pixels }: Packets,
  passes: number,
  random: RandomStream,
  stalls = 0,
): CoreRun {
  const go = () => stalls === 0 || random.nextFloat() >= stalls;
  const [w, x] = [beats(weights, engine.WP), beats(pixels, engine.XP)];
  const [first] = sims;
  if (first === undefined) throw new Error('no simulation');
  for (const sim of sims) {
    for (const port of sim.ports) if (port.dir === 'input') sim.poke(port.name, 0);
    for (let k = 0; k < 8; k++) sim.tick();
    sim.poke('aresetn', 1);
    sim.poke('enable', 1);
  }
  const protocol = new ProtocolChecker(resultStream(engine.YP));
  const outputs: Uint8Array[] = [];
  let packet: bigint[] = [];
  const valid = { w: false, x: false };
  let [cycle, quiet, steps] = [0, 0, 0];
  const causes = [0, 0, 0, 0, 0, 0];
  for (; ; cycle++) {
    valid.w ||= w.length > 0 && go();
    valid.x ||= x.length > 0 && go();
    const ready = go();
    for (const sim of sims) {
      sim.poke('s_axis_w_tvalid', valid.w ? 1 : 0);
      sim.poke('s_axis_x_tvalid', valid.x ? 1 : 0);
      if (w[0] !== undefined) {
        sim.poke('s_axis_w_tdata', w[0].data);
        sim.poke('s_axis_w_tlast', w[0].last ? 1 : 0);
      }
      if (x[0] !== undefined) {
        sim.poke('s_axis_x_tdata', x[0].data);
        sim.poke('s_axis_x_tlast', x[0].last ? 1 : 0);
      }
      sim.poke('m_axis_y_tready', ready ? 1 : 0);
      sim.settle();
    }
    for (const sim of sims.slice(1)) compareOutputs(first, sim, cycle);
    const seen = (name: string) => Number(first.peek(name));
    const takes = { w: valid.w && seen('s_axis_w_tready') === 1, x: valid.x && seen('s_axis_x_tready') === 1 };
    const y = ready && seen('m_axis_y_tvalid') === 1;
    const fields = [first.peek('m_axis_y_tdata'), seen('m_axis_y_tlast')];
    const [broken] = protocol.check({ reset: false, valid: seen('m_axis_y_tvalid') === 1, ready, fields });
    if (broken) throw new Error(`cycle ${cycle}: m_axis_y: ${broken.rule} ${broken.message}`);
    if (y) {
      packet.push(first.peek('m_axis_y_tdata'));
      if (seen('m_axis_y_tlast') === 1) {
        outputs.push(packetOf(packet, engine.YP));
        packet = [];
      }
    }
    const error = [seen('error_code'), seen('x_error'), seen('conflict'), seen('fault')];
    if (error.some((each) => each !== 0))
      throw new Error(
        `cycle ${cycle}: error_code, x_error, conflict, fault: ${error.join(', ')}, place ${seen('error_place').toString(16)}`,
      );
    steps += seen('step');
    const cause = seen('stalled');
    causes.forEach((_, k) => (causes[k]! += (cause >> k) & 1));
    if (takes.w) w.shift();
    if (takes.x) x.shift();
    if (takes.w) valid.w = false;
    if (takes.x) valid.x = false;
    quiet = takes.w || takes.x || y || seen('step') === 1 ? 0 : quiet + 1;
    // The last results may leave more than 40 cycles behind the last step.
    const over = seen('passes_done') === passes && seen('sending') === 0;
    if (over && w.length === 0 && x.length === 0 && quiet > 40) break;
    if (quiet > 2000)
      throw new Error(
        `cycle ${cycle}: nothing moves; ${seen('passes_done')} of ${passes} passes, stalled ${cause}, ${w.length} w and ${x.length} x beats left`,
      );
    for (const sim of sims) sim.tick();
  }
  return { outputs, cycles: cycle - quiet, steps, stalls: causes };
}

export const resultStream = (width: number): StreamSpec => ({
  ...{ name: 'm_axis_y', role: 'source', valid: 'm_axis_y_tvalid', ready: 'm_axis_y_tready', last: 'tlast' },
  fields: [
    { name: 'tdata', port: 'm_axis_y_tdata', width },
    { name: 'tlast', port: 'm_axis_y_tlast', width: 1 },
  ],
});

function compareOutputs(a: Simulation, b: Simulation, cycle: number): void {
  for (const { name, dir } of a.ports) {
    if (
      dir !== 'output' ||
      (name.startsWith('m_axis_y_t') && /data|last/.test(name) && a.peek('m_axis_y_tvalid') === 0n)
    )
      continue;
    if (a.peek(name) !== b.peek(name))
      throw new Error(`cycle ${cycle}: ${name} is ${a.peek(name).toString(16)} and ${b.peek(name).toString(16)}`);
  }
}

/** The packets of a layer whose input is loaded as a whole, and its passes. */
export function layerPackets({ engine, layer, input, residual }: RandomLayer) {
  const place = placeTensor(engine, layer.input, { base: 3, group0: 0, phases: layer.x.stride });
  // The residual is loaded in front of the input, so its rows are there when the first row of the input is.
  const base = 3 + extentOf(engine, place).words;
  const other = residual && placeTensor(engine, layer.output, { base, group0: engine.bankGroups - 1, phases: 1 });
  const passes = planLayer(engine, layer, {
    ...{ input: place, axis: true, tokens: other?.height ?? 0 },
    ...(other ? { residual: other } : {}),
  });
  const scatter = layer.input.width % 2 === 0;
  const descriptor = inputDescriptor(engine, place, { row0: 0, rows: place.height, scatter });
  const before = other && inputDescriptor(engine, other, { row0: 0, rows: other.height });
  const pixels = [
    ...(before && residual ? [encodeInput(engine, before, 0, layer.output, pixelsOf(layer.output, residual))] : []),
    encodeInput(engine, descriptor, 0, layer.input, pixelsOf(layer.input, input)),
  ];
  const weights = passes.map((pass) => encodeWeights(engine, layer, pass));
  return { passes, descriptors: [...(before ? [before] : []), descriptor], packets: { weights, pixels } };
}

/** A layer through the core, out of m_axis_y: row by row, channels innermost. */
export function runLayer(sims: readonly Simulation[], random: RandomLayer, stream: RandomStream, stalls = 0) {
  const { engine, layer } = random;
  const { passes, packets } = layerPackets(random);
  const run = runCore(sims, engine, packets, passes.length, stream, stalls);
  const image = new Float64Array(layer.output.height * layer.output.width * layer.output.channels);
  passes.forEach((pass, i) => decodeOutput(engine, pass, layer.output, run.outputs[i] ?? new Uint8Array(), image));
  return { ...run, passes, image: [...image] };
}
