/** Stages with weights as matrices: what a matrix-vector unit sees of a dense layer or a convolution. */
import type { ConvStage, DenseStage, Stage } from '../network/stages.js';

export type WeightedStage = DenseStage | ConvStage;

/** Matrix times vector, `vectors` times a sample. */
export interface Matrix {
  /** Outputs, channels of a convolution. */
  readonly rows: number;
  /** Inputs of one output: the patch of its group, (kernel row, kernel column, channel) with channels innermost. */
  readonly columns: number;
  /** Output pixels; 1 for a dense layer. */
  readonly vectors: number;
  /** Groups of rows, each of which reads its own part of the channels. */
  readonly groups: number;
}

export const isWeighted = (stage: Stage): stage is WeightedStage => stage.kind === 'dense' || stage.kind === 'conv';

export function matrixOf(stage: WeightedStage): Matrix {
  if (stage.kind === 'dense') return { rows: stage.outputs, columns: stage.inputs, vectors: 1, groups: 1 };
  const { window, image, groups, channels } = stage;
  return {
    rows: channels,
    columns: window.y.kernel * window.x.kernel * (image.channels / groups),
    vectors: window.y.count * window.x.count,
    groups,
  };
}

/** True where every output pixel reads just the input pixel of its place, so that no window is needed. */
export function isPointwise({ window: { y, x } }: Pick<ConvStage, 'window'>): boolean {
  return [y, x].every(({ kernel, stride, before, after }) => kernel === 1 && stride === 1 && before + after === 0);
}
