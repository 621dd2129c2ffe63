/** Seeded random dense networks for property tests: many bit widths, negative gammas, per-channel scales. */
import { tensor, type Attribute, type Graph, type GraphNode, type Tensor } from '../../src/network/graph.js';

/** mulberry32: 32 bits of state, uniform in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface RandomNetwork {
  readonly graph: Graph;
  readonly inputBits: number;
  readonly inputSigned: boolean;
  readonly inputScale: number;
}

class Chain {
  readonly nodes: GraphNode[] = [];
  readonly initializers = new Map<string, Tensor>();
  at = 'x';

  constant(value: Tensor): string {
    const name = `c${this.initializers.size}`;
    this.initializers.set(name, value);
    return name;
  }

  add(op: string, operands: readonly string[], attributes: Record<string, Attribute> = {}, from = this.at): string {
    const name = `${op}_${this.nodes.length}`;
    const output = `${name}_out`;
    this.nodes.push({ name, op, domain: '', inputs: [from, ...operands], outputs: [output], attributes });
    return output;
  }
}

/** Two to four layers: [Quant] -> MatMul or Gemm -> affine mix -> activation quantizer; the last one without. */
export function randomNetwork(seed: number): RandomNetwork {
  const next = random(seed);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const list = (count: number, f: () => number): Tensor => tensor([count], Float64Array.from({ length: count }, f));
  const chain = new Chain();
  const quant = (bits: number, signed: number, scale: Tensor, from: string, narrow = 0): string =>
    chain.add(
      'Quant',
      [chain.constant(scale), chain.constant(tensor([], [0])), chain.constant(tensor([], [bits]))],
      { signed, narrow, rounding_mode: ['ROUND', 'FLOOR', 'CEIL', 'HALF_UP'][int(0, 3)] ?? 'ROUND' },
      from,
    );
  const inputBits = int(2, 8);
  const inputSigned = next() < 0.5;
  const inputScale = [1, 0.5, 1 / 255, 0.037][int(0, 3)] ?? 1;
  let width = int(2, 9);
  const shape = [1, width];
  if (next() < 0.5) chain.at = quant(int(2, 6), 1, tensor([], [inputScale * int(1, 3)]), chain.at);
  const layers = int(2, 4);
  for (let layer = 0; layer < layers; layer++) {
    const units = int(2, 9);
    const weights = tensor(
      [units, width],
      Float64Array.from({ length: units * width }, () => next() * 4 - 2),
    );
    const raw = chain.constant(weights);
    const bipolar = next() < 0.25;
    const scale =
      next() < 0.5
        ? tensor([], [0.25])
        : tensor(
            [units, 1],
            Float64Array.from({ length: units }, () => 0.1 + next()),
          );
    const quantized = bipolar
      ? chain.add('BipolarQuant', [chain.constant(scale)], {}, raw)
      : quant(int(2, 8), 1, scale, raw, int(0, 1));
    if (next() < 0.5) {
      const bias = chain.constant(list(units, () => next() * 2 - 1));
      chain.at = chain.add('Gemm', [quantized, bias], { transB: 1 });
    } else {
      const turned = chain.add('Transpose', [], { perm: [1, 0] }, quantized);
      chain.at = chain.add('MatMul', [turned]);
    }
    width = units;
    if (layer === layers - 1) break;
    if (next() < 0.7) {
      const parameters = [() => next() * 2 - 1, () => next() * 2 - 1, () => next() * 4 - 2, () => next() + 0.1];
      chain.at = chain.add(
        'BatchNormalization',
        parameters.map((f) => chain.constant(list(units, f))),
        { epsilon: 1e-5 },
      );
    }
    if (next() < 0.3) chain.at = chain.add('Mul', [chain.constant(list(units, () => next() * 3 - 1.5))]);
    if (next() < 0.3) chain.at = chain.add('Sub', [chain.constant(tensor([], [next() - 0.5]))]);
    const relu = next() < 0.5;
    if (relu) chain.at = chain.add('Relu', []);
    if (next() < 0.2) chain.at = chain.add('BipolarQuant', [chain.constant(tensor([], [1.5]))]);
    else chain.at = quant(int(1, 8), relu ? 0 : 1, tensor([], [0.05 + next()]), chain.at, 0);
  }
  const graph: Graph = {
    name: `random_${seed}`,
    source: 'qonnx',
    inputs: [{ name: 'x', shape }],
    outputs: [{ name: chain.at, shape: [1, width] }],
    nodes: chain.nodes,
    initializers: chain.initializers,
  };
  return { graph, inputBits, inputSigned, inputScale };
}
