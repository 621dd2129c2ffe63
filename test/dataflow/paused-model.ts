/** The composed cycle model of a chain with pauses at all its ports, however long. */
import { randomStream } from '../../src/base/random.js';
import type { Chain } from '../../src/dataflow/chain.js';
import { PipelineModel } from '../../src/dataflow/pipeline-model.js';
import { packSamples, weightBeats } from '../../src/dataflow/port-beats.js';

/** Chances in a cycle that a pause begins behind a beat, and that it ends. */
export interface Pauses {
  readonly begin: number;
  readonly end: number;
}

export interface PausePattern {
  readonly name: string;
  /** Of the input and the weight ports. */
  readonly source: Pauses;
  readonly sink: Pauses;
}

const none: Pauses = { begin: 0, end: 1 };

export const pausePatterns: readonly PausePattern[] = [
  { name: 'half', source: { begin: 0.5, end: 0.5 }, sink: { begin: 0.5, end: 0.5 } },
  { name: 'drip', source: { begin: 1, end: 0.1 }, sink: none },
  { name: 'bursts', source: { begin: 0.1, end: 0.05 }, sink: { begin: 0.1, end: 0.1 } },
  { name: 'long', source: { begin: 0.02, end: 0.005 }, sink: { begin: 0.02, end: 0.01 } },
];

/** Cycles without a transfer in which no port pauses after which a run counts as stopped. */
const patience = 300;

/** Beats that came out until all had come or nothing moved any more. */
export function runPaused(chain: Chain, codes: ArrayLike<number>, due: number, pattern: PausePattern, seed: number) {
  const model = new PipelineModel(chain);
  const random = randomStream(BigInt(seed), `pauses ${pattern.name}`);
  const sources = [
    { port: model.input, beats: packSamples(chain.input, codes).map(({ data }) => data), endless: false },
    ...(chain.weightPorts ?? []).map((port) => {
      const beats = weightBeats(port).map(({ data }) => data);
      return { port: model.weights.get(port.stream)!, beats, endless: true };
    }),
  ].map((source) => ({ ...source, sent: 0, paused: false }));
  const wires = model.stages.flatMap(({ outputs }) => outputs);
  const results: bigint[] = [];
  const pauses = (paused: boolean, { begin, end }: Pauses): boolean => random.nextFloat() < (paused ? 1 - end : begin);
  let held = false;
  model.reset();
  for (let still = 0; results.length < due && still < patience;) {
    for (const { port, beats, endless, sent, paused } of sources) {
      port.valid = !paused && (endless || sent < beats.length);
      port.data = beats[sent % beats.length] ?? 0n;
    }
    model.output.ready = !held;
    model.settle();
    const open = !held && sources.every(({ paused }) => !paused);
    let moved = wires.some(({ valid, ready }) => valid && ready);
    for (const source of sources) {
      const taken = source.port.valid && source.port.ready;
      if (taken) source.sent++;
      moved ||= taken;
      // A beat on offer stays.
      if (taken || source.paused) source.paused = pauses(source.paused, pattern.source);
    }
    if (model.output.valid && model.output.ready) results.push(model.output.data.data);
    held = pauses(held, pattern.sink);
    model.tick();
    if (moved) still = 0;
    else if (open) still++;
  }
  return results;
}
