import {
  bool,
  cat,
  defineModule,
  input,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  type UInt,
  uint,
  widthFor,
} from '../../hdl/index.js';
import { headerBits, headerFields } from './header-fields.js';

/** Cycles from start to done. */
export const PRODUCT_CYCLES = 18;

/** Checks the fields of a header that are products and quotients of others, a bit a cycle beside the parsing of the packet. */
export const EngineHeaderProducts = defineModule({
  name: 'engine_header_products',
  doc: `checks the fields of a header that follow from others by a product or a division

cMod = Cc mod M and xChunk = floor(Cc / M) * xBlk (both 0 where the pass is not dense), xOff0 = xSlot0 * xRow,
and room for Ho * XT * groups partial sums where there are chunks. One bit of Cc, xSlot0 and Ho a cycle,
from the top: a division step, and three sums of shifted products.
The header must stay from start until done, which is high from 18 cycles after start to the next start.`,
  params: {
    M: natParam({ default: 32, min: 1, max: 256, doc: 'channels of a weight tile' }),
    D: natParam({ default: 4, min: 1, max: 64, doc: 'channels of a group' }),
    PD: natParam({ default: 256, max: 65536, doc: 'partial sums' }),
  },
  requires: ({ M, D }) => [
    requirement(natGe(9, widthFor(M.div(D))), 'limit of groups'),
    requirement(natGe(256, M), 'limit of M'),
  ],
  ports: () => ({
    start: input(bool(), 'header is a new one'),
    header: input(uint(headerBits)),
    done: output(bool(), 'the header is checked'),
    broken: output(uint(4), 'with done: {partial sums, xOff0, xChunk, cMod}'),
  }),
  body(b, io, { M, D, PD }) {
    const h = headerFields(b, io.header, [
      ...([
        'op',
        'Ho',
        'XT',
        'cMod',
        'OTN',
        'CHN',
        'Cc',
        'gLast',
        'xBlk',
        'xRow',
        'xSlot0',
        'xOff0',
        'xChunk',
      ] as const),
    ]);
    const r = b.regs({
      busy: bool().reset(0),
      done: bool().reset(0),
      count: uint(4).doc('bits that are left'),
      channels: uint(16).doc('bits of Cc that are left, the next one on top'),
      slots: uint(16).doc('of xSlot0'),
      rows: uint(16).doc('of Ho'),
      rowSums: uint(25).doc('partial sums of an output row'),
      rest: uint(9).doc('Cc mod M so far'),
      chunk: uint(17).doc('floor(Cc / M) * xBlk so far; stays above 16 bits once there'),
      offset: uint(17).doc('xSlot0 * xRow, likewise'),
      sums: uint(26).doc('partial sums, likewise'),
    });
    const GROUPS = b.localparam('GROUPS', M.div(D), 'groups of a full weight tile');
    const groups = h.OTN.eq(1).mux(h.gLast, b.constant(uint(9), GROUPS));
    b.next(r.rowSums, h.XT.mul(groups));
    /** 2 * acc + bit * value in the width of acc, which keeps its top bit. */
    const horner = (acc: Sig<UInt>, bit: ReturnType<Sig<UInt>['bit']>, value: Sig<UInt>): Sig<UInt> => {
      const top = acc.type.width;
      const added = bit.mux(value, b.constant(value.type, 0)).extend(top.plus(2));
      const sum = acc.extend(top.plus(2)).shl(1).addWrap(added);
      const over = sum.bits(top.minus(1), 3).anyOne();
      return cat(over.asUInt(), sum.bits(0, top.minus(1)));
    };
    const doubled = cat(r.rest, r.channels.bit(15).asUInt());
    const divides = b.let('divides', doubled.ge(b.constant(uint(10), M)), 'a bit of the quotient');
    const left = divides.mux(doubled.subWrap(b.constant(uint(10), M)), doubled);
    b.when(io.start, () => {
      b.next(r.busy, 1);
      b.next(r.done, 0);
      b.next(r.count, 15);
      b.next(r.channels, h.Cc);
      b.next(r.slots, h.xSlot0);
      b.next(r.rows, h.Ho);
      b.next(r.rest, 0);
      b.next(r.chunk, 0);
      b.next(r.offset, 0);
      b.next(r.sums, 0);
    })
      .elseWhen(r.busy, () => {
        b.next(r.count, r.count.dec());
        b.when(r.count.eq(0), () => b.next(r.busy, 0));
        b.next(r.channels, r.channels.shl(1));
        b.next(r.slots, r.slots.shl(1));
        b.next(r.rows, r.rows.shl(1));
        b.next(r.rest, left.truncate(9));
        b.next(r.chunk, horner(r.chunk, divides, h.xBlk));
        b.next(r.offset, horner(r.offset, r.slots.bit(15), h.xRow));
        b.next(r.sums, horner(r.sums, r.rows.bit(15), r.rowSums));
      })
      .otherwise(() => b.next(r.done, 1));
    b.assign(io.done, r.done);
    const dense = b.let('dense', h.op.eq(0));
    const broken = b.reg('broken', uint(4));
    const zero = b.constant(uint(16), 0);
    b.next(
      broken,
      cat(
        h.CHN.ne(1)
          .and(r.sums.gt(b.constant(uint(26), PD)))
          .asUInt(),
        r.offset.ne(h.xOff0.extend(17)).asUInt(),
        dense.mux(r.chunk, zero.extend(17)).ne(h.xChunk.extend(17)).asUInt(),
        dense.mux(r.rest.extend(16), zero).ne(h.cMod.extend(16)).asUInt(),
      ),
    );
    b.assign(io.broken, broken);
  },
});
