/** Dense layers and convolutions: a window where one is needed, a matrix-vector or a depthwise unit, an activation. */
import { evalNat, lit } from '../../circuit/index.js';
import { NatExpr, toNat } from '../../hdl/index.js';
import type { ChainModule } from '../chain.js';
import type { LayerFolding } from '../folding.js';
import { codeBits, signedBitsFor } from '../codes.js';
import { depthwiseImage, weightImage } from '../images.js';
import { columnAt, isDepthwise, type LayerForm, layerForm } from '../layer-form.js';
import { isPointwise, matrixOf, type WeightedStage } from '../matrix.js';
import { type Arithmetic, laneSumWidth, legalShift } from '../stages/arithmetic.js';
import { inAgreements, planActivation } from './activation.js';
import { type ChainBuilder, type Flow, typeLetter } from './builder.js';
import { planPatches, planWindow } from './window.js';

/** The FIFO in front of a layer. */
export const fifoName = (stage: string): string => `${stage}_fifo`;

/** Beats that stand in front of the unit of a stage when nobody says how many. */
export function defaultFifo(stage: WeightedStage, layer: LayerFolding): number {
  // One whole vector, so that a replaying matrix stops nobody; a window keeps its image itself.
  if (stage.kind === 'conv' && !isPointwise(stage)) return 2;
  return Math.max(2, matrixOf(stage).columns / layer.SIMD);
}

export function planWeighted(
  chain: ChainBuilder,
  stage: WeightedStage,
  layer: LayerFolding & { readonly fifo: number },
  flow: Flow,
): Flow {
  const { rows, columns, vectors } = matrixOf(stage);
  const form = layerForm(stage, layer);
  const ready = operands(chain, stage, layer, form, flow);
  const arithmetic = arithmeticOf(stage);
  // Sums that no activation has narrowed are wider than the type of the stage says.
  const [X_W, W_W] = [ready.width, codeBits(stage.weight)];
  const shift = stage.productShift ?? 0;
  const P_SHIFT = shift === 0 ? 0 : legalShift(arithmetic, X_W, W_W, shift);
  const ACC_W = accumulatorWidth(stage, arithmetic, { SIMD: layer.SIMD, X_W, W_W, P_SHIFT });
  const widths = { X_W, W_W, ACC_W, ...(P_SHIFT === 0 ? {} : { P_SHIFT }) };
  const module: ChainModule = { ...unitOf(stage, layer, form, widths), arithmetic };
  const stream = chain.add(`${stage.name}_${module.kind}`, stage.name, module, ready);
  const sums: Flow = { stream, lanes: layer.PE, width: ACC_W, signed: true, elements: rows * vectors };
  const counts = arithmetic === 'xnor';
  const activation = counts ? inAgreements(stage.activation, columns) : stage.activation;
  const range = counts ? {} : { range: stage.accumulator };
  return planActivation(
    chain,
    { stage: stage.name, name: stage.name },
    activation,
    { output: stage.output, channels: rows, ...range },
    sums,
  );
}

/** Sizes and weights of the unit. */
function unitOf(
  stage: WeightedStage,
  { PE, SIMD, weights }: LayerFolding,
  form: LayerForm,
  widths: Readonly<Record<'X_W' | 'W_W' | 'ACC_W', number>>,
) {
  const { rows, columns, groups } = matrixOf(stage);
  if (form.unit === 'depthwise' && isDepthwise(stage, weights)) {
    const params = { PE, FOLDS: rows / PE, K: columns, ...widths };
    return { kind: 'depthwise', params, images: { WEIGHTS: depthwiseImage(stage, PE, widths.W_W) } } as const;
  }
  const params = { MH: rows / groups, MW: columns, PE, SIMD, ...widths, ...(groups === 1 ? {} : { GROUPS: groups }) };
  const WEIGHTS = weightImage(stage, PE, SIMD, widths.W_W, columnAt(stage, form));
  return { kind: 'matvec', params, images: { WEIGHTS } } as const;
}

/** The beats that the unit takes: behind a FIFO, and behind a window where there is one. */
function operands(
  chain: ChainBuilder,
  stage: WeightedStage,
  { PE, SIMD, fifo }: LayerFolding & { readonly fifo: number },
  { unit, window: windowForm }: LayerForm,
  flow: Flow,
): Flow {
  const { name } = stage;
  const buffered = (lanes: number) => chain.fifo(fifoName(name), name, chain.convert(name, flow, lanes), fifo);
  const lanes = unit === 'depthwise' ? PE : SIMD;
  if (stage.kind === 'dense' || windowForm === undefined) return buffered(lanes);
  const { rows, columns } = matrixOf(stage);
  const { image, window, padValue: pad } = stage;
  const plan = { name, image, window, pad };
  const from = buffered(windowForm.lanes);
  const patchCycles = (rows / PE) * (columns / SIMD);
  const patches =
    windowForm.kind === 'patches'
      ? planPatches(chain, plan, from)
      : planWindow(chain, { ...plan, order: windowForm.order, patchCycles }, from);
  return patches.lanes === lanes
    ? patches
    : chain.convert(`${name}_patch`, patches, lanes, { stage: name, frame: columns });
}

function arithmeticOf(stage: WeightedStage): Arithmetic {
  const pair = `${typeLetter(stage.input)}${typeLetter(stage.weight)}`;
  if (pair === 'bb') return stage.activation.kind === 'thresholds' ? 'xnor' : 'xnor_sum';
  return pair as Arithmetic;
}

/** Bits of a signed sum: the reachable range, at least the sum of one beat. */
function accumulatorWidth(
  stage: WeightedStage,
  arithmetic: Arithmetic,
  sizes: Readonly<Record<'SIMD' | 'X_W' | 'W_W' | 'P_SHIFT', number>>,
): number {
  const range = arithmetic === 'xnor' ? { min: 0, max: matrixOf(stage).columns } : stage.accumulator;
  const { SIMD, X_W, W_W, P_SHIFT } = sizes;
  const [simd, x, w, shift] = [SIMD, X_W, W_W, P_SHIFT].map((n) => new NatExpr(lit(n)));
  return Math.max(signedBitsFor(range), evalNat(toNat(laneSumWidth(arithmetic, simd!, x!, w!, shift)), {}));
}
