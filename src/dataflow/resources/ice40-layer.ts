/** A stage of bits as the folding search sees it on an iCE40. */
import { codeBits } from '../codes.js';
import type { FoldableLayer, Pair } from '../folding-search.js';
import { matrixOf, type WeightedStage } from '../matrix.js';
import { fifo, fromIce40, type Ice40Cells, matvec, sum, thresholds } from './ice40.js';
import { foldableLayer, unitOf } from './layer-cost.js';

/** Undefined for stages whose modules have no estimate: all but dense ones of bits with thresholds, or without activation. */
export function ice40Layer(stage: WeightedStage): FoldableLayer | undefined {
  if (stage.kind !== 'dense' || cellsOf(stage, { PE: 1, SIMD: 1 }) === undefined) return undefined;
  return { ...foldableLayer(stage), cost: (pair) => fromIce40(cellsOf(stage, pair)!) };
}

/** Contents are taken for arbitrary: no column of a memory is constant. */
function cellsOf(stage: WeightedStage, pair: Pair): Ice40Cells | undefined {
  const { PE, SIMD } = pair;
  const { rows: MH, columns: MW } = matrixOf(stage);
  const { arithmetic, X_W, ACC_W } = unitOf(stage, pair);
  const unit = matvec(arithmetic, { MH, MW, PE, SIMD, ACC_W }, PE * SIMD);
  const { activation, output } = stage;
  if (unit === undefined || activation.kind === 'fixed') return undefined;
  const parts = [fifo(SIMD * X_W, Math.max(2, MW / SIMD)), unit];
  if (activation.kind === 'none') return sum(...parts);
  const { levels: LEVELS, perChannel } = activation;
  const limits = PE * LEVELS * (ACC_W + 1);
  const sizes = { PE, FOLDS: perChannel ? MH / PE : 1, LEVELS, X_W: ACC_W, OUT_W: codeBits(output) };
  return sum(...parts, thresholds(sizes, true, limits));
}
