/** The folding of one layer of a model, as planned or as given. */
import { explainFolding, type FoldingExplanation } from '../dataflow/explain-folding.js';
import { chooseFolding, defaultBudget } from '../dataflow/folding.js';
import { portInterval } from '../dataflow/plan.js';
import { loadModel } from './load-model.js';
import { readFoldingFile } from './plan-goal.js';

export interface ExplainFoldingRequest {
  readonly model: string;
  readonly numerics?: string | undefined;
  readonly layer: string;
  /** Path of a folding file. */
  readonly folding?: string | undefined;
  readonly PE?: number | undefined;
  readonly SIMD?: number | undefined;
  readonly portBits: number | 'full';
}

/** What is not given is as `build` would fold it without a goal. */
export async function explainModelFolding(request: ExplainFoldingRequest): Promise<FoldingExplanation> {
  const { model, numerics, layer, portBits } = request;
  const { loaded } = await loadModel({ model, numerics });
  const network = loaded.stageNetwork;
  const { folding: given = {} } = request.folding === undefined ? {} : readFoldingFile(request.folding, network);
  const goal = { interval: portInterval(network, portBits), budget: defaultBudget };
  const planned = chooseFolding(network, goal, given)[layer] ?? { PE: 1, SIMD: 1 };
  const { PE = planned.PE, SIMD = planned.SIMD } = request;
  return explainFolding(network, layer, { PE, SIMD });
}
