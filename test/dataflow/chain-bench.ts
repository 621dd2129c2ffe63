/** A whole chain in all its forms: WebAssembly, composed cycle model, and Verilator where the caller asks. */
import type { Participant } from '../../src/cosim/participant.js';
import { bindStream, modelParticipant } from '../../src/cosim/channel-model.js';
import { designParticipants } from '../../src/cosim/design-participants.js';
import { type LockstepResult, runLockstep } from '../../src/cosim/lockstep.js';
import type { StallPair } from '../../src/cosim/stalls.js';
import { type Beat, axisStream, type StreamSpec } from '../../src/cosim/streams.js';
import type { Chain } from '../../src/dataflow/chain.js';
import { type CycleFigures, FigureCounter } from '../../src/dataflow/cycle-figures.js';
import { generateChain } from '../../src/dataflow/generate.js';
import { PipelineModel } from '../../src/dataflow/pipeline-model.js';
import { packSamples, weightBeats } from '../../src/dataflow/port-beats.js';
import type { FramedBeat } from '../../src/dataflow/stages/frame.model.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { emitText } from '../blocks/emit-text.js';

export interface ChainBench {
  readonly chain: Chain;
  readonly participants: readonly Participant[];
  readonly streams: readonly StreamSpec[];
}

const fields = ({ data, last }: FramedBeat): Beat => ({ tdata: data, tlast: last ? 1n : 0n });

function pipelineParticipant(chain: Chain, streams: readonly StreamSpec[]): Participant {
  return modelParticipant(() => {
    const model = new PipelineModel(chain);
    const bound = streams.map((stream) =>
      stream.role === 'sink'
        ? bindStream(
            stream,
            model.weights.get(stream.name) ?? model.input,
            (tdata) => ({ tdata }),
            ({ tdata }) => tdata ?? 0n,
          )
        : bindStream(stream, model.output, fields, ({ tdata, tlast }) => ({ data: tdata ?? 0n, last: tlast === 1n })),
    );
    return { model, streams: bound };
  }, 'aresetn');
}

export async function chainBench(chain: Chain, verilator = false): Promise<ChainBench> {
  const design = generateChain(chain);
  const streams = [
    axisStream('s_axis', 'sink', chain.input.bits),
    ...(chain.weightPorts ?? []).map(({ stream, bits }) => axisStream(stream, 'sink', bits)),
    axisStream('m_axis', 'source', chain.output.bits),
  ];
  const circuit = elaborate(design);
  const wasm: Participant = { name: 'wasm', compare: 'exact', create: () => compile(circuit) };
  const others = verilator
    ? (await designParticipants({ design, text: emitText(design), scrambles: [3] })).participants.slice(1)
    : [];
  return { chain, streams, participants: [wasm, pipelineParticipant(chain, streams), ...others] };
}

/** Lockstep over samples of input codes; `due` are the beats that must come out. Weight ports get their beats for ever. */
export function runChain(
  { chain, participants, streams }: ChainBench,
  codes: ArrayLike<number>,
  due: readonly FramedBeat[],
  stall: StallPair,
  resets = 0,
): LockstepResult {
  const weights = (chain.weightPorts ?? []).map((port) => [port.stream, weightBeats(port).map(fields)] as const);
  return runLockstep({
    ...{ participants, streams, stall, resets, seed: 1n, reset: 'aresetn', patience: 20_000, drain: 50 },
    inputs: { s_axis: packSamples(chain.input, codes).map(fields), ...Object.fromEntries(weights) },
    endless: weights.map(([stream]) => stream),
    expected: { m_axis: due.map(fields) },
    packet: { m_axis: chain.output.beats },
  });
}

/** The four figures of a finished run. */
export function figuresOf(chain: Chain, { transfers }: LockstepResult): CycleFigures {
  const counter = new FigureCounter(chain.output.beats);
  const start = transfers['s_axis']?.[0] ?? 0;
  for (const cycle of transfers['m_axis'] ?? []) counter.record(cycle - start);
  return counter.figures();
}
