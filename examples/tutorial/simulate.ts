import { buildDesign } from '../../src/hdl/index.js';
import { createSimulation, runBench } from '../../src/simulator/index.js';
import { FrameSum } from './frame-sum.js';

const simulation = createSimulation(buildDesign(FrameSum));
const cycles = await runBench(simulation, async (tb) => {
  await tb.reset();
  const sent = tb.sender('s_axis').send([1, 2, 3, 4, 250, 251, 252, 253]);
  const sums = await tb.receiver('m_axis', { stall: 0.5 }).receive(2);
  await sent;
  console.log(sums.map(({ tdata }) => tdata));
});
console.log(`${cycles} cycles`);
