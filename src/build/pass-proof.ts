/** The first link of the chain of proof: one sample through the graph as read and through the graph behind every pass. */
import { executeAll, onlyInput, onlyOutput } from '../network/execute.js';
import { type Graph, tensor } from '../network/graph.js';
import { describePass, type PassChange } from '../network/passes/describe-pass.js';

export interface PassProof extends PassChange {
  readonly pass: string;
  /** Greatest difference of an output to the graph as read. */
  readonly difference: number;
  /** Where the outputs first differ by more than float64 sums in another order may: the index in each axis. */
  readonly first?: readonly number[];
}

/** Relative difference that float64 sums in another order may have. */
const tolerance = 1e-9;

/** Index of an element in each axis of an array of this shape. */
export function placeIn(shape: readonly number[], element: number): number[] {
  const place: number[] = [];
  let rest = element;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}

/**
 * Runs one sample, as the input of the graph takes it, behind every pass. A difference is no error: a tie that lies exactly on
 * a threshold falls to the other side where a pass reorders factors that are no powers of two.
 */
export function proofOfPasses(
  model: Graph,
  passes: readonly { readonly pass: string; readonly graph: Graph }[],
  sample: Float64Array,
): PassProof[] {
  const run = (graph: Graph): Float64Array => {
    const { name, shape } = onlyInput(graph);
    const values = executeAll(graph, new Map([[name, tensor([1, ...shape.slice(1)], sample)]]));
    return values.get(onlyOutput(graph).name)?.data ?? new Float64Array();
  };
  const expected = run(model);
  const shape = onlyOutput(model).shape.slice(1);
  return passes.map(({ pass, graph }, k) => {
    const change = describePass(passes[k - 1]?.graph ?? model, graph);
    const outputs = run(graph);
    const differences = expected.map((value, i) => Math.abs(value - (outputs[i] ?? NaN)));
    const bad = differences.findIndex((each, i) => !(each <= tolerance * Math.max(1, Math.abs(expected[i] ?? 0))));
    const difference = differences.reduce((most, each) => Math.max(most, each), 0);
    return { pass, ...change, difference, ...(bad < 0 ? {} : { first: placeIn(shape, bad) }) };
  });
}
