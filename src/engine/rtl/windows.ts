import { bool, defineModule, input, natParam, output, sint, uint, vec, widthFor } from '../../hdl/index.js';
import { laneMask, laneWidth, operandOf } from './lane.js';
import { EngineWindow, wordParams } from './window.js';

/** Whether pixels may be unsigned. */
export const laneParam = natParam({
  default: 1,
  min: 0,
  doc: '1: pixels may be unsigned, lanes have XB + 1 bits; else 0',
});

/** The shared windows: one for each slice, with padding put in place. */
export const EngineWindows = defineModule({
  name: 'engine_windows',
  doc: `G windows that move together, and their lanes with padding in place

Every step moves all windows by one tap, see engine_window. Lane (g, p) is pixel p of window g where slice
g exists and low <= p < high; other lanes are pad. Without valid nothing moves.
Latency 2 cycles from step and words to lanes: window, padding.`,
  params: {
    G: natParam({ default: 2, min: 1, doc: 'slices' }),
    ...wordParams,
    XU: laneParam,
  },
  ports: ({ G, P, XB, XU }) => ({
    valid: input(bool(), 'a step'),
    tap: input(uint(2)),
    read: input(bool(), 'the step has words'),
    live: input(vec(G, bool()), 'the slice exists'),
    low: input(uint(widthFor(P)), 'first lane that is a pixel'),
    high: input(uint(widthFor(P)), 'first lane behind it that is none'),
    pad: input(uint(XB), 'what stands in the other lanes'),
    is_unsigned: input(bool(), 'pixels and pad are 0 .. 2^XB - 1'),
    words: input(vec(G, uint(P.times(XB)))),
    x: output(vec(G.times(P), sint(laneWidth(XB, XU))), 'pixel p of slice g at g * P + p'),
  }),
  body(b, io, { G, P, XB, XU }) {
    const X_W = b.localparam('X_W', laneWidth(XB, XU));
    const r = b.regs({
      inside: vec(P, bool()).doc('lanes that are pixels'),
      live: vec(G, bool()),
      pad: uint(XB),
      isUnsigned: bool(),
    });
    b.next(r.live, io.live);
    b.next(r.pad, io.pad);
    b.next(r.isUnsigned, io.is_unsigned);
    laneMask(b, io.low, io.high, P, (p, inside) => b.next(r.inside.at(p), inside));

    const lanes = b.reg('x', vec(G.times(P), sint(X_W)));
    b.assign(io.x, lanes);
    b.genFor('slice', G, (g) => {
      const pixels = b.wire('pixels', uint(P.times(XB)));
      const { valid: move, tap, read } = io;
      b.instance('window', EngineWindow, { P, XB }, { move, tap, read, word: io.words.at(g), pixels });
      b.genFor('pixel', P, (p) => {
        const pixel = r.live
          .at(g)
          .and(r.inside.at(p))
          .mux(pixels.bits(p.times(XB), XB), r.pad);
        b.next(lanes.at(g.times(P).plus(p)), operandOf(pixel, r.isUnsigned, X_W));
      });
    });
  },
});
