/** Broadcast: its consumers are vectors of wires, so it has a bench of its own. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { Broadcast } from '../../../src/blocks/stream/index.js';
import { BroadcastModel } from '../../../src/blocks/stream/broadcast.model.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { combinationalPaths } from '../../../src/cosim/paths.js';
import { everyStall, stallGenerator } from '../../../src/cosim/stalls.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { channel, compile, elaborate, fires } from '../../../src/simulator/index.js';
import { emitText } from '../emit-text.js';

const design = buildDesign(Broadcast);

describe('broadcast', () => {
  it.each([
    [1, 1, false],
    [8, 2, false],
    [33, 3, true],
    [5, 7, false],
  ])('W %i, N %i', async (W, N, verilator) => {
    const params = { W, N };
    const text = verilator ? emitText(design) : undefined;
    const { participants } = await designParticipants({ design, params, text });
    const circuit = elaborate(design, { params });
    const makers = [...participants.map((each) => () => each.create()), () => compile(circuit)];
    const random = randomStream(BigInt(N), 'beats');
    const beats = Array.from({ length: 60 }, () => random.nextBigInt(W));
    everyStall(random).forEach((stall, turn) => {
      const sims = makers.map((create) => create());
      const input = channel(0n);
      const outputs = Array.from({ length: N }, () => channel(0n));
      const model = new BroadcastModel(input, outputs);
      const got = outputs.map((): bigint[] => []);
      const open = [input, ...outputs].map((_, i) =>
        stallGenerator(i === 0 ? { kind: 'bernoulli', p: 0.3 } : stall, {
          side: i === 0 ? 'source' : 'sink',
          random: randomStream(BigInt(turn), `side ${i}`),
          capacity: 2,
        }),
      );
      let sent = 0;
      const fired = [input, ...outputs].map(() => false);
      const seen = outputs.map(() => false);
      for (let cycle = 0; got.some((list) => list.length < beats.length); cycle++) {
        expect(cycle).toBeLessThan(20_000);
        const inReset = cycle < 2;
        const offered = open[0]?.({ fired: fired[0] ?? false, seen: false, last: false }) ?? false;
        input.valid = !inReset && sent < beats.length && (offered || (input.valid && fired[0] !== true));
        input.data = beats[sent] ?? 0n;
        let ready = 0n;
        outputs.forEach((output, i) => {
          const view = { fired: fired[i + 1] ?? false, seen: seen[i] ?? false, last: false };
          output.ready = !inReset && (open[i + 1]?.(view) ?? false);
          if (output.ready) ready |= 1n << BigInt(i);
        });
        model.settle();
        for (const sim of sims) {
          sim.poke('aresetn', inReset ? 0 : 1);
          sim.poke('s_axis_tvalid', input.valid ? 1 : 0);
          sim.poke('s_axis_tdata', input.data);
          sim.poke('m_axis_tready', ready);
          sim.settle();
          if (inReset) continue;
          expect(sim.peek('s_axis_tready')).toBe(input.ready ? 1n : 0n);
          outputs.forEach((output, i) => {
            expect((sim.peek('m_axis_tvalid') >> BigInt(i)) & 1n).toBe(output.valid ? 1n : 0n);
            if (output.valid) expect(BigInt.asUintN(W, sim.peek('m_axis_tdata') >> BigInt(i * W))).toBe(output.data);
          });
        }
        fired[0] = fires(input);
        if (fires(input)) sent++;
        outputs.forEach((output, i) => {
          fired[i + 1] = fires(output);
          seen[i] = output.valid;
          if (fires(output)) got[i]?.push(output.data);
        });
        if (inReset) model.reset();
        else model.tick();
        for (const sim of sims) sim.tick();
      }
      for (const list of got) expect(list).toEqual(beats);
    });
  });

  it('cuts nothing, and no valid follows a ready', () => {
    const found = combinationalPaths(compile(elaborate(design, { params: { W: 3, N: 2 } })), { reset: 'aresetn' });
    expect([...found].sort()).toEqual([
      'm_axis_tready -> s_axis_tready',
      's_axis_tdata -> m_axis_tdata',
      's_axis_tvalid -> m_axis_tvalid',
    ]);
  });
});
