/**
 * When beats move through a module with one output place: duplicate, add, concat, pooling, upsampling.
 *
 * Such a module makes output beats 0, 1, 2, ... one after the other in one place. Beat j needs the input beat
 * `needs(p, j)` of each port p that gives it one; input beat k of port p is taken while the place holds no beat below `turn(p, k)`. With a_p(k) and d_q(j) the
 * transfer times at input p and output q:
 *
 *   take_p(k, t) = max(t, d_q(turn(p, k) - 1) for all q)        offer(j) = max(a_p(needs(p, j)) for all p) + 1
 *
 * where a beat that needs no input (a copy of an earlier one) is made as the one before it leaves: offer(j) = max over q of
 * d_q(j - 1) + 1. All of it is max-plus linear. Several outputs offer the same beats, each to its own reader.
 */
import type { Times } from './times.js';
import type { FreezePattern, TimedModule } from './timing-equations.js';

/** Which input beats the output beats of a module wait for. */
export interface PlaceRule {
  /** The input beat of `port` that output beat j waits for, -1 for none; a copy waits for none of any port. */
  readonly needs: (port: number, j: number) => number;
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

  /** The last output to give away beat j; infinite while one has not, -1 before the first beat. */
  #left(j: number): number {
    if (j < 0) return -1;
    let last = -1;
    for (const times of this.outputs) last = Math.max(last, times.at(j));
    return last;
  }

  offer(port = 0): number {
    const j = this.outputs[port]!.length;
    let made = -1;
    let copy = true;
    for (let from = 0; from < this.inputs.length; from++) {
      const k = this.rule.needs(from, j);
      if (k < 0) continue;
      copy = false;
      made = Math.max(made, this.inputs[from]!.at(k));
    }
    return (copy ? this.#left(j - 1) : made) + 1;
  }

  take(from: number, port = 0): number {
    return Math.max(from, this.#left(this.rule.turn(port, this.inputs[port]!.length) - 1));
  }
}

/** Duplicate (one input) and add: beat n of every input makes beat n. */
export const joinRule: PlaceRule = { needs: (_, j) => j, turn: (_, k) => k };

/** Concat: `folds[p]` beats of input p in turn. */
export function concatRule(folds: readonly number[]): PlaceRule {
  const total = folds.reduce((sum, each) => sum + each, 0);
  const starts = folds.map((_, port) => folds.slice(0, port).reduce((sum, each) => sum + each, 0));
  return {
    needs: (port, j) => {
      const [own, place] = [folds[port]!, (j % total) - starts[port]!];
      return place >= 0 && place < own ? Math.floor(j / total) * own + place : -1;
    },
    turn: (port, k) => {
      const own = folds[port] ?? 1;
      return Math.floor(k / own) * total + (starts[port] ?? 0) + (k % own);
    },
  };
}

/** Pooling behind a window: `count` beats become one. */
export function poolRule(count: number): PlaceRule {
  return { needs: (_, j) => j * count + count - 1, turn: (_, k) => Math.floor(k / count) };
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
    needs: (_, j) => {
      look(() => j < beatOf.length);
      return beatOf[j] ?? -1;
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
    needs: (_, j) => Math.floor(j / folds) * image + image - folds + (j % folds),
    turn: (_, k) => Math.floor(k / image) * folds + Math.max(0, (k % image) - (image - folds)),
  };
}

/** Upsampling: the first of `fx` copies of a pixel in the first of `fy` copies of a row is new. */
export function upsampleRule(folds: number, columns: number, fy: number, fx: number): PlaceRule {
  const [pixel, line] = [fx * folds, fx * folds * columns];
  return {
    needs: (_, j) => {
      const [row, inRow] = [Math.floor(j / line), j % line];
      const inPixel = inRow % pixel;
      if (row % fy !== 0 || inPixel >= folds) return -1;
      return ((row / fy) * columns + Math.floor(inRow / pixel)) * folds + inPixel;
    },
    turn: (_, k) => {
      const [group, fold] = [Math.floor(k / folds), k % folds];
      return Math.floor(group / columns) * fy * line + (group % columns) * pixel + fold;
    },
  };
}
