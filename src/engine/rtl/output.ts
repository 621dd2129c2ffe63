import { Fifo, Gearbox, RegisterSlice } from '../../blocks/stream/index.js';
import { bool, bundle, cat, defineModule, input, natParam, output, source, uint } from '../../hdl/index.js';

/**
 * Output port of the engine: a FIFO that the sequencer has credits for, and a gearbox to the width of the port. Each segment is
 * filled up to a whole beat.
 */
export const EngineOutput = defineModule({
  name: 'engine_output',
  doc: `groups of words from the requantizer to the beats of m_axis_y

A group is never refused: who sends it holds one of the DEPTH credits, and credit gives it back one
cycle after the group left the FIFO. Segments end with in_end and are filled up with zeros to a whole
beat; the segment with in_last ends the packet. A group is in m_axis_y 3 cycles after in_valid at the
earliest; the narrower side moves a beat every cycle. Cuts all paths.`,
  params: {
    UNIT: natParam({ default: 32, min: 1, doc: 'bits of a unit: a common divisor of group and beat' }),
    GROUP: natParam({ default: 2, min: 1, doc: 'units of a group' }),
    BEAT: natParam({ default: 4, min: 1, doc: 'units of a beat' }),
    DEPTH: natParam({ default: 8, min: 2, doc: 'groups that the FIFO holds: credits' }),
  },
  ports: ({ UNIT, GROUP, BEAT }) => ({
    in_valid: input(bool()),
    in_data: input(uint(GROUP.times(UNIT))),
    in_end: input(bool(), 'last group of a segment'),
    in_last: input(bool(), 'last group of a packet; with in_end'),
    credit: output(bool(), 'a group has left the FIFO'),
    m_axis: source(bundle({ tdata: uint(BEAT.times(UNIT)), tlast: bool() })),
  }),
  body(b, io, { UNIT, GROUP, BEAT, DEPTH }) {
    const GROUP_W = b.localparam('GROUP_W', GROUP.times(UNIT), 'bits of a group');
    const BEAT_W = b.localparam('BEAT_W', BEAT.times(UNIT), 'bits of a beat');
    const pushed = b.stream('pushed', uint(GROUP_W.plus(2)));
    const queued = b.stream('queued', uint(GROUP_W.plus(2)));
    b.assign(pushed.valid, io.in_valid);
    b.assign(pushed.data, cat(io.in_last.asUInt(), io.in_end.asUInt(), io.in_data));
    b.unused('full', pushed.ready);
    const { level } = b.instance('fifo', Fifo, { W: GROUP_W.plus(2), DEPTH }, { s_axis: pushed, m_axis: queued });
    b.unused('level', level);

    const credit = b.reg('credit', bool().reset(0));
    b.next(credit, queued.fire);
    b.assign(io.credit, credit);

    const group = b.stream('group', bundle({ tdata: uint(GROUP_W), tlast: bool(), tuser: bool() }));
    b.assign(group.valid, queued.valid);
    b.assign(queued.ready, group.ready);
    b.assign(group.data.tdata, queued.data.bits(0, GROUP_W));
    b.assign(group.data.tlast, queued.data.bit(GROUP_W));
    b.assign(group.data.tuser, queued.data.bit(GROUP_W.plus(1)));

    const beat = b.stream('beat', bundle({ tdata: uint(BEAT_W), tlast: bool(), tuser: bool() }));
    const never = b.let('never', b.constant(bool(), 0));
    b.instance('gearbox', Gearbox, { UNIT, IN: GROUP, OUT: BEAT }, { s_axis: group, m_axis: beat, drop: never });

    b.comment('m_axis_tready comes from outside: nothing of it reaches further than this slice');
    const whole = b.stream('whole', uint(BEAT_W.plus(1)));
    const sliced = b.stream('sliced', uint(BEAT_W.plus(1)));
    b.assign(whole.valid, beat.valid);
    b.assign(beat.ready, whole.ready);
    b.assign(whole.data, cat(beat.data.tlast.and(beat.data.tuser).asUInt(), beat.data.tdata));
    b.instance('slice', RegisterSlice, { W: BEAT_W.plus(1) }, { s_axis: whole, m_axis: sliced });
    b.assign(io.m_axis.valid, sliced.valid);
    b.assign(sliced.ready, io.m_axis.ready);
    b.assign(io.m_axis.data.tdata, sliced.data.bits(0, BEAT_W));
    b.assign(io.m_axis.data.tlast, sliced.data.bit(BEAT_W));
  },
});
