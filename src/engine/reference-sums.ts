/**
 * Sums of products for the reference, by the vector instructions of WebAssembly: of one small fixed program only its encoding
 * is shared with the simulator, which makes programs of its own from circuits.
 */
import { ModuleWriter } from '../simulator/wasm/encode.js';
import { FunctionWriter, I32, OP, V128 } from '../simulator/wasm/function.js';
import { instantiate, newMemory } from '../simulator/wasm/runtime.js';
import { LANES, VECTOR } from '../simulator/wasm/simd.js';

/** What is summed: at two places of an image the same runs of pixels, each with a run of weights; counts are elements. */
export interface SumShape {
  /** Elements of the image. */
  readonly image: number;
  /** Where runs begin, from the place on. */
  readonly starts: Int32Array;
  /** Elements of a run. */
  readonly run: number;
  /** Channels, each with `starts.length * run` weights of its own. */
  readonly channels: number;
}

export interface Sums {
  readonly image: Int16Array;
  /** Channels of the weights that are there at a time. */
  readonly block: number;
  /** Puts the weights of channels in place, at most `block` of them. */
  setWeights(weights: ArrayLike<number>, first: number, count: number): void;
  /** Adds up at two places of the image; results of both, for the channels of {@link setWeights}. They are overwritten by the next call. */
  at(a: number, b: number): readonly [Int32Array, Int32Array];
}

/** Elements that one instruction multiplies, and channels side by side. */
const LANE_COUNT = 8;
const CHANNELS = 4;
/** Bytes of weights that are there at a time, unless four channels have more. */
const WEIGHT_BYTES = 1 << 20;
/** Adds products of neighbouring signed 16-bit lanes in pairs. */
const DOT = 186;

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Memory for sums of one shape. Pixels and weights are taken as 16 bits, sums as 32, as wide as they are. */
export function sumsOf({ image, starts, run, channels }: SumShape): Sums {
  const runBytes = 2 * roundUp(run, LANE_COUNT);
  const stride = runBytes * starts.length;
  const block = Math.min(
    roundUp(channels, CHANNELS),
    Math.max(CHANNELS, Math.floor(WEIGHT_BYTES / stride / CHANNELS) * CHANNELS),
  );
  const places = { image: 0, weights: 0, starts: 0, a: 0, b: 0, end: 0 };
  // The last run may be read beyond its end, to meet weights of 0.
  places.weights = roundUp(2 * image + runBytes, 16);
  places.starts = places.weights + block * stride;
  places.a = roundUp(places.starts + 4 * starts.length, 16);
  places.b = places.a + 4 * block;
  places.end = places.b + 4 * block;
  const memory = newMemory(Math.ceil(places.end / 65536));
  const { add } = instantiate(program(), memory) as { add: (...values: number[]) => void };
  const { buffer } = memory;
  new Int32Array(buffer, places.starts, starts.length).set(starts.map((start) => 2 * start));
  const held = new Int16Array(buffer, places.weights, (block * stride) / 2);
  const results = [new Int32Array(buffer, places.a, block), new Int32Array(buffer, places.b, block)] as const;
  let groups = 0;
  return {
    ...{ image: new Int16Array(buffer, 0, image), block },
    setWeights(weights, first, count) {
      const rows = count * starts.length;
      const from = first * starts.length;
      for (let row = 0; row < rows; row++) {
        const at = (row * runBytes) / 2;
        for (let k = 0; k < run; k++) held[at + k] = weights[(from + row) * run + k] ?? 0;
      }
      groups = Math.ceil(count / CHANNELS);
    },
    at(a, b) {
      add(2 * a, 2 * b, places.starts, starts.length, runBytes, places.weights, places.a, places.b, groups);
      return results;
    },
  };
}

/** `add(a, b, starts, runs, run, weights, to a, to b, groups of four channels)`: addresses, and bytes of a run. */
function program(): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const index = module.declare(Array<typeof I32>(9).fill(I32), []);
  const [a, b, starts, runs, run, weights, toA, toB, groups] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const f = new FunctionWriter(9);
  const [group, k, i, p, q] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32), f.local(I32)];
  const [pixelA, pixelB, weight] = [f.local(V128), f.local(V128), f.local(V128)];
  const sums = [0, 1].map(() => [0, 1, 2, 3].map(() => f.local(V128)));
  /** Weights of the four channels, which move on together. */
  const heads = [0, 1, 2, 3].map(() => f.local(I32));
  const plus = (): FunctionWriter => f.simd(LANES[32].add);
  const advance = (local: number, by: () => void): void => {
    f.get(local);
    by();
    f.op(OP.i32.add).set(local);
  };

  f.loopTo(group, groups, () => {
    heads.forEach((head, n) => {
      if (n === 0) f.get(weights);
      else
        f.get(heads[n - 1] ?? 0)
          .get(runs)
          .get(run)
          .op(OP.i32.mul, OP.i32.add);
      f.set(head);
    });
    for (const sum of sums.flat()) f.simdBytes(VECTOR.const, []).set(sum);
    f.loopTo(k, runs, () => {
      for (const [at, base] of [
        [p, a],
        [q, b],
      ] as const)
        f.get(base).get(starts).get(k).i32(2).op(OP.i32.shl, OP.i32.add).mem('i32_load').op(OP.i32.add).set(at);
      f.i32(0).set(i).op(0x03, 0x40);
      f.get(p).get(i).op(OP.i32.add).simdMem(VECTOR.load, 0).set(pixelA);
      f.get(q).get(i).op(OP.i32.add).simdMem(VECTOR.load, 0).set(pixelB);
      heads.forEach((head, n) => {
        f.get(head).get(i).op(OP.i32.add).simdMem(VECTOR.load, 0).set(weight);
        [pixelA, pixelB].forEach((pixel, side) => {
          const sum = sums[side]?.[n] ?? 0;
          f.get(weight).get(pixel).simd(DOT).get(sum);
          plus().set(sum);
        });
      });
      f.get(i).i32(16).op(OP.i32.add).tee(i).get(run).op(OP.i32.lt_s).op(0x0d, 0, 0x0b);
      for (const head of heads) advance(head, () => f.get(run));
    });
    // The fourth channel's weights end where the next group's begin.
    f.get(heads[3] ?? 0).set(weights);
    [toA, toB].forEach((to, side) => {
      const [s0, s1, s2, s3] = sums[side] as [number, number, number, number];
      f.get(to);
      // Each sum is four parts: parts of two channels side by side, then of four.
      for (const [x, y] of [
        [s0, s1],
        [s2, s3],
      ] as const) {
        f.get(x)
          .get(y)
          .simdBytes(VECTOR.shuffle, words(0, 4, 2, 6));
        f.get(x)
          .get(y)
          .simdBytes(VECTOR.shuffle, words(1, 5, 3, 7));
        plus().set(x);
      }
      f.get(s0)
        .get(s2)
        .simdBytes(VECTOR.shuffle, words(0, 1, 4, 5));
      f.get(s0)
        .get(s2)
        .simdBytes(VECTOR.shuffle, words(2, 3, 6, 7));
      plus().simdMem(VECTOR.store, 0);
      advance(to, () => f.i32(4 * CHANNELS));
    });
  });
  module.define(index, f.finish());
  module.export('add', index);
  return module.finish();
}

/** Bytes of a shuffle of 32-bit lanes, 4 to 7 of the second operand. */
const words = (...lanes: readonly number[]): number[] => lanes.flatMap((lane) => [0, 1, 2, 3].map((n) => 4 * lane + n));
