import { bool, defineModule, input, natParam, output, sint, uint, vec } from '../../hdl/index.js';
import { peParams } from './pe.js';
import { EnginePeBinary } from './pe-binary.js';

/** One channel of one slice with weights of one bit. */
export const EngineColumnBinary = defineModule({
  name: 'engine_column_binary',
  doc: `column of P processing elements that share a weight of one bit: 0 is +1, 1 is -1

As engine_column with W_W = 1; without live nothing is added.
Latency as engine_column.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels' }),
    ...peParams,
    W_W: natParam({ default: 1, min: 1, max: 1, doc: 'width of a weight' }),
  },
  ports: ({ P, X_W, W_W, ACC_W }) => ({
    live: input(bool(), 'with w'),
    first: input(bool(), 'one cycle after w of the first step of a tile'),
    load: input(bool(), 'two cycles after w of the last step of a tile'),
    w: input(sint(W_W)),
    x: input(vec(P, sint(X_W)), 'one cycle after w'),
    shadow_in: input(vec(P, uint(ACC_W))),
    shadow: output(vec(P, uint(ACC_W))),
  }),
  body(b, io, { P, X_W, ACC_W }) {
    const r = b.regs({ live: bool(), minus: bool(), first: bool(), load: bool() });
    b.next(r.live, io.live);
    b.next(r.minus, io.w.bits(0, 1).asBool());
    b.next(r.first, io.first);
    b.next(r.load, io.load);
    b.genFor('pixel', P, (p) => {
      b.instance(
        'pe',
        EnginePeBinary,
        { X_W, ACC_W },
        {
          ...{ first: r.first, load: r.load, live: r.live, minus: r.minus, x: io.x.at(p) },
          ...{ shadow_in: io.shadow_in.at(p), shadow: io.shadow.at(p) },
        },
      );
    });
  },
});
