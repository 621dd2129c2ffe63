import { bool, defineModule, indexWidth, output, sink, uint } from '../../hdl/index.js';
import { clocksParam } from './uart-receiver.js';

/** Bytes to an asynchronous serial line: a start bit, eight data bits, a stop bit. */
export const UartTransmitter = defineModule({
  name: 'uart_transmitter',
  doc: `bytes to a serial line, 8 data bits, no parity, a stop bit

line comes from a flop and is high when idle. A start bit begins the cycle after its byte was taken; the next byte is taken
when the stop bit is over: a byte every 10 CLOCKS + 1 cycles.`,
  params: { CLOCKS: clocksParam },
  ports: () => ({ s_axis: sink(uint(8)), line: output(bool()) }),
  body(b, { s_axis: s, line }, { CLOCKS }) {
    const COUNT_W = b.localparam('COUNT_W', indexWidth(CLOCKS));
    const r = b.regs({
      busy: bool().reset(0).doc('within a byte'),
      slot: uint(4).reset(0).doc('bit on the line: 0 start, 1 .. 8 data, 9 stop'),
      count: uint(COUNT_W).reset(0).doc('cycles that it stays'),
      bits: uint(9).reset(511).doc('bits to come, the one on the line lowest'),
    });
    const bitEnds = b.let('bitEnds', r.busy.and(r.count.eq(0)));
    b.assign(s.ready, r.busy.not());
    b.assign(line, r.bits.bit(0));
    b.when(s.fire, () => {
      b.next(r.busy, 1);
      b.next(r.slot, 0);
      b.next(r.count, CLOCKS.minus(1));
      b.next(r.bits, s.data.extend(9).shl(1));
    })
      .elseWhen(bitEnds, () => {
        b.next(r.slot, r.slot.inc());
        b.next(r.count, CLOCKS.minus(1));
        b.next(r.bits, r.bits.shr(1).or(256));
        b.when(r.slot.eq(9), () => b.next(r.busy, 0));
      })
      .elseWhen(r.busy, () => b.next(r.count, r.count.dec()));
  },
});
