/** A weighted stage of a network as the folding search sees it: legal values, cycles, and what each pair costs. */
import {
  addResources,
  fifoResources,
  noResources,
  type Resources,
  widthConverterResources,
} from '../../blocks/resources/index.js';
import type { Activation, ElementType } from '../../network/stages.js';
import { codeBits, signedBitsFor } from '../codes.js';
import { layerInterval, usefulPairs } from '../folding.js';
import type { FoldableLayer, Pair } from '../folding-search.js';
import { asked } from '../layer-styles.js';
import { layerForm, type LayerForm, windowSizes } from '../layer-form.js';
import { matrixOf, type WeightedStage } from '../matrix.js';
import { stepForThresholds } from '../../network/fit-thresholds.js';
import { requantizers } from '../requantizers.js';
import { lcm, typeLetter } from '../plan/builder.js';
import { type Arithmetic, isBinary } from '../stages/arithmetic.js';
import { leastWindowDepth } from '../stages/window-depth.js';
import { requantizeResources, thresholdsResources } from './activations.js';
import { slidingWindowResources } from './images.js';
import { matvecResources, productBits } from './matvec.js';
import { depthwiseResources, patchWindowResources } from './patches.js';

/** The layer of a stage. */
export function foldableLayer(stage: WeightedStage): FoldableLayer {
  const { PE, SIMD } = usefulPairs(stage);
  const activation = activationCosts(stage);
  return {
    name: stage.name,
    pe: PE,
    simd: SIMD,
    cycles: (pair) => layerInterval(stage, pair),
    cost: (pair) => layerCost(stage, pair, activation),
  };
}

/** How a stage's products are formed. */
export function arithmeticOf({ input, weight, activation }: WeightedStage): Arithmetic {
  const pair = typeLetter(input) + typeLetter(weight);
  if (pair === 'bb') return activation.kind === 'thresholds' ? 'xnor' : 'xnor_sum';
  return pair as Arithmetic;
}

type ActivationCost = (flow: { readonly lanes: number; readonly width: number }) => Resources;

function layerCost(stage: WeightedStage, pair: Pair, activation: ActivationCost): Resources {
  const { PE, SIMD } = pair;
  const [mult, weightRam] = [asked(pair.mult_style), asked(pair.ram_style)];
  const styles = { ...(mult === undefined ? {} : { mult }), ...(weightRam === undefined ? {} : { ram: weightRam }) };
  const { rows, columns: MW, groups } = matrixOf(stage);
  const MH = rows / groups;
  const { arithmetic, ...widths } = unitOf(stage, pair);
  const { X_W, ACC_W } = widths;
  const form = layerForm(stage, { PE, SIMD });
  return addResources(
    buffers(stage, pair, form, X_W),
    form.unit === 'depthwise'
      ? depthwiseResources(arithmetic, { PE, FOLDS: rows / PE, K: MW, ...widths }, undefined, styles)
      : matvecResources(arithmetic, { MH, MW, PE, SIMD, GROUPS: groups, ...widths }, { form: 'rom' }, styles),
    activation({ lanes: PE, width: ACC_W }),
  );
}

/** Products and widths of the unit that a stage becomes. */
export function unitOf(stage: WeightedStage, { SIMD }: Pair) {
  const { columns: MW } = matrixOf(stage);
  const P_SHIFT = stage.productShift ?? 0;
  const arithmetic = arithmeticOf(stage);
  const [X_W, W_W] = [codeBits(stage.input), codeBits(stage.weight)];
  const range = arithmetic === 'xnor' ? { min: 0, max: MW } : stage.accumulator;
  const beat = isBinary(arithmetic)
    ? Math.ceil(Math.log2(SIMD + 1)) + (arithmetic === 'xnor' ? 1 : 2)
    : Math.max(1, productBits(arithmetic, X_W, W_W) - P_SHIFT) + Math.ceil(Math.log2(SIMD));
  return { arithmetic, X_W, W_W, ACC_W: Math.max(signedBitsFor(range), beat), P_SHIFT };
}

/** What stands in front of the unit: a FIFO, for a convolution also the window, and a converter behind it. */
function buffers(
  stage: WeightedStage,
  { PE, SIMD, window_ram_style }: Pair,
  { unit, window }: LayerForm,
  X_W: number,
): Resources {
  const { columns } = matrixOf(stage);
  const wanted = unit === 'depthwise' ? PE : SIMD;
  if (stage.kind === 'dense' || window === undefined) {
    return fifoResources({ W: wanted * X_W, DEPTH: Math.max(2, columns / SIMD) });
  }
  const { lanes } = window;
  const sizes = { ...windowSizes(stage.image, stage.window, lanes), SIMD: lanes, X_W };
  const { KH, KW, SH, W, FOLDS } = sizes;
  const whole = window.kind === 'patches';
  // The plan computes how many more rows full rate needs of a plain window; about one step of the window.
  const windowCost = whole
    ? patchWindowResources(sizes, asked(window_ram_style))
    : slidingWindowResources({ ...sizes, DEPTH: leastWindowDepth(sizes) + SH * W * FOLDS }, asked(window_ram_style));
  const given = whole ? KH * KW * lanes : lanes;
  const common = lcm(given, wanted);
  const converter = {
    ...{ IN_W: given * X_W, OUT_W: wanted * X_W, UP: common / given, DOWN: common / wanted },
    ...{ FRAME_IN: columns / given, FRAME_OUT: columns / wanted },
  };
  return addResources(
    fifoResources({ W: lanes * X_W, DEPTH: 2 }),
    windowCost,
    given === wanted ? noResources : widthConverterResources(converter),
  );
}

/** Cost of a stage's activation on lanes of sums. Widths of requantizers follow from the values, which are looked at once. */
function activationCosts(stage: WeightedStage): ActivationCost {
  const { output } = stage;
  const channels = matrixOf(stage).rows;
  const activation = asPlanned(stage);
  switch (activation.kind) {
    case 'none':
      return () => noResources;
    case 'thresholds':
      return ({ lanes, width }) => thresholdsCost(activation, output, { lanes, width, channels });
    case 'fixed': {
      const known = new Map<number, ReturnType<typeof requantizers>>();
      return ({ lanes, width }) => {
        const one = { width, signed: true, lanes: 1, channels, range: stage.accumulator };
        const steps = known.get(width) ?? requantizers(() => '', activation.steps, one);
        known.set(width, steps);
        return addResources(
          ...steps.map(({ module: { requantize, params } }) =>
            requantizeResources(requantize, {
              ...params,
              PE: lanes,
              FOLDS: params.FOLDS === 1 ? 1 : channels / lanes,
            }),
          ),
        );
      };
    }
  }
}

/** Many thresholds become a step, as the plan does it. */
function asPlanned({ activation, output, accumulator }: WeightedStage): Activation {
  const step = activation.kind === 'thresholds' ? stepForThresholds(activation, output, accumulator) : undefined;
  return step === undefined ? activation : { kind: 'fixed', steps: [step] };
}

function thresholdsCost(
  { levels, perChannel }: Extract<Activation, { kind: 'thresholds' }>,
  output: ElementType,
  { lanes, width, channels }: { readonly lanes: number; readonly width: number; readonly channels: number },
): Resources {
  const FOLDS = perChannel ? channels / lanes : 1;
  return thresholdsResources(true, { PE: lanes, FOLDS, LEVELS: levels, X_W: width, OUT_W: codeBits(output) });
}
