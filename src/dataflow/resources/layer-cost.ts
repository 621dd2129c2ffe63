/** What a weighted stage of a network costs at a PE and SIMD: its FIFO, its matrix unit and its activation. */
import { addResources, fifoResources, noResources, type Resources } from '../../blocks/resources/index.js';
import type { Activation, DenseStage, ElementType } from '../../network/stages.js';
import { dividingPairs, type FoldableLayer, type Pair } from '../folding-search.js';
import { requantizeNode } from '../plan-requantize.js';
import { type Arithmetic, isBinary } from '../stages/arithmetic.js';
import { requantizeResources, thresholdsResources } from './activations.js';
import { matvecResources, productBits } from './matvec.js';

const bitsOf = (type: ElementType): number => (type.kind === 'bipolar' ? 1 : type.bits);
const letter = (type: ElementType): string => (type.kind === 'bipolar' ? 'b' : type.signed ? 's' : 'u');

/** How a stage's products are formed. */
export function arithmeticFor({ input, weight, activation }: Pick<DenseStage, 'input' | 'weight' | 'activation'>) {
  const pair = letter(input) + letter(weight);
  if (pair === 'bb') return activation.kind === 'thresholds' ? 'xnor' : 'xnor_sum';
  return pair as Arithmetic;
}

function signedBits({ min, max }: { readonly min: number; readonly max: number }): number {
  let bits = 1;
  while (-(2 ** (bits - 1)) > min || 2 ** (bits - 1) - 1 < max) bits++;
  return bits;
}

/** Cost of an activation on `lanes` sums of `width` bits, channels `channels`. */
export function activationCost(
  activation: Activation,
  output: ElementType,
  flow: { readonly lanes: number; readonly width: number; readonly signed: boolean; readonly channels: number },
): Resources {
  const { lanes, width, channels } = flow;
  switch (activation.kind) {
    case 'none':
      return noResources;
    case 'thresholds': {
      const FOLDS = activation.perChannel ? channels / lanes : 1;
      const sizes = { PE: lanes, FOLDS, LEVELS: activation.levels, X_W: width, OUT_W: bitsOf(output) };
      return thresholdsResources(flow.signed, sizes);
    }
    case 'fixed': {
      let at = { width, signed: flow.signed };
      return activation.steps.reduce((sum, step) => {
        // Widths follow from the values; a single lane has them all.
        const { params, requantize } = requantizeNode('', step, { ...at, lanes: 1, elements: channels });
        at = { width: params.OUT_W, signed: step.result.signed };
        const FOLDS = params.FOLDS === 1 ? 1 : channels / lanes;
        return addResources(sum, requantizeResources(requantize, { ...params, PE: lanes, FOLDS }));
      }, noResources);
    }
  }
}

/** A dense stage for the search. */
export function denseLayer(stage: DenseStage): FoldableLayer {
  const { name, outputs, inputs } = stage;
  return {
    name,
    outputs,
    inputs,
    vectors: 1,
    ...dividingPairs(outputs, inputs),
    cost: (pair) => denseCost(stage, pair),
  };
}

function denseCost(stage: DenseStage, { PE, SIMD }: Pair): Resources {
  const { outputs: MH, inputs: MW, input, weight } = stage;
  const arithmetic = arithmeticFor(stage);
  const [X_W, W_W] = [bitsOf(input), bitsOf(weight)];
  const range = arithmetic === 'xnor' ? { min: 0, max: MW } : stage.accumulator;
  const lanes = Math.ceil(Math.log2(SIMD));
  const beat = isBinary(arithmetic)
    ? Math.ceil(Math.log2(SIMD + 1)) + (arithmetic === 'xnor' ? 1 : 2)
    : productBits(arithmetic, X_W, W_W) + lanes;
  const ACC_W = Math.max(signedBits(range), beat);
  return addResources(
    fifoResources({ W: SIMD * X_W, DEPTH: Math.max(2, MW / SIMD) }),
    matvecResources(arithmetic, { MH, MW, PE, SIMD, X_W, W_W, ACC_W }),
    activationCost(stage.activation, stage.output, { lanes: PE, width: ACC_W, signed: true, channels: MH }),
  );
}
