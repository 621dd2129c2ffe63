/**
 * Lockstep as the tests use it: `runLockstep` on the MAC array, random beats under stalls, protocol rules watched, every
 * output compared in every cycle. The two simulators together, each alone in the same run, and each bare: the inputs of
 * that run played from a recording, nothing looked at.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../../../src/base/random.js';
import {
  type Beat,
  type LockstepSpec,
  type Participant,
  VerilatorModel,
  buildModel,
  moduleStreams,
  paramEnv,
  runLockstep,
} from '../../../src/cosim/index.js';
import { Form, rowLayout } from '../../../src/cosim/row.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { MacArray } from './mac.js';
import { median } from './statistics.js';

const QUARTER = { kind: 'bernoulli', p: 0.25 } as const;

export interface LockstepFigures {
  /** Both together to the slower of the two alone. */
  readonly ratio: number;
  /** Microseconds a cycle, the drivers and checks of the run among them. */
  readonly both: number;
  readonly ours: number;
  readonly verilator: number;
  /** Microseconds a cycle without any run around them. */
  readonly bareOurs: number;
  readonly bareVerilator: number;
}

const round3 = (x: number): number => Math.round(x * 1000) / 1000;

export async function measureLockstep(cycles: number, rounds: number): Promise<LockstepFigures> {
  const design = buildDesign(MacArray);
  const circuit = elaborate(design);
  const text = readFileSync(fileURLToPath(new URL('mac-hand.sv', import.meta.url)), 'utf8');
  const build = await buildModel({
    files: [{ name: 'mac_array.sv', text }],
    top: 'mac_array',
    ports: compile(circuit).ports,
    clocks: ['aclk'],
    flags: { optimize: '-O3 -march=native', initial: 'fast' },
  });
  // Results that are not valid may be anything.
  const ours: Participant = { name: 'simulator', compare: 'handshake', create: () => compile(circuit) };
  const verilator: Participant = {
    name: 'verilator',
    compare: 'handshake',
    create: () => new VerilatorModel(build),
  };
  const top = design.modules[design.top];
  if (top === undefined) throw new Error('the design has no top');
  const streams = moduleStreams(top, paramEnv(top));
  const random = randomStream(1n, 'beats');
  const inputs = Object.fromEntries(
    streams
      .filter(({ role }) => role === 'sink')
      .map(({ name, fields }) => [
        name,
        Array.from({ length: cycles }, (): Beat =>
          Object.fromEntries(fields.map((field) => [field.name, random.nextBigInt(field.width)])),
        ),
      ]),
  );
  const specOf = (...participants: readonly Participant[]): LockstepSpec => ({
    ...{ participants, streams, inputs, stall: { source: QUARTER, sink: QUARTER }, seed: 5n },
    ...{ reset: 'aresetn', maxCycles: cycles },
  });
  const run =
    (...participants: readonly Participant[]) =>
    (): void => {
      const { failure, transfers } = runLockstep(specOf(...participants));
      if (failure !== undefined) throw new Error(failure.message);
      if ((transfers['m_axis']?.length ?? 0) < cycles / 5) throw new Error('hardly a result came out');
    };

  // The inputs of that run, row by row.
  const layout = rowLayout([verilator.create()]);
  const rows = new Uint32Array(layout.words * cycles);
  runLockstep(specOf(verilator), (cycle, [sim]) => {
    if (sim instanceof VerilatorModel) rows.set(sim.words, cycle * layout.words);
    return cycle < cycles - 1;
  });
  const [model, simulation] = [new VerilatorModel(build), compile(circuit)];
  const form = new Form(simulation, layout);
  const single = Array.from({ length: cycles }, (_, k) => rows.subarray(k * layout.words, (k + 1) * layout.words));
  const work = {
    both: run(ours, verilator),
    ours: run(ours),
    verilator: run(verilator),
    bareOurs: () => {
      for (let k = 0; k < cycles; k++) {
        form.drive(single[k] ?? rows);
        simulation.tick();
      }
    },
    bareVerilator: () => void model.replay(rows, layout.words, cycles, cycles, new Uint32Array(0)),
  };
  const samples = Object.fromEntries(Object.keys(work).map((key) => [key, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [key, action] of Object.entries(work)) {
      const start = process.cpuUsage();
      action();
      const used = process.cpuUsage(start);
      // The first round warms up.
      if (round > 0) samples[key]?.push((used.user + used.system) / cycles);
    }
  }
  const figure = (key: keyof typeof work): number => round3(median(samples[key] ?? []));
  const alone = Math.max(figure('ours'), figure('verilator'));
  return {
    ratio: round3(figure('both') / alone),
    ...{ both: figure('both'), ours: figure('ours'), verilator: figure('verilator') },
    ...{ bareOurs: figure('bareOurs'), bareVerilator: figure('bareVerilator') },
  };
}
