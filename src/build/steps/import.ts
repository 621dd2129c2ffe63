/** Step 1: the model file becomes integer stages; the graph after every pass is kept for readers. */
import { randomStream } from '../../base/random.js';
import { encodeQonnx, type LoadedNetwork } from '../../import/index.js';
import { codeBits } from '../../dataflow/plan.js';
import { weightedStages } from '../../dataflow/folding.js';
import { type Graph, sizeOf } from '../../network/graph.js';
import { type PassResult, streamlineSteps } from '../../network/passes/streamline.js';
import { fromStream } from '../../network/ports.js';
import { runStages } from '../../network/run-stages.js';
import type { StageNetwork } from '../../network/stages.js';
import type { Drawing } from '../drawing.js';
import { graphDrawing } from '../graph-svg.js';
import { type PassProof, proofOfPasses } from '../pass-proof.js';
import { loadModel, type ModelOptions, randomCodes, realOfCodes } from '../load-model.js';

export interface ImportOptions extends ModelOptions {
  /** Of the random samples, where no input is given. */
  readonly seed: bigint;
  /** Runs a sample behind every pass. */
  readonly explain?: boolean | undefined;
}

export interface Imported {
  readonly network: StageNetwork;
  /** The stages that define the numerics, before casts were joined. */
  readonly reference: StageNetwork;
  /** `0_model` and one a pass: the bytes of its ONNX file, and what its SVG shows. */
  readonly graphs: readonly { readonly name: string; readonly bytes: Uint8Array; readonly drawing: Drawing }[];
  /** What every pass did, and whether a sample still gives the same outputs. */
  readonly passes: readonly PassProof[];
  /** Codes of the given samples; absent without an input. */
  readonly given?: Float64Array;
  /** A few samples as codes, and what the graph itself computes for them. */
  readonly probe: { readonly codes: Float64Array; readonly outputs: Float64Array; readonly decoded: Float64Array };
}

/** Samples that `check` compares between the graph and the integer stages. */
const probeSamples = 4;

export async function importStep(options: ImportOptions): Promise<Imported> {
  const { loaded, name, array } = await loadModel(options);
  const network = { ...loaded.stageNetwork, name };
  const passes = passesOf(loaded);
  const given = array === undefined ? undefined : loaded.encodeInput(array, options.inputScale).codes;
  const elements = network.input.shape.reduce((product, n) => product * n, 1);
  const codes =
    given?.slice(0, probeSamples * elements) ??
    randomCodes(network.input, probeSamples, randomStream(options.seed, 'probe'));
  const outputs = loaded.reference(realOfCodes(network.input, codes));
  const decoded = loaded.decodeOutput(runStages(network, codes).outputs);
  return {
    network,
    reference: loaded.referenceStages,
    graphs: graphFiles(loaded.graph, passes, name),
    passes:
      options.explain === true ? proofOfPasses(loaded.graph, passes, sampleFor(loaded.graph, network, codes)) : [],
    ...(given === undefined ? {} : { given }),
    probe: { codes, outputs, decoded },
  };
}

/** hls4ml lowers by its own casts, so that the passes of the real-valued graph say nothing there. */
const passesOf = ({ graph, numerics }: LoadedNetwork): readonly PassResult[] =>
  numerics === 'hls4ml' ? [] : streamlineSteps(graph);

function graphFiles(graph: Graph, passes: readonly PassResult[], model: string): Imported['graphs'] {
  return [{ pass: 'model', graph }, ...passes].map(({ pass, graph: each }, k) => ({
    name: `${k}_${pass}`,
    bytes: encodeQonnx(each),
    drawing: graphDrawing(each, k === 0 ? `${model}: the model as read` : `${model}: after ${pass}`),
  }));
}

/** The first of the samples as the graph takes it: codes where it computes on codes, otherwise real values. */
function sampleFor(graph: Graph, { input }: StageNetwork, codes: Float64Array): Float64Array {
  const sample = codes.subarray(0, sizeOf(input.shape));
  return graph.inputs[0]?.codes === undefined ? realOfCodes(input, sample) : fromStream(sample, input);
}

export function describeImport({ network }: Imported): string {
  const stages = weightedStages(network);
  const weights = stages.reduce((sum, stage) => sum + stage.weights.length, 0);
  const bits = [...new Set(stages.map((stage) => codeBits(stage.weight)))].sort((a, b) => a - b).join(', ');
  return `${stages.length} layers, ${weights.toLocaleString('en-US')} weights of ${bits} bit, numerics ${network.numerics}`;
}
