/** What closes a layer: normalization and quantizers. */
import { scalar, tensor } from '../graph.js';
import { imageOf, operator, type Layer } from './flow.js';

const same = (shape: readonly number[]): readonly number[] => shape;

/** Rectifier with an unsigned result of `bits`, whose greatest code stands for a bit less than `top`. */
export function relu(bits: number, { top = 2 }: { readonly top?: number } = {}): Layer {
  return operator(same, () => (writer, [x = '']) => {
    const name = writer.name('relu');
    const positive = writer.node('Relu', name, [x]);
    const operands = [positive, scalar(top / 2 ** bits), scalar(0), scalar(bits)];
    return writer.node('Quant', `${name}_quant`, operands, { signed: 0, narrow: 0, rounding_mode: 'ROUND' });
  });
}

/** Signed result of `bits` between -top and top. */
export function quantize(bits: number, { top = 2 }: { readonly top?: number } = {}): Layer {
  return operator(same, () => (writer, [x = '']) => {
    const operands = [x, scalar((2 * top) / 2 ** bits), scalar(0), scalar(bits)];
    return writer.node('Quant', writer.name('quant'), operands, { signed: 1, narrow: 0, rounding_mode: 'ROUND' });
  });
}

/** Sign: -1 below zero, +1 from zero on. */
export const sign = (): Layer =>
  operator(
    same,
    () =>
      (writer, [x = '']) =>
        writer.node('BipolarQuant', writer.name('sign'), [x, scalar(1)]),
  );

export interface NormOptions {
  /** One value a channel each; from the seed when absent: gamma 0.5 .. 1.5, beta and mean -0.5 .. 0.5, variance 0.5 .. 1.5. */
  readonly gamma?: ArrayLike<number>;
  readonly beta?: ArrayLike<number>;
  readonly mean?: ArrayLike<number>;
  readonly variance?: ArrayLike<number>;
}

/** Batch normalization: `gamma * (x - mean) / sqrt(variance + 1e-5) + beta`, channel by channel. */
export function norm(options: NormOptions = {}): Layer {
  return operator(same, (shape) => (writer, [x = '']) => {
    const name = writer.name('norm');
    const random = writer.random(name);
    const [channels] = imageOf(shape);
    const values = (given: ArrayLike<number> | undefined, middle: number) =>
      tensor(
        [channels],
        given ?? Array.from({ length: channels }, () => Math.fround(middle - 0.5 + random.nextFloat())),
      );
    const { gamma, beta, mean, variance } = options;
    const operands = [values(gamma, 1), values(beta, 0), values(mean, 0), values(variance, 1)];
    return writer.node('BatchNormalization', name, [x, ...operands], { epsilon: 1e-5 });
  });
}
