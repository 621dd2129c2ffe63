import { bool, bundle, defineModule, input, natParam, sink, source, uint, vec, widthFor } from '../../hdl/index.js';

/**
 * Any ratio of widths without a common multiple in registers: IN units in, OUT units out, what is left waits. Frames are flushed
 * at their end; a reader that counts may instead drop what is left.
 */
export const Gearbox = defineModule({
  name: 'gearbox',
  doc: `changes the width of a stream by any ratio IN : OUT of units, for frames of any length

A beat with s_axis_tlast ends its frame: what is left of it goes out filled with zeros, with
m_axis_tlast and the tuser of that beat. drop, with a beat that leaves, forgets what is left behind it.
Latency 1 cycle; the narrower side moves a beat every cycle. Cuts tvalid and tdata; s_axis_tready
follows m_axis_tready and drop combinationally.`,
  params: {
    UNIT: natParam({ default: 8, min: 1, doc: 'bits of a unit: a common divisor of both widths' }),
    IN: natParam({ default: 3, min: 1, doc: 'units of an input beat' }),
    OUT: natParam({ default: 2, min: 1, doc: 'units of an output beat' }),
  },
  ports: ({ UNIT, IN, OUT }) => ({
    s_axis: sink(bundle({ tdata: uint(IN.times(UNIT)), tlast: bool(), tuser: bool() })),
    m_axis: source(bundle({ tdata: uint(OUT.times(UNIT)), tlast: bool(), tuser: bool() })),
    drop: input(bool(), 'nothing of the frame is wanted behind this output beat'),
  }),
  body(b, { s_axis: s, m_axis: m, drop }, { UNIT, IN, OUT }) {
    const CAP = b.localparam('CAP', IN.plus(OUT).minus(1), 'units that are held at most');
    const LEVEL_W = b.localparam('LEVEL_W', widthFor(IN.plus(OUT)));
    const r = b.regs({
      level: uint(LEVEL_W).reset(0).doc('units held'),
      ending: bool().reset(0).doc('the units held are the last of their frame'),
      user: bool(),
      held: vec(CAP, uint(UNIT)).doc('units, the oldest first; zero above level'),
    });
    const enough = b.let('enough', r.level.ge(OUT));
    b.assign(m.valid, enough.or(r.ending));
    b.assign(m.data.tlast, r.ending.and(r.level.le(OUT)));
    b.assign(m.data.tuser, r.user);

    const leaves = b.let('leaves', m.fire);
    const emptied = b.let(
      'emptied',
      leaves.and(drop.or(enough.not()).or(m.data.tlast)),
      'nothing of the frame is left',
    );
    const kept = b.let(
      'kept',
      emptied.mux(b.constant(uint(LEVEL_W), 0), leaves.mux(r.level.subWrap(OUT), r.level)),
      'units that stay',
    );
    const ends = b.let('ends', r.ending.and(emptied.not()));
    const accept = b.let('accept', s.fire);
    b.assign(s.ready, kept.lt(OUT).and(ends.not()));
    b.next(r.level, accept.mux(kept.addWrap(b.constant(uint(LEVEL_W), IN)), kept));
    b.next(r.ending, ends.or(accept.and(s.data.tlast)));
    b.when(accept, () => b.next(r.user, s.data.tuser));

    b.comment('units that stay move to the front, units that come go behind them');
    const arriving = b.let('arriving', s.data.tdata.unpack(vec(IN, uint(UNIT))));
    const shifted = b.wire('shifted', vec(CAP.plus(OUT), uint(UNIT)));
    const out = b.wire('out', vec(OUT, uint(UNIT)));
    b.assign(m.data.tdata, out.pack());
    b.genFor('front', OUT, (u) => {
      b.assign(out.at(u), r.held.at(u));
      b.assign(shifted.at(CAP.plus(u)), 0);
    });
    b.genFor('unit', CAP, (u) => {
      b.assign(shifted.at(u), r.held.at(u));
      const stays = leaves.mux(shifted.at(u.plus(OUT)), shifted.at(u));
      const place = b.let('place', b.constant(uint(LEVEL_W), u).subWrap(kept));
      const comes = accept.mux(arriving.select(place), b.constant(uint(UNIT), 0));
      b.next(r.held.at(u), kept.gt(u).mux(stays, comes));
    });
  },
});
