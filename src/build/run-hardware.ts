/** Samples through one executable form of an accelerator: what comes out, and when, at the ports and behind its modules. */
import type { Beat, Failure, LockstepSpec, Participant, StallPair } from '../cosim/index.js';
import { runLockstep } from '../cosim/index.js';
import type { Design } from '../circuit/index.js';
import type { Chain } from '../dataflow/chain.js';
import { beatsPerSample, patienceOf, portNames } from '../dataflow/chain-streams.js';
import { type CycleFigures, FigureCounter } from '../dataflow/cycle-figures.js';
import { packSamples, unpackSamples, weightBeats } from '../dataflow/port-beats.js';
import type { FramedBeat } from '../dataflow/stages/frame.model.js';
import type { CircuitSimulation, Simulation } from '../simulator/index.js';
import { portsOf } from './hardware.js';

export const flowing: StallPair = { source: { kind: 'none' }, sink: { kind: 'none' } };

export interface RunRequest {
  readonly chain: Chain;
  readonly design: Design;
  readonly participant: Participant;
  /** Codes [samples][elements] of the input port. */
  readonly codes: Float64Array;
  /** Whether output lanes are two's complement. */
  readonly signedOutput: boolean;
  readonly stall?: StallPair;
  readonly seed?: bigint;
  /** Nodes of the chain to watch; the form must be a circuit simulator. */
  readonly watch?: readonly string[];
}

export interface HardwareRun {
  /** Output codes [samples][elements]; of whole samples that came out. */
  readonly outputs: Float64Array;
  readonly inputBeats: readonly FramedBeat[];
  readonly outputBeats: readonly FramedBeat[];
  readonly cycles: CycleFigures;
  /** Of the watched nodes, by name. */
  readonly nodes: ReadonlyMap<string, CycleFigures>;
  /** A broken stream rule, or nothing moves any more. */
  readonly failure?: Failure;
  /** The run as lockstep sees it, for reports. */
  readonly spec: LockstepSpec;
}

const wires = (beats: readonly FramedBeat[]): Beat[] =>
  beats.map(({ data, last }) => ({ tdata: data, tlast: last ? 1n : 0n }));

/** Beats of the weight ports of a chain, to be played again and again. */
export const weightFeeds = ({ weightPorts = [] }: Chain): Readonly<Record<string, readonly Beat[]>> =>
  Object.fromEntries(weightPorts.map((port) => [port.stream, wires(weightBeats(port))]));

/** Inputs of an AXI4-Lite port that nobody uses; an accelerator without one does not see them. */
export const idleBus: Readonly<Record<string, bigint>> = {
  ...Object.fromEntries(['awvalid', 'wvalid', 'arvalid'].map((port) => [`s_axi_${port}`, 0n])),
  ...Object.fromEntries(['bready', 'rready'].map((port) => [`s_axi_${port}`, 1n])),
};

export interface LockstepRequest {
  readonly participants: readonly Participant[];
  readonly inputBeats: readonly FramedBeat[];
  /** Beats that must come out; scored when given. */
  readonly outputBeats?: readonly FramedBeat[];
  readonly stall: StallPair;
  readonly seed: bigint;
  readonly resets?: number;
}

/** The run of an accelerator as lockstep takes it; weight ports get their weights for as long as it lasts. */
export function lockstepSpec(chain: Chain, design: Design, request: LockstepRequest): LockstepSpec {
  const { participants, inputBeats, outputBeats, stall, seed, resets = 0 } = request;
  const { streams, reset } = portsOf(design);
  const weights = weightFeeds(chain);
  return {
    participants,
    streams,
    inputs: { s_axis: wires(inputBeats), ...weights },
    endless: Object.keys(weights),
    constants: idleBus,
    ...(outputBeats === undefined ? {} : { expected: { m_axis: wires(outputBeats) } }),
    ...{ stall, seed, reset, resets, patience: patienceOf(chain) },
    packet: { m_axis: chain.output.beats },
  };
}

/** Cycles watched after the last due beat, so that a beat too many is seen. */
const afterlife = 32;

export function runHardware(request: RunRequest): HardwareRun {
  const { chain, design, participant, codes, signedOutput, stall = flowing, seed = 1n, watch = [] } = request;
  const inputBeats = packSamples(chain.input, codes);
  const due = (codes.length / chain.input.elements) * chain.output.beats;
  const watcher = new Watcher(chain, watch, due);
  const spec = lockstepSpec(chain, design, { participants: [participant], inputBeats, stall, seed });
  const { failure, outputs, transfers } = runLockstep(spec, (cycle, [sim], found) => {
    if (found !== undefined || sim === undefined) return false;
    return watcher.look(cycle, sim);
  });
  const outputBeats = (outputs['m_axis'] ?? []).map(({ tdata = 0n, tlast = 0n }) => ({
    data: tdata,
    last: tlast !== 0n,
  }));
  const whole = outputBeats.slice(0, outputBeats.length - (outputBeats.length % chain.output.beats));
  const data = whole.map((beat) => beat.data);
  const start = transfers['s_axis']?.[0] ?? 0;
  const port = new FigureCounter(chain.output.beats);
  for (const cycle of transfers['m_axis'] ?? []) port.record(cycle - start);
  return {
    outputs: unpackSamples(chain.output, data, signedOutput),
    inputBeats,
    outputBeats,
    cycles: port.figures(),
    nodes: watcher.figures(),
    spec,
    ...(failure === undefined ? {} : { failure }),
  };
}

interface Watched {
  readonly name: string;
  /** The node's first output, as the simulator names it. */
  readonly valid: string;
  readonly ready: string;
  readonly counter: FigureCounter;
}

/** Looks at the settled wires of every cycle: counts output beats, and beats behind the watched nodes. */
class Watcher {
  readonly #nodes: readonly Watched[];
  readonly #due: number;
  #start: number | undefined;
  #outputs = 0;
  #after = 0;

  constructor(chain: Chain, watch: readonly string[], due: number) {
    const beats = beatsPerSample(chain);
    this.#due = due;
    this.#nodes = chain.nodes.flatMap(({ name, outputs }): Watched[] => {
      if (!watch.includes(name)) return [];
      const port = `${name}.${portNames('m', outputs.length)[0]}`;
      const counter = new FigureCounter(beats.get(outputs[0]!) ?? 1);
      return [{ name, valid: `${port}_tvalid`, ready: `${port}_tready`, counter }];
    });
  }

  /** False ends the run. */
  look(cycle: number, sim: Simulation): boolean {
    const moves = (stream: string): boolean =>
      sim.peek(`${stream}_tvalid`) === 1n && sim.peek(`${stream}_tready`) === 1n;
    if (this.#outputs >= this.#due) return ++this.#after < afterlife;
    if (this.#start === undefined && moves('s_axis') && sim.peek('aresetn') === 1n) this.#start = cycle;
    if (this.#start === undefined) return true;
    if (moves('m_axis')) this.#outputs++;
    if (this.#nodes.length === 0) return true;
    const circuit = sim as CircuitSimulation;
    for (const { valid, ready, counter } of this.#nodes) {
      if (circuit.peekSignal(valid) === 1n && circuit.peekSignal(ready) === 1n) counter.record(cycle - this.#start);
    }
    return true;
  }

  figures(): ReadonlyMap<string, CycleFigures> {
    return new Map(this.#nodes.map(({ name, counter }) => [name, counter.figures()]));
  }
}
