/**
 * The chain of proof inside of the hardware: where a run differs from the reference, the first layer, channel and pixel that do.
 *
 * The same samples run once more, without stalls, while the streams behind the stages are recorded; they are compared with the codes of
 * the integer executor, stage by stage.
 */
import type { Design } from '../circuit/index.js';
import { type Participant, runLockstep } from '../cosim/index.js';
import type { Chain } from '../dataflow/chain.js';
import { packSamples } from '../dataflow/port-beats.js';
import { firstDifference, placeOfElement, stageStreams } from '../dataflow/stage-streams.js';
import { runStages } from '../network/run-stages.js';
import type { StageNetwork } from '../network/stages.js';
import type { CircuitSimulation, Simulation } from '../simulator/index.js';
import { flowing, lockstepSpec } from './run-hardware.js';

export interface LocateRequest {
  readonly chain: Chain;
  readonly design: Design;
  readonly network: StageNetwork;
  /** A form whose inner streams can be read, see {@link StreamReader}. */
  readonly participant: Participant;
  readonly read: StreamReader;
  /** Codes [samples][elements] of the input port; the fewer the quicker. */
  readonly codes: Float64Array;
}

/** Bits of a signal of the top by its name: `conv_0_thresholds_tdata`. */
export type StreamReader = (sim: Simulation, signal: string) => bigint;

/** Reads wires inside of the built-in simulator. */
export const readCircuit: StreamReader = (sim, signal) => (sim as CircuitSimulation).peekSignal(signal);

/** The first difference in words; undefined where every stage that can be seen is right. */
export function locateDifference(request: LocateRequest): string | undefined {
  const { chain, design, network, participant, read, codes } = request;
  const streams = stageStreams(chain, network);
  const seen = new Map(streams.map(({ stream }) => [stream, [] as bigint[]]));
  const samples = codes.length / chain.input.elements;
  const due = samples * chain.output.beats;
  let left = 0;
  const inputBeats = packSamples(chain.input, codes);
  const spec = lockstepSpec(chain, design, { participants: [participant], inputBeats, stall: flowing, seed: 1n });
  runLockstep(spec, (_, [sim], failure) => {
    if (sim === undefined || failure !== undefined || left >= due) return false;
    if (sim.peek('aresetn') !== 1n) return true;
    for (const [stream, beats] of seen) {
      if (read(sim, `${stream}_tvalid`) === 1n && read(sim, `${stream}_tready`) === 1n)
        beats.push(read(sim, `${stream}_tdata`));
    }
    if (sim.peek('m_axis_tvalid') === 1n && sim.peek('m_axis_tready') === 1n) left++;
    return true;
  });
  const difference = firstDifference(network, streams, runStages(network, codes).stages, seen);
  if (difference === undefined) return undefined;
  const { stage, sample, element, actual, expected } = difference;
  const got = actual === undefined ? 'nothing came' : `0x${actual.toString(16)}`;
  const place = placeOfElement(stage, element);
  return `first wrong layer ${stage.name} (${stage.origin}), sample ${sample}, ${place}: ${got}, not 0x${expected.toString(16)}`;
}
