/** Switching activity of the text (SAIF), for power analysis by synthesis tools: what registers and ports did while samples ran at full rate. */
import type { Design } from '../circuit/index.js';
import { type Beat, renderFailure, runLockstep } from '../cosim/index.js';
import type { Chain } from '../dataflow/chain.js';
import {
  type ActivityScope,
  activityOf,
  type CircuitSimulation,
  compile,
  elaborate,
  record,
  type Recorder,
  type Simulation,
  writeSaif,
} from '../simulator/index.js';
import { periodNs } from '../target/design.js';
import { flowing, lockstepSpec } from './run-hardware.js';

/** Where a build leaves it. */
export const activityFile = 'asic/activity.saif';

/** Samples that are enough to see every layer busy. */
const mostSamples = 4;

export interface ActivityRequest {
  readonly chain: Chain;
  readonly design: Design;
  /** The plain-Verilog shell: its core is the instance `u_core`. */
  readonly shell: string;
  readonly clockMhz: number;
  /** Of the samples that the build has simulated, with their results. */
  readonly inputBeats: readonly { readonly data: bigint; readonly last: boolean }[];
  readonly outputBeats: readonly { readonly data: bigint; readonly last: boolean }[];
}

/** Text of the SAIF file, scopes from the shell down. Throws where the samples do not come out as they did before. */
export function rtlActivity({ chain, design, shell, clockMhz, ...beats }: ActivityRequest): string {
  const samples = Math.min(mostSamples, beats.inputBeats.length / chain.input.beats);
  const inputBeats = beats.inputBeats.slice(0, samples * chain.input.beats);
  const outputBeats = beats.outputBeats.slice(0, samples * chain.output.beats);
  const circuit = elaborate(design);
  let recorder: Recorder | undefined;
  const create = (): Simulation => {
    const simulation = compile(circuit);
    const registers = new Set(simulation.signals().flatMap(({ name, kind }) => (kind === 'reg' ? [name] : [])));
    const ports = new Set(simulation.ports.map(({ name }) => name));
    recorder = record(simulation, {
      signals: (name) => registers.has(name) || ports.has(name),
      maxElements: Number.MAX_SAFE_INTEGER,
    });
    return recorded(simulation, recorder);
  };
  const participants = [{ name: 'simulator', compare: 'exact', create }] as const;
  const spec = lockstepSpec(chain, design, { participants, inputBeats, outputBeats, stall: flowing, seed: 1n });
  let out = 0;
  const { failure, outputs } = runLockstep(spec, (_, [sim]) => {
    if (sim?.peek('m_axis_tvalid') === 1n && sim.peek('m_axis_tready') === 1n) out++;
    return out < outputBeats.length;
  });
  if (failure !== undefined) throw new Error(renderFailure(spec, failure, { subject: shell }));
  const got = (outputs['m_axis'] ?? []).map(({ tdata }: Beat) => tdata);
  if (recorder === undefined || got.length < outputBeats.length) throw new Error(`${shell}: results are missing`);
  const { trace } = recorder;
  const core = { ...activityOf(trace), name: 'u_core' };
  const top: ActivityScope = { name: shell, nets: core.nets, scopes: [core] };
  const periodPs = Math.round(1000 * Number(periodNs(clockMhz)));
  return writeSaif(top, { cycles: trace.cycles, periodPs, clock: 'aclk', origin: 'heddle, cycles of the text' });
}

/** The simulation with a sample in every cycle out of reset. */
function recorded(simulation: CircuitSimulation, recorder: Recorder): Simulation {
  let running = false;
  return {
    ports: simulation.ports,
    poke: (port, value) => {
      if (port === 'aresetn') running = BigInt(value) === 1n;
      simulation.poke(port, value);
    },
    peek: (port) => simulation.peek(port),
    settle: () => simulation.settle(),
    tick: () => {
      simulation.settle();
      if (running) recorder.sample();
      simulation.tick();
    },
  };
}
