/** Depths of FIFOs by their names, and the search for the least one. */
import type { Chain, ChainNode } from './chain.js';

export type Depths = ReadonlyMap<string, number>;

/** The chain with other depths for the FIFOs that `depths` names. */
export function withDepths(chain: Chain, depths: Depths): Chain {
  const nodes = chain.nodes.map((node): ChainNode => {
    const DEPTH = node.kind === 'fifo' ? depths.get(node.name) : undefined;
    return node.kind === 'fifo' && DEPTH !== undefined ? { ...node, params: { ...node.params, DEPTH } } : node;
  });
  return { ...chain, nodes };
}

/** The least depth that `keeps` holds for, `deep` being one: steps down that double, then bisection. */
export function leastDepth(deep: number, keeps: (depth: number) => boolean): number {
  let [holds, fails] = [deep, 0];
  for (let step = 1; holds - step > 0; step *= 2) {
    if (!keeps(holds - step)) {
      fails = holds - step;
      break;
    }
    holds -= step;
  }
  while (holds - fails > 1) {
    const middle = (fails + holds) >> 1;
    if (keeps(middle)) holds = middle;
    else fails = middle;
  }
  return holds;
}
