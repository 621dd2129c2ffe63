import { expect, test } from 'vitest';
import {
  doublingHighMul,
  multiplyByFactor,
  quantizeFactor,
  roundingDivideByPot,
} from '../../src/network/requantize.js';
import { random } from './random-graph.js';

const seed = Number(process.env.HEDDLE_SEED ?? 7);

/** gemmlowp's definitions in BigInt, where `/` truncates as in C. */
function gemmlowpHighMul(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n);
}

function gemmlowpDivide(x: bigint, exponent: bigint): bigint {
  const mask = (1n << exponent) - 1n;
  const remainder = x & mask;
  const threshold = (mask >> 1n) + (x < 0n ? 1n : 0n);
  return (x >> exponent) + (remainder > threshold ? 1n : 0n);
}

test(`products and shifts equal gemmlowp's definitions (HEDDLE_SEED=${seed})`, () => {
  const next = random(seed);
  const edges = [0, 1, -1, 2 ** 30, -(2 ** 30), 2 ** 31 - 1, -(2 ** 31)];
  const any = (): number => {
    const kind = next();
    if (kind < 0.2) return edges[Math.floor(next() * edges.length)] ?? 0;
    return Math.floor((next() - 0.5) * 2 ** (kind < 0.5 ? 12 : 32));
  };
  for (let count = 0; count < 20_000; count++) {
    const [a, b] = [any(), Math.floor(next() * 2 ** 31)];
    const high = doublingHighMul(a, b);
    expect(BigInt(high), `${a} * ${b}`).toBe(gemmlowpHighMul(BigInt(a), BigInt(b)));
    const exponent = Math.floor(next() * 32);
    const shifted = roundingDivideByPot(a, exponent);
    // Exponent 0 has no rounding and gemmlowp's mask is empty.
    expect(BigInt(shifted), `${a} / 2^${exponent}`).toBe(gemmlowpDivide(BigInt(a), BigInt(exponent)));
    expect(Object.is(shifted, -0)).toBe(false);
  }
});

test('a left shift happens in front of the product and saturates', () => {
  const factor = { multiplier: 2 ** 30, shift: 4 };
  expect(multiplyByFactor(3, factor)).toBe(24);
  expect(multiplyByFactor(2 ** 30, factor)).toBe(2 ** 30);
  expect(multiplyByFactor(-(2 ** 30), factor)).toBe(-(2 ** 30));
});

test.each([
  [1, 2 ** 30, 1],
  [0.5, 2 ** 30, 0],
  [0.75, 3 * 2 ** 29, 0],
  [3, 3 * 2 ** 29, 2],
  [2 ** -10, 2 ** 30, -9],
  // The significand rounds up to 1.
  [1 - 2 ** -40, 2 ** 30, 1],
  [0, 0, 0],
  // Below 2^-32 nothing is left of any product.
  [2 ** -40, 0, 0],
])('factor %f', (value, multiplier, shift) => {
  expect(quantizeFactor(value)).toEqual({ multiplier, shift });
});

test('factors are within half a step of 2^-31', () => {
  const next = random(seed);
  for (let count = 0; count < 2000; count++) {
    const value = 2 ** ((next() - 0.7) * 30);
    const { multiplier, shift } = quantizeFactor(value);
    expect(multiplier).toBeGreaterThanOrEqual(2 ** 30);
    expect(multiplier).toBeLessThan(2 ** 31);
    expect(Math.abs(multiplier * 2 ** (shift - 31) - value)).toBeLessThanOrEqual(2 ** (shift - 32));
  }
});
