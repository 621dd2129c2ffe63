import { designParticipants, verifyBlock } from '../../src/cosim/index.js';
import { buildDesign } from '../../src/hdl/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { FrameSum } from './frame-sum.js';

const design = buildDesign(FrameSum);
for (const params of [
  { W: 8, FRAME: 4 },
  { W: 1, FRAME: 2 },
  { W: 33, FRAME: 7 },
]) {
  const bench = await designParticipants({ design, params, text: emitDesign(design), scrambles: [1] });
  const report = verifyBlock({
    ...bench,
    subject: 'frame_sum',
    params,
    inputs: (random, count) => ({
      s_axis: Array.from({ length: count * params.FRAME }, () => ({ tdata: random.nextBigInt(params.W) })),
    }),
    reference: ({ s_axis = [] }) => {
      const sums: bigint[] = [];
      s_axis.forEach(({ tdata = 0n }, n) => {
        const frame = Math.floor(n / params.FRAME);
        sums[frame] = (sums[frame] ?? 0n) + tdata;
      });
      return { m_axis: sums.map((tdata) => ({ tdata })) };
    },
    claims: { fullRate: ['s_axis'] },
    effort: { beats: 20, resets: 3 },
  });
  const forms = bench.participants.map(({ name }) => name).join(', ');
  console.log(
    `W ${params.W}, FRAME ${params.FRAME}: ${report.runs} runs of ${forms}: ${report.failures.length} failures`,
  );
  for (const failure of report.failures) console.log(failure);
}
