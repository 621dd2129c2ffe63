/** Loops behind sequences: the extents of a nest in which every sequence of numbers is an affine map of its variables. */

/** `base + sum(step[d] * v[d])` over the nest. */
export interface Line {
  readonly base: number;
  readonly step: readonly number[];
}

export interface Nest {
  /** Outermost first; the product is the length of the sequences. */
  readonly extents: readonly number[];
  readonly lines: readonly Line[];
}

/** Deeper nests are not looked for. */
const MAX_LOOPS = 3;

/** The nest with the fewest loops in which all `sequences` (of `length` numbers each) are affine; undefined without one. */
export function factor(sequences: readonly ArrayLike<number>[], length: number, loops = MAX_LOOPS): Nest | undefined {
  let block = length;
  for (const s of sequences) block = Math.min(block, firstBreak(s, length));
  const inner = sequences.map((s) => (length > 1 ? (s[1] ?? 0) - (s[0] ?? 0) : 0));
  if (block === length) {
    return { extents: [length], lines: sequences.map((s, k) => ({ base: s[0] ?? 0, step: [inner[k] ?? 0] })) };
  }
  if (loops <= 1 || length % block !== 0) return undefined;
  for (const [k, s] of sequences.entries()) {
    const step = inner[k] ?? 0;
    for (let at = 0; at < length; at++) {
      if (at % block !== 0 && (s[at] ?? 0) - (s[at - 1] ?? 0) !== step) return undefined;
    }
  }
  const starts = sequences.map((s) => Array.from({ length: length / block }, (_, i) => s[i * block] ?? 0));
  const outer = factor(starts, length / block, loops - 1);
  if (outer === undefined) return undefined;
  return {
    extents: [...outer.extents, block],
    lines: outer.lines.map(({ base, step }, k) => ({ base, step: [...step, inner[k] ?? 0] })),
  };
}

/** Length of the longest start of `s` that is affine. */
export function firstBreak(s: ArrayLike<number>, length: number): number {
  const step = (s[1] ?? 0) - (s[0] ?? 0);
  for (let at = 2; at < length; at++) if ((s[at] ?? 0) - (s[at - 1] ?? 0) !== step) return at;
  return length;
}

/** The line through a sequence over the nest `extents`, if there is one. */
export function lineOf(s: ArrayLike<number>, extents: readonly number[]): Line | undefined {
  let stride = 1;
  const step: number[] = [];
  for (let d = extents.length - 1; d >= 0; d--) {
    const n = extents[d] ?? 1;
    step[d] = n > 1 ? (s[stride] ?? 0) - (s[0] ?? 0) : 0;
    stride *= n;
  }
  const base = s[0] ?? 0;
  for (let at = 0; at < stride; at++) {
    let [rest, value] = [at, base];
    for (let d = extents.length - 1; d >= 0; d--) {
      const n = extents[d] ?? 1;
      value += (rest % n) * (step[d] ?? 0);
      rest = Math.floor(rest / n);
    }
    if (value !== s[at]) return undefined;
  }
  return { base, step };
}
