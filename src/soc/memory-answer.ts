/** What a response of memory is as ERROR.CODE. */
import { type Builder, type Sig, type UInt, uint } from '../hdl/index.js';
import { memoryErrorCodes } from './memory-registers.js';

/** Of a response that is SLVERR (2) or DECERR (3), to a write or to a read. */
export function answerCode(b: Builder, response: Sig<UInt>, writes: boolean): Sig<UInt> {
  const { readRefused, readNobody, writeRefused, writeNobody } = memoryErrorCodes;
  const [refused, nobody] = writes ? [writeRefused, writeNobody] : [readRefused, readNobody];
  return response.bit(0).mux(b.constant(uint(4), nobody), b.constant(uint(4), refused));
}
