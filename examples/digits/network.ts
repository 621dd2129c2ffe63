/** The multilayer perceptrons of this example: dense, batch norm, quantized activation, ..., dense, one scale. */
import { randomStream, type RandomStream } from '../../src/base/random.js';
import { BatchNorm } from './batch-norm.js';
import { binaryWeights, narrow4Weights, QuantDense, type WeightQuantizer } from './dense.js';
import { pixelsPerDrawing, type Drawings } from './draw.js';

export interface ActivationQuantizer {
  quantize(x: number): number;
  /** Whether the straight-through gradient passes at x. */
  passes(x: number): boolean;
}

export interface Design {
  readonly name: string;
  readonly widths: readonly number[];
  readonly weights: WeightQuantizer;
  readonly activation: ActivationQuantizer;
  /** What the first layer sees of a pixel 0 .. 255. */
  readonly input: (pixel: number) => number;
  /** Multiplies the last sums, so that the loss sees values around 1. */
  readonly outputScale: number;
}

export const designs = {
  w1a1: {
    name: 'digits_w1a1',
    widths: [pixelsPerDrawing, 64, 64, 64, 10],
    weights: binaryWeights,
    activation: { quantize: (x) => (x >= 0 ? 1 : -1), passes: (x) => x >= -1 && x <= 1 },
    input: (pixel) => ((2 * pixel) / 255 - 1 >= 0 ? 1 : -1),
    outputScale: 1 / 8,
  },
  w4a4: {
    name: 'digits_w4a4',
    widths: [pixelsPerDrawing, 32, 32, 10],
    weights: narrow4Weights,
    // ReLU, then 0 .. 15 quarters, ties to even.
    activation: { quantize: (x) => quarters(x), passes: (x) => x > 0 && x < 15 / 4 },
    input: (pixel) => pixel / 255,
    outputScale: 1 / 4,
  },
} as const satisfies Record<string, Design>;

function quarters(x: number): number {
  const scaled = Math.min(15, Math.max(0, x * 4));
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor) / 4;
}

export class Mlp {
  readonly dense: readonly QuantDense[];
  readonly norms: readonly BatchNorm[];

  constructor(
    readonly design: Design,
    random: RandomStream,
  ) {
    const { widths, weights } = design;
    this.dense = widths.slice(1).map((outputs, i) => new QuantDense(widths[i]!, outputs, weights, random));
    this.norms = widths.slice(1, -1).map((width) => new BatchNorm(width));
  }

  /** Ten scores for each drawing, with the settled statistics. */
  infer(x: Float64Array, batch: number): Float64Array {
    return this.dense.reduce((values, dense, i) => {
      const sums = dense.forward(values, batch);
      const norm = this.norms[i];
      if (norm === undefined) return sums.map((sum) => sum * this.design.outputScale);
      return norm.infer(sums).map((value) => this.design.activation.quantize(value));
    }, x);
  }

  /** Takes the statistics of every batch norm from one large sample, layer by layer. */
  settle(x: Float64Array, batch: number): void {
    this.norms.reduce((values, norm, i) => {
      const sums = this.dense[i]!.forward(values, batch);
      norm.settle(sums, batch);
      return norm.infer(sums).map((value) => this.design.activation.quantize(value));
    }, x);
  }

  /** One step of gradient descent on the squared hinge loss; returns the loss. */
  train(x: Float64Array, labels: Uint8Array, rate: number): number {
    const batch = labels.length;
    const { activation, outputScale } = this.design;
    const seen: Float64Array[] = [x];
    const before: Float64Array[] = [];
    let sums: Float64Array = new Float64Array();
    this.dense.forEach((dense, i) => {
      sums = dense.forward(seen[i]!, batch);
      const norm = this.norms[i];
      if (norm === undefined) return;
      before.push(norm.forward(sums, batch));
      seen.push(before[i]!.map((value) => activation.quantize(value)));
    });
    let loss = 0;
    let gradient: Float64Array = sums.map((sum, i) => {
      const wanted = labels[Math.floor(i / 10)] === i % 10 ? 1 : -1;
      const lacking = Math.max(0, 1 - wanted * sum * outputScale);
      loss += (lacking * lacking) / batch;
      return (-2 * wanted * lacking * outputScale) / batch;
    });
    for (let i = this.dense.length - 1; i >= 0; i--) {
      const dx = this.dense[i]!.backward(seen[i]!, gradient, batch, i === 0);
      if (i === 0) break;
      const passed = dx.map((d, at) => (activation.passes(before[i - 1]![at]!) ? d : 0));
      gradient = this.norms[i - 1]!.backward(passed, batch);
    }
    this.dense.forEach((dense) => dense.update(rate));
    this.norms.forEach((norm) => norm.update(rate));
    return loss;
  }
}

/** What the first layer sees, for drawings `from` .. `from + batch` in the given order. */
export function inputsOf(design: Design, drawings: Drawings, order: readonly number[]): Float64Array {
  const table = Float64Array.from({ length: 256 }, (_, pixel) => design.input(pixel));
  const x = new Float64Array(order.length * pixelsPerDrawing);
  order.forEach((drawing, row) => {
    const from = drawing * pixelsPerDrawing;
    for (let p = 0; p < pixelsPerDrawing; p++) x[row * pixelsPerDrawing + p] = table[drawings.pixels[from + p]!]!;
  });
  return x;
}

/** Index of the largest of ten scores, the first one of equals. */
export function bestDigit(scores: ArrayLike<number>, row: number): number {
  let best = 0;
  for (let digit = 1; digit < 10; digit++) if (scores[row * 10 + digit]! > scores[row * 10 + best]!) best = digit;
  return best;
}

/** Share of drawings that the network reads rightly. */
export function accuracy(network: Mlp, drawings: Drawings): number {
  const order = Array.from({ length: drawings.count }, (_, i) => i);
  const scores = network.infer(inputsOf(network.design, drawings, order), drawings.count);
  return order.filter((row) => bestDigit(scores, row) === drawings.labels[row]).length / drawings.count;
}

export interface TrainingPlan {
  readonly seed: bigint;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
}

/** Trains one design; `report` hears the mean loss after each epoch. Equal arguments give an equal network. */
export function trainNetwork(
  design: Design,
  drawings: Drawings,
  plan: TrainingPlan,
  report: (epoch: number, loss: number) => void,
): Mlp {
  const random = randomStream(plan.seed, `digits/${design.name}`);
  const network = new Mlp(design, random);
  const order = Array.from({ length: drawings.count }, (_, i) => i);
  const steps = Math.floor(drawings.count / plan.batch);
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.nextInt(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      const rows = order.slice(step * plan.batch, (step + 1) * plan.batch);
      const labels = Uint8Array.from(rows, (row) => drawings.labels[row]!);
      // The step size falls in a straight line to almost nothing, so that binary weights come to rest.
      const rate = plan.rate * (1.01 - (epoch * steps + step) / (plan.epochs * steps));
      loss += network.train(inputsOf(design, drawings, rows), labels, rate) / steps;
    }
    report(epoch + 1, loss);
  }
  const sample = order.slice(0, 4000);
  network.settle(inputsOf(design, drawings, sample), sample.length);
  return network;
}
