/** The executable forms of an accelerator: the built-in simulator, the composed cycle models, Verilator on its text. */
import type { Design } from '../circuit/index.js';
import {
  bindStream,
  type BoundModel,
  buildModel,
  modelParticipant,
  type Participant,
  type TextFile,
  verilatorParticipant,
} from '../cosim/index.js';
import type { Chain } from '../dataflow/chain.js';
import { PipelineModel } from '../dataflow/pipeline-model.js';
import { compile, elaborate } from '../simulator/index.js';
import { portsOf, verilatorSpec } from './hardware.js';

export function simulatorParticipant(design: Design): Participant {
  const circuit = elaborate(design);
  return { name: 'simulator', compare: 'exact', create: () => compile(circuit) };
}

export function pipelineParticipant(chain: Chain, design: Design): Participant {
  const { streams, reset } = portsOf(design);
  return modelParticipant((): BoundModel => {
    const model = new PipelineModel(chain);
    const bound = streams.map((stream) =>
      stream.role === 'sink'
        ? bindStream(
            stream,
            model.weights.get(stream.name) ?? model.input,
            (tdata) => ({ tdata }),
            ({ tdata = 0n }) => tdata,
          )
        : bindStream(
            stream,
            model.output,
            ({ data, last }) => ({ tdata: data, tlast: last ? 1n : 0n }),
            ({ tdata = 0n, tlast = 0n }) => ({ data: tdata, last: tlast !== 0n }),
          ),
    );
    return { model, streams: bound };
  }, reset);
}

/** Verilator on `text`; `scrambles` adds forms whose registers and memories start at random. */
export async function textParticipants(
  design: Design,
  top: string,
  text: readonly TextFile[],
  scrambles: readonly number[] = [],
): Promise<Participant[]> {
  const build = await buildModel(verilatorSpec(design, top, text));
  return [0, ...scrambles].map((seed) => verilatorParticipant(build, seed));
}
