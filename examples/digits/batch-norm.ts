/** Batch normalization over [batch][channels], trained with the statistics of each batch. */
import { Adam } from './dense.js';

/** As in ONNX BatchNormalization. */
export const epsilon = 1e-5;

export class BatchNorm {
  readonly gamma: Float64Array;
  readonly beta: Float64Array;
  /** Statistics for inference, set by {@link settle} from a large sample after training. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly #adamGamma: Adam;
  readonly #adamBeta: Adam;
  readonly #gammaGradient: Float64Array;
  readonly #betaGradient: Float64Array;
  #normalized = new Float64Array();
  #inverse = new Float64Array();

  constructor(readonly channels: number) {
    // Every fourth channel starts upside down: trained networks have such channels, and hardware must turn their thresholds.
    this.gamma = Float64Array.from({ length: channels }, (_, c) => (c % 4 === 3 ? -1 : 1));
    this.beta = new Float64Array(channels);
    this.mean = new Float64Array(channels);
    this.variance = new Float64Array(channels).fill(1);
    this.#adamGamma = new Adam(channels);
    this.#adamBeta = new Adam(channels);
    this.#gammaGradient = new Float64Array(channels);
    this.#betaGradient = new Float64Array(channels);
  }

  /** Sets the statistics for inference to those of x. */
  settle(x: Float64Array, batch: number): void {
    const { channels, mean, variance } = this;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let b = 0; b < batch; b++) sum += x[b * channels + c]!;
      mean[c] = sum / batch;
      let square = 0;
      for (let b = 0; b < batch; b++) {
        const off = x[b * channels + c]! - mean[c]!;
        square += off * off;
      }
      variance[c] = square / batch;
    }
  }

  /** Normalizes with the statistics at hand. */
  infer(x: Float64Array): Float64Array {
    const { channels, mean, variance, gamma, beta } = this;
    return x.map((value, i) => {
      const c = i % channels;
      return ((value - mean[c]!) / Math.sqrt(variance[c]! + epsilon)) * gamma[c]! + beta[c]!;
    });
  }

  /** Normalizes with the statistics of this batch. */
  forward(x: Float64Array, batch: number): Float64Array {
    this.settle(x, batch);
    const { channels, mean, variance, gamma, beta } = this;
    this.#inverse = variance.map((v) => 1 / Math.sqrt(v + epsilon));
    this.#normalized = x.map((value, i) => (value - mean[i % channels]!) * this.#inverse[i % channels]!);
    return this.#normalized.map((value, i) => value * gamma[i % channels]! + beta[i % channels]!);
  }

  backward(dy: Float64Array, batch: number): Float64Array {
    const { channels, gamma } = this;
    const [dGamma, dBeta, n] = [this.#gammaGradient.fill(0), this.#betaGradient.fill(0), this.#normalized];
    for (let i = 0; i < dy.length; i++) {
      dGamma[i % channels] = dGamma[i % channels]! + dy[i]! * n[i]!;
      dBeta[i % channels] = dBeta[i % channels]! + dy[i]!;
    }
    return dy.map((d, i) => {
      const c = i % channels;
      return ((gamma[c]! * this.#inverse[c]!) / batch) * (batch * d - dBeta[c]! - n[i]! * dGamma[c]!);
    });
  }

  update(rate: number): void {
    this.#adamGamma.step(this.gamma, this.#gammaGradient, rate);
    this.#adamBeta.step(this.beta, this.#betaGradient, rate);
  }
}
