/** From a design to a running simulator in one call. */
import type { Design } from '../circuit/index.js';
import { type ElaborateOptions, elaborate } from './elaborate.js';
import type { CircuitSimulation } from './inspect.js';
import { type SimulationOptions, interpret } from './interpreter.js';
import { type WasmSimulation, compile } from './wasm/compile.js';

export type CreateOptions = ElaborateOptions & SimulationOptions;

/** The compiled simulator of `design`. */
export function createSimulation(design: Design, options: CreateOptions = {}): WasmSimulation {
  return compile(elaborate(design, options), options);
}

/** The interpreter of `design`, for comparing. */
export function createInterpreter(design: Design, options: CreateOptions = {}): CircuitSimulation {
  return interpret(elaborate(design, options), options);
}
