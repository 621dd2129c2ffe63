/**
 * The hardware of a weighted layer at a folding: which unit computes it, what feeds the unit, and how many cycles that takes.
 *
 * A convolution has one of two windows. The plain one gives a beat of at most one pixel a cycle. The one of whole patches gives
 * all pixels of a window in a beat, so that a matrix of more columns than a pixel has channels need not wait; it passes over the
 * padded image a pixel a cycle. A convolution of every channel by itself goes to the depthwise unit, PE channels at a time.
 */
import type { ConvStage, ImageShape, Window } from '../network/stages.js';
import { isPointwise, matrixOf, type WeightedStage } from './matrix.js';
import type { PatchOrder } from './stages/sliding-window.js';
import { patchSteps, type WindowSizes } from './stages/window-order.js';
import type { WeightMode } from './weights/place-weights.js';

/** What of a layer's folding decides on its hardware. */
export interface FormFolding {
  readonly PE: number;
  readonly SIMD: number;
  readonly weights?: WeightMode | undefined;
}

/** `lanes`: channels that the window takes a cycle. */
export type LayerWindow =
  | { readonly kind: 'beats'; readonly lanes: number; readonly order: PatchOrder }
  | { readonly kind: 'patches'; readonly lanes: number };

export interface LayerForm {
  readonly unit: 'matvec' | 'depthwise';
  /** Absent for dense layers, and where every pixel is a patch of its own. */
  readonly window?: LayerWindow;
  /** Cycles that a sample keeps the slower of unit and window busy. */
  readonly interval: number;
}

/** Whether the depthwise unit can compute a layer: every channel by itself. Its weights are in a ROM. */
export function isDepthwise(stage: WeightedStage, weights: WeightMode = 'rom'): stage is ConvStage {
  if (stage.kind === 'dense' || weights !== 'rom') return false;
  return stage.groups > 1 && stage.groups === stage.image.channels && stage.channels === stage.groups;
}

/** What PE and SIMD of a layer must divide. A depthwise unit takes one position of its window a cycle. */
export function foldingTotals(
  stage: WeightedStage,
  weights?: WeightMode,
): { readonly PE: number; readonly SIMD: number } {
  const { rows, columns, groups } = matrixOf(stage);
  return isDepthwise(stage, weights) ? { PE: rows, SIMD: 1 } : { PE: rows / groups, SIMD: columns };
}

/** The hardware of a layer at a legal folding: of the windows that can be the one that passes more, the plain one among equals. */
export function layerForm(stage: WeightedStage, folding: FormFolding): LayerForm {
  const unit = isDepthwise(stage, folding.weights) ? 'depthwise' : 'matvec';
  const matrix = unitCycles(stage, folding);
  if (stage.kind === 'dense' || isPointwise(stage)) return { unit, interval: matrix };
  const plain = plainForm(stage, folding, unit, matrix);
  const whole = patchForm(stage, folding);
  return whole !== undefined && whole.interval < plain.interval ? whole : plain;
}

/** Cycles of the products of a sample. */
function unitCycles(stage: WeightedStage, { PE, SIMD }: FormFolding): number {
  const { rows, columns, vectors } = matrixOf(stage);
  return vectors * (rows / PE) * (columns / SIMD);
}

function plainForm(stage: ConvStage, { PE, SIMD }: FormFolding, unit: LayerForm['unit'], matrix: number): LayerForm {
  const { image, groups, window } = stage;
  const { columns, vectors } = matrixOf(stage);
  const inner = image.channels / groups;
  // With groups a beat is all channels of a group, and its patch leaves before that of the next group.
  const lanes = unit === 'depthwise' ? PE : groups > 1 ? inner : plainLanes(inner, SIMD);
  const pixels = Math.max(image.height * image.width, vectors * window.y.kernel * window.x.kernel);
  // A matrix that takes more than the window gives waits while a patch comes, then uses it again for its other rows.
  const waits = unit === 'matvec' && lanes < SIMD ? columns / lanes - columns / SIMD : 0;
  return {
    unit,
    window: { kind: 'beats', lanes, order: groups === 1 ? 'pixels' : 'groups' },
    interval: Math.max(matrix + vectors * groups * waits, (pixels * image.channels) / lanes),
  };
}

/** Channels that a plain window takes a cycle: the fewest that are no less than what the matrix takes, at most one pixel. */
function plainLanes(inner: number, SIMD: number): number {
  for (let lanes = SIMD; lanes < inner; lanes++) if (inner % lanes === 0) return lanes;
  return inner;
}

/** Undefined where a layer cannot have a window of whole patches, or has no use for more than a pixel at a time. */
function patchForm(stage: ConvStage, { PE, SIMD }: FormFolding): LayerForm | undefined {
  const { image, groups, window } = stage;
  if (groups > 1 || SIMD <= image.channels) return undefined;
  const taps = window.y.kernel * window.x.kernel;
  // As many lanes as make a beat of SIMD columns, else whole pixels and a converter behind.
  const lanes = SIMD % taps === 0 && image.channels % (SIMD / taps) === 0 ? SIMD / taps : image.channels;
  const sizes = windowSizes(image, window, lanes);
  if (!hasPatchWindow(sizes)) return undefined;
  const { rows, columns, vectors } = matrixOf(stage);
  // It stands still while the matrix works on a patch longer than it takes to come.
  const waits = Math.max(0, (rows / PE) * (columns / SIMD) - sizes.FOLDS);
  return { unit: 'matvec', window: { kind: 'patches', lanes }, interval: patchSteps(sizes) + vectors * waits };
}

/** The parameters of both windows that say what image and kernel are. */
export function windowSizes({ height, width, channels }: ImageShape, { y, x }: Window, lanes: number): WindowSizes {
  return {
    ...{ H: height, W: width, FOLDS: channels / lanes },
    ...{ KH: y.kernel, KW: x.kernel, SH: y.stride, SW: x.stride, DH: y.dilation, DW: x.dilation },
    ...{ PT: y.before, PB: y.after, PL: x.before, PR: x.after },
  };
}

/** What `sliding_window_patches` requires of its sizes. */
function hasPatchWindow({ W, FOLDS, KH, KW, DH, DW, PT, PL, PR }: WindowSizes): boolean {
  return PT <= (KH - 1) * DH && PL <= (KW - 1) * DW && (PL + W + PR) * FOLDS >= 2;
}

/**
 * The column of the matrix of a layer that meets its unit at place `c` of a vector. Whole patches of a part of the channels
 * bring (channel group, kernel row, kernel column, channel); everything else has the order of the matrix.
 */
export function columnAt(stage: WeightedStage, { window }: LayerForm): (c: number) => number {
  if (stage.kind === 'dense' || window?.kind !== 'patches' || window.lanes === stage.image.channels) return (c) => c;
  const { lanes } = window;
  const { channels } = stage.image;
  const beat = stage.window.y.kernel * stage.window.x.kernel * lanes;
  return (c) => {
    const [group, inBeat] = [Math.floor(c / beat), c % beat];
    return Math.floor(inBeat / lanes) * channels + group * lanes + (inBeat % lanes);
  };
}
