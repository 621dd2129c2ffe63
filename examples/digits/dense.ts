/**
 * A dense layer trained for hardware: latent real weights, seen by the network only through their quantizer.
 *
 * Backward passes use the straight-through estimator: the gradient of a quantized weight goes to its latent weight.
 * Matrices are row-major; weights are [outputs][inputs] so that the inner loops run over contiguous memory.
 */
import type { RandomStream } from '../../src/base/random.js';

export interface WeightQuantizer {
  /** Latent weights are kept within -limit .. limit. */
  readonly limit: number;
  quantize(latent: number): number;
}

/** 1 bit: -1 or +1, sign(0) = +1. */
export const binaryWeights: WeightQuantizer = { limit: 1, quantize: (latent) => (latent >= 0 ? 1 : -1) };

const halfEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
};

/** 4 bits, narrow range: -7 .. 7 times 1/8. */
export const narrow4Weights: WeightQuantizer = {
  limit: 7 / 8,
  quantize: (latent) => Math.min(7, Math.max(-7, halfEven(latent * 8))) / 8 + 0,
};

/** Adam with its bias correction folded into the step, for one list of parameters. */
export class Adam {
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  #decay1 = 1;
  #decay2 = 1;

  constructor(size: number) {
    this.#mean = new Float64Array(size);
    this.#square = new Float64Array(size);
  }

  step(parameters: Float64Array, gradient: Float64Array, rate: number): void {
    const [beta1, beta2] = [0.9, 0.999];
    this.#decay1 *= beta1;
    this.#decay2 *= beta2;
    const scale = (rate * Math.sqrt(1 - this.#decay2)) / (1 - this.#decay1);
    const [mean, square] = [this.#mean, this.#square];
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i]!;
      const m = (mean[i] = beta1 * mean[i]! + (1 - beta1) * g);
      const s = (square[i] = beta2 * square[i]! + (1 - beta2) * g * g);
      parameters[i] = parameters[i]! - (scale * m) / (Math.sqrt(s) + 1e-8);
    }
  }
}

/** y[batch][outputs] = x[batch][inputs] . weights^T */
function multiply(
  x: Float64Array,
  weights: Float64Array,
  batch: number,
  inputs: number,
  outputs: number,
): Float64Array {
  const y = new Float64Array(batch * outputs);
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outputs; o++) {
      let [s0, s1, i] = [0, 0, 0];
      const [xAt, wAt] = [b * inputs, o * inputs];
      for (; i + 1 < inputs; i += 2) {
        s0 += x[xAt + i]! * weights[wAt + i]!;
        s1 += x[xAt + i + 1]! * weights[wAt + i + 1]!;
      }
      if (i < inputs) s0 += x[xAt + i]! * weights[wAt + i]!;
      y[b * outputs + o] = s0 + s1;
    }
  }
  return y;
}

export class QuantDense {
  readonly latent: Float64Array;
  /** What the network computes with, refreshed by {@link refresh}. */
  readonly weights: Float64Array;
  readonly #gradient: Float64Array;
  readonly #adam: Adam;

  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly quantizer: WeightQuantizer,
    random: RandomStream,
  ) {
    const size = inputs * outputs;
    this.latent = Float64Array.from({ length: size }, () => 0.5 * quantizer.limit * (2 * random.nextFloat() - 1));
    this.weights = new Float64Array(size);
    this.#gradient = new Float64Array(size);
    this.#adam = new Adam(size);
    this.refresh();
  }

  refresh(): void {
    for (let i = 0; i < this.latent.length; i++) this.weights[i] = this.quantizer.quantize(this.latent[i]!);
  }

  forward(x: Float64Array, batch: number): Float64Array {
    return multiply(x, this.weights, batch, this.inputs, this.outputs);
  }

  /** Takes dL/dy and collects dL/dweights; returns dL/dx unless the layer is the first. */
  backward(x: Float64Array, dy: Float64Array, batch: number, isFirst: boolean): Float64Array {
    const { inputs, outputs, weights } = this;
    const gradient = this.#gradient.fill(0);
    const dx = new Float64Array(isFirst ? 0 : batch * inputs);
    for (let b = 0; b < batch; b++) {
      for (let o = 0; o < outputs; o++) {
        const d = dy[b * outputs + o]!;
        if (d === 0) continue;
        const [xAt, wAt] = [b * inputs, o * inputs];
        for (let i = 0; i < inputs; i++) gradient[wAt + i] = gradient[wAt + i]! + d * x[xAt + i]!;
        if (!isFirst) for (let i = 0; i < inputs; i++) dx[xAt + i] = dx[xAt + i]! + d * weights[wAt + i]!;
      }
    }
    return dx;
  }

  update(rate: number): void {
    this.#adam.step(this.latent, this.#gradient, rate);
    const { limit } = this.quantizer;
    for (let i = 0; i < this.latent.length; i++) this.latent[i] = Math.min(limit, Math.max(-limit, this.latent[i]!));
    this.refresh();
  }
}
