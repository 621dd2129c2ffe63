/** Several clocks in time: which of them rise together, instant by instant. */

export interface ClockTiming {
  /** Time between two rising edges, a positive whole number in any unit that all clocks share. */
  readonly period: number;
  /** Time of the first rising edge, 0 by default. */
  readonly phase?: number;
}

/** One instant at which at least one clock rises. */
export interface Instant {
  readonly time: number;
  /** In the order of the timing table. */
  readonly clocks: readonly string[];
}

/** Instants in order of time, without end. Clocks with edges at the same time rise together. */
export function* instants(timing: Readonly<Record<string, ClockTiming>>): Generator<Instant, never> {
  const next = Object.entries(timing).map(([name, { period, phase = 0 }]) => {
    if (!Number.isInteger(period) || period < 1)
      throw new RangeError(`${name}: period ${period} is not a whole number >= 1`);
    return { name, period, time: phase };
  });
  if (next.length === 0) throw new RangeError('there is no clock');
  for (;;) {
    const time = Math.min(...next.map((each) => each.time));
    const due = next.filter((each) => each.time === time);
    for (const each of due) each.time += each.period;
    yield { time, clocks: due.map(({ name }) => name) };
  }
}
