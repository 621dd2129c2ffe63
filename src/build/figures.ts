/** Figures by layer: what was planned, predicted and simulated, in the form of the reports. */
import type { Chain } from '../dataflow/chain.js';
import type { CycleFigures } from '../dataflow/cycle-figures.js';
import { codeBits } from '../dataflow/codes.js';
import { matrixOf } from '../dataflow/matrix.js';
import { type Folding, layerInterval, weightedStages } from '../dataflow/folding.js';
import { predictTiming } from '../dataflow/timing.js';
import type { StageNetwork } from '../network/stages.js';

export interface LayerFigures {
  readonly name: string;
  /** Columns and rows of the matrix. */
  readonly inputs: number;
  readonly outputs: number;
  /** How often a sample needs it: output pixels of a convolution, 1 for a dense layer. */
  readonly vectors: number;
  readonly PE: number;
  readonly SIMD: number;
  readonly fifo: number;
  readonly weight_bits: number;
  /** Cycles that one sample keeps the layer busy: vectors * (outputs / PE) * (inputs / SIMD), or those of its window. */
  readonly cycles: number;
  /** Of the beats that leave the layer. Null where the run could not look inside. */
  readonly predicted: CycleFigures | null;
  readonly simulated: CycleFigures | null;
}

export interface RunFigures {
  readonly predicted: CycleFigures | null;
  readonly simulated: CycleFigures | null;
}

/** The last node of each weighted stage: where its results leave. */
export function layerExits(chain: Chain, network: StageNetwork): ReadonlyMap<string, string> {
  const names = new Set(weightedStages(network).map(({ name }) => name));
  return new Map(chain.nodes.flatMap(({ name, stage }) => (names.has(stage) ? [[stage, name] as const] : [])));
}

/** The weighted layers in network order. `simulated` by name of a node. */
export function layerFigures(
  network: StageNetwork,
  chain: Chain,
  folding: Folding,
  samples: number,
  simulated: ReadonlyMap<string, CycleFigures>,
): { readonly predicted: CycleFigures; readonly layers: LayerFigures[] } {
  const timing = predictTiming(chain, samples);
  const exits = layerExits(chain, network);
  const layers = weightedStages(network).map((stage): LayerFigures => {
    const layer = folding[stage.name] ?? { PE: 1, SIMD: 1 };
    const exit = exits.get(stage.name);
    const { rows, columns, vectors } = matrixOf(stage);
    return {
      name: stage.name,
      inputs: columns,
      outputs: rows,
      vectors,
      PE: layer.PE,
      SIMD: layer.SIMD,
      fifo: layer.fifo ?? 0,
      weight_bits: rows * columns * codeBits(stage.weight),
      cycles: layerInterval(stage, layer),
      predicted: timing.nodes.find(({ name }) => name === exit)?.cycles ?? null,
      simulated: simulated.get(exit ?? '') ?? null,
    };
  });
  return { predicted: timing.cycles, layers };
}
