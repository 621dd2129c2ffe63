/**
 * Cycle models of modules whose ports are plain signals: written from the specification, without the kit.
 *
 * One cycle: `settle` gives the outputs for the inputs of this cycle, `tick` is the rising edge. Values are raw bits, packed,
 * element 0 lowest.
 */
export type Ports = Readonly<Record<string, bigint>>;

export interface PortModel {
  /** Outputs of this cycle; an output that is left out may have any value. */
  settle(inputs: Ports): Ports;
  tick(inputs: Ports): void;
  /** State after a cycle with reset asserted; memories are written in it too. */
  reset(inputs: Ports): void;
}

/** Element `index` of a packed value. */
export function element(packed: bigint, index: number, width: number, signed = false): bigint {
  const raw = packed >> BigInt(index * width);
  return signed ? BigInt.asIntN(width, raw) : BigInt.asUintN(width, raw);
}

/** All `count` elements of a packed value. */
export function elements(packed: bigint, count: number, width: number, signed = false): bigint[] {
  return Array.from({ length: count }, (_, index) => element(packed, index, width, signed));
}

/** The packed value of elements, element 0 lowest. */
export function packed(values: readonly bigint[], width: number): bigint {
  return values.reduceRight((word, value) => (word << BigInt(width)) | BigInt.asUintN(width, value), 0n);
}
