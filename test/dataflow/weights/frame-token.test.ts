/** Frame tokens: all forms in lockstep; one token a frame. */
import { it } from 'vitest';
import { FrameToken } from '../../../src/dataflow/weights/frame-token.js';
import { FrameTokenModel } from '../../../src/dataflow/weights/frame-token.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectStreamsAgree } from '../../blocks/streams-bench.js';

const design = buildDesign(FrameToken);

it.each([
  [8, 4, 2, true],
  [1, 1, 1, false],
  [5, 7, 4, false],
])('frame token: W %i, BEATS %i, TOKENS %i', async (W, BEATS, TOKENS, verilator) => {
  const params = { W, BEATS, TOKENS };
  await expectStreamsAgree({
    ...{ design, params, verilator },
    model: (at) => new FrameTokenModel(at('s_axis'), at('m0_axis'), at('m1_axis'), params),
    inputs: (random, count) => ({ s_axis: Array.from({ length: count }, () => random.nextBigInt(W)) }),
    reference: ({ s_axis = [] }) => ({
      m0_axis: s_axis,
      m1_axis: Array.from({ length: Math.ceil(s_axis.length / BEATS) }, () => 0n),
    }),
    capacity: TOKENS * BEATS,
    claims: {
      latency: { from: 's_axis', to: 'm0_axis', cycles: 0 },
      ...(TOKENS > 1 || BEATS > 1 ? { fullRate: ['s_axis', 'm0_axis'] } : {}),
      paths: ['m0_axis_tready -> s_axis_tready', 's_axis_tdata -> m0_axis_tdata', 's_axis_tvalid -> m0_axis_tvalid'],
    },
    turn: BEATS,
  });
});
