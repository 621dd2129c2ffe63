import { bool, defineModule, input, natGt, natParam, output, sint, uint, vec } from '../../hdl/index.js';
import { EnginePe, peParams } from './pe.js';
import { EnginePePair, pairWidth } from './pe-pair.js';

/** One channel of one slice with a multiplier for every two pixels. */
export const EngineColumnPacked = defineModule({
  name: 'engine_column_packed',
  doc: `column of P processing elements that share a weight, two pixels a multiplier

As engine_column, with operands that hold pixels 2k and 2k + 1; the last pixel of an odd P stands alone.
Latency as engine_column.`,
  params: { P: natParam({ default: 4, min: 1, doc: 'pixels' }), ...peParams },
  ports: ({ P, X_W, W_W, ACC_W }) => ({
    live: input(bool(), 'with w'),
    first: input(bool(), 'one cycle after w of the first step of a tile'),
    load: input(bool(), 'two cycles after w of the last step of a tile'),
    w: input(sint(W_W)),
    x: input(vec(P.ceilDiv(2), sint(pairWidth(X_W, W_W))), 'one cycle after w'),
    shadow_in: input(vec(P, uint(ACC_W))),
    shadow: output(vec(P, uint(ACC_W))),
  }),
  body(b, io, { P, X_W, W_W, ACC_W }) {
    const r = b.regs({ w: sint(W_W), first: bool(), load: bool() });
    b.next(r.w, io.live.mux(io.w, b.constant(sint(W_W), 0)));
    b.next(r.first, io.first);
    b.next(r.load, io.load);
    const control = { first: r.first, load: r.load, w: r.w };
    const shape = { X_W, W_W, ACC_W };
    b.genFor('pair', P.ceilDiv(2), (k) => {
      const x = io.x.at(k);
      b.genIf(
        'both',
        natGt(P, k.times(2).plus(1)),
        () => {
          const [low, high] = [k.times(2), k.times(2).plus(1)];
          const neighbour = b.wire('neighbour', vec(2, uint(ACC_W)));
          const shadow = b.wire('pair_shadow', vec(2, uint(ACC_W)));
          b.assign(neighbour.at(0), io.shadow_in.at(low));
          b.assign(neighbour.at(1), io.shadow_in.at(high));
          b.instance('pes', EnginePePair, shape, { ...control, x, shadow_in: neighbour, shadow });
          b.assign(io.shadow.at(low), shadow.at(0));
          b.assign(io.shadow.at(high), shadow.at(1));
        },
        () => {
          const last = P.minus(1);
          b.instance('pe', EnginePe, shape, {
            ...control,
            x: x.truncate(X_W),
            shadow_in: io.shadow_in.at(last),
            shadow: io.shadow.at(last),
          });
        },
      );
    });
  },
});
