/**
 * What a folding means for one layer, as data: which element of the matrix is used where and when, how a convolution becomes
 * a matrix, and how much of an image its window has to keep.
 */
import type { StageNetwork } from '../network/stages.js';
import { imageSize } from '../network/image-stages.js';
import { codeBits } from './codes.js';
import { divisors } from './errors.js';
import { checkFolding } from './folding.js';
import type { Pair } from './folding-search.js';
import { foldingTotals, isDepthwise, layerForm, type LayerWindow, windowSizes } from './layer-form.js';
import { isWeighted, matrixOf, type WeightedStage } from './matrix.js';
import { fullRateWindowDepth, leastWindowDepth } from './stages/window-depth.js';
import { patchSteps, type WindowSizes } from './stages/window-order.js';

/** What the unit does in one of the cycles of a vector. */
export interface FoldingCycle {
  readonly cycle: number;
  /** Slice of inputs and group of rows. */
  readonly slice: number;
  readonly group: number;
  /** First of the SIMD columns. */
  readonly column: number;
  /** Row that PE 0 works on; PE p works on the p-th behind it. */
  readonly row: number;
  /** The sums of these rows are complete. */
  readonly ends: boolean;
}

/** A line buffer beside the image it carries, in elements. */
export interface LineBuffer {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly image: number;
  /** From the first to the last element of one window: less would never complete a patch. */
  readonly least: number;
  /** What full rate needs. */
  readonly depth: number;
}

export interface Im2col {
  readonly image: { readonly height: number; readonly width: number; readonly channels: number };
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly dilation: readonly [height: number, width: number];
  /** top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
  readonly output: { readonly height: number; readonly width: number; readonly channels: number };
  readonly groups: number;
  /** Elements of the matrix of all patches. */
  readonly elements: number;
  /** Present where a window gives all pixels of a patch at a time: channels of each, and cycles of its way over the image. */
  readonly patches?: { readonly lanes: number; readonly cycles: number };
  /** Absent where every pixel is a patch of its own. */
  readonly buffer?: LineBuffer;
  /** The same window over an image of 224 x 224 pixels of as many channels. */
  readonly large?: LineBuffer;
}

export interface FoldingExplanation extends Pair {
  readonly layer: string;
  readonly kind: WeightedStage['kind'];
  readonly rows: number;
  readonly columns: number;
  readonly vectors: number;
  /** Every PE has inputs of its own, the places of one channel. */
  readonly depthwise: boolean;
  readonly inputBits: number;
  readonly weightBits: number;
  readonly legal: { readonly PE: readonly number[]; readonly SIMD: readonly number[] };
  /** Slices of inputs and groups of rows of a vector. */
  readonly slices: number;
  readonly rowGroups: number;
  /** Cycles of a sample, the window in front included. */
  readonly interval: number;
  readonly im2col?: Im2col;
}

/** Cycle `cycle` of a vector: rows in groups of PE, for each group the columns in slices of SIMD. */
export function foldingCycle({ PE, SIMD, slices }: FoldingExplanation, cycle: number): FoldingCycle {
  const slice = cycle % slices;
  const group = Math.floor(cycle / slices);
  return { cycle, slice, group, column: slice * SIMD, row: group * PE, ends: slice === slices - 1 };
}

/** The cycle in which the element (row, column) is used; its PE is row mod PE, its lane column mod SIMD. */
export const cycleOfElement = ({ PE, SIMD, slices }: FoldingExplanation, row: number, column: number): number =>
  Math.floor(row / PE) * slices + Math.floor(column / SIMD);

/** H2101 with the names of all layers for an unknown one, H2102 and H2103 with the legal values for a pair that does not divide. */
export function explainFolding(network: StageNetwork, layer: string, pair: Pair): FoldingExplanation {
  checkFolding(network, { [layer]: pair });
  const stage = network.stages.find((each): each is WeightedStage => isWeighted(each) && each.name === layer)!;
  const { rows, columns, vectors, groups } = matrixOf(stage);
  const { PE, SIMD } = pair;
  const depthwise = isDepthwise(stage);
  const totals = foldingTotals(stage);
  const form = layerForm(stage, pair);
  const turns = depthwise ? 1 : groups;
  return {
    layer,
    kind: stage.kind,
    depthwise,
    ...{ rows: rows / turns, columns, vectors: vectors * turns, PE, SIMD },
    inputBits: codeBits(stage.input),
    weightBits: codeBits(stage.weight),
    legal: { PE: divisors(totals.PE), SIMD: divisors(totals.SIMD) },
    slices: columns / SIMD,
    rowGroups: rows / turns / PE,
    interval: form.interval,
    ...(stage.kind === 'conv' ? { im2col: im2colOf(stage, pair, form.window) } : {}),
  };
}

function im2colOf(
  stage: Extract<WeightedStage, { kind: 'conv' }>,
  pair: Pair,
  windowForm: LayerWindow | undefined,
): Im2col {
  const { image, window, groups, channels } = stage;
  const { y, x } = window;
  const { columns, vectors, rows } = matrixOf(stage);
  const cycles = (rows / pair.PE) * (columns / pair.SIMD);
  const buffer = ({ kind }: LayerWindow, height: number, width: number, lanes: number): LineBuffer => {
    const at = windowSizes({ height, width, channels: image.channels }, window, lanes);
    const beats = at.KH * at.KW * at.FOLDS;
    const kept =
      kind === 'patches'
        ? keptByPatches(at)
        : fullRateWindowDepth(at, groups === 1 ? 'pixels' : 'groups', Math.max(0, cycles - beats));
    return {
      ...{ height, width, channels: image.channels },
      image: height * width * image.channels,
      least: leastWindowDepth(at) * lanes,
      depth: kept * lanes,
    };
  };
  return {
    image,
    kernel: [y.kernel, x.kernel],
    stride: [y.stride, x.stride],
    dilation: [y.dilation, x.dilation],
    padding: [y.before, y.after, x.before, x.after],
    output: { height: y.count, width: x.count, channels },
    groups,
    elements: columns * vectors * groups,
    ...(windowForm?.kind === 'patches' ? { patches: patchesOf(stage, windowForm.lanes) } : {}),
    // Whole pixels a beat for the large image, which does not change what must be kept by more than a pixel.
    ...(windowForm === undefined
      ? {}
      : {
          buffer: buffer(windowForm, image.height, image.width, windowForm.lanes),
          large: buffer(windowForm, 224, 224, image.channels),
        }),
  };
}

const patchesOf = ({ image, window }: Extract<WeightedStage, { kind: 'conv' }>, lanes: number) => ({
  lanes,
  cycles: patchSteps(windowSizes(image, window, lanes)),
});

/** Beats in the memory and in the shift registers of a window of whole patches. */
const keptByPatches = ({ W, FOLDS, KH, KW, DH, DW, PL, PR }: WindowSizes): number =>
  (KH - 1) * DH * (PL + W + PR) * FOLDS + KH * ((KW - 1) * DW * FOLDS + 1);

/** How often an element of the image is used, on average. */
export const reuse = ({ elements, image }: Im2col): number => elements / imageSize(image);
