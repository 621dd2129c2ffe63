/**
 * LUTs of the usual pieces of logic. Coefficients are means over Yosys 0.23 `synth_xilinx -family xc7`; `npm run
 * check:estimates` prints how well whole modules fit. Flip-flops follow from the registers of a module and stand there.
 */

/** A counter of `n` values with an enable, wrapping to 0: a LUT and a flip-flop a bit. */
export function counterBits(n: number): number {
  return n <= 1 ? 0 : Math.ceil(Math.log2(n));
}

/** Comparison of two signed numbers of `width` bits: three carry bits in four are made of two bits each. */
export const comparator = (width: number): number => 0.72 * width;

/** Comparison with a constant. */
export const constantComparator = (width: number): number => 0.3 * width;

/** Ones among `n` bits: compressors of 3 bits to 2, two LUTs each, then one carry chain; small counts are tables. */
export function popcount(n: number): number {
  if (n <= 1) return 0;
  return n <= 6 ? n - 1 : 2 * n - 6;
}

/**
 * Sum of `n` signed numbers of `width` bits: n - 2 rows of compressors and one carry chain. From about 16 numbers on the
 * rows have grown by the bits of the sum.
 */
export function adderTree(n: number, width: number): number {
  if (n <= 1) return 0;
  const rows = 2 * (n - 2) + 1;
  const growth = n <= 8 ? 0.86 : n >= 16 ? 1.17 : 0.86 + (0.31 * (n - 8)) / 8;
  return rows * width * growth;
}

/** A running sum of `width` bits over terms of `term` bits that a first term replaces: adder and multiplexer. */
export const accumulator = (width: number, term: number): number => Math.min(width, term) + width;

/** Product of `x` and `w` bits in LUTs: a table where six inputs suffice, otherwise rows of partial products. */
export function lutProduct(x: number, w: number, bothSigned: boolean): number {
  const [few, many] = [Math.min(x, w), Math.max(x, w)];
  if (few === 1) return many;
  if (x + w <= 6) return 2 * (x + w) - 4;
  if (few === 2) return 2 * many + 1;
  if (few === 3) return x + w === 7 ? 11 : 4.4 * many - 2;
  // An unsigned activation gets a sign bit, which matters where its bits are the rows.
  const rows = bothSigned || x > w ? few : few + 1;
  return (bothSigned ? 1.65 : 1.5) * rows * many * (1 + 0.06 * (rows - 4));
}

/** Least width of a product that Yosys gives to a DSP48 (`DSP_Y_MINWIDTH` of its 7-series mapping). */
const dspLeast = 9;

/** DSP48E1 (25 x 18 bits, signed) that a product of `x` by `w` bits takes; 0 where LUTs make it. */
export function dspsOfProduct(x: number, w: number, product: number): number {
  if (product < dspLeast || Math.min(x, w) < 2) return 0;
  const [few, many] = [Math.min(x, w), Math.max(x, w)];
  // The wider operand at the wider port; parts beyond the first lose a bit to the sign.
  return Math.ceil(many / (many <= 25 ? 25 : 24)) * Math.ceil(few / (few <= 18 ? 18 : 17));
}
