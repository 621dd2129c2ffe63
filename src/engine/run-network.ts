/** Samples through a planned network on the functional model. */
import { Engine } from './config.js';
import { runStreams } from './functional.js';
import { engineError } from './errors.js';
import { inputDescriptor } from './plan/input-descriptor.js';
import type { EngineNetwork, NetworkOutput } from './plan/lower-stages.js';
import { passesOf, type EnginePlan } from './plan/plan-network.js';
import { decodeOutput, encodeInput, encodeWeights, pixelsOf } from './streams.js';

/** The packets of one sample on the two input ports, and what comes out. */
export interface NetworkStreams {
  readonly weights: readonly Uint8Array[];
  /** One packet for the input; `codes` are those of the sample, in the order of the stream. */
  readonly pixels: (codes: ArrayLike<number>) => readonly Uint8Array[];
  /** Codes of the output port from the packets of m_axis_y. */
  readonly results: (outputs: readonly Uint8Array[]) => Float64Array;
}

/** Streams of a plan; the weights are the same for every sample. */
export function streamsOf(plan: EnginePlan, network: EngineNetwork): NetworkStreams {
  const engine = Engine.fromJSON(plan.engine);
  const passes = passesOf(plan, network);
  const layerOf = (index: number): EngineNetwork['layers'][number] => {
    const found = network.layers.find(({ layer }) => layer.name === plan.layers[index]?.name);
    if (found === undefined) throw engineError('H2209', `layer ${index}`, 'is not in the network');
    return found;
  };
  const weights = passes.flatMap((list, index) =>
    list.map((pass) => encodeWeights(engine, layerOf(index).layer, pass)),
  );
  const input = plan.tensors.find(({ name }) => name === plan.input);
  const { place } = input ?? {};
  if (!input || !place) throw engineError('H2209', plan.input, 'the input has no place in the X-RAM');
  const descriptor = inputDescriptor(engine, place, { row0: 0, rows: input.size.height });
  return {
    weights,
    pixels: (codes) => [encodeInput(engine, descriptor, 0, input.size, pixelsOf(input.size, codes))],
    results: (outputs) => {
      const images = new Map<string, Float64Array>();
      let packet = 0;
      passes.forEach((list, index) => {
        const { layer, output } = layerOf(index);
        for (const pass of list) {
          if (pass.header.dstAxis === 0) continue;
          const { height, width, channels } = layer.output;
          const image = images.get(output) ?? new Float64Array(height * width * channels);
          images.set(output, image);
          decodeOutput(engine, pass, layer.output, outputs[packet++] ?? new Uint8Array(), image);
        }
      });
      return assembled(engine, network.output, images);
    },
  };
}

/** Codes of the output port from the images of its parts, cut to the bits of the port. */
function assembled(
  engine: Engine,
  { parts, type }: NetworkOutput,
  images: ReadonlyMap<string, Float64Array>,
): Float64Array {
  const [first = ''] = parts;
  const lowest = images.get(first);
  if (lowest === undefined) throw engineError('H2209', first, 'the output does not leave the chip');
  const unit = 2 ** engine.XB;
  const bits = type.kind === 'int' ? type.bits : 1;
  const signed = type.kind === 'int' && type.signed;
  return lowest.map((_, index) => {
    const bytes = parts.map((part) => (((images.get(part)?.[index] ?? 0) % unit) + unit) % unit);
    const code = bytes.reduce((sum, byte, k) => sum + byte * unit ** k, 0) % 2 ** bits;
    return signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;
  });
}

/** Codes of the output port for every sample of `codes`. */
export function runNetwork(
  plan: EnginePlan,
  network: EngineNetwork,
  codes: Float64Array,
  samples: number,
): Float64Array {
  const engine = Engine.fromJSON(plan.engine);
  const streams = streamsOf(plan, network);
  const perSample = codes.length / samples;
  const results = Array.from({ length: samples }, (_, sample) => {
    const pixels = streams.pixels(codes.subarray(sample * perSample, (sample + 1) * perSample));
    return streams.results(runStreams(engine, { weights: streams.weights, pixels }).outputs);
  });
  return Float64Array.from(results.flatMap((result) => [...result]));
}
