/** A register file in the built-in simulator behind plain reads and writes. */
import type { RegisterTable } from '../../src/blocks/registers/index.js';
import { makeRegisterFile } from '../../src/blocks/registers/index.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate, type Simulation } from '../../src/simulator/index.js';

export class RegisterBus {
  readonly sim: Simulation;

  constructor(table: RegisterTable) {
    this.sim = compile(elaborate(buildDesign(makeRegisterFile(table))));
    for (const { name, dir } of this.sim.ports) if (dir === 'input') this.sim.poke(name, 0);
    this.step(3);
    this.sim.poke('aresetn', 1);
    this.sim.poke('s_axi_rready', 1);
    this.sim.poke('s_axi_bready', 1);
    this.step();
  }

  step(cycles = 1): void {
    for (let k = 0; k < cycles; k++) this.sim.tick();
  }

  /** High for a cycle. */
  pulse(port: string): void {
    this.sim.poke(port, 1);
    this.step();
    this.sim.poke(port, 0);
  }

  read(offset: number): number {
    this.sim.poke('s_axi_araddr', offset);
    this.sim.poke('s_axi_arvalid', 1);
    for (let k = 0; k < 20; k++) {
      this.sim.settle();
      const taken = this.sim.peek('s_axi_arready') === 1n;
      const value = this.sim.peek('s_axi_rvalid') === 1n ? Number(this.sim.peek('s_axi_rdata')) : undefined;
      this.step();
      if (taken) this.sim.poke('s_axi_arvalid', 0);
      if (value !== undefined) return value;
    }
    throw new Error(`no answer of ${offset}`);
  }

  /** Names of the one-bit outputs that were high within a few cycles of the write. */
  write(offset: number, value: number): ReadonlySet<string> {
    const pulsed = new Set<string>();
    this.sim.poke('s_axi_awaddr', offset);
    this.sim.poke('s_axi_wdata', value);
    this.sim.poke('s_axi_wstrb', 15);
    const open = { aw: true, w: true };
    for (let k = 0; k < 12; k++) {
      for (const channel of ['aw', 'w'] as const) this.sim.poke(`s_axi_${channel}valid`, open[channel] ? 1 : 0);
      this.sim.settle();
      for (const channel of ['aw', 'w'] as const)
        if (this.sim.peek(`s_axi_${channel}ready`) === 1n) open[channel] = false;
      for (const { name, dir, width } of this.sim.ports)
        if (dir === 'output' && width === 1 && this.sim.peek(name) === 1n) pulsed.add(name);
      this.step();
    }
    return pulsed;
  }
}
