/**
 * Cycle models: the second description of a block, written from its specification without the kit.
 *
 * Models talk through channels, plain objects that stand for the wires of one ready/valid stream. A producer writes
 * `valid` and `data`, a consumer writes `ready`. In one cycle all models `settle` until no channel changes (valid and
 * data run downstream, ready upstream), then all `tick`.
 */

/** Wires of one stream; `T` is one beat. */
export interface Channel<T> {
  valid: boolean;
  ready: boolean;
  /** Meaningful only while `valid`. */
  data: T;
}

export interface CycleModel {
  /** Drives this model's side of its channels from its state and the other side's wires; may run several times a cycle. */
  settle(): void;
  /** Rising edge (of the clocks named, where there are several): a beat moves on every channel with valid and ready. */
  tick(clocks?: readonly string[]): void;
  /** State after a cycle with reset asserted. */
  reset(): void;
}

export function channel<T>(data: T): Channel<T> {
  return { valid: false, ready: false, data };
}

/** True where a beat moves at the next edge. */
export function fires(wires: Channel<unknown>): boolean {
  return wires.valid && wires.ready;
}
