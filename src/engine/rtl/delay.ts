import { defineModule, input, natParam, output, uint, vec } from '../../hdl/index.js';

/** Keeps what travels beside a feed-forward pipeline in step with it. */
export const EngineDelay = defineModule({
  name: 'engine_delay',
  doc: `q is d of STEPS cycles ago

No enable and no reset.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'bits' }),
    STEPS: natParam({ default: 2, min: 1, doc: 'cycles' }),
  },
  ports: ({ W }) => ({ d: input(uint(W)), q: output(uint(W)) }),
  body(b, io, { W, STEPS }) {
    const line = b.wire('line', vec(STEPS.plus(1), uint(W)));
    b.assign(line.at(0), io.d);
    b.genFor('step', STEPS, (i) => {
      const held = b.reg('held', uint(W));
      b.next(held, line.at(i));
      b.assign(line.at(i.plus(1)), held);
    });
    b.assign(io.q, line.at(STEPS));
  },
});
