/**
 * The best shape under a budget for a set of networks. Every shape inside of the budget is judged by formula; of the best ones
 * the memories are divided in several ways, by formula over their plans, and the cycle model has the last word.
 */
import { HeddleError } from '../../base/diagnostics.js';
import { Engine, type EngineOptions } from '../config.js';
import { engineError } from '../errors.js';
import type { EngineLayer } from '../layer.js';
import { formulaCycles, modelledCycles, modelledProgram } from '../profile/layer-cycles.js';
import { planJob } from '../plan/plan-job.js';
import { planNetwork } from '../plan/plan-network.js';
import type { EngineNetwork } from '../plan/lower-stages.js';
import { programOf } from '../program.js';
import { type ShapeBudget, within } from './budget.js';
import { areaFigures, engineCost, type EngineCost } from './engine-cost.js';
import { memorySplits } from './memory-splits.js';
import { shapeCycles, type ShapedLayer, shapedLayer } from './shape-cycles.js';

/** What a shape is to be good for: layers that run one by one from DRAM to DRAM, or a connected network. */
export type SearchSubject =
  | { readonly name: string; readonly layers: readonly EngineLayer[] }
  | { readonly name: string; readonly network: EngineNetwork };

export interface SearchRequest {
  readonly subjects: readonly SearchSubject[];
  readonly budget: ShapeBudget;
  /** Parameters that are given; D is at most 4 where neither it nor a limit on area or DSPs is. */
  readonly fixed: Partial<EngineOptions>;
  /** Shapes that the cycle model runs. Default 4. */
  readonly finalists?: number;
  readonly progress?: (detail: string) => void;
}

/** A shape, by formula. */
export interface JudgedShape {
  readonly engine: Engine;
  /** Cycles of every subject: for each layer the greater of compute and beats of weights. */
  readonly formula: readonly number[];
  /** Geometric mean of `formula`: what shapes are ordered by. */
  readonly mean: number;
  /** Geometric mean of what the subjects take at least: all of the compute, or all of the weights. */
  readonly bound: number;
}

/** A shape with its memories, run by the cycle model. */
export interface FoundShape extends JudgedShape {
  readonly cost: EngineCost;
  readonly cycles: readonly number[];
  /** Geometric mean of `cycles`. */
  readonly modelled: number;
}

export interface SearchResult {
  /** Shapes inside of the budget that were judged. */
  readonly judged: number;
  /** The finalists, best first. */
  readonly found: readonly FoundShape[];
  /** Mean cycles that no shape that was not modelled can be below; undefined where all were. */
  readonly nextBound: number | undefined;
}

const geometric = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

const layersOf = (subject: SearchSubject): readonly EngineLayer[] =>
  'layers' in subject ? subject.layers : subject.network.layers.map(({ layer }) => layer);

/** Throws H2213 where no shape inside of the budget runs all subjects. */
export function searchShape(request: SearchRequest): SearchResult {
  const { subjects, progress, finalists = 4 } = request;
  const shaped = subjects.map((subject) => layersOf(subject).map(shapedLayer));
  const judged: JudgedShape[] = [];
  let tried = 0;
  for (const engine of shapes(request)) {
    if (++tried % 512 === 0) progress?.(`${tried} shapes looked at`);
    const shape = judge(engine, shaped);
    if (shape !== undefined) judged.push(shape);
  }
  // Of equal shapes the smaller one.
  const area = ({ engine }: JudgedShape): number => engineCost(engine).um2;
  judged.sort((a, b) => a.mean - b.mean || area(a) - area(b));
  const found: FoundShape[] = [];
  let at = 0;
  for (; at < judged.length && found.length < finalists; at++) {
    const shape = judged[at] as JudgedShape;
    progress?.(`${found.length + 1} of ${finalists}: ${shape.engine.toString()} by the cycle model`);
    const best = withMemories(request, shape);
    if (best !== undefined) found.push(best);
  }
  if (found.length === 0) throw engineError('H2213', 'search', `none of ${judged.length} shapes runs all networks`);
  found.sort((a, b) => a.modelled - b.modelled || a.cost.um2 - b.cost.um2);
  const rest = judged.slice(at);
  const nextBound = rest.length === 0 ? undefined : rest.reduce((least, { bound }) => Math.min(least, bound), Infinity);
  return { judged: judged.length, found, nextBound };
}

/** Refusals that only say that this shape will not do. */
function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}

function judge(engine: Engine, subjects: readonly (readonly ShapedLayer[])[]): JudgedShape | undefined {
  const sums = unlessRefused(() =>
    subjects.map((layers) => {
      const total = { compute: 0, weights: 0, formula: 0 };
      for (const layer of layers) {
        const { compute, weights } = shapeCycles(engine, layer);
        total.compute += compute;
        total.weights += weights;
        total.formula += Math.max(compute, weights);
      }
      return total;
    }),
  );
  if (sums === undefined) return undefined;
  const formula = sums.map((each) => each.formula);
  const bound = geometric(sums.map(({ compute, weights }) => Math.max(compute, weights)));
  return { engine, formula, mean: geometric(formula), bound };
}

/** PEs that a budget can hold at most, whatever the shape. */
function mostPes({ budget, fixed }: SearchRequest): number {
  const { pes = Infinity, dsp = Infinity, um2 = Infinity } = budget;
  // Weights of few bits take no DSP slice; a limit on these alone bounds nothing then.
  const perDsp = (fixed.WB ?? 8) <= 4 && ((fixed.XB ?? 8) <= 4 || fixed.WB === 1) ? Infinity : fixed.PACK === 1 ? 2 : 1;
  return Math.min(pes, dsp * perDsp, um2 / areaFigures.pe);
}

/** Every shape with more than half of the width that the budget has room for. Memories are those of `fixed`, or the defaults. */
function* shapes(request: SearchRequest): Generator<Engine> {
  const { budget, fixed } = request;
  const array = { ...budget, kib: Infinity };
  const most = mostPes(request);
  const only = (name: 'P' | 'G' | 'M' | 'D', end: number): number[] => {
    const given = fixed[name];
    return given === undefined ? Array.from({ length: end }, (_, k) => k + 1) : [given];
  };
  const freeD = budget.um2 !== undefined || budget.dsp !== undefined;
  for (const M of only('M', Math.min(256, most)))
    for (const G of only('G', Math.min(16, M, most / M))) {
      const drains = only('D', Math.min(freeD ? 16 : 4, M)).filter((D) => M % D === 0);
      for (const D of fixed.D === undefined && !freeD ? drains.slice(-1) : drains) {
        let widest: number | undefined;
        for (const P of only('P', Math.min(64, most / (M * G))).reverse()) {
          if (widest !== undefined && 2 * P <= widest) break;
          const engine = unlessRefused(() => new Engine({ ...fixed, P, G, M, D }));
          if (engine === undefined || !within(array, engineCost(engine))) continue;
          widest ??= P;
          yield engine;
        }
      }
    }
}

/** The shape with the division of its memories that is best by formula, run by the model. */
function withMemories({ subjects, budget, fixed }: SearchRequest, shape: JudgedShape): FoundShape | undefined {
  let best: { readonly engine: Engine; readonly mean: number } | undefined;
  for (const engine of memorySplits(shape.engine, fixed, budget.kib)) {
    const cycles = unlessRefused(() => subjects.map((subject) => plannedCycles(engine, subject)));
    if (cycles === undefined) continue;
    const mean = geometric(cycles);
    if (best === undefined || mean < best.mean) best = { engine, mean };
  }
  if (best === undefined) return undefined;
  const { engine } = best;
  const cycles = unlessRefused(() => subjects.map((subject) => modelCycles(engine, subject)));
  if (cycles === undefined) return undefined;
  return { ...shape, engine, cost: engineCost(engine), cycles, modelled: geometric(cycles) };
}

const jobOf = (engine: Engine, layers: readonly EngineLayer[]) =>
  planJob(
    engine,
    layers.map((layer) => ({ layer })),
  );

/** Cycles of a plan by formula; of a connected network, row by row from DRAM, which is enough to compare memories. */
function plannedCycles(engine: Engine, subject: SearchSubject): number {
  const plain = layersOf(subject).map(({ residual: _, ...layer }) => layer);
  return formulaCycles(engine, jobOf(engine, plain)).cycles;
}

function modelCycles(engine: Engine, subject: SearchSubject): number {
  if ('layers' in subject) return modelledCycles(engine, jobOf(engine, subject.layers)).cycles;
  return modelledProgram(programOf(planNetwork(engine, subject.network), subject.network)).cycles;
}
