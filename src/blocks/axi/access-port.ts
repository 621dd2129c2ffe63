/**
 * The access port: what stands between a bus and the registers or memories behind it. Two streams: requests, and one
 * response for each, in order. Addresses count 32-bit words.
 */
import { bool, bundle, type NatExpr, uint } from '../../hdl/index.js';

/** `strobe` bit i: byte i of `data` is written. */
export const accessRequest = (addressWidth: NatExpr) =>
  bundle({ write: bool(), addr: uint(addressWidth), data: uint(32), strobe: uint(4) });

/** `write` repeats that of the request; `data` matters for reads only. */
export const accessResponse = () => bundle({ write: bool(), data: uint(32), error: bool() });
