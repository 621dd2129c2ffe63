/**
 * The reference executor: runs a graph node by node in float64.
 *
 * After `passes/streamline.ts` every matrix product has integer operands, so all sums are exact, and this executor defines the
 * numerics that the threshold search and the hardware must equal.
 */
import { HeddleError } from '../base/diagnostics.js';
import { networkError } from './errors.js';
import { sizeOf, tensor, type Graph, type GraphNode, type Tensor } from './graph.js';
import { opByName } from './ops/index.js';

/** Outputs of one node. Anything an operator throws becomes H3030 with the node's name. */
export function executeNode(node: GraphNode, inputs: readonly (Tensor | undefined)[]): Tensor[] {
  const op = opByName(node.op);
  if (!op) throw networkError('H3030', node.name, `operator ${node.op} has no reference`);
  try {
    return op(node, inputs);
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    throw networkError('H3030', node.name, `${node.op} failed: ${(error as Error).message}`);
  }
}

/** Every tensor of the graph by name. `feeds` gives the graph inputs; H3030 names a tensor that nothing defines. */
export function executeAll(graph: Graph, feeds: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const values = new Map<string, Tensor>([...graph.initializers, ...feeds]);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      if (name === '') return undefined;
      return values.get(name) ?? missing(node, name);
    });
    const outputs = executeNode(node, inputs);
    node.outputs.forEach((name, index) => {
      const value = outputs[index];
      if (value && name !== '') values.set(name, value);
    });
  }
  return values;
}

function missing(node: GraphNode, name: string): never {
  throw networkError('H3030', node.name, `${node.op} reads "${name}", which nothing defines`);
}

/** The only input of a graph; H3031 for several. */
export function onlyInput(graph: Graph): Graph['inputs'][number] {
  const input = graph.inputs[0];
  if (!input || graph.inputs.length !== 1) throw networkError('H3031', graph.name, `has ${graph.inputs.length} inputs`);
  return input;
}

/** The only output of a graph; H3031 for several. */
export function onlyOutput(graph: Graph): Graph['outputs'][number] {
  const output = graph.outputs[0];
  if (!output || graph.outputs.length !== 1)
    throw networkError('H3031', graph.name, `has ${graph.outputs.length} outputs`);
  return output;
}

/**
 * Runs samples through a graph with one input and one output, in blocks that bound the memory.
 *
 * `data` holds whole samples in the layout of the input; the result holds whole output samples. The graph must have been through
 * `passes/batch-free.ts`, so that the batch axis may be longer than 1.
 */
export function executeSamples(graph: Graph, data: Float64Array): Float64Array {
  const input = onlyInput(graph);
  const output = onlyOutput(graph);
  const sample = sizeOf(input.shape.slice(1));
  if (sample === 0 || data.length % sample !== 0)
    throw networkError('H3030', input.name, `${data.length} input elements are not whole samples of ${sample}`);
  const samples = data.length / sample;
  const block = Math.max(1, Math.floor(65536 / sample));
  const parts: Float64Array[] = [];
  for (let first = 0; first < samples; first += block) {
    const count = Math.min(block, samples - first);
    const feed = tensor([count, ...input.shape.slice(1)], data.subarray(first * sample, (first + count) * sample));
    const result = executeAll(graph, new Map([[input.name, feed]])).get(output.name);
    if (!result) throw networkError('H3030', output.name, 'the output is never computed');
    parts.push(result.data);
  }
  const total = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    total.set(part, at);
    at += part.length;
  }
  return total;
}
