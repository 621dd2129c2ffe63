/** Operators that place elements of an image elsewhere: Pad with a constant, Slice, and nearest Resize and Upsample. */
import { listAttribute, sizeOf, stringAttribute, tensor, type GraphNode, type Tensor } from '../graph.js';
import { axisOf, need, needScalar, refuse, type Op } from './op.js';

/** Output element (p0, p1, ...) is input element (maps[0][p0], maps[1][p1], ...); an index of -1 reads `fill`. */
function place(x: Tensor, maps: readonly ArrayLike<number>[], fill: number): Tensor {
  const shape = maps.map((map) => map.length);
  const out = new Float64Array(sizeOf(shape));
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  let at = 0;
  const walk = (axis: number, from: number): void => {
    const map = maps[axis];
    if (!map) {
      out[at++] = from < 0 ? fill : (x.data[from] ?? fill);
      return;
    }
    for (let index = 0; index < map.length; index++) {
      const source = map[index] ?? -1;
      walk(axis + 1, from < 0 || source < 0 ? -1 : from + source * (strides[axis] ?? 0));
    }
  };
  walk(0, 0);
  return tensor(shape, out);
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Attributes before opset 11, inputs since; negative pads crop. */
const pad: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const mode = stringAttribute(node, 'mode', 'constant');
  if (mode !== 'constant') refuse(node, `mode ${mode} is not read, only constant`);
  const pads = listAttribute(node, 'pads') ?? [...need(node, inputs, 1).data];
  const rank = x.shape.length;
  const axes = inputs[3] ? [...inputs[3].data].map((axis) => axisOf(node, axis, rank)) : range(rank);
  if (pads.length !== 2 * axes.length) refuse(node, `has ${pads.length} pads for ${axes.length} axes`);
  const value = node.attributes.value;
  const fill = typeof value === 'number' ? value : inputs[2] ? needScalar(node, inputs, 2) : 0;
  const maps = x.shape.map((size, axis) => {
    const slot = axes.indexOf(axis);
    const [before, after] = slot < 0 ? [0, 0] : [pads[slot] ?? 0, pads[slot + axes.length] ?? 0];
    const length = Math.max(0, size + before + after);
    return range(length).map((index) => (index - before >= 0 && index - before < size ? index - before : -1));
  });
  return [place(x, maps, fill)];
};

/** Indices of one axis of a Slice, as NumPy counts them. */
function sliceIndices(size: number, start: number, end: number, step: number): number[] {
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  const list: number[] = [];
  if (step > 0) for (let at = Math.max(0, from); at < Math.min(size, to); at += step) list.push(at);
  else for (let at = Math.min(size - 1, from); at > Math.max(-1, to); at += step) list.push(at);
  return list;
}

const slice: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const list = (name: string, index: number): readonly number[] | undefined =>
    listAttribute(node, name) ?? (inputs[index] ? [...inputs[index].data] : undefined);
  const starts = list('starts', 1) ?? refuse(node, 'has no starts');
  const ends = list('ends', 2) ?? refuse(node, 'has no ends');
  const axes = (list('axes', 3) ?? range(starts.length)).map((axis) => axisOf(node, axis, x.shape.length));
  const steps = list('steps', 4) ?? starts.map(() => 1);
  if (steps.includes(0) || [ends, axes, steps].some((items) => items.length !== starts.length))
    refuse(node, 'has starts, ends, axes and steps that do not fit');
  const maps = x.shape.map((size, axis) => {
    const slot = axes.indexOf(axis);
    return slot < 0 ? range(size) : sliceIndices(size, starts[slot] ?? 0, ends[slot] ?? 0, steps[slot] ?? 1);
  });
  return [place(x, maps, 0)];
};

type Coordinate = (index: number, scale: number, size: number, length: number) => number;

const coordinates: Readonly<Record<string, Coordinate>> = {
  half_pixel: (index, scale) => (index + 0.5) / scale - 0.5,
  pytorch_half_pixel: (index, scale, _, length) => (length > 1 ? (index + 0.5) / scale - 0.5 : 0),
  asymmetric: (index, scale) => index / scale,
  align_corners: (index, _, size, length) => (length > 1 ? (index * (size - 1)) / (length - 1) : 0),
};

const nearest: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

function pickNamed<T>(node: GraphNode, table: Readonly<Record<string, T>>, attribute: string, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  return found ?? refuse(node, `${attribute} ${name} is not read`);
}

/** Nearest neighbours only; `lengths` and `scales` per axis. */
function resample(
  node: GraphNode,
  x: Tensor,
  scales: readonly number[],
  lengths: readonly number[],
  floor: boolean,
): Tensor {
  const mode = stringAttribute(node, 'mode', 'nearest');
  if (mode !== 'nearest') refuse(node, `mode ${mode} is not read, only nearest`);
  const transformation = floor ? 'asymmetric' : stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
  const rounding = floor ? 'floor' : stringAttribute(node, 'nearest_mode', 'round_prefer_floor');
  const coordinate = pickNamed(node, coordinates, 'coordinate_transformation_mode', transformation);
  const round = pickNamed(node, nearest, 'nearest_mode', rounding);
  if (lengths.length !== x.shape.length || lengths.some((length) => !Number.isInteger(length) || length < 1))
    refuse(node, `has scales or sizes that do not fit [${x.shape.join(',')}]`);
  const maps = x.shape.map((size, axis) =>
    range(lengths[axis] ?? 1).map((index) => {
      const at = round(coordinate(index, scales[axis] ?? 1, size, lengths[axis] ?? 1));
      return Math.min(Math.max(at, 0), size - 1);
    }),
  );
  return place(x, maps, 0);
}

const scaled = (x: Tensor, scales: readonly number[]): number[] =>
  x.shape.map((size, axis) => Math.floor(size * (scales[axis] ?? NaN)));

const resize: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  if (listAttribute(node, 'axes')) refuse(node, 'with axes is not read');
  // Opset 10 has no roi; an empty scales input stands for "see sizes".
  const old = inputs.length === 2;
  const scales = [...(inputs[old ? 1 : 2]?.data ?? [])];
  const sizes = [...(inputs[3]?.data ?? [])];
  if (scales.length > 0) return [resample(node, x, scales, scaled(x, scales), old)];
  if (sizes.length === 0) refuse(node, 'has neither scales nor sizes');
  const ratios = x.shape.map((size, axis) => (sizes[axis] ?? NaN) / size);
  return [resample(node, x, ratios, sizes, false)];
};

const upsample: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const scales = listAttribute(node, 'scales') ?? [...need(node, inputs, 1).data];
  return [resample(node, x, scales, scaled(x, scales), true)];
};

export const resampleOps: Readonly<Record<string, Op>> = { Pad: pad, Slice: slice, Resize: resize, Upsample: upsample };
