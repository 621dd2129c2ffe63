import { closedBench } from '../../src/blocks/testbench/index.js';
import { createSimulation } from '../../src/simulator/index.js';
import { FrameSum } from './frame-sum.js';

const simulation = createSimulation(closedBench(FrameSum, { params: { W: 16, FRAME: 4 }, count: 1_000_000 }));
simulation.poke('aresetn', 0);
simulation.tick();
simulation.poke('aresetn', 1);
const cycles = simulation.runUntil('stop', 10_000_000);
simulation.settle();
console.log(`${simulation.peek('m_axis_beats')} sums, checksum ${simulation.peek('m_axis_checksum').toString(16)}`);
console.log(`stopped in cycle ${cycles}`);
