/** Instances with a reset of their own: both simulators and Verilator agree on what it resets. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { designParticipants } from '../../src/cosim/design-participants.js';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { bool, buildDesign, defineModule, input, natParam, output, uint, vec } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { emitText } from '../blocks/emit-text.js';

const Counter = defineModule({
  name: 'counter_pair',
  doc: 'two counters, one in an array',
  params: { W: natParam({ default: 5, min: 2, doc: 'width' }) },
  ports: ({ W }) => ({ count: output(uint(W)), listed: output(uint(W)) }),
  body(b, { count, listed }, { W }) {
    const r = b.regs({ count: uint(W).reset(1), list: vec(2, uint(W)).reset(0) });
    b.next(r.count, r.count.inc());
    b.genFor('step', 2, (i) => b.next(r.list.at(i), r.list.at(i).inc()));
    b.assign(count, r.count);
    b.assign(listed, r.list.at(1));
  },
});

const Outer = defineModule({
  name: 'own_reset',
  doc: 'a counter with the common reset, and a nested one with a reset of its own',
  params: { W: natParam({ default: 5, min: 2, doc: 'width' }) },
  ports: ({ W }) => ({ clear: input(bool()), common: output(uint(W)), own: output(uint(W)), listed: output(uint(W)) }),
  body(b, { clear, common, own, listed }, { W }) {
    const r = b.regs({ running: bool().reset(0) });
    b.next(r.running, clear.not());
    const Nested = b.instance('nested', Middle, { W }, {}, { reset: r.running });
    b.assign(own, Nested.count);
    b.assign(listed, Nested.listed);
    b.assign(common, b.instance('common', Counter, { W }, {}).count);
  },
});

const Middle = defineModule({
  name: 'counter_nest',
  doc: 'passes its reset on',
  params: { W: natParam({ default: 5, min: 2, doc: 'width' }) },
  ports: ({ W }) => ({ count: output(uint(W)), listed: output(uint(W)) }),
  body(b, { count, listed }, { W }) {
    b.instance('inner', Counter, { W }, { count, listed });
  },
});

describe.skipIf(skipWithoutVerilator())('an instance with a reset of its own', () => {
  it('is reset by it, and by nothing else', async () => {
    const design = buildDesign(Outer);
    const text = emitText(design);
    expect(JSON.stringify(text)).toContain('.aresetn(running_q)');
    const params = { W: 4 };
    const { participants } = await designParticipants({ design, params, text });
    const sims = [compile(elaborate(design, { params })), ...participants.map((each) => each.create())];
    const random = randomStream(1n, 'instance reset');
    const state = { running: false, own: 1, listed: 0, common: 1 };
    for (let cycle = 0; cycle < 300; cycle++) {
      const reset = cycle < 3 || random.nextInt(40) === 0;
      const clear = random.nextInt(6) === 0;
      for (const sim of sims) {
        sim.poke('aresetn', reset ? 0 : 1);
        sim.poke('clear', clear ? 1 : 0);
        sim.settle();
        if (cycle >= 3) {
          const got = ['own', 'listed', 'common'].map((name) => Number(sim.peek(name)));
          expect(got, `cycle ${cycle}`).toEqual([state.own, state.listed, state.common]);
        }
        sim.tick();
      }
      state.own = state.running ? (state.own + 1) % 16 : 1;
      state.listed = state.running ? (state.listed + 1) % 16 : 0;
      state.common = reset ? 1 : (state.common + 1) % 16;
      state.running = !reset && !clear;
    }
  });
});

describe('refused', () => {
  it('an expression as reset', () => {
    const Wrong = defineModule({
      name: 'wrong_reset',
      doc: 'no name for the reset',
      params: {},
      ports: () => ({ clear: input(bool()), count: output(uint(4)) }),
      body(b, { clear, count }) {
        b.assign(count, b.instance('counter', Counter, { W: 4 }, {}, { reset: clear.not() }).count);
      },
    });
    expect(() => buildDesign(Wrong)).toThrow('its reset is an expression');
  });
});
