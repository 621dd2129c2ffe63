/** Rounding of float64 to integers, by the names QONNX and numerics.md 6.2 use. */

/** Round half to even: np.rint, tf.round, QONNX ROUND. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

const roundings: Readonly<Record<string, (x: number) => number>> = {
  ROUND: roundHalfEven,
  HALF_EVEN: roundHalfEven,
  FLOOR: Math.floor,
  CEIL: Math.ceil,
  UP: (x) => Math.sign(x) * Math.ceil(Math.abs(x)),
  DOWN: Math.trunc,
  ROUND_TO_ZERO: Math.trunc,
  HALF_UP: (x) => Math.sign(x) * halfAwayMagnitude(Math.abs(x)),
  HALF_DOWN: (x) => Math.sign(x) * Math.ceil(Math.abs(x) - 0.5),
};

function halfAwayMagnitude(x: number): number {
  const floor = Math.floor(x);
  return x - floor >= 0.5 ? floor + 1 : floor;
}

/** The rounding function of a QONNX `rounding_mode`, or undefined. UP/DOWN/HALF_UP/HALF_DOWN are by magnitude, as in QONNX. */
export function roundingByName(name: string): ((x: number) => number) | undefined {
  const key = name.toUpperCase();
  return Object.hasOwn(roundings, key) ? roundings[key] : undefined;
}
