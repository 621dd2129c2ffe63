import { defineModule, natEq, natGe, natGt, natParam, requirement, sink, source, uint } from '../../hdl/index.js';
import { Downsizer } from './downsizer.js';
import { Upsizer } from './upsizer.js';

/**
 * Any ratio of widths: up by UP to the common multiple, down by DOWN from there. Frame lengths keep frames apart where
 * they do not fill their last beat.
 */
export const WidthConverter = defineModule({
  name: 'width_converter',
  doc: `changes the width of a stream by any ratio UP : DOWN, through their common multiple

A frame is FRAME_IN beats at the input and FRAME_OUT beats at the output; a short last beat is
filled up with zeros. Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
Latency 1 cycle for each of UP and DOWN that is not 1; the narrower side moves a beat every cycle.`,
  params: {
    IN_W: natParam({ default: 8, min: 1, doc: 'width of an input beat' }),
    OUT_W: natParam({ default: 12, min: 1, doc: 'width of an output beat; IN_W * UP = OUT_W * DOWN' }),
    UP: natParam({ default: 3, min: 1, doc: 'input beats in the common multiple' }),
    DOWN: natParam({ default: 2, min: 1, doc: 'output beats in the common multiple' }),
    FRAME_IN: natParam({ default: 3, min: 1, doc: 'input beats of a frame' }),
    FRAME_OUT: natParam({ default: 2, min: 1, doc: 'output beats of a frame' }),
  },
  requires: ({ IN_W, OUT_W, UP, DOWN }) => [
    requirement(natEq(IN_W.times(UP), OUT_W.times(DOWN)), 'both sides meet at the common multiple'),
    requirement(natGe(UP.times(DOWN), 2), 'the widths differ'),
  ],
  ports: ({ IN_W, OUT_W }) => ({ s_axis: sink(uint(IN_W)), m_axis: source(uint(OUT_W)) }),
  body(b, { s_axis: s, m_axis: m }, { IN_W, OUT_W, UP, DOWN, FRAME_IN, FRAME_OUT }) {
    const WIDE_W = b.localparam('WIDE_W', IN_W.times(UP));
    const wide = b.stream('wide', uint(WIDE_W), 'beats of the common multiple');
    b.genIf(
      'up',
      natGt(UP, 1),
      () => b.instance('upsizer', Upsizer, { W: IN_W, RATIO: UP, FRAME: FRAME_IN }, { s_axis: s, m_axis: wide }),
      () => b.connect(wide, s),
    );
    b.genIf(
      'down',
      natGt(DOWN, 1),
      () =>
        b.instance('downsizer', Downsizer, { W: OUT_W, RATIO: DOWN, FRAME: FRAME_OUT }, { s_axis: wide, m_axis: m }),
      () => b.connect(m, wide),
    );
  },
});
