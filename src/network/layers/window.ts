/** Windows over images: how many there are along an axis, and what lies around it. */

/** One number for both axes, or rows and columns. */
export type Pair = number | readonly [rows: number, columns: number];

export const pairOf = (pair: Pair): readonly [number, number] => (typeof pair === 'number' ? [pair, pair] : pair);

/**
 * Elements around the image: `same` makes `ceil(size / stride)` output rows and columns, with the odd row or column behind the
 * image; `valid` is none; or [top, left, bottom, right].
 */
export type Padding = 'same' | 'valid' | readonly [top: number, left: number, bottom: number, right: number];

/** Padding in front of and behind `size` elements, and the number of windows; axis 0 are the rows, 1 the columns. */
export function windowAxis(
  size: number,
  window: { readonly kernel: number; readonly stride: number; readonly dilation: number },
  padding: Padding = 'valid',
  axis: 0 | 1,
): { readonly before: number; readonly after: number; readonly count: number } {
  const { stride } = window;
  const reach = window.dilation * (window.kernel - 1);
  const same = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach + 1 - size);
  const [before, after] =
    padding === 'valid'
      ? [0, 0]
      : padding === 'same'
        ? [Math.floor(same / 2), Math.ceil(same / 2)]
        : axis === 0
          ? [padding[0], padding[2]]
          : [padding[1], padding[3]];
  return { before, after, count: Math.floor((size + before + after - reach - 1) / stride) + 1 };
}
