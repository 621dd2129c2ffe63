/** Step 2: the integer stages compute what the graph computes, and their sums are as wide as they are said to be. */
import { numberedError } from '../../base/diagnostics.js';
import { signedBitsFor } from '../../dataflow/codes.js';
import { weightedStages } from '../../dataflow/folding.js';
import type { Imported } from './import.js';

export interface Checked {
  readonly layers: readonly { readonly name: string; readonly shape: string; readonly sumBits: number }[];
  /** Elements compared between graph and stages. */
  readonly compared: number;
}

/** Relative difference that float64 sums in another order may have. */
const tolerance = 1e-9;

/** Throws H4003 where stages and graph differ. */
export function checkStep({ network, probe }: Imported): Checked {
  const { outputs, decoded } = probe;
  const bad = outputs.findIndex((value, i) => {
    const difference = Math.abs(value - (decoded[i] ?? NaN));
    return !(difference <= tolerance * Math.max(1, Math.abs(value)));
  });
  if (bad >= 0 || outputs.length !== decoded.length) {
    const message = `${network.name}: output element ${bad} of the integer stages is ${decoded[bad]}, the graph gives ${outputs[bad]}`;
    throw numberedError('H4003', message, { exitCode: 1 });
  }
  const layers = weightedStages(network).map(({ name, inputs, outputs: rows, accumulator }) => ({
    name,
    shape: `${inputs} > ${rows}`,
    sumBits: signedBitsFor(accumulator),
  }));
  return { layers, compared: outputs.length };
}

export function describeCheck({ layers, compared }: Checked): string {
  const widest = Math.max(0, ...layers.map(({ sumBits }) => sumBits));
  return `${compared} outputs equal to the graph, widest sum ${widest} bits`;
}
