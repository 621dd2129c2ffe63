/** How the folding search counts cells: those of the board's family where there are estimates of all that a network becomes. */
import type { Resources } from '../blocks/resources/index.js';
import type { Chain } from '../dataflow/chain.js';
import { weightedStages } from '../dataflow/folding.js';
import type { FoldableLayer } from '../dataflow/folding-search.js';
import { planNetwork } from '../dataflow/plan.js';
import { chainResources } from '../dataflow/resources/chain.js';
import { fromIce40, ice40Chain } from '../dataflow/resources/ice40.js';
import { ice40Layer } from '../dataflow/resources/ice40-layer.js';
import { foldableLayer } from '../dataflow/resources/layer-cost.js';
import type { StageNetwork } from '../network/stages.js';
import type { Board } from '../target/boards.js';

export interface CellCount {
  readonly layers: readonly FoldableLayer[];
  readonly total: (chain: Chain) => Resources;
}

/** Cells of AMD, and those of iCE40 for its boards where every module of the network has an estimate. */
export function cellCount(network: StageNetwork, family?: Board['family']): CellCount {
  const stages = weightedStages(network);
  const amd: CellCount = { layers: stages.map(foldableLayer), total: (chain) => chainResources(chain).total };
  if (family !== 'ice40') return amd;
  const layers = stages.flatMap((stage) => ice40Layer(stage) ?? []);
  if (layers.length < stages.length) return amd;
  // What stands between the layers of one folding may be in those of another: slices, FIFOs and converters, all of them counted.
  const known = ice40Chain(planNetwork(network, { portBits: 'full', sizing: false }).chain) !== undefined;
  return known ? { layers, total: (chain) => fromIce40(ice40Chain(chain)!.total) } : amd;
}
