/** Clocks: the gate of ASIC libraries. */
export { ClockGate, clockGateFile } from './clock-gate.js';
