/** The weight streamer in all forms: the words in order for ever, whatever the reader does. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { combinationalPaths } from '../../../src/cosim/paths.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { runLockstep } from '../../../src/cosim/lockstep.js';
import { everyStall } from '../../../src/cosim/stalls.js';
import { WeightStreamer } from '../../../src/dataflow/weights/weight-streamer.js';
import { WeightStreamerModel } from '../../../src/dataflow/weights/weight-streamer.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';
import { bindStreams } from '../../blocks/streams-bench.js';

const design = buildDesign(WeightStreamer);

describe('weight streamer', () => {
  it.each([
    [8, 5, true],
    [1, 1, false],
    [70, 2, false],
    [33, 17, false],
  ])('W %i, WORDS %i', async (W, WORDS, verilator) => {
    const params = { W, WORDS };
    const random = randomStream(BigInt(W), 'words');
    const words = Array.from({ length: WORDS }, () => random.nextBigInt(W));
    const images = { WEIGHTS: { file: 'w.mem', width: W, words } };
    const { participants, streams, reset } = await designParticipants({
      ...{ design, params, images },
      model: (all) => bindStreams(all, (at) => new WeightStreamerModel(at('m_axis'), params, images)),
      text: verilator ? emitText(design, images) : undefined,
      scrambles: [1],
    });
    const circuit = elaborate(design, { params, images });
    const wasm = { name: 'wasm', compare: 'exact', create: () => compile(circuit) } as const;
    const all = [wasm, ...participants];
    expect(combinationalPaths(compile(circuit), { reset: 'aresetn' })).toEqual(new Set());
    const run = { participants: all, streams, inputs: {}, ...(reset === undefined ? {} : { reset }) };
    const source = { kind: 'none' } as const;
    everyStall(random).forEach((sink, k) => {
      const { failure, outputs } = runLockstep({
        ...{ ...run, stall: { source, sink }, seed: BigInt(k + 1), maxCycles: 300, resets: k % 3 },
      });
      expect(failure).toBeUndefined();
      const got = (outputs['m_axis'] ?? []).map(({ tdata }) => tdata);
      expect(got.length).toBeGreaterThan(5);
      expect(got).toEqual(got.map((_, n) => words[n % WORDS]));
    });
    for (const participant of all) {
      const open = { ...run, participants: [participant], stall: { source, sink: source }, seed: 1n, maxCycles: 300 };
      const [first = 0, ...rest] = runLockstep(open).transfers['m_axis'] ?? [];
      expect(rest, participant.name).toEqual(rest.map((_, n) => first + 1 + n));
      let reset = true;
      let since = 0;
      runLockstep(open, (_, [sim]) => {
        reset &&= sim?.peek('aresetn') === 0n;
        if (!reset && sim?.peek('m_axis_tvalid') === 1n) return false;
        if (!reset) since++;
        return true;
      });
      // Cycle 0 is the first one out of reset.
      expect(since).toBe(2);
    }
  });
});
