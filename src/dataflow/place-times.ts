/**
 * When beats move through a module with one output place: duplicate, add, concat, pooling, upsampling.
 *
 * Such a module makes output beats 0, 1, 2, ... one after the other in one place. Beat j needs the input beats of `needs(j)` to
 * be there; input beat k of port p is taken while the place holds no beat below `turn(p, k)`. With a_p(k) and d_q(j) the
 * transfer times at input p and output q:
 *
 *   take_p(k, t) = max(t, d_q(turn(p, k) - 1) for all q)        offer(j) = max(a_p(k) for (p, k) in needs(j)) + 1
 *
 * where a beat that needs no input (a copy of an earlier one) is made as the one before it leaves: offer(j) = max over q of
 * d_q(j - 1) + 1. All of it is max-plus linear. Several outputs offer the same beats, each to its own reader.
 */
import type { FreezePattern, TimedModule, Times } from './timing-equations.js';

/** Which input beats the output beats of a module wait for. */
export interface PlaceRule {
  /** Input beats, as port and number, of which the last to arrive makes output beat j; none for a copy. */
  readonly needs: (j: number) => readonly (readonly [port: number, k: number])[];
  /** The output beat that must be the next one (all below it gone or going) when beat k of `port` is taken. */
  readonly turn: (port: number, k: number) => number;
}

/** A module of several streams; ports are counted as in the names: `s0_axis`, `s1_axis`, and `m0_axis`, `m1_axis`. */
export class PlaceTimes implements TimedModule {
  constructor(
    readonly inputs: readonly Times[],
    readonly outputs: readonly Times[],
    readonly rule: PlaceRule,
  ) {}

  /** The last output to give away beat j; undefined while one has not, -1 before the first beat. */
  #left(j: number): number | undefined {
    if (j < 0) return -1;
    let last = -1;
    for (const times of this.outputs) {
      const time = times[j];
      if (time === undefined) return undefined;
      if (time > last) last = time;
    }
    return last;
  }

  /** First cycle in which the first beat of output `port` whose transfer is not known is on offer. */
  offer(port = 0): number | undefined {
    const j = this.outputs[port]?.length ?? 0;
    const needs = this.rule.needs(j);
    let made = needs.length === 0 ? this.#left(j - 1) : -1;
    for (const [from, k] of needs) {
      const time = this.inputs[from]?.[k];
      if (time === undefined) return undefined;
      if (made !== undefined && time > made) made = time;
    }
    return made === undefined ? undefined : made + 1;
  }

  /** First cycle >= `from` in which the first beat of input `port` whose transfer is not known is taken. */
  take(from: number, port = 0): number | undefined {
    const left = this.#left(this.rule.turn(port, this.inputs[port]?.length ?? 0) - 1);
    return left === undefined ? undefined : Math.max(from, left);
  }
}

/** Duplicate (one input) and add (one input an operand): beat n of every input makes beat n. */
export function joinRule(inputs: number): PlaceRule {
  const ports = Array.from({ length: inputs }, (_, port) => port);
  return { needs: (j) => ports.map((port) => [port, j]), turn: (_, k) => k };
}

/** Concat: `folds[p]` beats of input p in turn. */
export function concatRule(folds: readonly number[]): PlaceRule {
  const total = folds.reduce((sum, each) => sum + each, 0);
  const starts = folds.map((_, port) => folds.slice(0, port).reduce((sum, each) => sum + each, 0));
  return {
    needs: (j) => {
      const place = j % total;
      const port = starts.findLastIndex((start) => start <= place);
      return [[port, Math.floor(j / total) * (folds[port] ?? 1) + place - (starts[port] ?? 0)]];
    },
    turn: (port, k) => {
      const own = folds[port] ?? 1;
      return Math.floor(k / own) * total + (starts[port] ?? 0) + (k % own);
    },
  };
}

/** Pooling behind a window: `count` beats become one. */
export function poolRule(count: number): PlaceRule {
  return { needs: (j) => [[0, j * count + count - 1]], turn: (_, k) => Math.floor(k / count) };
}

/**
 * A pipeline with one enable as the worst pauses leave it: every beat at its output stands there with nothing but bubbles behind
 * it, so the next operand enters when all outputs of earlier operands are gone. With other pauses it holds more.
 */
export function bubbleRule(pattern: FreezePattern): PlaceRule {
  /** Outputs in front of the operand of beat k, and the beat that output j waits for (-1: the same as the one before). */
  const [before, beatOf]: [number[], number[]] = [[0], []];
  const look = (enough: () => boolean): void => {
    while (!enough()) {
      const k = before.length - 1;
      pattern.operands(k).leaves.forEach((_, n) => beatOf.push(n === 0 ? k : -1));
      before.push(beatOf.length);
    }
  };
  return {
    needs: (j) => {
      look(() => j < beatOf.length);
      const k = beatOf[j] ?? -1;
      return k < 0 ? [] : [[0, k]];
    },
    turn: (_, k) => {
      look(() => k < before.length);
      return before[k] ?? 0;
    },
  };
}

/** Pooling over an image: of `pixels` times `folds` beats the last `folds` give a beat each. */
export function globalRule(folds: number, pixels: number): PlaceRule {
  const image = folds * pixels;
  return {
    needs: (j) => [[0, Math.floor(j / folds) * image + image - folds + (j % folds)]],
    turn: (_, k) => Math.floor(k / image) * folds + Math.max(0, (k % image) - (image - folds)),
  };
}

/** Upsampling: the first of `fx` copies of a pixel in the first of `fy` copies of a row is new. */
export function upsampleRule(folds: number, columns: number, fy: number, fx: number): PlaceRule {
  const [pixel, line] = [fx * folds, fx * folds * columns];
  return {
    needs: (j) => {
      const [row, inRow] = [Math.floor(j / line), j % line];
      const inPixel = inRow % pixel;
      if (row % fy !== 0 || inPixel >= folds) return [];
      return [[0, ((row / fy) * columns + Math.floor(inRow / pixel)) * folds + inPixel]];
    },
    turn: (_, k) => {
      const [group, fold] = [Math.floor(k / folds), k % folds];
      return Math.floor(group / columns) * fy * line + (group % columns) * pixel + fold;
    },
  };
}
