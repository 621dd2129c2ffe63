/** Beats of an access port, for cycle models. Addresses count 32-bit words; data are unsigned 32-bit numbers. */
export interface AccessRequest {
  readonly write: boolean;
  readonly addr: number;
  readonly data: number;
  /** Bit i: byte i of `data` is written. */
  readonly strobe: number;
}

export interface AccessResponse {
  /** Of the request. */
  readonly write: boolean;
  /** Meaningful for reads. */
  readonly data: number;
  readonly error: boolean;
}

export const noRequest: AccessRequest = { write: false, addr: 0, data: 0, strobe: 0 };
export const noResponse: AccessResponse = { write: false, data: 0, error: false };

/** `old` with the bytes of `data` that `strobe` selects. */
export function mergeBytes(old: number, data: number, strobe: number): number {
  let mask = 0;
  for (let byte = 0; byte < 4; byte++) if ((strobe >> byte) & 1) mask |= 0xff << (8 * byte);
  return ((old & ~mask) | (data & mask)) >>> 0;
}
