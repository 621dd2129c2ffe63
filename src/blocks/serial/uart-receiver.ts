import { bool, defineModule, indexWidth, input, natParam, output, source, uint } from '../../hdl/index.js';

/** Cycles of a bit: half of them must be more than what a synchroniser delays. */
export const clocksParam = natParam({ default: 12, min: 4, doc: 'cycles of aclk a bit takes, >= 4' });

/** Bytes from an asynchronous serial line: a start bit, eight data bits, a stop bit. */
export const UartReceiver = defineModule({
  name: 'uart_receiver',
  doc: `bytes of a serial line, 8 data bits, no parity, a stop bit

line is high when idle and must belong to aclk (bit_synchronizer). Every bit is read in its middle; a start bit that is
high there was noise. A byte whose stop bit is low is dropped, and broken stays high until the line is high again.
A byte is on offer from the cycle after its stop bit was read. One that comes while the byte before it still waits is lost,
and lost stays high until reset.`,
  params: { CLOCKS: clocksParam },
  ports: () => ({
    line: input(bool()),
    m_axis: source(uint(8)),
    broken: output(bool(), 'there was no stop bit; the line has been low since'),
    lost: output(bool(), 'a byte was not taken in time'),
  }),
  body(b, { line, m_axis: m, broken, lost }, { CLOCKS }) {
    const COUNT_W = b.localparam('COUNT_W', indexWidth(CLOCKS));
    const r = b.regs({
      busy: bool().reset(0).doc('within a byte'),
      slot: uint(4).reset(0).doc('next bit to be read: 0 start, 1 .. 8 data, 9 stop'),
      count: uint(COUNT_W).reset(0).doc('cycles until it is read'),
      byte: uint(8).doc('bits so far, the last one highest'),
      broken: bool().reset(0),
      valid: bool().reset(0),
      lost: bool().reset(0),
      data: uint(8).doc('the byte on offer'),
    });
    const read = b.let('read', r.busy.and(r.count.eq(0)));
    const atStop = b.let('atStop', read.and(r.slot.eq(9)));
    const arrived = b.let('arrived', atStop.and(line));
    const full = b.let('full', r.valid.and(m.ready.not()));
    const noise = b.let('noise', read.and(r.slot.eq(0)).and(line));

    b.assign(m.valid, r.valid);
    b.assign(m.data, r.data);
    b.assign(broken, r.broken);
    b.assign(lost, r.lost);

    b.when(r.busy.not().and(r.broken.not()).and(line.not()), () => {
      b.next(r.busy, 1);
      b.next(r.slot, 0);
      b.next(r.count, CLOCKS.div(2).minus(1));
    })
      .elseWhen(read, () => {
        b.next(r.slot, r.slot.inc());
        b.next(r.count, CLOCKS.minus(1));
        b.when(noise.or(atStop), () => b.next(r.busy, 0));
      })
      .elseWhen(r.busy, () => b.next(r.count, r.count.dec()));
    b.when(read, () => b.next(r.byte, r.byte.shr(1).or(line.mux(b.constant(uint(8), 128), b.constant(uint(8), 0)))));

    b.when(line, () => b.next(r.broken, 0)).elseWhen(atStop, () => b.next(r.broken, 1));
    b.when(arrived.and(full.not()), () => b.next(r.data, r.byte));
    b.when(arrived, () => b.next(r.valid, 1)).elseWhen(m.ready, () => b.next(r.valid, 0));
    b.when(arrived.and(full), () => b.next(r.lost, 1));
  },
});
