/** Prints the milliseconds from a design of so many nodes to its first simulated cycle, in a process of its own. */
import { createSimulation } from '../../../src/simulator/index.js';
import { irregularBench, randomNetlist } from './irregular.js';

const design = irregularBench(randomNetlist(Number(process.argv[2])));
const start = performance.now();
createSimulation(design).tick();
console.log((performance.now() - start).toFixed(2));
