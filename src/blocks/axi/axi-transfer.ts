/** A transfer of bytes as bursts of whole beats and what happens to their lanes. */
import {
  bool,
  type Bool,
  type Builder,
  bundle,
  cat,
  clog2,
  type NatExpr,
  type Sig,
  type Stream,
  type UInt,
  uint,
} from '../../hdl/index.js';
import { packedFifo } from '../stream/packed.js';
import { alignCommand } from './axi-align.js';
import { beatCommand } from './axi-bursts.js';

/** `bytes` from byte `addr` on, at least one; `last` comes with the last of them. */
export const byteCommand = (ADDR_W: NatExpr, LEN_W: NatExpr) =>
  bundle({ addr: uint(ADDR_W), bytes: uint(LEN_W), last: bool() });

export interface TransferSizes {
  readonly ADDR_W: NatExpr;
  readonly LEN_W: NatExpr;
  readonly BYTES: NatExpr;
  readonly OUTSTANDING: NatExpr;
}

/**
 * Splits commands into one for the bursts and one, behind a queue, for the lanes. A command waits in a register, where its
 * counts stand ready; it leaves when both sides take it.
 */
export function splitTransfer(
  b: Builder,
  s: Stream<ReturnType<typeof byteCommand>>,
  direction: 'read' | 'write',
  { ADDR_W, LEN_W, BYTES, OUTSTANDING }: TransferSizes,
): {
  readonly beats: Stream<ReturnType<typeof beatCommand>>;
  readonly align: Stream<ReturnType<typeof alignCommand>>;
  readonly WORD_W: NatExpr;
  readonly COUNT_W: NatExpr;
} {
  const BYTE_W = b.localparam('BYTE_W', clog2(BYTES), 'bits of a byte in a beat');
  const WORD_W = b.localparam('WORD_W', ADDR_W.minus(BYTE_W), 'bits of an address of beats');
  const COUNT_W = b.localparam('COUNT_W', LEN_W.plus(1).minus(BYTE_W), 'bits of the beats of a transfer');
  const SHIFT_W = b.localparam('SHIFT_W', BYTE_W.plus(1));
  const SUM_W = LEN_W.plus(1);
  const { addr, bytes, last } = s.data;
  b.comment('beats that hold the bytes where they lie, and packed');
  const offset = b.let('offset', addr.bits(0, BYTE_W), 'of the first byte in its beat');
  const up = b.constant(uint(SUM_W), BYTES.minus(1));
  const there = b.let(
    'there',
    bytes.extend(SUM_W).addWrap(offset.extend(SUM_W)),
    'bytes from the begin of the first beat',
  );
  const outer = b.let('outer', there.addWrap(up).bits(BYTE_W, COUNT_W), 'beats in memory');
  const inner = b.let('inner', bytes.extend(SUM_W).addWrap(up).bits(BYTE_W, COUNT_W), 'beats, packed');
  const aligned = b.let('aligned', offset.eq(0));
  const reads = direction === 'read';
  const whole = cat(b.constant(uint(1), 1), b.constant(uint(BYTE_W), 0));
  const off = offset.extend(SHIFT_W);
  const lastByte = (count: Sig<UInt>): Sig<UInt> => count.bits(0, BYTE_W).dec();

  const r = b.regs({
    valid: bool().reset(0).doc('a transfer waits'),
    word: uint(WORD_W).doc('its first beat'),
    outer: uint(COUNT_W),
    shift: uint(SHIFT_W),
    primes: bool(),
    spare: bool(),
    count: uint(COUNT_W).doc('beats behind the shift'),
    head: uint(BYTE_W),
    tail: uint(BYTE_W),
    last: bool(),
  });
  const beats = b.stream('beats', beatCommand(WORD_W, COUNT_W));
  const lanes = b.stream('lanes', alignCommand(BYTES, COUNT_W));
  const align = b.stream('align', alignCommand(BYTES, COUNT_W));
  const go = b.let('go', r.valid.and(beats.ready).and(lanes.ready));
  b.assign(s.ready, r.valid.not().or(go));
  b.when(s.fire, () => b.next(r.valid, 1)).elseWhen(go, () => b.next(r.valid, 0));
  b.when(s.fire, () => {
    b.next(r.word, addr.bits(BYTE_W, WORD_W));
    b.next(r.outer, outer);
    b.next(r.shift, reads ? aligned.mux(whole, off) : offset.not().extend(SHIFT_W).inc());
    b.next(r.primes, reads ? aligned.not() : b.constant(bool(), 0));
    b.next(r.spare, reads ? aligned.not().and(outer.eq(inner)) : outer.ne(inner));
    b.next(r.count, reads ? inner : outer);
    b.next(r.head, reads ? b.constant(uint(BYTE_W), 0) : offset);
    b.next(r.tail, lastByte(reads ? bytes : there));
    b.next(r.last, last);
  });
  const offers = (ready: Sig<Bool>): Sig<Bool> => r.valid.and(ready);
  b.assign(beats.valid, offers(lanes.ready));
  b.assign(beats.data.addr, r.word);
  b.assign(beats.data.count, r.outer);
  b.assign(beats.data.mark, r.last);
  b.assign(lanes.valid, offers(beats.ready));
  b.assign(lanes.data.shift, r.shift);
  b.assign(lanes.data.primes, r.primes);
  b.assign(lanes.data.spare, r.spare);
  b.assign(lanes.data.count, r.count);
  b.assign(lanes.data.head, r.head);
  b.assign(lanes.data.tail, r.tail);
  b.assign(lanes.data.last, r.last);
  packedFifo(b, 'transfers', OUTSTANDING, lanes, align);
  return { beats, align, WORD_W, COUNT_W };
}
