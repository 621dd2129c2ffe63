/** The built-in simulator: elaboration, the interpreter (oracle), the WebAssembly simulator, waves. */
export * from './simulation.js';
export * from './clocks.js';
export * from './cycle-model.js';
export * from './elaborated.js';
export * from './elaborate.js';
export * from './inspect.js';
export * from './leak.js';
export * from './interpreter.js';
export type { Init } from './initial.js';
export { compile, type WasmSimulation } from './wasm/compile.js';
export type { Journal, JournalOptions } from './wasm/journal.js';
export type { WasmPort } from './wasm/port.js';
export * from './create.js';
export * from './waves.js';
export * from './vcd.js';
export * from './saif.js';
export * from './wave-text.js';
export * from './bench/index.js';
