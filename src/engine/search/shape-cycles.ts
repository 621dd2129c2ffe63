/**
 * Cycles of layers on a shape by formula alone: steps and the way out of the array (docs/engine.md, Order of the work), and the
 * beats of the weights. No plan and no header is made, so that thousands of shapes can be looked at.
 */
import type { EngineLayer } from '../layer.js';
import type { EngineParameters } from '../config.js';
import { groupsPerPass } from '../plan/split-layer.js';
import { mayWrap } from '../reduction.js';
import { tapProgram } from '../tap-program.js';

export type Shape = Pick<EngineParameters, 'P' | 'G' | 'M' | 'D' | 'WP' | 'WB'>;

/** A layer, and how many of its output rows see which kernel rows. */
export interface ShapedLayer {
  readonly layer: EngineLayer;
  readonly rows: readonly { readonly first: number; readonly end: number; readonly count: number }[];
}

export function shapedLayer(layer: EngineLayer): ShapedLayer {
  const counts = new Map<string, { first: number; end: number; count: number }>();
  const { y, input, output, op } = layer;
  // A dilated kernel has rows of zeros between its rows.
  const kernel = (y.kernel - 1) * y.dilation + 1;
  for (let row = 0; row < output.height; row++) {
    const above = y.pad - row * y.stride;
    // Rows of padding are left out where the padding adds nothing.
    const skips = layer.padValue === 0 || op === 'max' || op === 'sum';
    const first = skips ? Math.max(0, above) : 0;
    const end = skips ? Math.min(kernel, input.height + above) : kernel;
    const key = `${first} ${end}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { first, end, count: 1 });
    else known.count++;
  }
  return { layer, rows: [...counts.values()] };
}

export interface ShapeCycles {
  /** Steps, or the way out where that takes longer. */
  readonly compute: number;
  /** Beats of the weights, once. */
  readonly weights: number;
}

/** Throws H2204 where a kernel row has no tap program for words of P pixels. */
export function shapeCycles(shape: Shape, { layer, rows }: ShapedLayer): ShapeCycles {
  const { P, G, M, D, WP, WB } = shape;
  const { op, output, input, groups, y } = layer;
  const taps = tapProgram(layer.x, P, layer.name).taps.length;
  const words = Math.ceil(output.width / P);
  const dense = op === 'dense';
  const together = dense ? groupsPerPass(shape as Parameters<typeof groupsPerPass>[0], layer, taps) : 1;
  const parts = dense ? groups / together : 1;
  const [inputs, channels] = [input.channels / parts, output.channels / parts];
  const kernel = (y.kernel - 1) * y.dilation + 1;
  const wrap = dense && mayWrap(shape, kernel, inputs);
  const stepsOf = (first: number, end: number): number => {
    if (!dense) return (end - first) * taps;
    if (!wrap) return (end - first) * Math.ceil(inputs / G) * taps;
    return (Math.ceil((end * inputs) / G) - Math.floor((first * inputs) / G)) * taps;
  };
  const full = Math.floor(channels / M);
  const rest = channels - full * M;
  const tile = (steps: number): number =>
    full * Math.max(steps, Math.ceil(M / D)) + (rest > 0 ? Math.max(steps, Math.ceil(rest / D)) : 0);
  const compute = rows.reduce((sum, { first, end, count }) => sum + count * tile(stepsOf(first, end)), 0);
  const weightWords = layer.weights === undefined ? 0 : dense ? stepsOf(0, kernel) : kernel * Math.ceil(taps / G);
  return {
    compute: parts * words * compute,
    weights: parts * Math.ceil(channels / M) * Math.ceil((weightWords * M * G * WB) / WP),
  };
}
