/** TFLite's int8 reference kernels for tests, channels last and in BigInt, written from their definitions, not from src. */

export interface Image {
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly codes: readonly number[];
}

interface Scale {
  readonly scale: number;
  readonly zero: number;
}

/** QuantizeMultiplier by search of the exponent. */
function quantizeMultiplier(real: number): { m: bigint; shift: number } {
  let shift = -40;
  while (real / 2 ** shift >= 1) shift++;
  let m = BigInt(Math.round((real / 2 ** shift) * 2 ** 31));
  if (m === 1n << 31n) [m, shift] = [1n << 30n, shift + 1];
  return { m, shift };
}

/** MultiplyByQuantizedMultiplier with double rounding; `/` of BigInt truncates as in C. */
function multiply(x: bigint, { m, shift }: { m: bigint; shift: number }): bigint {
  const product = (x << BigInt(Math.max(shift, 0))) * m;
  const high = (product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n);
  if (shift >= 0) return high;
  const divisor = 1n << BigInt(-shift);
  const magnitude = ((high < 0n ? -high : high) * 2n + divisor) / (2n * divisor);
  return high < 0n ? -magnitude : magnitude;
}

function clamp(value: number, activation: number, { scale, zero }: Scale): number {
  const code = (real: number): number => zero + Math.round(Math.fround(real / scale));
  const low = activation === 0 ? -128 : activation === 2 ? zero - Math.round(Math.fround(1 / scale)) : zero;
  const high = activation === 2 ? code(1) : activation === 3 ? code(6) : 127;
  return Math.min(Math.max(value, Math.max(-128, low)), Math.min(127, high));
}

export interface ConvParameters {
  readonly oh: number;
  readonly ow: number;
  readonly outputs: number;
  readonly kh: number;
  readonly kw: number;
  readonly sh: number;
  readonly sw: number;
  readonly dh: number;
  readonly dw: number;
  readonly same: boolean;
  readonly groups: number;
  /** [outputs, kh, kw, c / groups] */
  readonly filter: readonly number[];
  readonly bias: readonly number[] | undefined;
  readonly activation: number;
  readonly factor: (channel: number) => number;
  readonly inputZero: number;
  readonly output: Scale;
}

export function convKernel({ h, w, c, codes }: Image, p: ConvParameters): number[] {
  const before = (size: number, count: number, stride: number, reach: number): number =>
    p.same ? Math.floor(Math.max(0, (count - 1) * stride + reach - size) / 2) : 0;
  const top = before(h, p.oh, p.sh, (p.kh - 1) * p.dh + 1);
  const left = before(w, p.ow, p.sw, (p.kw - 1) * p.dw + 1);
  const inner = c / p.groups;
  const out: number[] = [];
  for (let oy = 0; oy < p.oh; oy++)
    for (let ox = 0; ox < p.ow; ox++)
      for (let o = 0; o < p.outputs; o++) {
        let sum = p.bias?.[o] ?? 0;
        for (let ky = 0; ky < p.kh; ky++)
          for (let kx = 0; kx < p.kw; kx++) {
            const [y, x] = [oy * p.sh - top + ky * p.dh, ox * p.sw - left + kx * p.dw];
            if (y < 0 || y >= h || x < 0 || x >= w) continue;
            for (let i = 0; i < inner; i++) {
              const channel = Math.floor(o / (p.outputs / p.groups)) * inner + i;
              const value = (codes[(y * w + x) * c + channel] ?? 0) - p.inputZero;
              sum += value * (p.filter[((o * p.kh + ky) * p.kw + kx) * inner + i] ?? 0);
            }
          }
        const scaled = Number(multiply(BigInt(sum), quantizeMultiplier(p.factor(o))));
        out.push(clamp(scaled + p.output.zero, p.activation, p.output));
      }
  return out;
}

export function addKernel(
  x: readonly number[],
  a: Scale,
  y: readonly number[],
  b: Scale,
  to: Scale,
  activation: number,
): number[] {
  const double = 2 * Math.max(a.scale, b.scale);
  const [ma, mb] = [quantizeMultiplier(a.scale / double), quantizeMultiplier(b.scale / double)];
  const mo = quantizeMultiplier(double / (2 ** 20 * to.scale));
  return x.map((code, index) => {
    const left = multiply(BigInt(code - a.zero) << 20n, ma);
    const right = multiply(BigInt((y[index] ?? 0) - b.zero) << 20n, mb);
    return clamp(Number(multiply(left + right, mo)) + to.zero, activation, to);
  });
}

/** Square windows, SAME padding; `low` is the least code of the fused activation. */
export function averageKernel({ h, w, c, codes }: Image, k: number, s: number, low: number): number[] {
  const [oh, ow] = [Math.ceil(h / s), Math.ceil(w / s)];
  const top = Math.floor(Math.max(0, (oh - 1) * s + k - h) / 2);
  const left = Math.floor(Math.max(0, (ow - 1) * s + k - w) / 2);
  const out: number[] = [];
  for (let oy = 0; oy < oh; oy++)
    for (let ox = 0; ox < ow; ox++)
      for (let channel = 0; channel < c; channel++) {
        let [sum, count] = [0, 0];
        for (let y = Math.max(0, oy * s - top); y < Math.min(h, oy * s - top + k); y++)
          for (let x = Math.max(0, ox * s - left); x < Math.min(w, ox * s - left + k); x++) {
            sum += codes[(y * w + x) * c + channel] ?? 0;
            count++;
          }
        // As in the kernel: half of the count, towards zero, added with the sign of the sum.
        const half = Math.floor(count / 2);
        out.push(Math.max(low, Math.trunc((sum + (sum > 0 ? half : -half)) / count) + 0));
      }
  return out;
}

/** MEAN over all pixels of [pixels][c], as QuantizedMeanOrSum. */
export function meanKernel(
  codes: readonly number[],
  c: number,
  zero: number,
  from: number,
  to: number,
  out: number,
): number[] {
  const pixels = codes.length / c;
  const { m, shift } = quantizeMultiplier(from / to);
  const fold = Math.floor(Math.log2(pixels));
  const factor = { m: (m << BigInt(fold)) / BigInt(pixels), shift: shift - fold };
  return Array.from({ length: c }, (_, channel) => {
    const sum = codes.reduce((total, code, at) => (at % c === channel ? total + code - zero : total), 0);
    return Math.min(127, Math.max(-128, Number(multiply(BigInt(sum), factor)) + out));
  });
}
