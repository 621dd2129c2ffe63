/** The rules of an AXI4-Stream: the table, and its forms for lockstep, for the built-in simulator and as SystemVerilog. */
export * from './checker.js';
export { type Rule, type State, type When, bareStream, rules, signalWidth, states } from './rules.js';
export type { SignalName, StreamParams, Term } from './term.js';
export { type MonitorOptions, streamMonitor, violatedRules } from './monitor.js';
export { type WatchOptions, watchStreams } from './watch.js';
