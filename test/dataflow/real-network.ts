/** The networks of `../shared/models` as accelerators: loaded, planned, run in the simulator or in Verilator. */
import type { StallPair } from '../../src/cosim/index.js';
import { isSigned, planNetwork, type PlanOptions } from '../../src/dataflow/plan.js';
import { weightedStages } from '../../src/dataflow/folding.js';
import { makeDesign, makeHardware } from '../../src/build/hardware.js';
import { simulatorParticipant, textParticipants } from '../../src/build/participants.js';
import { type HardwareRun, runHardware } from '../../src/build/run-hardware.js';
import { readNpy } from '../../src/base/npy.js';
import { loadNetwork, type LoadedNetwork } from '../../src/import/index.js';
import { model } from '../network/shared.js';

export interface RealNetwork {
  readonly loaded: LoadedNetwork;
  /** All samples, in the order of the stream. */
  readonly codes: Float64Array;
  /** Real values of all samples, in the model's layout. */
  readonly expected: Float64Array;
}

export async function rn06(): Promise<RealNetwork> {
  const loaded = await loadNetwork(model('rn06', 'model_best.h5'), { numerics: model('rn06', 'hls4ml.yml') });
  const { codes } = loaded.encodeInput(readNpy(model('rn06', 'input.npy')));
  return { loaded, codes, expected: Float64Array.from(readNpy(model('rn06', 'expected_hls4ml.npy')).data) };
}

export async function resnet8(): Promise<RealNetwork> {
  const loaded = await loadNetwork(model('resnet8_tflite', 'pretrainedResnet_quant.tflite'));
  const { codes } = loaded.encodeInput(readNpy(model('resnet8_tflite', 'input.npy')));
  const scores = readNpy(model('resnet8_tflite', 'expected.npy')).data;
  return { loaded, codes, expected: Float64Array.from(scores, (code) => (code + 128) / 256) };
}

export async function cnv(): Promise<RealNetwork> {
  const loaded = await loadNetwork(model('cnv_w1a1', 'cnv_w1a1.onnx'));
  const { codes } = loaded.encodeInput(readNpy(model('cnv_w1a1', 'input.npy')));
  return { loaded, codes, expected: Float64Array.from(readNpy(model('cnv_w1a1', 'expected_logits.npy')).data) };
}

/** The folding of the BNN-PYNQ build of CNV, (PE, SIMD) by layer. */
const cnvPairs = [[16, 3], [32, 32], [16, 32], [16, 32], [4, 32], [1, 32], [1, 4], [1, 8], [5, 1]] as const; // prettier-ignore

export const cnvFolding = ({ loaded }: RealNetwork) =>
  Object.fromEntries(
    weightedStages(loaded.stageNetwork).map(({ name }, k) => [name, { PE: cnvPairs[k]![0], SIMD: cnvPairs[k]![1] }]),
  );

export const planOf = ({ loaded }: RealNetwork, options: Omit<PlanOptions, 'portBits'>) =>
  planNetwork(loaded.stageNetwork, { portBits: 'full', ...options });

export interface RealRun {
  readonly run: HardwareRun;
  /** Samples whose real values are all as expected. */
  readonly equal: number;
}

/** `count` samples from `first` on through the simulator, or through Verilator on the emitted text. */
export async function runReal(
  { loaded, codes, expected }: RealNetwork,
  { chain }: ReturnType<typeof planOf>,
  {
    count,
    first = 0,
    verilator = false,
    stall,
  }: { count: number; first?: number; verilator?: boolean; stall?: StallPair },
): Promise<RealRun> {
  const signedOutput = isSigned(loaded.stageNetwork.output.type);
  const { elements } = chain.input;
  const some = codes.slice(first * elements, (first + count) * elements);
  const request = { chain, codes: some, signedOutput, ...(stall === undefined ? {} : { stall }) };
  const through = async (): Promise<HardwareRun> => {
    if (!verilator) {
      const design = makeDesign(chain);
      return runHardware({ ...request, design, participant: simulatorParticipant(design) });
    }
    const { design, top, sources, images } = makeHardware(chain);
    const [participant] = await textParticipants(design, top, [...sources, ...images]);
    return runHardware({ ...request, design, participant: participant! });
  };
  const run = await through();
  const reals = loaded.decodeOutput(run.outputs);
  const size = expected.length / (codes.length / elements);
  const equal = Array.from({ length: count }, (_, sample) =>
    Array.from({ length: size }).every(
      (_none, k) => reals[sample * size + k] === expected[(first + sample) * size + k],
    ),
  );
  return { run, equal: equal.filter(Boolean).length };
}
