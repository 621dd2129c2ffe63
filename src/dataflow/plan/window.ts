/** Sliding windows in front of convolutions and pools. */
import type { ImageShape, Window } from '../../network/stages.js';
import type { PatchOrder } from '../stages/sliding-window.js';
import { fullRateWindowDepth } from '../stages/window-depth.js';
import { windowSizes } from '../layer-form.js';
import type { ChainBuilder, Flow } from './builder.js';

export interface WindowPlan {
  readonly name: string;
  readonly image: ImageShape;
  readonly window: Window;
  readonly order: PatchOrder;
  /** Value of the padding. */
  readonly pad: number;
  /** Cycles that the reader takes for a patch. */
  readonly patchCycles: number;
}

/** The patches of an image whose beats have lanes that divide its channels; the buffer is as deep as full rate needs. */
export function planWindow(chain: ChainBuilder, plan: WindowPlan, flow: Flow): Flow {
  const { name, image, window, order, pad, patchCycles } = plan;
  const { y, x } = window;
  const sizes = windowSizes(image, window, flow.lanes);
  const beats = y.kernel * x.kernel * sizes.FOLDS;
  const DEPTH = fullRateWindowDepth(sizes, order, Math.max(0, patchCycles - beats));
  const params = { ...sizes, SIMD: flow.lanes, X_W: flow.width, PAD: padCode(pad, flow), DEPTH };
  const stream = chain.add(`${name}_window`, name, { kind: 'sliding_window', order, params }, flow);
  return { ...flow, stream, elements: y.count * x.count * beats * flow.lanes };
}

/** Whole patches of an image whose beats have lanes that divide its channels: all pixels of a window in a beat. */
export function planPatches(
  chain: ChainBuilder,
  { name, image, window, pad }: Pick<WindowPlan, 'name' | 'image' | 'window' | 'pad'>,
  flow: Flow,
): Flow {
  const { y, x } = window;
  const params = {
    ...windowSizes(image, window, flow.lanes),
    ...{ SIMD: flow.lanes, X_W: flow.width, PAD: padCode(pad, flow) },
  };
  const stream = chain.add(`${name}_window`, name, { kind: 'patch_window', params }, flow);
  const taps = y.kernel * x.kernel;
  return { ...flow, stream, lanes: taps * flow.lanes, elements: y.count * x.count * taps * image.channels };
}

/** Two's complement of the padding. */
const padCode = (pad: number, { width }: Flow): number => (pad < 0 ? pad + 2 ** width : pad);
