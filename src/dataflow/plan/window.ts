/** Sliding windows in front of convolutions and pools. */
import type { ImageShape, Window } from '../../network/stages.js';
import type { PatchOrder } from '../stages/sliding-window.js';
import { fullRateWindowDepth } from '../stages/window-depth.js';
import type { WindowSizes } from '../stages/window-order.js';
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
  const sizes: WindowSizes = {
    ...{ H: image.height, W: image.width, FOLDS: image.channels / flow.lanes },
    ...{ KH: y.kernel, KW: x.kernel, SH: y.stride, SW: x.stride, DH: y.dilation, DW: x.dilation },
    ...{ PT: y.before, PB: y.after, PL: x.before, PR: x.after },
  };
  const beats = y.kernel * x.kernel * sizes.FOLDS;
  const DEPTH = fullRateWindowDepth(sizes, order, Math.max(0, patchCycles - beats));
  const PAD = pad < 0 ? pad + 2 ** flow.width : pad;
  const params = { ...sizes, SIMD: flow.lanes, X_W: flow.width, PAD, DEPTH };
  const stream = chain.add(`${name}_window`, name, { kind: 'sliding_window', order, params }, flow);
  return { ...flow, stream, elements: y.count * x.count * beats * flow.lanes };
}
