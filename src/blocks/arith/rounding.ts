/** The roundings of the kit: how a value between two numbers becomes one of them. */
export const roundings = ['floor', 'half_up', 'half_away', 'half_even', 'to_zero'] as const;
export type Rounding = (typeof roundings)[number];

/** For headers. */
export const roundingDoc: Readonly<Record<Rounding, string>> = {
  floor: 'rounds toward minus infinity',
  half_up: 'rounds to nearest, ties up',
  half_away: 'rounds to nearest, ties away from zero',
  half_even: 'rounds to nearest, ties to even',
  to_zero: 'rounds toward zero',
};
