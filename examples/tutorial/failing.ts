import { buildDesign } from '../../src/hdl/index.js';
import { createSimulation, runBench } from '../../src/simulator/index.js';
import { FrameSum } from './frame-sum.js';

try {
  await runBench(createSimulation(buildDesign(FrameSum)), async (tb) => {
    await tb.reset();
    const sent = tb.sender('s_axis').send([1, 2, 3, 4]);
    const [sum] = await tb.receiver('m_axis').receive(1);
    await sent;
    if (sum?.tdata !== 11n) throw new Error(`the sum is ${sum?.tdata}, not 11`);
  });
} catch (error) {
  console.log((error as Error).message);
}
