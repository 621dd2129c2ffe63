/**
 * Smaller failing runs: fewer resets and participants' beats, simpler patterns, a smaller seed - as long as the run
 * still fails by the same rule.
 */
import type { Failure } from './failure.js';
import { runLockstep } from './lockstep.js';
import type { LockstepSpec } from './lockstep-spec.js';
import type { Stall } from './stalls.js';
import type { Beats } from './streams.js';

export interface Shrunk {
  readonly spec: LockstepSpec;
  readonly failure: Failure;
  /** Runs that the search took. */
  readonly runs: number;
}

export interface ShrinkOptions {
  /**
   * Inputs and expected beats of the first `count` units of work. Default: the first `count` beats of every input with
   * the expected beats cut in the same proportion; blocks that pack or reduce should give their own.
   */
  readonly cut?: (spec: LockstepSpec, count: number) => LockstepSpec;
  /** Units of work in a spec, as `cut` counts them. Default: beats of the longest input. */
  readonly units?: (spec: LockstepSpec) => number;
  /** Most runs to spend. Default 200. */
  readonly budget?: number;
}

const longest = (beats: Beats): number => Math.max(0, ...Object.values(beats).map((list) => list.length));

function cutBeats(spec: LockstepSpec, count: number): LockstepSpec {
  const total = longest(spec.inputs);
  const cut = (beats: Beats): Beats =>
    Object.fromEntries(
      Object.entries(beats).map(([name, list]) => [name, list.slice(0, Math.ceil((list.length * count) / total))]),
    );
  const inputs = cut(spec.inputs);
  return spec.expected === undefined ? { ...spec, inputs } : { ...spec, inputs, expected: cut(spec.expected) };
}

/** Simpler patterns to try instead of `stall`, the simplest first. */
function simpler(stall: Stall): Stall[] {
  const order: Stall[] = [{ kind: 'none' }, { kind: 'alternate' }, { kind: 'bernoulli', p: 0.5 }];
  const rank = order.findIndex(({ kind }) => kind === stall.kind);
  return rank < 0 ? order : order.slice(0, rank);
}

/** Simpler specs one step away, the largest steps first. */
function* candidates(
  spec: LockstepSpec,
  { cut, units }: Required<Omit<ShrinkOptions, 'budget'>>,
): Generator<LockstepSpec> {
  const resets = spec.resets ?? 0;
  for (const fewer of new Set([0, resets >> 1, resets - 1])) {
    if (fewer >= 0 && fewer < resets) yield { ...spec, resets: fewer };
  }
  const total = units(spec);
  const counts = [1, total >> 3, total >> 2, total >> 1, total - Math.max(1, total >> 3), total - 1];
  for (const count of new Set(counts)) if (count > 0 && count < total) yield cut(spec, count);
  for (const source of simpler(spec.stall.source)) yield { ...spec, stall: { ...spec.stall, source } };
  for (const sink of simpler(spec.stall.sink)) yield { ...spec, stall: { ...spec.stall, sink } };
  for (let seed = 0n; seed < 8n && seed < spec.seed; seed++) yield cut({ ...spec, seed }, total);
}

/** Shrinks a failing spec. The result fails by the same rule; it may be the spec itself. */
export function shrink(spec: LockstepSpec, failure: Failure, options: ShrinkOptions = {}): Shrunk {
  const { cut = cutBeats, units = ({ inputs }: LockstepSpec): number => longest(inputs), budget = 200 } = options;
  let best: Omit<Shrunk, 'runs'> = { spec, failure };
  let runs = 0;
  for (let improved = true; improved && runs < budget;) {
    improved = false;
    for (const candidate of candidates(best.spec, { cut, units })) {
      if (runs++ >= budget) break;
      const found = runLockstep(candidate).failure;
      if (found?.rule !== failure.rule) continue;
      best = { spec: candidate, failure: found };
      improved = true;
      break;
    }
  }
  return { ...best, runs };
}
