/** A layer computed by its definition, on plain integers: the reference of the engine's models. Shares no code with them. */
import type { EngineLayer, Requant, Residual } from '../../src/engine/layer.js';

/** Results of a layer, row by row, channels innermost, as values. `residual`: an image of the output's size. */
export function integerLayer(layer: EngineLayer, input: ArrayLike<number>, residual?: ArrayLike<number>): number[] {
  const { output } = layer;
  const results: number[] = [];
  for (let row = 0; row < output.height; row++)
    for (let column = 0; column < output.width; column++)
      for (let channel = 0; channel < output.channels; channel++) {
        const sum = sumAt(layer, input, row, column, channel);
        let value = requantized(layer.requant, sum, channel);
        const { lut } = layer.requant;
        if (lut) value = entryValue(lut, value, layer.requant);
        if (layer.residual) {
          const { second } = layer.residual;
          value = requantized(second, addition(layer.residual, value, residual?.[results.length] ?? 0), 0);
        }
        results.push(value);
      }
  return results;
}

/** Both operands at one scale. */
function addition({ scalesOwn, up, zero, factor, drop }: Residual, own: number, other: number): bigint {
  const [plain, scaled] = scalesOwn ? [other, own] : [own, other];
  const product = rounded(BigInt(scaled - zero) * BigInt(factor), 1n << 11n, 'half-up');
  return BigInt(plain) * (1n << BigInt(up)) + rounded(product, 1n << BigInt(drop), 'half-away');
}

/** The entry of a table for the low bits of a result; as a signed number where results are signed. */
function entryValue(lut: readonly number[], result: number, { lo, hi }: Requant): number {
  const entry = lut[((result % lut.length) + lut.length) % lut.length] ?? 0;
  return (lo >= 0 && hi >= lut.length / 2) || entry < lut.length / 2 ? entry : entry - lut.length;
}

function sumAt(layer: EngineLayer, input: ArrayLike<number>, row: number, column: number, channel: number): bigint {
  const { op, y, x, groups, weights, padValue } = layer;
  const { height, width, channels } = layer.input;
  const inner = op === 'dense' ? channels / groups : 1;
  const group = Math.floor(channel / (layer.output.channels / groups));
  const terms: number[] = [];
  for (let ky = 0; ky < y.kernel; ky++)
    for (let kx = 0; kx < x.kernel; kx++) {
      const iy = row * y.stride - y.pad + ky * y.dilation;
      const ix = column * x.stride - x.pad + kx * x.dilation;
      const inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
      for (let i = 0; i < inner; i++) {
        const from = op === 'dense' ? group * inner + i : channel;
        const pixel = inside ? (input[(iy * width + ix) * channels + from] ?? 0) : padValue;
        if (weights) terms.push(pixel * (weights[((channel * y.kernel + ky) * x.kernel + kx) * inner + i] ?? 0));
        else if (inside) terms.push(pixel);
      }
    }
  return BigInt(op === 'max' ? Math.max(...terms) : terms.reduce((a, b) => a + b, 0));
}

/** numerator / denominator, rounded by the definition of the mode. */
function rounded(numerator: bigint, denominator: bigint, mode: Requant['round']): bigint {
  const truncated = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n) return truncated;
  const down = rest < 0n ? truncated - 1n : truncated;
  const size = rest < 0n ? -rest : rest;
  const away = rest < 0n ? truncated - 1n : truncated + 1n;
  const half = 2n * size === denominator;
  const nearest = 2n * size > denominator ? away : truncated;
  switch (mode) {
    case 'floor':
      return down;
    case 'to-zero':
      return truncated;
    case 'half-up':
      return half ? down + 1n : nearest;
    case 'half-away':
      return half ? away : nearest;
    case 'half-even':
      return half ? (truncated % 2n === 0n ? truncated : away) : nearest;
  }
}

function requantized(requant: Requant, sum: bigint, channel: number): number {
  const of = (list: readonly number[]): number => list[list.length === 1 ? 0 : channel] ?? 0;
  const { mode, round, lo, hi, wrap, zeroPoint, leaky, thresholds } = requant;
  const z = sum + BigInt(of(requant.bias));
  if (thresholds) {
    const { levels, table } = thresholds;
    const first = (table.length === levels ? 0 : channel) * levels;
    return lo + table.slice(first, first + levels).filter((level) => z >= BigInt(level)).length;
  }
  const scaled = (value: bigint, shift: number): bigint => {
    const places = value >= 0n ? shift - leaky : shift;
    return rounded(value, 1n << BigInt(places), round);
  };
  const t = z << BigInt(of(requant.leftShift));
  const mult = BigInt(of(requant.mult));
  const shift = of(requant.shift);
  let value: bigint;
  if (mode === 'shift') value = scaled(t, shift);
  else if (mode === 'mult') value = scaled(rounded(t * mult, 1n << 31n, 'half-up'), shift);
  else if (mode === 'single') value = scaled(t * mult, shift);
  else value = scaled(sum * mult + BigInt(of(requant.bias)), shift);
  const result = Number(value) + zeroPoint;
  if (wrap) return lo === 0 && result < 0 ? 0 : (result << 24) >> 24;
  return Math.min(Math.max(result, lo), hi);
}
