import { codeTypes, FORMAT_BITS, formatFields, makeFloatCastFormat } from '../blocks/arith/float-cast.js';
import {
  bool,
  bundle,
  cat,
  defineModule,
  enumOf,
  input,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
} from '../hdl/index.js';
import { FLOAT_RECORD, strideField } from './weight-record.js';

const Cast = makeFloatCastFormat('half_even');
const states = ['address', 'count', 'fixed', 'numbers', 'format', 'fields', 'cast', 'refuse', 'drop'] as const;

/** Makes words for weight stores of records of float32 numbers; other records go through. */
export const WeightCast = defineModule({
  name: 'weight_cast',
  doc: `records of float32 numbers to records of words for weight_loader; records of words go through

A record is of numbers where bits 1:0 of its address are 1. Then follow: how many numbers; the format; how many
numbers a word of the store has, 1 .. 65535; the numbers. The format is that of float_cast_format in bits 14:0,
and STRIDE in bits 19:16: words of 32 bits from one word of the store to the next are 2^STRIDE. Codes stand side by
side, the first one in the lowest bits, and a word of the store begins anew.
Every 32 bits become a record of one word, tlast with the last one of the image. A record that is cut off, has no
numbers or a format that is none ends in an address with bits 1:0 = 3, which the loader refuses; the rest up to
tlast goes through and is dropped there. cancel forgets what is under way.
A number takes one cycle, 32 bits of codes three more. Cuts nothing: m_axis_tready, s_axis and cancel reach all outputs.`,
  params: {},
  ports: () => ({
    s_axis: sink(bundle({ tdata: uint(32), tlast: bool() }), 'image'),
    m_axis: source(bundle({ tdata: uint(32), tlast: bool() }), 'image without float32'),
    cancel: input(bool(), 'forgets what is under way'),
  }),
  body(b, { s_axis: s, m_axis: m, cancel }) {
    const state = b.reg('state', enumOf('state', ...states).startsAt('address'));
    const to = (name: (typeof states)[number]) => b.next(state, states.indexOf(name));
    const r = b.regs({
      left: uint(32).doc('words or numbers of the record to come'),
      ended: bool().doc('the word was the last of the image'),
      cut: bool().doc('the image ended in the middle of the numbers'),
      format: uint(FORMAT_BITS),
      stride: uint(4),
      fields: uint(16).doc('numbers of a word of the store'),
      addr: uint(30).doc('where the next 32 bits go'),
      place: uint(16).doc('number of the next code in its word of the store'),
      inside: uint(2).doc('numbers in the cast').reset(0),
      codes: uint(64).doc('codes side by side').reset(0),
      fill: uint(6).doc('bits of them').reset(0),
      closes: bool().doc('a word of the store is complete').reset(0),
      beat: uint(2).doc('address, count, word').reset(0),
    });
    const word = s.data.tdata;
    const last = s.data.tlast;
    const casts = b.let('casts', state.is('cast'));

    b.comment('numbers go into the cast, codes come out of it; where nobody waits for them they are dropped');
    const numbers = b.stream('numbers', bundle({ tdata: uint(32), tuser: uint(FORMAT_BITS) }));
    const code = b.stream('code', uint(32));
    const more = b.let('more', casts.and(r.left.ne(0)).and(cancel.not()), 'numbers are to come');
    b.assign(numbers.valid, more.and(s.valid));
    b.assign(numbers.data.tdata, word);
    b.assign(numbers.data.tuser, r.format);
    b.instance('cast', Cast, { W: 32 }, { s_axis: numbers, m_axis: code });
    const full = b.let('full', r.fill.bit(5), '32 bits or more');
    const emits = b.let('emits', casts.and(full.or(r.closes)));
    b.assign(code.ready, emits.not());
    const entered = b.let('entered', numbers.valid.and(numbers.ready));
    const left = b.let('codeLeaves', code.valid.and(code.ready));
    b.when(entered.and(left.not()), () => b.next(r.inside, r.inside.inc())).elseWhen(left.and(entered.not()), () =>
      b.next(r.inside, r.inside.dec()),
    );

    b.comment('records of words go through; of the others only what is packed leaves');
    const isNumbers = b.let('isNumbers', word.bits(0, 2).eq(FLOAT_RECORD));
    const through = b.let(
      'through',
      state
        .is('address')
        .and(isNumbers.not())
        .or(state.is('count'))
        .or(state.is('fixed'))
        .or(state.is('drop'))
        .and(cancel.not()),
    );
    const header = b.let(
      'header',
      state
        .is('address')
        .and(isNumbers)
        .or(state.is('numbers'))
        .or(state.is('format'))
        .or(state.is('fields'))
        .and(cancel.not()),
      'taken, and not passed on',
    );
    b.assign(s.ready, header.or(through.and(m.ready)).or(more.and(numbers.ready)));
    const taken = b.let('taken', s.fire);
    const refuses = b.let('refuses', state.is('refuse').and(cancel.not()));
    const gone = b.let('gone', r.left.eq(0).and(r.inside.eq(0)), 'all numbers are packed');
    const done = b.let('done', r.closes.and(r.fill.le(32)), 'the last 32 bits of a word of the store');
    const one = b.constant(uint(32), 1);
    const packed = r.beat.eq(0).mux(cat(r.addr, b.constant(uint(2), 0)), r.beat.eq(1).mux(one, r.codes.bits(0, 32)));
    b.assign(m.valid, through.and(s.valid).or(emits.and(cancel.not())).or(refuses));
    b.assign(m.data.tdata, through.mux(word, emits.mux(packed, b.constant(uint(32), 0).not())));
    const ends = done.and(gone).and(r.ended).and(r.cut.not()).and(r.beat.eq(2));
    b.assign(m.data.tlast, through.mux(last, emits.mux(ends, r.ended)));
    const leaves = b.let('leaves', m.fire.and(emits));

    b.comment('codes side by side');
    const [bitsLow, bitsWidth] = formatFields.BITS;
    const bits = b.let('bits', r.format.bits(bitsLow, bitsWidth), 'of a code, less one');
    const top = b.let('top', b.constant(uint(32), 1).shl(bits));
    const own = b.let('own', code.data.and(top.or(top.dec())), 'the code alone');
    const lastField = b.let('lastField', r.place.inc().eq(r.fields));
    const lastCode = b.let('lastCode', r.left.eq(0).and(r.inside.eq(1)));
    const complete = b.let('complete', lastField.or(lastCode));
    const packs = b.let('packs', casts.and(left));
    const wordLeaves = b.let('wordLeaves', leaves.and(r.beat.eq(2)));
    const gap = b.let('gap', b.constant(uint(30), 1).shl(r.stride).dec());
    const mask = done.mux(gap, b.constant(uint(30), 0));
    const refuseWhen = (bad: Sig<ReturnType<typeof bool>>, next: (typeof states)[number]) => {
      b.when(bad.or(last), () => to('refuse')).otherwise(() => to(next));
    };
    const part = (low: number, width: number): Sig<UInt> => word.bits(low, width);
    const noType = part(...formatFields.TYPE).eq(codeTypes.length);

    b.comment('codes pile up and leave; headers; cancel comes last');
    b.when(packs, () => {
      b.next(r.codes, r.codes.or(own.extend(64).shl(r.fill.truncate(5))));
      b.next(r.fill, r.fill.addWrap(bits.extend(6)).inc());
      b.next(r.place, complete.mux(b.constant(uint(16), 0), r.place.inc()));
      b.next(r.closes, complete);
    }).elseWhen(wordLeaves, () => {
      b.next(r.codes, r.codes.shr(32));
      b.next(r.fill, full.mux(r.fill.subWrap(32), b.constant(uint(6), 0)));
      b.next(r.addr, r.addr.or(mask).inc());
      b.when(done, () => b.next(r.closes, 0));
    });
    b.when(leaves, () => b.next(r.beat, r.beat.eq(2).mux(b.constant(uint(2), 0), r.beat.inc())));

    b.when(taken, () => b.next(r.ended, last));
    b.switch(state, {
      address: () => {
        b.when(taken, () => {
          b.next(r.addr, word.bits(2, 30));
          b.when(last, () => {
            b.when(isNumbers, () => to('refuse'));
          })
            .elseWhen(isNumbers, () => to('numbers'))
            .otherwise(() => to('count'));
        });
      },
      count: () => {
        b.when(taken, () => {
          b.next(r.left, word);
          b.when(last, () => to('address')).otherwise(() => to('fixed'));
        });
      },
      // A count of 0 is refused by the loader: what follows goes through up to the end.
      fixed: () => {
        b.when(taken, () => {
          b.next(r.left, r.left.dec());
          b.when(last.or(r.left.eq(1)), () => to('address'));
        });
      },
      numbers: () => {
        b.when(taken, () => {
          b.next(r.left, word);
          refuseWhen(word.eq(0), 'format');
        });
      },
      format: () => {
        b.when(taken, () => {
          b.next(r.format, part(0, FORMAT_BITS));
          b.next(r.stride, part(...strideField));
          refuseWhen(noType, 'fields');
        });
      },
      fields: () => {
        b.when(taken, () => {
          b.next(r.fields, part(0, 16));
          b.next(r.place, 0);
          b.next(r.cut, 0);
          refuseWhen(part(0, 16).eq(0).or(part(16, 16).anyOne()), 'cast');
        });
      },
      cast: () => {
        b.when(entered, () => {
          b.next(r.left, last.mux(b.constant(uint(32), 0), r.left.dec()));
          b.next(r.cut, last.and(r.left.ne(1)));
        });
        b.when(wordLeaves.and(done).and(gone), () => {
          b.when(r.cut, () => to('refuse')).otherwise(() => to('address'));
        });
      },
      refuse: () => {
        b.when(m.fire, () => {
          b.when(r.ended, () => to('address')).otherwise(() => to('drop'));
        });
      },
      drop: () => void b.when(taken.and(last), () => to('address')),
    });
    b.when(cancel, () => {
      to('address');
      for (const each of [r.codes, r.fill, r.beat]) b.next(each, 0);
      b.next(r.closes, 0);
    });
  },
});
