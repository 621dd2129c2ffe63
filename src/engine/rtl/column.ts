import { bool, defineModule, input, natParam, output, sint, uint, vec } from '../../hdl/index.js';
import { EnginePe, peParams, type PeTemplate } from './pe.js';

/** One channel of one slice: a weight for P pixels, with registers of its own for weight and control. */
export const makeColumn = (pe: PeTemplate) =>
  defineModule({
    name: 'engine_column',
    doc: `column of P processing elements that share a weight

Holds the operand register of the weight and the last stage of the control, so that neither has to reach
more than P elements. live says that the step exists; without it the weight is 0 and the sums stay.
Latency 1 cycle more than engine_pe for w and live; x is an operand register outside.`,
    params: { P: natParam({ default: 4, min: 1, doc: 'pixels' }), ...peParams },
    ports: ({ P, X_W, W_W, ACC_W }) => ({
      live: input(bool(), 'with w'),
      first: input(bool(), 'one cycle after w of the first step of a tile'),
      load: input(bool(), 'two cycles after w of the last step of a tile'),
      w: input(sint(W_W)),
      x: input(vec(P, sint(X_W)), 'one cycle after w'),
      shadow_in: input(vec(P, uint(ACC_W))),
      shadow: output(vec(P, uint(ACC_W))),
    }),
    body(b, io, { P, X_W, W_W, ACC_W }) {
      const r = b.regs({ w: sint(W_W), first: bool(), load: bool() });
      b.next(r.w, io.live.mux(io.w, b.constant(sint(W_W), 0)));
      b.next(r.first, io.first);
      b.next(r.load, io.load);
      b.genFor('pixel', P, (p) => {
        b.instance(
          'pe',
          pe,
          { X_W, W_W, ACC_W },
          {
            first: r.first,
            load: r.load,
            x: io.x.at(p),
            w: r.w,
            shadow_in: io.shadow_in.at(p),
            shadow: io.shadow.at(p),
          },
        );
      });
    },
  });

export const EngineColumn = makeColumn(EnginePe);
