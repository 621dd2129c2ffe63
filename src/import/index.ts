/** The front door of the numerics: a model file in, a reference and an integer pipeline out. */
import type { NpyArray } from '../base/npy.js';
import { executeSamples, onlyInput, onlyOutput } from '../network/execute.js';
import type { Graph } from '../network/graph.js';
import type { Hls4mlConfig } from '../network/hls4ml-config.js';
import { defaultInput, lowerGraph, type LowerOptions } from '../network/lower.js';
import { collapseNetwork, lowerHls4mlExactly } from '../network/lower-hls4ml.js';
import { batchFree } from '../network/passes/batch-free.js';
import { codesInput } from '../network/passes/codes-input.js';
import { foldConstants } from '../network/passes/fold-constants.js';
import { streamline } from '../network/passes/streamline.js';
import {
  codesOnGrid,
  decodeOutput,
  encodeInput,
  quantizeInput,
  realInput,
  samplesOf,
  toStream,
} from '../network/ports.js';
import { runStages } from '../network/run-stages.js';
import type { ElementType, InputPort, StageNetwork } from '../network/stages.js';
import { importError } from './errors.js';
import { parseHls4mlYaml } from './hls4ml-yaml.js';
import { importModel, readUserFile } from './model.js';

export { importModel } from './model.js';
export { encodeQonnx, writeQonnx } from './onnx-write.js';
export { explanations } from './errors.js';

export interface LoadOptions extends LowerOptions {
  /** `qkeras` (the default of .h5 files) or the path of an hls4ml YAML; ONNX files take none. */
  readonly numerics?: string;
}

export interface LoadedNetwork {
  /** As read from the file, no pass applied. */
  readonly graph: Graph;
  readonly numerics: 'qonnx' | 'finn' | 'qkeras' | 'tflite' | 'hls4ml';
  /** Shape of one sample. */
  readonly inputShape: readonly number[];
  /** The integer pipeline, made on first use; throws H3031 to H3043 where the network has none that is exact. */
  readonly stageNetwork: StageNetwork;
  /** The pipeline before any joining of casts (hls4ml), otherwise the same object as `stageNetwork`. */
  readonly referenceStages: StageNetwork;
  /** Real values of an array as `--input` means them: codes times scale where the model fixes the type (H3015). */
  realInput(array: NpyArray, inputScale?: number): Float64Array;
  /** Codes at the input port (H3015, H3039). */
  encodeInput(array: NpyArray, inputScale?: number): { codes: Float64Array; samples: number };
  /** Codes at the output port to real values, host tail included. */
  decodeOutput(codes: Float64Array): Float64Array;
  /**
   * The reference executor on real values, whole samples in, whole samples out. hls4ml: the uncollapsed casts; everything
   * else: float64 on the streamlined graph, which needs no integer pipeline. Values on the grid of the port enter as codes.
   */
  reference(inputs: Float64Array): Float64Array;
  /** The same on codes of the input port, to the integers that `outputCodes` describes. */
  referenceCodes(codes: Float64Array): Float64Array;
  /** Type and shape of one sample of {@link referenceCodes}: the output port, or the model's own tensor where it fixes codes. */
  readonly outputCodes: { readonly type: ElementType; readonly shape: readonly number[] };
}

/** Computes once, on first use. */
function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function hls4mlNetwork(graph: Graph, config: Hls4mlConfig): LoadedNetwork {
  const exact = lazy(() => lowerHls4mlExactly(graph, config));
  const collapsed = lazy(() => collapseNetwork(exact()));
  const reference = (inputs: Float64Array): Float64Array =>
    decodeOutput(
      runStages(exact(), toStream(quantizeInput(inputs, exact().input), exact().input)).outputs,
      exact().output,
    );
  return assemble(graph, 'hls4ml', { stages: collapsed, exact, reference, port: () => exact().input });
}

function floatNetwork(graph: Graph, options: LowerOptions): LoadedNetwork {
  const stages = lazy(() => lowerGraph(graph, options));
  const fallback = defaultInput(graph);
  const type = options.inputType ?? fallback.type;
  const scale = options.inputScale ?? fallback.scale;
  const port = { shape: onlyInput(graph).shape.slice(1), type, scale, fixedByModel: false };
  const onReals = lazy(() => streamline(graph));
  const onCodes = lazy(() => streamline(codesInput(graph, scale)));
  // On the port's grid the codes go in, as in hardware: a scale like 1/255 then cannot disturb an exact tie.
  const reference = (inputs: Float64Array): Float64Array => {
    const codes = codesOnGrid(inputs, port);
    return codes ? executeSamples(onCodes(), codes) : executeSamples(onReals(), inputs);
  };
  // Real values do not need the port, so that a network without integer pipeline still has its reference.
  return assemble(graph, graph.source, {
    stages,
    exact: stages,
    reference,
    port: () => ({ fixedByModel: false, scale: 1 }),
  });
}

/** The graph computes on codes itself: its executor is the reference, on codes as on real values. */
function codesNetwork(graph: Graph): LoadedNetwork {
  const { shape, codes } = onlyInput(graph);
  const output = onlyOutput(graph);
  if (!codes || !output.codes) throw new Error('the graph carries no codes');
  const { scale, zeroPoint } = output.codes;
  const port: InputPort = { ...codes, shape: shape.slice(1), fixedByModel: true };
  const stages = lazy(() => lowerGraph(graph));
  const ready = lazy(() => batchFree(foldConstants(graph)));
  const onCodes = (values: Float64Array): Float64Array => executeSamples(ready(), values);
  return assemble(graph, 'tflite', {
    stages,
    exact: stages,
    reference: (inputs) => onCodes(quantizeInput(inputs, port)).map((code) => (code - zeroPoint) * scale),
    port: () => port,
    codes: {
      encodeInput: (array, inputScale) => encodeInput(array, port, inputScale),
      referenceCodes: onCodes,
      outputCodes: { type: output.codes.type, shape: output.shape.slice(1) },
    },
  });
}

interface Parts {
  readonly stages: () => StageNetwork;
  readonly exact: () => StageNetwork;
  readonly reference: (inputs: Float64Array) => Float64Array;
  readonly port: () => Pick<InputPort, 'fixedByModel' | 'scale' | 'zeroPoint'>;
  /** Where the model's own output tensor holds codes. */
  readonly codes?: Pick<LoadedNetwork, 'encodeInput' | 'referenceCodes' | 'outputCodes'>;
}

function assemble(graph: Graph, numerics: LoadedNetwork['numerics'], parts: Parts): LoadedNetwork {
  const inputShape = onlyInput(graph).shape.slice(1);
  return {
    graph,
    numerics,
    inputShape,
    get stageNetwork() {
      return parts.stages();
    },
    get referenceStages() {
      return parts.exact();
    },
    realInput: (array, inputScale) => {
      samplesOf(array, inputShape);
      return realInput(array, parts.port(), inputScale);
    },
    encodeInput:
      parts.codes?.encodeInput ?? ((array, inputScale) => encodeInput(array, parts.stages().input, inputScale)),
    decodeOutput: (codes) => decodeOutput(codes, parts.stages().output),
    reference: parts.reference,
    referenceCodes: parts.codes?.referenceCodes ?? ((codes) => runStages(parts.exact(), codes).outputs),
    get outputCodes() {
      return parts.codes?.outputCodes ?? parts.stages().output;
    },
  };
}

/**
 * Loads a model with its numerics. Reads the files now, lowers later. Throws H3001 to H3012; every problem of a user's file is a
 * HeddleError with exit code 2.
 */
export async function loadNetwork(modelPath: string, options: LoadOptions = {}): Promise<LoadedNetwork> {
  const graph = await importModel(modelPath);
  const { numerics } = options;
  if (numerics === undefined) return graph.source === 'tflite' ? codesNetwork(graph) : floatNetwork(graph, options);
  if (graph.source !== 'qkeras')
    throw importError(
      'H3011',
      modelPath,
      `${modelPath}: --numerics is for Keras files, this one carries its own arithmetic`,
    );
  if (numerics === 'qkeras') return floatNetwork(graph, options);
  const text = new TextDecoder().decode(readUserFile(numerics));
  return hls4mlNetwork(graph, parseHls4mlYaml(text, numerics));
}
