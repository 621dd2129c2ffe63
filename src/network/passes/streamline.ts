/** The passes between a graph as read and a graph whose matrix products are integer, in order. */
import type { Graph } from '../graph.js';
import { batchFree } from './batch-free.js';
import { foldConstants } from './fold-constants.js';
import { integerQuantizers } from './integer-quantizers.js';
import { integerWeights } from './integer-weights.js';
import { moveScales } from './move-scales.js';
import { sumPools } from './sum-pools.js';
import { unfoldBias } from './unfold-bias.js';
import { unfoldGemm } from './unfold-gemm.js';

const weightQuantizers: ReadonlySet<string> = new Set(['Quant', 'IntQuant', 'BipolarQuant', 'Mul', 'Transpose']);

export interface PassResult {
  readonly pass: string;
  readonly graph: Graph;
}

/** Every pass with its result; the last one is {@link streamline}. For people who look at `graph/` after a build. */
export function streamlineSteps(graph: Graph): PassResult[] {
  const passes: readonly [name: string, pass: (graph: Graph) => Graph][] = [
    ['fold-shapes', (g) => foldConstants(g, weightQuantizers)],
    ['batch-free', batchFree],
    ['unfold-gemm', unfoldGemm],
    ['unfold-bias', unfoldBias],
    ['integer-weights', integerWeights],
    ['fold-constants', (g) => foldConstants(g)],
    ['integer-quantizers', integerQuantizers],
    ['sum-pools', sumPools],
    ['move-scales', moveScales],
  ];
  const results: PassResult[] = [];
  let current = graph;
  for (const [pass, run] of passes) {
    current = run(current);
    results.push({ pass, graph: current });
  }
  return results;
}

/**
 * The graph that defines the numerics: integer matrix products, scales behind them. Equal to the file's graph in real
 * arithmetic, and bit for bit where all scales are powers of two.
 */
export function streamline(graph: Graph): Graph {
  return streamlineSteps(graph).at(-1)?.graph ?? graph;
}
