/** Opcodes of 128-bit vectors by lane width, after the prefix 0xfd. Only what fixed-width SIMD has. */

export type LaneBits = 8 | 16 | 32 | 64;

export interface LaneOps {
  readonly splat: number;
  readonly neg: number;
  readonly shl: number;
  readonly shrS: number;
  readonly shrU: number;
  readonly add: number;
  readonly sub: number;
  readonly mul?: number;
  readonly eq: number;
  readonly ne: number;
  readonly ltS: number;
  readonly gtS: number;
  readonly leS: number;
  readonly geS: number;
  readonly ltU?: number;
  readonly gtU?: number;
  readonly leU?: number;
  readonly geU?: number;
  readonly minS?: number;
  readonly minU?: number;
  readonly maxS?: number;
  readonly maxU?: number;
}

const compare = (first: number) => ({
  eq: first,
  ne: first + 1,
  ltS: first + 2,
  ltU: first + 3,
  gtS: first + 4,
  gtU: first + 5,
  leS: first + 6,
  leU: first + 7,
  geS: first + 8,
  geU: first + 9,
});
const extremes = (first: number) => ({ minS: first, minU: first + 1, maxS: first + 2, maxU: first + 3 });

export const LANES: Readonly<Record<LaneBits, LaneOps>> = {
  8: { splat: 15, neg: 97, shl: 107, shrS: 108, shrU: 109, add: 110, sub: 113, ...compare(35), ...extremes(118) },
  16: {
    splat: 16,
    neg: 129,
    shl: 139,
    shrS: 140,
    shrU: 141,
    add: 142,
    sub: 145,
    mul: 149,
    ...compare(45),
    ...extremes(150),
  },
  32: {
    splat: 17,
    neg: 161,
    shl: 171,
    shrS: 172,
    shrU: 173,
    add: 174,
    sub: 177,
    mul: 181,
    ...compare(55),
    ...extremes(182),
  },
  64: {
    splat: 18,
    neg: 193,
    shl: 203,
    shrS: 204,
    shrU: 205,
    add: 206,
    sub: 209,
    mul: 213,
    eq: 214,
    ne: 215,
    ltS: 216,
    gtS: 217,
    leS: 218,
    geS: 219,
  },
};

export const VECTOR = {
  load: 0,
  store: 11,
  const: 12,
  shuffle: 13,
  not: 77,
  and: 78,
  andNot: 79,
  or: 80,
  xor: 81,
  bitselect: 82,
  anyTrue: 83,
  load32Zero: 92,
  load64Zero: 93,
  popcount8: 98,
  bitmask8: 100,
  pairs8to16U: 125,
  pairs16to32U: 127,
} as const;

/** Loads eight bytes as lanes twice as wide: by width of the memory lane, unsigned and signed. */
export const LOAD_WIDER: Readonly<Record<8 | 16 | 32, { readonly s: number; readonly u: number }>> = {
  8: { s: 1, u: 2 },
  16: { s: 3, u: 4 },
  32: { s: 5, u: 6 },
};
/** Lower half of the lanes, each twice as wide; by width before. */
export const EXTEND_LOW: Readonly<Record<8 | 16 | 32, { readonly s: number; readonly u: number }>> = {
  8: { s: 135, u: 137 },
  16: { s: 167, u: 169 },
  32: { s: 199, u: 201 },
};
/** Upper half of the lanes, each twice as wide; by width before. */
export const EXTEND_HIGH: Readonly<Record<8 | 16 | 32, { readonly s: number; readonly u: number }>> = {
  8: { s: 136, u: 138 },
  16: { s: 168, u: 170 },
  32: { s: 200, u: 202 },
};
/** Lanes of two vectors half as wide, brought to the nearest such number; by width after. */
export const NARROW: Readonly<Record<8 | 16, { readonly s: number; readonly u: number }>> = {
  8: { s: 101, u: 102 },
  16: { s: 133, u: 134 },
};
/** Products of the lower and upper lanes, twice as wide; by width before. */
export const LONG_PRODUCT: Readonly<
  Record<16 | 32, { readonly low: { readonly s: number; readonly u: number }; readonly high: { s: number; u: number } }>
> = {
  16: { low: { s: 188, u: 190 }, high: { s: 189, u: 191 } },
  32: { low: { s: 220, u: 222 }, high: { s: 221, u: 223 } },
};
/** Stores one lane, by its bytes. */
export const STORE_LANE: Readonly<Record<1 | 2 | 4 | 8, number>> = { 1: 88, 2: 89, 4: 90, 8: 91 };
