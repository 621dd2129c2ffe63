/** Dense layers and convolutions: a window where one is needed, a matrix-vector unit, an activation. */
import { evalNat, lit } from '../../circuit/index.js';
import { NatExpr, toNat } from '../../hdl/index.js';
import type { ConvStage } from '../../network/stages.js';
import type { LayerFolding } from '../folding.js';
import { codeBits, signedBitsFor } from '../codes.js';
import { weightImage } from '../images.js';
import { isPointwise, matrixOf, type WeightedStage, windowLanes } from '../matrix.js';
import { type Arithmetic, laneSumWidth, legalShift } from '../stages/arithmetic.js';
import { inAgreements, planActivation } from './activation.js';
import { type ChainBuilder, type Flow, typeLetter } from './builder.js';
import { planWindow } from './window.js';

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
  const { rows, columns, vectors, groups } = matrixOf(stage);
  const { PE, SIMD, fifo } = layer;
  const buffered = (to: Flow) => chain.fifo(fifoName(stage.name), stage.name, to, fifo);
  const ready =
    stage.kind === 'dense' || isPointwise(stage)
      ? buffered(chain.convert(stage.name, flow, SIMD))
      : patches(chain, stage, layer, buffered(chain.convert(stage.name, flow, windowLanes(stage, layer))));
  const arithmetic = arithmeticOf(stage);
  // Sums that no activation has narrowed are wider than the type of the stage says.
  const [X_W, W_W] = [ready.width, codeBits(stage.weight)];
  const shift = stage.productShift ?? 0;
  const P_SHIFT = shift === 0 ? 0 : legalShift(arithmetic, X_W, W_W, shift);
  const ACC_W = accumulatorWidth(stage, arithmetic, { SIMD, X_W, W_W, P_SHIFT });
  const stream = chain.add(
    `${stage.name}_matvec`,
    stage.name,
    {
      kind: 'matvec',
      arithmetic,
      params: {
        ...{ MH: rows / groups, MW: columns, PE, SIMD, X_W, W_W, ACC_W },
        ...(groups === 1 ? {} : { GROUPS: groups }),
        ...(P_SHIFT === 0 ? {} : { P_SHIFT }),
      },
      images: { WEIGHTS: weightImage(stage, PE, SIMD, W_W) },
    },
    ready,
  );
  const sums: Flow = { stream, lanes: PE, width: ACC_W, signed: true, elements: rows * vectors };
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

/** The patches of a convolution, SIMD elements a beat. */
function patches(chain: ChainBuilder, stage: ConvStage, { PE, SIMD }: LayerFolding, image: Flow): Flow {
  const { rows, columns } = matrixOf(stage);
  const patchCycles = (rows / PE) * (columns / SIMD);
  const { name, window, groups } = stage;
  // With groups a beat is all channels of a group, and its patch leaves before that of the next group.
  const order = groups === 1 ? 'pixels' : 'groups';
  const windowed = planWindow(
    chain,
    { name, image: stage.image, window, order, pad: stage.padValue, patchCycles },
    image,
  );
  return windowed.lanes === SIMD
    ? windowed
    : chain.convert(`${name}_patch`, windowed, SIMD, { stage: name, frame: columns });
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
