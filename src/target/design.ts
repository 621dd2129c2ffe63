/** What a flow has to know about an accelerator: plain data, made by `build` of its top. */
import type { IpRegister } from '../blocks/registers/index.js';

/** A stream of the top: `s_axis` for `s_axis_tdata` and so on. */
export interface StreamBus {
  readonly prefix: string;
  /** Width of tdata. */
  readonly bits: number;
}

/** An AXI4-Lite subordinate of the top. */
export interface ControlBus {
  readonly prefix: string;
  readonly addressBits: number;
}

/** An AXI4 manager of the top. */
export interface MasterBus {
  readonly prefix: string;
  readonly bits: number;
}

/** A port of the top. */
export interface TopPort {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly bits: number;
}

export interface TargetDesign {
  /** Letters, digits and underscores; names files and the IP. */
  readonly name: string;
  readonly title: string;
  /** Module in plain Verilog that everything stands in. */
  readonly top: string;
  /** Files of the folder `rtl` in the order of compilation. */
  readonly sources: readonly string[];
  /** Memory contents (`.mem`) in the same folder. */
  readonly images: readonly string[];
  /** Clock asked for, in MHz. */
  readonly clockMhz: number;
  /** All ports; the clock is `aclk`, the synchronous reset `aresetn`, active low. */
  readonly ports: readonly TopPort[];
  readonly streamsIn: readonly StreamBus[];
  readonly streamsOut: readonly StreamBus[];
  readonly controls: readonly ControlBus[];
  readonly masters: readonly MasterBus[];
  /** Outputs of the top that interrupt a processor. */
  readonly interrupts: readonly string[];
  /** What is behind the first of `controls`; absent where nothing is to be told. */
  readonly registers?: readonly IpRegister[];
  /** Packets are made of several transfers: a DMA of the vendor has to take them from descriptors in memory. */
  readonly scatterGather?: boolean;
  /** 1.0 of the IP; the revision counts builds. */
  readonly version: string;
}

/** Period of a clock in ns with picoseconds, rounded down: what meets it also meets the clock that was asked for. */
export function periodNs(clockMhz: number): string {
  return (Math.floor(1e6 / clockMhz) / 1000).toFixed(3);
}
