/** Every way to weights gives the same results at the same rate: cycle model, circuit and Verilator against the executor. */
import { describe, expect, it } from 'vitest';
import { bindStream, modelParticipant } from '../../../src/cosim/channel-model.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { runLockstep } from '../../../src/cosim/lockstep.js';
import type { Participant } from '../../../src/cosim/participant.js';
import { type Beat, axisStream, type StreamSpec } from '../../../src/cosim/streams.js';
import type { Chain } from '../../../src/dataflow/chain.js';
import { readFolding } from '../../../src/dataflow/folding-file.js';
import { generateChain } from '../../../src/dataflow/generate.js';
import { PipelineModel } from '../../../src/dataflow/pipeline-model.js';
import { isSigned, planNetwork } from '../../../src/dataflow/plan.js';
import { packSamples } from '../../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../../src/dataflow/run-pipeline.js';
import type { FramedBeat } from '../../../src/dataflow/stages/frame.model.js';
import { placeWeights, type WeightMode, weightModes } from '../../../src/dataflow/weights/place-weights.js';
import { runStages } from '../../../src/network/run-stages.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';
import { randomCase, type RandomCase } from '../random-network.js';

/** Networks with two weighted layers. */
function cases(count: number): (RandomCase & { readonly layers: readonly [string, string] })[] {
  const found: (RandomCase & { readonly layers: readonly [string, string] })[] = [];
  for (let seed = 1n; found.length < count; seed++) {
    const one = randomCase(seed);
    const dense = one.network.stages.filter(({ kind }) => kind === 'dense').map(({ name }) => name);
    if (dense.length === 2 && one.samples > 1) found.push({ ...one, layers: [dense[0]!, dense[1]!] });
  }
  return found;
}

const pairs: readonly (readonly [WeightMode, WeightMode])[] = weightModes.flatMap((a) =>
  weightModes.map((b) => [a, b] as const),
);

const fields = ({ data, last }: FramedBeat): Beat => ({ tdata: data, tlast: last ? 1n : 0n });

function modelOf(chain: Chain, streams: readonly StreamSpec[]): Participant {
  return modelParticipant(() => {
    const model = new PipelineModel(chain);
    const bound = streams.map((stream) => {
      const unpack = ({ tdata = 0n, tlast = 0n }: Beat): FramedBeat => ({ data: tdata, last: tlast === 1n });
      if (stream.role === 'source') return bindStream(stream, model.output, fields, unpack);
      const wires = stream.name === 's_axis' ? model.input : model.weights.get(stream.name)!;
      return bindStream(
        stream,
        wires,
        (tdata) => ({ tdata }),
        ({ tdata }) => tdata ?? 0n,
      );
    });
    return { model, streams: bound };
  }, 'aresetn');
}

describe('weights of a network', () => {
  it('are where the folding file says', () => {
    const [{ network, folding, portBits, layers }] = cases(1) as [ReturnType<typeof cases>[number]];
    const [first] = layers;
    const text = (weights: string): string => JSON.stringify({ ...folding, [first]: { ...folding[first], weights } });
    for (const mode of weightModes) {
      const { chain } = planNetwork(network, { folding: readFolding(text(mode), network), portBits });
      const fixed = planNetwork(network, { folding, portBits }).chain;
      expect(chain).toEqual(placeWeights(fixed, { [first]: mode }));
    }
    expect(() => readFolding(text('flash'), network)).toThrow('rom stream programmable programmable_stream external');
  });

  it('give the same results, and the interval of fixed ones, wherever they are, in the cycle model', () => {
    for (const { network, folding, portBits, codes, layers } of cases(6)) {
      const { chain } = planNetwork(network, { folding, portBits });
      const signedOutput = isSigned(network.output.type);
      const expected = runStages(network, codes).outputs;
      const fixed = runPipelineModel(chain, codes, { signedOutput });
      expect(fixed.outputs).toEqual(expected);
      for (const [a, b] of pairs) {
        const placed = placeWeights(chain, { [layers[0]]: a, [layers[1]]: b });
        const run = runPipelineModel(placed, codes, { signedOutput });
        expect([a, b, run.outputs]).toEqual([a, b, expected]);
        // A port may be slower than the layer that it feeds.
        if (a === 'external' || b === 'external') continue;
        // Words that are read once their frame has begun come up to three cycles late where the FIFO in front is short.
        const late = [a, b].filter((mode) => mode === 'programmable_stream').length * 3;
        const [interval, before] = [run.cycles.steady_interval ?? 0, fixed.cycles.steady_interval ?? 0];
        expect(interval, `${a} ${b}`).toBeLessThanOrEqual(before + late);
        if (late === 0) expect(interval, `${a} ${b}`).toBe(before);
      }
    }
  });

  it.each([
    ['external', 'programmable_stream', true],
    ['stream', 'programmable', true],
    ['programmable_stream', 'external', false],
    ['programmable', 'stream', false],
    ['programmable_stream', 'programmable_stream', false],
  ] as const)('give the same results in the circuit: %s and %s', async (a, b, verilator) => {
    const [one] = cases(2).slice(1) as [ReturnType<typeof cases>[number]];
    const { network, folding, portBits, codes, layers } = one;
    const chain = placeWeights(planNetwork(network, { folding, portBits }).chain, { [layers[0]]: a, [layers[1]]: b });
    const design = generateChain(chain);
    const ports = chain.weightPorts ?? [];
    const streams = [
      axisStream('s_axis', 'sink', chain.input.bits),
      ...ports.map(({ stream, bits }) => axisStream(stream, 'sink', bits)),
      axisStream('m_axis', 'source', chain.output.bits),
    ];
    const circuit = elaborate(design);
    const wasm: Participant = { name: 'wasm', compare: 'exact', create: () => compile(circuit) };
    const others = verilator
      ? (await designParticipants({ design, text: emitText(design), scrambles: [3] })).participants.slice(1)
      : [];
    const samples = codes.length / chain.input.elements;
    const due = packSamples(chain.output, runStages(network, codes).outputs);
    const weights = ports.map(({ stream, beats }) => {
      const frame = beats.map((tdata, k) => ({ tdata, tlast: k === beats.length - 1 ? 1n : 0n }));
      return [stream, Array.from({ length: samples }, () => frame).flat()] as const;
    });
    for (const p of [0, 0.3, 0.8]) {
      const side = p === 0 ? ({ kind: 'none' } as const) : ({ kind: 'bernoulli', p } as const);
      const { failure } = runLockstep({
        participants: [wasm, modelOf(chain, streams), ...others],
        ...{ streams, stall: { source: side, sink: side }, seed: 5n, reset: 'aresetn', resets: p > 0.5 ? 2 : 0 },
        inputs: { s_axis: packSamples(chain.input, codes).map(fields), ...Object.fromEntries(weights) },
        expected: { m_axis: due.map(fields) },
        patience: 3000,
      });
      expect(failure, `stall ${p}`).toBeUndefined();
    }
  });
});
