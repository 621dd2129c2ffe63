import { bool, defineModule, input, natGt, natParam, output, sink, source, uint } from '../../hdl/index.js';
import { BitSynchronizer } from '../cdc/index.js';
import { Downsizer, Upsizer } from '../stream/index.js';
import { clocksParam, UartReceiver } from './uart-receiver.js';
import { UartTransmitter } from './uart-transmitter.js';

/** Streams of any width in whole bytes behind the two wires of a serial line: an accelerator on a board without a bus. */
export const SerialBridge = defineModule({
  name: 'serial_bridge',
  doc: `AXI4-Streams over a serial line: 8 data bits, no parity, a stop bit

Bytes of rx become beats of m_axis, the first byte in the lowest bits; beats of s_axis leave as bytes of tx in the same
order. Nothing holds rx back: lost rises where a byte came too soon. A break on rx (or a byte without a stop bit) holds
core_resetn low until rx is high again: what is on its way is dropped, and what stands behind the streams begins anew.`,
  params: {
    CLOCKS: clocksParam,
    IN: natParam({ default: 1, min: 1, doc: 'bytes in a beat of m_axis' }),
    OUT: natParam({ default: 1, min: 1, doc: 'bytes in a beat of s_axis' }),
  },
  ports: ({ IN, OUT }) => ({
    rx: input(bool(), 'serial line, of any clock').in('async'),
    tx: output(bool(), 'serial line'),
    m_axis: source(uint(IN.times(8))),
    s_axis: sink(uint(OUT.times(8))),
    coreResetn: output(bool(), 'reset for what stands behind the streams'),
    lost: output(bool(), 'a byte was lost; until reset'),
  }),
  body(b, io, { CLOCKS, IN, OUT }) {
    const { rx, tx, m_axis: m, s_axis: s, coreResetn, lost } = io;
    const received = b.stream('received', uint(8));
    const bytesIn = b.stream('in', uint(8));
    const bytesOut = b.stream('out', uint(8));
    const { q: line } = b.instance('line', BitSynchronizer, { STAGES: 2 }, { d: rx });
    const { broken } = b.instance('receiver', UartReceiver, { CLOCKS }, { line, m_axis: received, lost });
    const running = b.reg('running', bool().reset(0).doc('the streams are not in reset'));
    b.next(running, broken.not());
    b.assign(coreResetn, running);
    b.comment('bytes that wait when a break comes are dropped');
    b.assign(bytesIn.valid, received.valid.and(running));
    b.assign(bytesIn.data, received.data);
    b.assign(received.ready, bytesIn.ready.or(running.not()));
    b.instance('transmitter', UartTransmitter, { CLOCKS }, { s_axis: bytesOut, line: tx });
    b.genIf(
      'wide_in',
      natGt(IN, 1),
      () => {
        b.instance(
          'upsizer',
          Upsizer,
          { W: 8, RATIO: IN, FRAME: IN },
          { s_axis: bytesIn, m_axis: m },
          { reset: running },
        );
      },
      () => {
        b.assign(m.valid, bytesIn.valid);
        b.assign(m.data, bytesIn.data.extend(IN.times(8)));
        b.assign(bytesIn.ready, m.ready);
      },
    );
    b.genIf(
      'wide_out',
      natGt(OUT, 1),
      () => {
        b.instance(
          'downsizer',
          Downsizer,
          { W: 8, RATIO: OUT, FRAME: OUT },
          { s_axis: s, m_axis: bytesOut },
          { reset: running },
        );
      },
      () => {
        b.assign(bytesOut.valid, s.valid);
        b.assign(bytesOut.data, s.data.truncate(8));
        b.assign(s.ready, bytesOut.ready);
      },
    );
  },
});
