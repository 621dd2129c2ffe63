/** Strips of a group of layers: which rows each layer computes for them, and how many rows of every tensor are alive. */
import type { EngineLayer } from '../layer.js';
import type { NetworkLayer } from './lower-stages.js';

/** Who reads a tensor in a group: a window, or a residual row by row. */
interface Reader {
  readonly layer: EngineLayer;
  readonly output: string;
  readonly residual: boolean;
}

export interface Strips {
  readonly count: number;
  /** Rows of every tensor that are computed, or needed of what comes from outside, behind each strip. */
  readonly ends: ReadonlyMap<string, readonly number[]>;
}

/** Rows of its input that a layer has looked at when `rows` output rows are done. */
export function rowsRead({ layer, residual }: Pick<Reader, 'layer' | 'residual'>, rows: number): number {
  if (residual || rows === 0) return rows;
  const reach = (layer.y.kernel - 1) * layer.y.dilation + 1;
  return Math.min(layer.input.height, Math.max(1, (rows - 1) * layer.y.stride - layer.y.pad + reach));
}

/** The first row of its input that a layer looks at for output row `row`. */
export function firstRead({ layer, residual }: Pick<Reader, 'layer' | 'residual'>, row: number): number {
  if (residual) return row;
  return Math.min(layer.input.height - 1, Math.max(0, row * layer.y.stride - layer.y.pad));
}

/** Readers of a tensor among the layers of a group. */
export function readersOf(layers: readonly NetworkLayer[], tensor: string): Reader[] {
  return layers.flatMap(({ layer, input, residual, output }) => [
    ...(input === tensor ? [{ layer, output, residual: false }] : []),
    ...(residual === tensor ? [{ layer, output, residual: true }] : []),
  ]);
}

/** Strips of `rows` output rows of the last layer. A layer whose results nobody in the group reads goes on in proportion. */
export function stripsOf(layers: readonly NetworkLayer[], rows: number): Strips {
  const height = layers.at(-1)?.layer.output.height ?? 1;
  const count = Math.ceil(height / rows);
  const each = (of: (strip: number) => number): number[] => Array.from({ length: count }, (_, strip) => of(strip));
  const ends = new Map<string, readonly number[]>();
  const needed = (tensor: string, all: number): number[] => {
    const readers = readersOf(layers, tensor);
    if (readers.length === 0)
      return each((strip) => (strip === count - 1 ? all : Math.min(all, Math.ceil((all * (strip + 1)) / count))));
    return each((strip) =>
      Math.max(...readers.map((reader) => rowsRead(reader, ends.get(reader.output)?.[strip] ?? 0))),
    );
  };
  for (const [index, { layer, output }] of [...layers.entries()].reverse()) {
    const all = layer.output.height;
    const own =
      index === layers.length - 1
        ? each((strip) => Math.min(all, (strip + 1) * rows))
        : needed(output, all).map((end, strip) => (strip === count - 1 ? all : end));
    ends.set(output, own);
  }
  for (const { layer, input, residual } of layers)
    for (const tensor of [input, residual])
      if (tensor !== undefined && !ends.has(tensor)) ends.set(tensor, needed(tensor, layer.input.height));
  return { count, ends };
}

/** Rows of a tensor that must be held at a time; `ahead`: with those of the next strip. */
export function rowsAlive(
  layers: readonly NetworkLayer[],
  { count, ends }: Strips,
  tensor: string,
  ahead: number,
): number {
  const own = ends.get(tensor) ?? [];
  const readers = readersOf(layers, tensor);
  let most = 1;
  for (let strip = 0; strip < count; strip++) {
    const low = Math.min(
      ...readers.map((reader) => firstRead(reader, strip === 0 ? 0 : (ends.get(reader.output)?.[strip - 1] ?? 0))),
    );
    const end = own[Math.min(count - 1, strip + ahead)] ?? 0;
    if (readers.length > 0) most = Math.max(most, end - low);
  }
  return most;
}
