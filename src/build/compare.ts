/** Codes of the hardware against codes of the reference executor. */

export interface FirstDifference {
  readonly sample: number;
  /** Where and what, in words. */
  readonly text: string;
}

export interface Comparison {
  /** Elements that differ, missing ones among them. */
  readonly mismatches: number;
  /** Samples with all elements equal. */
  readonly equalSamples: number;
  readonly first?: FirstDifference;
}

export function compareCodes(actual: ArrayLike<number>, expected: ArrayLike<number>, perSample: number): Comparison {
  let mismatches = 0;
  let first: FirstDifference | undefined;
  const bad = new Set<number>();
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i]) continue;
    const sample = Math.floor(i / perSample);
    const got = actual[i] === undefined ? 'nothing came out' : `${actual[i]}`;
    first ??= { sample, text: `sample ${sample}, element ${i % perSample}: ${got}, the reference has ${expected[i]}` };
    mismatches++;
    bad.add(sample);
  }
  const equalSamples = expected.length / perSample - bad.size;
  return { mismatches, equalSamples, ...(first === undefined ? {} : { first }) };
}
