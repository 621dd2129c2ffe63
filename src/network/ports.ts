/** Between arrays of real values and the integer codes of the ports. */
import { HeddleError } from '../base/diagnostics.js';
import { isIntegerDtype, type NpyArray } from '../base/npy.js';
import { valueRange } from './element-type.js';
import { networkError } from './errors.js';
import { sizeOf } from './graph.js';
import { softmaxRows } from './ops/reduce.js';
import type { ElementType, InputPort, OutputPort } from './stages.js';

/** How far a real value may lie from the grid of a port, in steps: float32 pixels divided by 255 stay below 2^-15. */
const gridTolerance = 1 / 4096;

/** Number of samples of an array; H3015 where its axes behind the first are not those of the model's input. */
export function samplesOf(array: Pick<NpyArray, 'shape'>, inputShape: readonly number[]): number {
  const [samples = 0, ...rest] = array.shape;
  const plain = (shape: readonly number[]): string => shape.filter((size) => size !== 1).join(',');
  if (samples < 1 || plain(rest) !== plain(inputShape) || sizeOf(rest) !== sizeOf(inputShape))
    throw new HeddleError({
      code: 'H3015',
      message: `input: shape [${array.shape.join(',')}] is not a batch of samples of shape [${inputShape.join(',')}]`,
      places: [{ text: 'input' }],
      fix: `give an array of shape [samples,${inputShape.join(',')}]`,
    });
  return samples;
}

/** True where the integers of an array are codes already: the model fixes the type and no scale is given. */
function isRaw(array: NpyArray, port: Pick<InputPort, 'fixedByModel'>, inputScale: number | undefined): boolean {
  return port.fixedByModel && inputScale === undefined && isIntegerDtype(array.dtype);
}

/** Real values of an input array: what its codes stand for at the port, or the array times `inputScale` (1). */
export function realInput(
  array: NpyArray,
  port: Pick<InputPort, 'fixedByModel' | 'scale' | 'zeroPoint'>,
  inputScale?: number,
): Float64Array {
  const { zeroPoint } = port;
  if (zeroPoint !== undefined && isRaw(array, port, inputScale))
    return array.data.map((code) => (code - zeroPoint) * port.scale);
  const factor = isRaw(array, port, inputScale) ? port.scale : (inputScale ?? 1);
  return factor === 1 ? array.data : array.data.map((value) => value * factor);
}

/**
 * Codes of real values. A port fixed by the model truncates (the cast of its type); any other port takes only values on
 * its grid. H3039 for values off the grid or out of range.
 */
export function quantizeInput(reals: Float64Array, port: InputPort): Float64Array {
  if (port.zeroPoint !== undefined) return affineCodes(reals, port, port.zeroPoint);
  const range = valueRange(port.type);
  const codes = reals.map((value) => {
    const exact = value / port.scale;
    const near = Math.round(exact);
    return port.fixedByModel && Math.abs(exact - near) > 1e-9 ? Math.floor(exact) : near + 0;
  });
  checkCodes(codes, range, (index) => `${reals[index] ?? NaN} (step ${port.scale})`);
  const off = port.fixedByModel
    ? -1
    : codes.findIndex((code, index) => !(Math.abs((reals[index] ?? NaN) / port.scale - code) <= gridTolerance));
  if (off >= 0)
    throw networkError('H3039', 'input', `element ${off} is ${reals[off] ?? NaN}, not a multiple of ${port.scale}`);
  return port.type.kind === 'bipolar' ? codes.map((value) => (value + 1) / 2) : codes;
}

/** TFLite's AffineQuantize, in float32: halves away from zero, saturating. H3039 for NaN. */
function affineCodes(reals: Float64Array, port: InputPort, zeroPoint: number): Float64Array {
  const { min, max } = valueRange(port.type);
  const bad = reals.findIndex((value) => Number.isNaN(value));
  if (bad >= 0) throw networkError('H3039', 'input', `element ${bad} is NaN`);
  return reals.map((value) => {
    const steps = Math.fround(Math.fround(value) / Math.fround(port.scale));
    const code = Math.sign(steps) * Math.floor(Math.abs(steps) + 0.5) + zeroPoint;
    return Math.min(Math.max(code, min), max) + 0;
  });
}

/** Values (not bipolar codes) of real inputs that all lie on the grid of an integer port and in its range, or undefined. */
export function codesOnGrid(reals: Float64Array, port: InputPort): Float64Array | undefined {
  const { min, max } = valueRange(port.type);
  const codes = reals.map((value) => Math.round(value / port.scale) + 0);
  const fits = (code: number, index: number): boolean =>
    code >= min && code <= max && Math.abs((reals[index] ?? NaN) / port.scale - code) <= gridTolerance;
  return codes.every(fits) ? codes : undefined;
}

function checkCodes(codes: Float64Array, range: { min: number; max: number }, text: (index: number) => string): void {
  const bad = codes.findIndex((code) => !(code >= range.min && code <= range.max));
  if (bad >= 0)
    throw networkError(
      'H3039',
      'input',
      `element ${bad} is ${text(bad)}, outside of the port's ${range.min}..${range.max}`,
    );
}

/** Whole samples with their axes in another order: element (p0, p1, ...) of the result is element p of axes `order[0]`, `order[1]`, ... */
function reordered(data: Float64Array, shape: readonly number[], order: readonly number[]): Float64Array {
  const size = sizeOf(shape);
  const strides = order.map((axis) => sizeOf(shape.slice(axis + 1)));
  const from = positionOffsets(
    order.map((axis) => shape[axis] ?? 1),
    strides,
  );
  return data.map((_, at) => data[at - (at % size) + (from[at % size] ?? 0)] ?? 0);
}

/** Offset of every position of `lengths`, row-major, where a step on axis k is worth `strides[k]`. */
function positionOffsets(lengths: readonly number[], strides: readonly number[]): number[] {
  return lengths.reduce<number[]>(
    (offsets, length, axis) =>
      offsets.flatMap((offset) => Array.from({ length }, (_, index) => offset + index * (strides[axis] ?? 0))),
    [0],
  );
}

/** Samples in the order of the stream. `streamOrder` lists the axes of the model's shape, the slowest first. */
export function toStream(data: Float64Array, port: Pick<InputPort, 'shape' | 'streamOrder'>): Float64Array {
  return port.streamOrder ? reordered(data, port.shape, port.streamOrder) : data;
}

/** The inverse of {@link toStream}. */
export function fromStream(data: Float64Array, port: Pick<InputPort, 'shape' | 'streamOrder'>): Float64Array {
  const { shape, streamOrder } = port;
  if (!streamOrder) return data;
  const inverse = streamOrder.map((_, axis) => streamOrder.indexOf(axis));
  return reordered(
    data,
    streamOrder.map((axis) => shape[axis] ?? 1),
    inverse,
  );
}

/** Codes of an input array for a port in the order of its stream, and the number of samples. Throws H3015 or H3039. */
export function encodeInput(
  array: NpyArray,
  port: InputPort,
  inputScale?: number,
): { codes: Float64Array; samples: number } {
  const samples = samplesOf(array, port.shape);
  if (!isRaw(array, port, inputScale))
    return { codes: toStream(quantizeInput(realInput(array, port, inputScale), port), port), samples };
  checkCodes(array.data, valueRange(port.type), (index) => `${array.data[index] ?? NaN}`);
  return { codes: toStream(array.data, port), samples };
}

/** Real values of output codes [samples][elements in the order of the stream] in the model's layout, host tail included. */
export function decodeOutput(codes: Float64Array, port: OutputPort): Float64Array {
  const channels = Math.max(1, sizeOf(port.shape));
  const pick = (list: readonly number[], index: number): number => list[(index % channels) % list.length] ?? 0;
  const streamed = codes.map((code, index) => code * pick(port.scale, index) + pick(port.offset, index));
  const reals = fromStream(streamed, port);
  const tailed = port.tail === 'softmax' ? softmaxRows(reals, port.shape.at(-1) ?? 1) : reals;
  const { hostCodes } = port;
  if (!hostCodes) return tailed;
  const { scale, zeroPoint, min, max } = hostCodes;
  return tailed.map((y) => {
    const steps = y / scale;
    const code = Math.sign(steps) * Math.floor(Math.abs(steps) + 0.5) + zeroPoint;
    return (Math.min(Math.max(code, min), max) - zeroPoint) * scale;
  });
}

/**
 * The input port that an integer array asks for where the model fixes none: its own element type, one code worth `inputScale`.
 * Undefined for arrays of floats, which leave the default of the lowering.
 */
export function portForArray(
  array: Pick<NpyArray, 'dtype'>,
  inputScale?: number,
): { inputType: ElementType; inputScale: number } | undefined {
  const match = /^([iub])([124])$/.exec(array.dtype);
  if (!match) return undefined;
  const bits = match[1] === 'b' ? 1 : 8 * Number(match[2]);
  return { inputType: { kind: 'int', bits, signed: match[1] === 'i' }, inputScale: inputScale ?? 1 };
}
