/** Step 5: samples through the simulated circuit, compared with the reference; then some under stalls beside the cycle model. */
import { numberedError } from '../../base/diagnostics.js';
import { randomStream } from '../../base/random.js';
import { crossStalls, formatStall, renderFailure, runLockstep } from '../../cosim/index.js';
import type { CycleFigures } from '../../dataflow/cycle-figures.js';
import { isSigned } from '../../dataflow/plan.js';
import { packSamples } from '../../dataflow/port-beats.js';
import { runStages } from '../../network/run-stages.js';
import { compareCodes } from '../compare.js';
import { layerExits, layerFigures, type LayerFigures } from '../figures.js';
import { randomCodes } from '../load-model.js';
import { locateDifference, readCircuit } from '../locate-difference.js';
import { pipelineParticipant, simulatorParticipant } from '../participants.js';
import { lockstepSpec, runHardware } from '../run-hardware.js';
import type { Generated } from './generate.js';
import type { Imported } from './import.js';
import type { Planned } from './plan.js';

export interface SimulateOptions {
  /** Samples; default as many as take some ten thousand cycles, 8 to 64. */
  readonly samples?: number | undefined;
  readonly seed: bigint;
}

export interface Simulated {
  readonly samples: number;
  /** Samples whose every output equals the reference. */
  readonly equal: number;
  readonly predicted: CycleFigures;
  readonly cycles: CycleFigures;
  readonly layers: readonly LayerFigures[];
  readonly inputBeats: readonly { readonly data: bigint; readonly last: boolean }[];
  readonly outputBeats: readonly { readonly data: bigint; readonly last: boolean }[];
  /** The run under stalls: pattern and cycles, in step with the cycle model. */
  readonly stalled: { readonly samples: number; readonly stall: string; readonly cycles: number };
}

const stalledSamples = 2;

function codesFor(
  { network, given }: Imported,
  { interval }: Planned,
  { samples, seed }: SimulateOptions,
): Float64Array {
  const elements = network.input.shape.reduce((product, n) => product * n, 1);
  if (given !== undefined) return given.slice(0, (samples ?? given.length / elements) * elements);
  const count = samples ?? Math.max(8, Math.min(64, Math.floor(20_000 / interval)));
  return randomCodes(network.input, count, randomStream(seed, 'samples'));
}

/** Throws H4001 for wrong outputs and H4002 for a broken rule or a difference to the cycle model; both end with 1. */
export function simulateStep(
  imported: Imported,
  planned: Planned,
  { design }: Generated,
  options: SimulateOptions,
): Simulated {
  const { network, reference } = imported;
  const { chain, folding } = planned;
  const codes = codesFor(imported, planned, options);
  const samples = codes.length / chain.input.elements;
  const expected = runStages(reference, codes).outputs;
  const participant = simulatorParticipant(design);
  const signedOutput = isSigned(network.output.type);
  const watch = [...layerExits(chain, network).values()];
  const run = runHardware({ chain, design, participant, codes, signedOutput, watch });
  if (run.failure !== undefined) throw lockstepError(renderFailure(run.spec, run.failure, { subject: network.name }));
  const { equalSamples, first } = compareCodes(run.outputs, expected, chain.output.elements);
  if (first !== undefined) {
    const message = `${network.name}: the simulated hardware differs from the reference; ${first.text}`;
    const upTo = codes.slice(0, (first.sample + 1) * chain.input.elements);
    const place = locateDifference({ chain, design, network, participant, read: readCircuit, codes: upTo });
    throw numberedError('H4001', message, {
      exitCode: 1,
      ...(place === undefined ? {} : { places: [{ text: place }] }),
    });
  }
  const { predicted, layers } = layerFigures(network, chain, folding, samples, run.nodes);
  const { inputBeats, outputBeats, cycles } = run;
  const stalled = runStalled(imported, planned, { design, codes, expected, seed: options.seed, participant });
  return { samples, equal: equalSamples, predicted, cycles, layers, inputBeats, outputBeats, stalled };
}

interface StalledRun {
  readonly design: Generated['design'];
  readonly codes: Float64Array;
  readonly expected: Float64Array;
  readonly seed: bigint;
  readonly participant: ReturnType<typeof simulatorParticipant>;
}

/** The first samples once more under a random pair of stall patterns: circuit and cycle model compared every cycle. */
function runStalled(
  { network }: Imported,
  { chain }: Planned,
  { design, codes, expected, seed, participant }: StalledRun,
): Simulated['stalled'] {
  const samples = Math.min(stalledSamples, codes.length / chain.input.elements);
  const random = randomStream(seed, 'stall');
  const pairs = crossStalls(random).filter(({ source, sink }) => source.kind !== 'none' && sink.kind !== 'none');
  const stall = pairs[random.nextInt(pairs.length)] ?? { source: { kind: 'bursty' }, sink: { kind: 'bursty' } };
  const spec = lockstepSpec(chain, design, {
    participants: [participant, pipelineParticipant(chain, design)],
    inputBeats: packSamples(chain.input, codes.subarray(0, samples * chain.input.elements)),
    outputBeats: packSamples(chain.output, expected.subarray(0, samples * chain.output.elements)),
    stall,
    seed,
  });
  const { failure, cycles } = runLockstep(spec);
  if (failure !== undefined) throw lockstepError(renderFailure(spec, failure, { subject: network.name }));
  return { samples, stall: formatStall(stall), cycles };
}

function lockstepError(report: string): Error {
  const [message = '', ...details] = report.split('\n');
  return numberedError('H4002', message, {
    places: [{ text: details.join('\n').trim() }],
    fix: 'report this with the model',
    exitCode: 1,
  });
}

export function describeSimulate({ samples, cycles, equal }: Simulated): string {
  return `${samples} samples, ${(cycles.total + 1).toLocaleString('en-US')} cycles, ${equal}/${samples} equal to the reference`;
}
