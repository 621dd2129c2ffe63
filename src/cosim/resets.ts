/** When reset is asserted: at the start, and again in mid-stream as often as asked. */
import type { RandomStream } from '../base/random.js';

export interface ResetPlan {
  /** Reset is asserted in this cycle. */
  at(cycle: number): boolean;
  /** Last cycle in reset; -1 without a reset. */
  readonly last: number;
}

/** `again` undefined: no reset port. `work`: beats of the longest input, which scales the time between resets. */
export function planResets(random: RandomStream, again: number | undefined, work: number): ResetPlan {
  const cycles = new Set<number>();
  let cycle = 0;
  const assertFor = (length: number): void => {
    for (const end = cycle + length; cycle < end; cycle++) cycles.add(cycle);
  };
  if (again !== undefined) assertFor(2 + random.nextInt(3));
  for (let i = 0; i < (again ?? 0); i++) {
    cycle += 1 + random.nextInt(2 * Math.min(work, 64) + 20);
    assertFor(1 + random.nextInt(3));
  }
  return { at: (c) => cycles.has(c), last: cycles.size === 0 ? -1 : cycle - 1 };
}
