/** Our side of the benchmark: the same circuits with their testbenches compiled in, reset and ready to run. */
import { buildDesign } from '../../../src/hdl/index.js';
import { type WasmSimulation, compile, createSimulation, elaborate } from '../../../src/simulator/index.js';
import { type Netlist, irregularBench } from './irregular.js';
import { macFlatBench } from './mac-flat.js';
import { MacBench } from './mac.js';
import type { RunResult } from './verilator.js';

export interface Runner {
  readonly simulation: WasmSimulation;
  run(cycles: number, duty: number): RunResult;
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function runner(simulation: WasmSimulation, hasDuty: boolean): Runner {
  simulation.poke('aresetn', 0);
  simulation.run(4);
  simulation.poke('aresetn', 1);
  return {
    simulation,
    run(cycles, duty) {
      if (hasDuty) simulation.poke('duty', duty);
      const start = cpuSeconds();
      simulation.run(cycles);
      const seconds = cpuSeconds() - start;
      simulation.settle();
      return { seconds, checksum: simulation.peek('checksum').toString(16).padStart(8, '0') };
    },
  };
}

export const macRunner = (rows: number, columns: number): Runner =>
  runner(compile(elaborate(buildDesign(MacBench), { params: { QR: rows / 4, QC: columns / 4 } })), true);

/** The array of 8 x 24 written without loops. */
export const macFlatRunner = (): Runner => runner(createSimulation(macFlatBench()), true);

export const irregularRunner = (netlist: Netlist): Runner => runner(createSimulation(irregularBench(netlist)), false);
