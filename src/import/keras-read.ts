/** Keras and QKeras models to a graph in QONNX operators. All problems are listed at once. */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import { sizeOf, type Graph, type Tensor, type ValueInfo } from '../network/graph.js';
import { importDiagnostic, importError, readingFile } from './errors.js';
import { readKerasFile, type KerasFile } from './h5.js';
import { turned, type Value } from './image-order.js';
import { asList, asNumber, asObject, asText } from './json.js';
import { GraphBuilder } from './keras-builder.js';
import type { KerasLayer } from './keras-context.js';
import { readLayer } from './keras-layers.js';

/** Names of inbound layers, from Keras 2 (`[[["a",0,0,{}]]]`) and Keras 3 (`keras_history`) forms. */
function inbound(value: unknown): string[] {
  const list = asList(value);
  if (list) {
    const [first] = list;
    if (typeof first === 'string' && typeof list[1] === 'number') return [first];
    return list.flatMap(inbound);
  }
  const object = asObject(value);
  if (!object) return [];
  if (object.keras_history !== undefined) return inbound(object.keras_history);
  return Object.values(object).flatMap(inbound);
}

function layersOf(config: unknown, file: string): { name: string; layers: KerasLayer[]; sequential: boolean } {
  const model = asObject(config);
  const inner = asObject(model?.config);
  const className = asText(model?.class_name) ?? '';
  const list = asList(inner?.layers) ?? asList(model?.config);
  if (!list || !['Functional', 'Model', 'Sequential'].includes(className))
    throw importError(
      'H3003',
      file,
      `${file}: model class ${className || 'unknown'} is not read`,
      className,
      'use Functional or Sequential',
    );
  const sequential = className === 'Sequential';
  const layers = list.map((item): KerasLayer => {
    const layer = asObject(item) ?? {};
    const settings = asObject(layer.config) ?? {};
    const name = asText(settings.name) ?? asText(layer.name) ?? '';
    const from = sequential ? undefined : inbound(layer.inbound_nodes);
    return { className: asText(layer.class_name) ?? '', name, config: settings, from };
  });
  return { name: asText(inner?.name) ?? 'network', layers, sequential };
}

/** Shape of the input layer with batch 1, or undefined. */
function inputShape(layer: KerasLayer | undefined): number[] | undefined {
  const shape = asList(layer?.config.batch_input_shape) ?? asList(layer?.config.batch_shape);
  if (!shape || shape.length < 2) return undefined;
  const sizes = shape.slice(1).map((size) => asNumber(size) ?? -1);
  return sizes.every((size) => Number.isSafeInteger(size) && size > 0) && sizeOf(sizes) < 2 ** 24
    ? [1, ...sizes]
    : undefined;
}

function toGraph(keras: KerasFile, file: string): Graph {
  const { name, layers, sequential } = layersOf(keras.config, file);
  const shape = inputShape(layers.find((layer) => inputShape(layer) !== undefined));
  if (!shape) throw importError('H3005', file, `${file}: the model has no input layer of fixed shape`);
  const problems: Diagnostic[] = [];
  const builder = new GraphBuilder();
  /** What each layer ends in. */
  const outputs = new Map<string, Value>();
  /** Layers whose shape is a guess, because something in front of them is not read. */
  const guessed = new Set<string>();
  const read = new Set<string>();
  let inputName = '';
  let previous = '';
  for (const layer of layers) {
    if (layer.className === 'InputLayer' || (sequential && inputName === '')) {
      inputName = layer.className === 'InputLayer' ? layer.name : `${layer.name}_input`;
      const base = `${inputName}/channels_first`;
      const first = turned(
        (from, perm) => builder.node('Transpose', base, base, from, perm),
        { name: inputName, shape },
        'graph',
      );
      outputs.set(inputName, { name: first, shape });
      previous = inputName;
      if (layer.className === 'InputLayer') continue;
    }
    const sources = layer.from ?? [previous];
    const missing = sources.length === 0 ? '' : sources.find((source) => !outputs.has(source));
    if (missing !== undefined && problems.length === 0)
      problems.push(
        importDiagnostic(
          'H3005',
          file,
          `${layer.name}: reads "${missing}", which comes later or not at all`,
          layer.name,
        ),
      );
    sources.forEach((source) => read.add(source));
    const inputs = sources.map((source) => outputs.get(source) ?? { name: '', shape });
    const weights = keras.weights.get(layer.name) ?? new Map<string, Tensor>();
    const found = readLayer({ layer, weights, builder, inputs, file });
    // Behind a layer that is not read shapes mean nothing: only what the layers themselves cannot do is told.
    const blind = sources.some((source) => guessed.has(source)) || missing !== undefined;
    const told = found.problems.filter(({ code }) => !blind || code === 'H3003' || code === 'H3007');
    problems.push(...told);
    if (blind || found.problems.length > 0) guessed.add(layer.name);
    outputs.set(layer.name, found.output);
    previous = layer.name;
  }
  if (problems.length > 0) throw new HeddleError(problems);
  const ends = layers.map((layer) => layer.name).filter((layer) => !read.has(layer));
  const end = sequential ? previous : ends.length === 1 ? ends[0] : undefined;
  const output = outputs.get(end ?? '');
  if (output === undefined || inputName === '')
    throw importError('H3005', file, `${file}: the model has ${ends.length} outputs`, ends.join(' '));
  const base = `${end ?? ''}/channels_last`;
  const last = turned((from, perm) => builder.node('Transpose', base, base, from, perm), output, 'file');
  const value: ValueInfo = { name: last, shape: output.shape };
  return { name, source: 'qkeras', inputs: [{ name: inputName, shape }], outputs: [value], ...builder.parts() };
}

/**
 * Reads a Keras .h5 file, or one of weights alone with its `architecture`. Throws H3002 to H3008; every error is a HeddleError.
 */
export async function readKeras(bytes: Uint8Array, file: string, architecture?: unknown): Promise<Graph> {
  const keras = await readKerasFile(bytes, file, architecture);
  return readingFile(file, () => toGraph(keras, file));
}
