import {
  bool,
  defineModule,
  input,
  natGe,
  natGt,
  natParam,
  output,
  requirement,
  sint,
  uint,
  vec,
} from '../../hdl/index.js';
import { EngineColumnPacked } from './column-packed.js';
import { peParams } from './pe.js';
import { EnginePePair, pairOf, pairWidth } from './pe-pair.js';

/** Two channels of one slice: what an odd P leaves over in either is one multiplier of both. */
export const EngineTwinPacked = defineModule({
  name: 'engine_twin_packed',
  doc: `two packed columns that share their pixels; with an odd P their last pixels share a multiplier

Pixels 2k and 2k + 1 of a channel are one operand and its weight the other, as in engine_column_packed. The last pixel of
an odd P is one operand, and the weights of both channels are the other: P multipliers in all.
Latency as engine_column.`,
  params: { P: natParam({ default: 3, min: 1, doc: 'pixels' }), ...peParams },
  requires: ({ P }) => [
    requirement(natGe(P.ceilDiv(2), P.div(2)), 'pairs of pixels come first'),
    requirement(natGe(P, P.div(2).times(2)), 'the last pixel of an odd P is in none'),
  ],
  ports: ({ P, X_W, W_W, ACC_W }) => ({
    live: input(bool(), 'with w'),
    first: input(bool(), 'one cycle after w of the first step of a tile'),
    load: input(bool(), 'two cycles after w of the last step of a tile'),
    w: input(vec(2, sint(W_W)), 'of both channels'),
    x: input(vec(P.ceilDiv(2), sint(pairWidth(X_W, W_W))), 'one cycle after w'),
    shadow_in: input(vec(P.times(2), uint(ACC_W)), 'pixel p of channel c at c * P + p'),
    shadow: output(vec(P.times(2), uint(ACC_W))),
  }),
  body(b, io, { P, X_W, W_W, ACC_W }) {
    const PAIRS = b.localparam('PAIRS', P.div(2), 'pairs of pixels');
    const { live, first, load } = io;
    b.genIf('pairs', natGt(PAIRS, 0), () => {
      const pixels = b.wire('pixels', vec(PAIRS, sint(pairWidth(X_W, W_W))));
      b.genFor('pair', PAIRS, (k) => b.assign(pixels.at(k), io.x.at(k)));
      b.genFor('channel', 2, (c) => {
        const neighbour = b.wire('neighbour', vec(PAIRS.times(2), uint(ACC_W)));
        const shadow = b.wire('column_shadow', vec(PAIRS.times(2), uint(ACC_W)));
        b.genFor('pixel', PAIRS.times(2), (p) => {
          b.assign(neighbour.at(p), io.shadow_in.at(c.times(P).plus(p)));
          b.assign(io.shadow.at(c.times(P).plus(p)), shadow.at(p));
        });
        const control = { live, first, load, w: io.w.at(c) };
        const shape = { P: PAIRS.times(2), X_W, W_W, ACC_W };
        b.instance('column', EngineColumnPacked, shape, { ...control, x: pixels, shadow_in: neighbour, shadow });
      });
    });

    b.genIf('odd', natGt(P.mod(2), 0), () => {
      const r = b.regs({
        weights: sint(pairWidth(W_W, X_W)).doc('of both channels'),
        first: bool(),
        load: bool(),
      });
      const weights = b.let('both', pairOf(io.w.at(0), io.w.at(1), X_W));
      b.next(r.weights, live.mux(weights, b.constant(sint(pairWidth(W_W, X_W)), 0)));
      b.next(r.first, first);
      b.next(r.load, load);
      const neighbour = b.wire('last_neighbour', vec(2, uint(ACC_W)));
      const shadow = b.wire('last_shadow', vec(2, uint(ACC_W)));
      b.genFor('last', 2, (c) => {
        const place = c.times(P).plus(P.minus(1));
        b.assign(neighbour.at(c), io.shadow_in.at(place));
        b.assign(io.shadow.at(place), shadow.at(c));
      });
      b.instance(
        'pes',
        EnginePePair,
        { X_W: W_W, W_W: X_W, ACC_W },
        {
          ...{ first: r.first, load: r.load, x: r.weights, w: io.x.at(P.ceilDiv(2).minus(1)).truncate(X_W) },
          ...{ shadow_in: neighbour, shadow },
        },
      );
    });
  },
});
